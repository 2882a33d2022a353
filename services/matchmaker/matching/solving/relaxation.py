"""The choice of pairs as one min-cost flow: exact where every pair takes one place and no mediator is scarce.

One unit of flow is one visit on its way

    source → cell → class → class and day → (open places of the) slot → sink

A class's first visit and a slot's first pair leave by an arc of their own that carries the bonus; of a cell's classes
the first ones up to its floor by an arc that is worth more than anything else.
"""

from typing import Final

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bools, Floats, Ints
from services.matchmaker.matching.solving.duals import Duals
from services.matchmaker.matching.solving.flow import SINK, SOURCE, UNREACHED, Arcs, Flow
from services.matchmaker.matching.solving.network import Network

# A floor goes before whatever chain of moves it may cost elsewhere: such chains are a few pairs long.
_FLOOR_WEIGHT: Final = 8


class Task(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What one flow is to choose among: the pairs in `alive` (rows) at `gain` (P,), by what is left of everything.

    `served` (C,) marks classes whose first visit is fixed already: their cell counts them no more.
    """

    alive: Ints
    gain: Ints
    visits: Ints
    first_gain: Ints
    floor: Ints
    served: Bools
    places: Ints
    open_places: Ints


class Nodes(msgspec.Struct, frozen=True, eq=False):
    """Where in a flow the cells (G,), classes (C,), class days (D,) and slots (S,) are, and the slots' open places."""

    cell: Ints
    of_class: Ints
    day: Ints
    slot: Ints
    open_slot: Ints


class Choice(msgspec.Struct, frozen=True, eq=False):
    """The chosen pairs, (P,) flags, the prices of classes, days, slots and cells, the greatest gain in steps, and the
    flow that it is.
    """

    chosen: Bools
    duals: Duals
    gain: int
    flow: Flow
    nodes: Nodes


def choose(network: Network, task: Task, before: Duals) -> Choice:
    """Return the best choice and its prices, mediators' taken from `before`; raises FlowUnsolved."""
    arcs = Arcs()
    nodes = Nodes(
        cell=arcs.new_nodes(task.floor.size),
        of_class=arcs.new_nodes(task.visits.size),
        day=arcs.new_nodes(network.day_class.size),
        slot=arcs.new_nodes(task.places.size),
        open_slot=arcs.new_nodes(task.places.size),
    )
    weight = _floor_weight(task)
    supply = _add_classes(arcs, network, task, nodes, weight)
    pair_arcs = _add_pairs(arcs, network, task, nodes)
    _add_slots(arcs, network, task, nodes)
    arcs.add(SOURCE, SINK, supply, 0)
    flow = arcs.solve(supply)
    chosen = np.zeros(network.pair_class.size, np.bool_)
    chosen[task.alive[np.flatnonzero(flow.units[pair_arcs])]] = True
    return Choice(chosen, _prices(network, flow, nodes, before, weight), flow.gain, flow, nodes)


def counted(network: Network, task: Task) -> Bools:
    """Return which classes count for their cell once they are served, (C,)."""
    counts: Bools = (network.class_cell >= 0) & ~task.served
    return counts


def _floor_weight(task: Task) -> int:
    if not task.floor.any():
        return 0
    largest = int(np.abs(task.gain[task.alive]).max(initial=1)) + int(task.first_gain.max(initial=0))
    return _FLOOR_WEIGHT * largest


def _add_classes(arcs: Arcs, network: Network, task: Task, nodes: Nodes, weight: int) -> int:
    """Add the ways to the classes; returns how many visits there may be in all."""
    visits = task.visits
    some = np.flatnonzero(visits > 0)
    floored = np.zeros(visits.size, np.bool_)
    in_cell = counted(network, task)
    floored[in_cell] = task.floor[network.class_cell[in_cell]] > 0
    tails = np.full(visits.size, SOURCE, np.int64)
    tails[floored] = nodes.cell[network.class_cell[floored]]
    arcs.add(tails[some], nodes.of_class[some], 1, task.first_gain[some])
    more = np.flatnonzero(visits > 1)
    arcs.add(SOURCE, nodes.of_class[more], visits[more] - 1, 0)
    cells = np.flatnonzero(task.floor > 0)
    arcs.add(SOURCE, nodes.cell[cells], task.floor[cells], weight)
    arcs.add(SOURCE, nodes.cell[cells], visits.size, 0)
    return int(visits.sum())


def _add_pairs(arcs: Arcs, network: Network, task: Task, nodes: Nodes) -> slice:
    alive = task.alive
    tails = nodes.of_class[network.pair_class[alive]]
    day = network.pair_day[alive]
    dated = np.flatnonzero((day >= 0) & (task.visits[network.pair_class[alive]] > 1))
    tails[dated] = nodes.day[day[dated]]
    used = np.unique(day[dated])
    arcs.add(nodes.of_class[network.day_class[used]], nodes.day[used], 1, 0)
    slot = network.pair_slot[alive]
    through_open = (task.open_places[slot] < task.places[slot]) & ~network.pair_privileged[alive]
    heads = np.where(through_open, nodes.open_slot[slot], nodes.slot[slot])
    return arcs.add(tails, heads, 1, task.gain[alive])


def _add_slots(arcs: Arcs, network: Network, task: Task, nodes: Nodes) -> None:
    limited = np.flatnonzero(task.open_places < task.places)
    arcs.add(nodes.open_slot[limited], nodes.slot[limited], task.open_places[limited], 0)
    has_bonus = network.slot_first_gain > 0
    first = np.flatnonzero(has_bonus & (task.places > 0))
    arcs.add(nodes.slot[first], SINK, 1, network.slot_first_gain[first])
    rest = task.places - has_bonus
    some = np.flatnonzero(rest > 0)
    arcs.add(nodes.slot[some], SINK, rest[some], 0)


def _prices(network: Network, flow: Flow, nodes: Nodes, before: Duals, weight: int) -> Duals:
    distance = flow.distances()

    def of(places: Ints) -> Floats:
        known = distance[places]
        return np.where(known >= UNREACHED, 0, known).astype(np.float64)

    visit, slot, first = of(nodes.of_class), of(nodes.slot), network.slot_first_gain
    # A slot that no pair leads to would give its bonus away.
    place = np.where(distance[nodes.slot] < UNREACHED, np.maximum(-slot, -first), -first)
    reached = distance[nodes.open_slot] < UNREACHED
    open_place = np.where(reached, slot - of(nodes.open_slot), 0.0)
    return Duals(
        visit=visit,
        class_day=np.maximum(
            np.where(distance[nodes.day] < UNREACHED, of(nodes.day) - visit[network.day_class], 0.0), 0.0
        ),
        place=place.astype(np.float64),
        open_place=np.maximum(open_place, 0.0),
        mediator=before.mediator,
        mediator_day=before.mediator_day,
        cell=np.clip(-of(nodes.cell), 0.0, weight),
    )
