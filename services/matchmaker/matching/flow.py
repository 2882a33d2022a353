"""The exact min-cost flow: builds the network of a choice, has OR-Tools solve it, and reads the chosen arcs.

One unit of flow is one visit on its way

    source → class → class-day → station → mediator-day → mediator → sink
                                    ╰──────────── plain ────────────────╯

A class's first visit and a slot's first group leave by an arc of their own that carries the bonus; what cannot
be used takes the bypass from source to sink, so that supply always balances. A cost is minus a gain, in
whole steps (`Problem.step`), so that the optimum is exact and the same on every machine.
"""

from typing import Any, Final

import msgspec
import numpy as np
from ortools.graph.python import min_cost_flow

from services.matchmaker.matching.arrays import Ints
from services.matchmaker.matching.problem import Network
from services.matchmaker.matching.stations import Stations

_SOURCE: Final = 0
_SINK: Final = 1


class FlowUnsolved(RuntimeError):
    """The solver did not end with an optimum, so there is nothing to read; `status` is its own name for why."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the min-cost flow ended with status {status} instead of OPTIMAL")
        self.status = status


class Flow(msgspec.Struct, frozen=True, eq=False):
    """An optimum: rows of the chosen pairs, rows of the chosen station links, and the gain in whole steps."""

    pairs: Ints
    links: Ints
    gain: int


class Arcs:
    """The arcs of one network, appended block by block, each block with the place where it begins."""

    def __init__(self) -> None:
        self._blocks: list[tuple[Ints, Ints, Ints, Ints]] = []
        self.count = 0
        self._nodes = 2

    def new_nodes(self, number: int) -> Ints:
        """Return this many new nodes, (number,)."""
        self._nodes += number
        return np.arange(self._nodes - number, self._nodes, dtype=np.int64)

    def add(self, tails: Ints | int, heads: Ints | int, capacities: Ints | int, gains: Ints | int) -> slice:
        """Append arcs, scalars being repeated, and return where they stand."""
        tail, head, capacity, gain = np.broadcast_arrays(*np.atleast_1d(tails, heads, capacities, gains))
        begins = self.count
        self.count += tail.size
        self._blocks.append((tail, head, capacity, -gain))
        return slice(begins, self.count)

    def solve(self, supply: int) -> tuple[Ints, int]:
        """Return the flow on every arc and the total gain, for `supply` units from source to sink."""
        # Any: its published types describe arrays by their scalars, and methods without results not at all.
        solver: Any = min_cost_flow.SimpleMinCostFlow()
        tails, heads, capacities, costs = (np.concatenate(column) for column in zip(*self._blocks, strict=True))
        arcs = solver.add_arcs_with_capacity_and_unit_cost(
            tails.astype(np.int32), heads.astype(np.int32), capacities, costs
        )
        solver.set_node_supply(_SOURCE, supply)
        solver.set_node_supply(_SINK, -supply)
        status = solver.solve()
        if status != solver.OPTIMAL:
            raise FlowUnsolved(status.name)
        return np.asarray(solver.flows(arcs), dtype=np.int64), -int(solver.optimal_cost())


def maximum_gain(network: Network, stations: Stations) -> Flow:
    """Return the choice of the greatest gain through these stations; raises FlowUnsolved."""
    arcs = Arcs()
    classes = arcs.new_nodes(network.class_visits.size)
    visits = network.class_visits
    has_any = np.flatnonzero(visits > 0)
    arcs.add(_SOURCE, classes[has_any], 1, network.class_first_gain[has_any])
    has_more = np.flatnonzero(visits > 1)
    arcs.add(_SOURCE, classes[has_more], visits[has_more] - 1, 0)

    entries = arcs.new_nodes(stations.capacity.size)
    pair_arcs = arcs.add(_pair_tails(network, arcs, classes), entries[stations.of_pair], 1, network.pair_gain)
    link_arcs = _leave_stations(network, stations, arcs, entries)

    supply = int(visits.sum())
    arcs.add(_SOURCE, _SINK, supply, 0)
    flows, gain = arcs.solve(supply)
    return Flow(np.flatnonzero(flows[pair_arcs]), np.flatnonzero(flows[link_arcs]), gain)


def _pair_tails(network: Network, arcs: Arcs, classes: Ints) -> Ints:
    """Return the node where each pair's arc begins: the class, or the class's day where it may come more than once."""
    tails = classes[network.pair_class]
    if not network.days_limit:
        return tails
    repeated = np.flatnonzero(network.class_visits[network.pair_class] > 1)
    owner, day = network.pair_class[repeated], network.slot_day[network.pair_slot[repeated]]
    keys, of_pair = np.unique(np.stack([owner, day]), axis=1, return_inverse=True)
    days = arcs.new_nodes(keys.shape[1])
    arcs.add(classes[keys[0]], days, 1, 0)
    tails[repeated] = days[of_pair.ravel()]
    return tails


def _leave_stations(network: Network, stations: Stations, arcs: Arcs, entries: Ints) -> slice:
    """Add the arcs from the stations on, through mediators or straight to the sink; return where the links stand."""
    exits = arcs.new_nodes(stations.capacity.size)
    arcs.add(entries, exits, np.minimum(stations.capacity, 1), stations.first_gain)
    arcs.add(entries, exits, np.maximum(stations.capacity - 1, 0), 0)
    plain = np.flatnonzero(stations.plain)
    arcs.add(exits[plain], _SINK, stations.capacity[plain], 0)

    mediators = arcs.new_nodes(network.mediator_visits.size)
    arcs.add(mediators, _SINK, network.mediator_visits, 0)
    heads = mediators[stations.link_mediator]
    if network.days_limit:
        day = network.slot_day[stations.slot[stations.link_station]]
        keys, of_link = np.unique(np.stack([stations.link_mediator, day]), axis=1, return_inverse=True)
        days = arcs.new_nodes(keys.shape[1])
        arcs.add(days, mediators[keys[0]], 1, 0)
        heads = days[of_link.ravel()]
    return arcs.add(exits[stations.link_station], heads, 1, stations.link_gain)
