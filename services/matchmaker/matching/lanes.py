"""Who gets which mediator in a slot whose classes differ in the mediators that suit them.

The flow says how many pairs and which mediators meet in a slot; here they are paired. Where no pairing
exists the slot *clashes*, and its groups are shared out among its lanes for another flow.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Ints
from services.matchmaker.matching.flow import Flow
from services.matchmaker.matching.problem import Network
from services.matchmaker.matching.stations import Stations

# Of each slot that is split: how many groups each of its lanes gets.
Shares = dict[int, dict[int, int]]


class Pairing(msgspec.Struct, frozen=True, eq=False):
    """Rows of the chosen pairs (n,), their mediators (n,) with -1 for none, and the slots where none could be found."""

    pairs: Ints
    mediator: Ints
    clashing: tuple[int, ...]


class Links:
    """The links of a problem by lane and mediator."""

    def __init__(self, network: Network) -> None:
        self._mediators = max(1, network.mediator_visits.size)
        codes = network.link_lane * self._mediators + network.link_mediator
        order = np.argsort(codes, kind="stable")
        self._codes, self._gains = codes[order], network.link_gain[order]

    def gain(self, lane: int, mediator: int) -> int | None:
        """Return what this mediator gains in this lane, None where it does not suit."""
        code = lane * self._mediators + mediator
        row = int(np.searchsorted(self._codes, code))
        return int(self._gains[row]) if row < self._codes.size and self._codes[row] == code else None


def pair_mediators(network: Network, stations: Stations, flow: Flow, links: Links) -> Pairing:
    """Return who gets which mediator, station by station."""
    mediator = np.full(flow.pairs.size, -1, np.int64)
    lane = network.pair_lane[flow.pairs]
    station = stations.of_pair[flow.pairs]
    present: dict[int, list[int]] = {}
    for link in flow.links:
        present.setdefault(int(stations.link_station[link]), []).append(int(stations.link_mediator[link]))
    waiting: dict[int, list[int]] = {}
    for place in np.flatnonzero(network.lane_mediated[lane]):
        waiting.setdefault(int(station[place]), []).append(int(place))
    clashing: list[int] = []
    for where, places in waiting.items():
        found = _match([int(lane[place]) for place in places], present.get(where, []), links)
        if found is None:
            clashing.append(int(stations.slot[where]))
        else:
            mediator[places] = found
    return Pairing(flow.pairs, mediator, tuple(clashing))


def _match(lanes: Sequence[int], mediators: Sequence[int], links: Links) -> list[int] | None:
    """Return a mediator for every lane, each used once, or None; by augmenting paths, for a handful at a time."""
    owner: dict[int, int] = {}

    def place(seat: int, tried: set[int]) -> bool:
        for mediator in mediators:
            if mediator in tried or links.gain(lanes[seat], mediator) is None:
                continue
            tried.add(mediator)
            if mediator not in owner or place(owner[mediator], tried):
                owner[mediator] = seat
                return True
        return False

    if not all(place(seat, set()) for seat in range(len(lanes))):
        return None
    of_seat = {seat: mediator for mediator, seat in owner.items()}
    return [of_seat[seat] for seat in range(len(lanes))]


def share_out(network: Network, chosen: Ints, slots: Sequence[int], before: Shares) -> Shares:
    """Return the lanes' shares of these slots: what they use, and what is left to the lane with the best unserved pair.

    A lane that had a group before and could not use it is passed over, so that another has its turn.
    """
    served = np.bincount(network.pair_class[chosen], minlength=network.class_visits.size)
    wanting = served < network.class_visits
    wanting_pairs = np.flatnonzero(
        wanting[network.pair_class]
        & np.isin(network.pair_slot, slots)
        & ~np.isin(np.arange(network.pair_slot.size), chosen)
    )
    best_first = wanting_pairs[np.argsort(-network.pair_gain[wanting_pairs], kind="stable")]
    queues: dict[int, list[int]] = {}
    for pair in best_first:
        queues.setdefault(int(network.pair_slot[pair]), []).append(int(network.pair_lane[pair]))
    used: dict[int, Counter[int]] = {}
    for pair in chosen[np.isin(network.pair_slot[chosen], slots)]:
        used.setdefault(int(network.pair_slot[pair]), Counter())[int(network.pair_lane[pair])] += 1
    shares: Shares = {}
    for slot in slots:
        counts = used.get(slot, Counter())
        spare = int(network.slot_groups[slot]) - counts.total()
        idle = {lane for lane, groups in before.get(slot, {}).items() if groups > counts[lane]}
        heir = next((lane for lane in queues.get(slot, ()) if lane not in idle), None)
        if spare and heir is not None:
            counts[heir] += spare
        shares[slot] = dict(counts)
    return shares
