"""A min-cost flow: arcs appended block by block, solved by OR-Tools, and the shortest ways that are left in it.

A cost is minus a gain, in whole steps, so that an optimum is exact and the same on every machine. What cannot be
used takes a bypass from source to sink, so that supply always balances.
"""

from typing import Any, Final

import msgspec
import numpy as np
from ortools.graph.python import min_cost_flow

from services.matchmaker.matching.arrays import Ints, runs_of

SOURCE: Final = 0
SINK: Final = 1
# No way leads there.
UNREACHED: Final = 1 << 60


class FlowUnsolved(RuntimeError):
    """The solver did not end with an optimum, so there is nothing to read; `status` is its own name for why."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the min-cost flow ended with status {status} instead of OPTIMAL")
        self.status = status


class Flow(msgspec.Struct, frozen=True, eq=False):
    """An optimum: the units on every arc, the arcs themselves, each (arcs,), and the total gain in steps."""

    units: Ints
    tails: Ints
    heads: Ints
    capacities: Ints
    gains: Ints
    nodes: int
    gain: int

    def distances(self, start: int = SOURCE) -> Ints:
        """Return the cost of the cheapest way from `start` to every node in what is left, (nodes,).

        These are the dual prices of the optimum. Labels are corrected from those that changed on, all at once.
        """
        forward, backward = np.flatnonzero(self.units < self.capacities), np.flatnonzero(self.units > 0)
        tails = np.r_[self.tails[forward], self.heads[backward]]
        heads = np.r_[self.heads[forward], self.tails[backward]]
        costs = np.r_[-self.gains[forward], self.gains[backward]]
        order = np.argsort(tails, kind="stable")
        heads, costs = heads[order], costs[order]
        starts = np.searchsorted(tails[order], np.arange(self.nodes + 1))
        distance = np.full(self.nodes, UNREACHED, np.int64)
        distance[start] = 0
        changed = np.array([start])
        while changed.size:
            lengths = starts[changed + 1] - starts[changed]
            arcs = runs_of(starts[changed], lengths)
            reached = np.repeat(distance[changed], lengths) + costs[arcs]
            better = reached < distance[heads[arcs]]
            np.minimum.at(distance, heads[arcs[better]], reached[better])
            changed = np.unique(heads[arcs[better]])
        return distance


class Arcs:
    """The arcs of one network, appended block by block, each block with the place where it stands."""

    def __init__(self) -> None:
        self._blocks: list[tuple[Ints, Ints, Ints, Ints]] = []
        self._count = 0
        self._nodes = 2

    def new_nodes(self, number: int) -> Ints:
        """Return this many new nodes, (number,)."""
        self._nodes += number
        return np.arange(self._nodes - number, self._nodes, dtype=np.int64)

    def add(self, tails: Ints | int, heads: Ints | int, capacities: Ints | int, gains: Ints | int) -> slice:
        """Append arcs, scalars being repeated, and return where they stand."""
        tail, head, capacity, gain = np.broadcast_arrays(*np.atleast_1d(tails, heads, capacities, gains))
        begins = self._count
        self._count += tail.size
        self._blocks.append((tail, head, capacity, gain))
        return slice(begins, self._count)

    def solve(self, supply: int) -> Flow:
        """Return the flow of the greatest gain for `supply` units from source to sink; raises FlowUnsolved."""
        # Any: its published types describe arrays by their scalars, and methods without results not at all.
        solver: Any = min_cost_flow.SimpleMinCostFlow()
        tails, heads, capacities, gains = (
            np.concatenate(column).astype(np.int64) for column in zip(*self._blocks, strict=True)
        )
        arcs = solver.add_arcs_with_capacity_and_unit_cost(
            tails.astype(np.int32), heads.astype(np.int32), capacities, -gains
        )
        solver.set_node_supply(SOURCE, supply)
        solver.set_node_supply(SINK, -supply)
        status = solver.solve()
        if status != solver.OPTIMAL:
            raise FlowUnsolved(status.name)
        units = np.asarray(solver.flows(arcs), dtype=np.int64)
        return Flow(units, tails, heads, capacities, gains, self._nodes, -int(solver.optimal_cost()))
