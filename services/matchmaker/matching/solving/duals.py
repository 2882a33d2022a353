"""The dual prices of a problem in whole steps, and the bound that any such prices prove.

Whatever the prices, no choice is worth more than what everybody would gain if each class, slot, mediator and floor
looked only after itself at those prices (Lagrangian duality). Good prices make the bound tight.
"""

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Floats, Ints
from services.matchmaker.matching.solving.network import Network
from services.matchmaker.matching.solving.packing import Items, Room, pack

# No mediator is there for a lane: its pairs are never worth anything.
IMPOSSIBLE = -(1 << 40)


class Duals(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Prices in steps: of a class's visit (C,), of its days, of slots (S,), of mediators (M,), their days, of cells
    (G,).

    A slot's price, as a class's, is below 0 where its first bonus is to be had. `open_place` (S,) is paid besides
    `place` by classes that are not privileged. A packed slot has no price of a place: its knapsack is looked at whole.
    """

    visit: Floats
    class_day: Floats
    place: Floats
    open_place: Floats
    mediator: Floats
    mediator_day: Floats
    cell: Floats


def no_prices(network: Network) -> Duals:
    """Return the prices of a problem where nothing is scarce: who has a bonus would pay it to have a pair."""
    return Duals(
        visit=-network.class_first_gain.astype(np.float64),
        class_day=np.zeros(network.day_class.size),
        place=-network.slot_first_gain.astype(np.float64),
        open_place=np.zeros(network.slot_places.size),
        mediator=np.zeros(network.mediator_visits.size),
        mediator_day=np.zeros(network.day_mediator.size),
        cell=np.zeros(network.cell_floor.size),
    )


def gains_at(network: Network, duals: Duals) -> Floats:
    """Return what each pair gains with the mediator that suits it best at these prices, (P,)."""
    gain = network.pair_gain.astype(np.float64)
    if not network.link_gain.size:
        return gain
    worth = network.link_gain - duals.mediator[network.link_mediator] - duals.mediator_day[network.link_day]
    lanes = network.lane_mediated.size
    best = np.full(lanes, float(IMPOSSIBLE))
    full = np.flatnonzero(np.diff(network.links_of_lane))
    best[full] = np.maximum.reduceat(worth, network.links_of_lane[full])
    best[~network.lane_mediated] = 0.0
    with_mediator: Floats = gain + best[network.pair_lane]
    return with_mediator


def first_gains_at(network: Network, duals: Duals) -> Floats:
    """Return what each class's first visit gains besides, the price of its cell's floor included, (C,)."""
    gain = network.class_first_gain.astype(np.float64)
    if not duals.cell.size:
        return gain
    priced = np.flatnonzero(network.class_cell >= 0)
    gain[priced] += duals.cell[network.class_cell[priced]]
    return gain


def class_costs_at(network: Network, duals: Duals) -> Floats:
    """Return what each pair pays for its class's visit and day, (P,)."""
    cost = duals.visit[network.pair_class]
    dated = np.flatnonzero(network.pair_day >= 0)
    cost[dated] += duals.class_day[network.pair_day[dated]]
    return cost


def bound_at(network: Network, duals: Duals, alive: Ints) -> float:
    """Return the bound that these prices prove for the pairs in `alive` (rows), in steps."""
    profit = (gains_at(network, duals) - class_costs_at(network, duals))[alive]
    slot = network.pair_slot[alive]
    loose = ~network.packed[slot]
    place = duals.place[slot] + np.where(network.pair_privileged[alive], 0.0, duals.open_place[slot])
    rents = float(np.maximum(profit - place, 0.0)[loose].sum())
    items, room, rows = packed_items(network, alive)
    filled, _ = pack(items, room, profit[rows])
    of_classes = _own_gains(first_gains_at(network, duals), network.class_visits, duals.visit)
    of_slots = _own_gains(network.slot_first_gain, network.slot_places, duals.place)
    simple = ~network.packed
    return (
        rents
        + float(filled.sum())
        + float(of_classes.sum())
        + float(duals.class_day.sum())
        + float(of_slots[simple].sum())
        + float((duals.open_place * network.slot_open_places)[simple].sum())
        + float((duals.mediator * network.mediator_visits).sum())
        + float(duals.mediator_day.sum())
        - float((duals.cell * network.cell_floor).sum())
    )


def _own_gains(first: Floats | Ints, most: Ints, price: Floats) -> Floats:
    """Return the best that each class or slot makes of its `most` pairs at this price each, the first with a bonus."""
    best = np.where(price >= 0, first + most * price, np.maximum(0.0, first + price))
    return np.where(most > 0, best, 0.0)


def packed_items(network: Network, alive: Ints) -> tuple[Items, Room, Ints]:
    """Return the pairs of packed slots as items to pack, the slots' room, and which of the pairs these are."""
    slots = np.flatnonzero(network.packed)
    rows = np.flatnonzero(network.packed[network.pair_slot[alive]])
    rows = rows[np.argsort(network.pair_slot[alive[rows]], kind="stable")]
    mine = alive[rows]
    items = Items(
        np.searchsorted(slots, network.pair_slot[mine]), network.pair_places[mine], network.pair_privileged[mine]
    )
    return items, Room(network.slot_places[slots], network.slot_open_places[slots]), rows
