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
# Of each slot that is split: the lanes that could not use their share.
Idle = dict[int, set[int]]


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


def share_out(network: Network, chosen: Ints, slots: Sequence[int], idle: Idle) -> Shares:
    """Return the lanes' shares of these slots: what they use, and what is left to the lane with the best unserved pair.

    Idle lanes, which could not use a share before, are passed over; where all are, what is left stays unshared.
    """
    used: dict[int, Counter[int]] = {slot: Counter() for slot in slots}
    for pair in chosen[np.isin(network.pair_slot[chosen], slots)]:
        used[int(network.pair_slot[pair])][int(network.pair_lane[pair])] += 1
    waiting = _waiting_lanes(network, chosen, slots)
    shares: Shares = {}
    for slot, counts in used.items():
        spare = int(network.slot_groups[slot]) - counts.total()
        heir = next((lane for lane in waiting.get(slot, ()) if lane not in idle.get(slot, ())), None)
        if spare and heir is not None:
            counts[heir] += spare
        shares[slot] = dict(counts)
    return shares


def idle_lanes(network: Network, chosen: Ints, shares: Shares) -> Idle:
    """Return, of each slot, the lanes that do not use their share."""
    used = Counter(network.pair_lane[chosen].tolist())
    return {slot: {lane for lane, groups in lanes.items() if groups > used[lane]} for slot, lanes in shares.items()}


def _waiting_lanes(network: Network, chosen: Ints, slots: Sequence[int]) -> dict[int, list[int]]:
    """Return, of each slot, the lanes of its pairs that are not chosen: first of classes that want more, best first.

    The class of another pair may come too: it then leaves its own place to somebody else.
    """
    left = np.isin(network.pair_slot, slots)
    left[chosen] = False
    pairs = np.flatnonzero(left)
    served = np.bincount(network.pair_class[chosen], minlength=network.class_visits.size)
    has_all = (served >= network.class_visits)[network.pair_class[pairs]]
    lanes: dict[int, list[int]] = {}
    for pair in pairs[np.lexsort((pairs, -network.pair_gain[pairs], has_all))]:
        lanes.setdefault(int(network.pair_slot[pair]), []).append(int(network.pair_lane[pair]))
    return lanes
