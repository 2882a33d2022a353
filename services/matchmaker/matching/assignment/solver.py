"""`solve_assignment`: an exact bound, then windows of cost above it, each searched whole, until one holds a solution.

The bound comes from exact knapsacks at good prices (`prices.py`). An assignment within a window above it uses only
loads that lose little: they are enumerated (`loads.py`) and combined (`combining.py`). An empty window raises the
bound, so the first solution found is optimal. On the published instances the first or second window holds it.
"""

import math
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from services.matchmaker.matching.arrays import Bools, Floats, Ints
from services.matchmaker.matching.assignment.combining import Found, combine
from services.matchmaker.matching.assignment.knapsacks import Losses, are_small, linear_losses, losses
from services.matchmaker.matching.assignment.loads import near_loads
from services.matchmaker.matching.assignment.pairs import assign_among
from services.matchmaker.matching.assignment.prices import capacity_prices, climb
from services.matchmaker.matching.assignment.problem import (
    AssignmentInfeasible,
    AssignmentMalformed,
    AssignmentProblem,
    AssignmentSolution,
    AssignmentUnfinished,
    Tasks,
    checked,
)
from services.matchmaker.matching.assignment.repair import repaired

# What building a model and reading its answer take beside the solver's own time, as a share of the limit.
_RESERVE: Final = 0.05
# The share of the time that prices may take: without a search after them they are worth little.
_PRICES_SHARE: Final = 0.5
# How much wider than the last the next window is, at least by one step: small ones are searched in no time.
_GROWTH: Final = 0.25
# Where costs are not whole a first window has so many pairs a task: fewer hold no assignment, more take longer.
_FIRST_PAIRS: Final = 1.3


def solve_assignment(
    problem: AssignmentProblem, time_limit_s: float, clock: Callable[[], float] = time.monotonic
) -> AssignmentSolution:
    """Return the cheapest assignment, proven so, or the best one found when `time_limit_s` ends, with its true gap.

    The same arrays give the same bytes wherever the optimum is proven in time. Raises AssignmentMalformed,
    AssignmentInfeasible, and AssignmentUnfinished where the time ended before any assignment was found.
    """
    if not time_limit_s > 0:
        raise AssignmentMalformed("time_limit_s: must be above 0")
    began = clock()
    tasks = checked(problem)
    search = _Search(tasks, lambda: time_limit_s * (1 - _RESERVE) - (clock() - began), time_limit_s)
    search.run()
    if search.agent is None:
        raise AssignmentUnfinished(
            f"time_limit_s: {time_limit_s:g} s ended before any assignment was found; "
            f"each costs at least {search.lower * tasks.step:g}: give more time, or raise capacities"
        )
    cost = tasks.total(search.agent)
    return AssignmentSolution(
        agent=search.agent,
        cost=cost * tasks.step,
        bound=min(search.lower, cost) * tasks.step,
        price=search.losses.price * tasks.step,
        proven=search.lower >= cost,
    )


class _Search:
    """One problem's bound, in whole steps, and its best assignment: they meet where the optimum is proven."""

    def __init__(self, tasks: Tasks, left_s: Callable[[], float], limit_s: float) -> None:
        self._tasks = tasks
        self._left_s = left_s
        self.agent: Ints | None = None
        self._relax(limit_s)

    def _relax(self, limit_s: float) -> None:
        tasks = self._tasks
        capacity_price = capacity_prices(tasks, self._left_s() * _PRICES_SHARE)
        self.losses: Losses = linear_losses(tasks, capacity_price)
        load: Bools = np.zeros(tasks.cost.shape, np.bool_)
        self._tabled = are_small(tasks)
        if self._tabled:
            until = limit_s * (1 - _PRICES_SHARE)
            best = climb(tasks, self.losses.price, lambda: self._left_s() > until)
            self.losses, load = losses(tasks, best.price), best.load
        self._take(repaired(tasks, load, tasks.cost + capacity_price[:, None] * tasks.weight))
        self.lower = math.ceil(self.losses.bound)

    def run(self) -> None:
        """Search window after window until bound and cost meet, or the time ends."""
        rises = self.losses.if_assigned()
        # Some pair must serve each task, so the bound rises by what the cheapest of them makes it.
        self.lower = max(self.lower, math.ceil(self.losses.bound + float(rises.min(axis=0).max())))
        dearest = int(np.where(self._tasks.allowed, self._tasks.cost, self._tasks.cost.min()).max(axis=0).sum())
        most = self._first_window(rises)
        while self._left_s() > 0:
            if self.agent is not None:
                most = min(most, self._tasks.total(self.agent) - 1)
            if most < self.lower:
                return
            width = most - self.losses.bound
            found = self._within(rises <= width, width, most)
            self._take(found.agent)
            if not found.complete:
                return
            self.lower = most + 1 if found.agent is None else self._tasks.total(found.agent)
            if self.agent is None and most >= dearest:
                raise AssignmentInfeasible(
                    "capacity: no assignment serves every task; raise capacities, or leave tasks out"
                )
            most = min(dearest, most + max(1, math.ceil((most - self.losses.bound) * _GROWTH)))

    def _first_window(self, rises: Floats) -> int:
        """Return the cost where the first window ends: the bound itself, or where steps are tiny, a little above."""
        if self._tasks.whole:
            return self.lower
        pairs = min(rises.size - 1, int(rises.shape[1] * _FIRST_PAIRS))
        return max(self.lower, math.ceil(self.losses.bound + float(np.partition(rises, pairs, axis=None)[pairs])))

    def _within(self, pairs: Bools, width: float, most: int) -> Found:
        """Search the window up to `most` whole."""
        loads = near_loads(self._tasks, self.losses, width) if self._tabled else None
        first_will_do = most == self.lower
        if loads is None:
            return assign_among(self._tasks, pairs, most, first_will_do, self._left_s())
        return combine(loads, pairs.shape[1], width, first_will_do, self._left_s)

    def _take(self, agent: Ints | None) -> None:
        if agent is not None and (self.agent is None or self._tasks.total(agent) < self._tasks.total(self.agent)):
            self.agent = agent
