"""`solve_assignment`: an exact bound, then windows of cost above it, each searched whole, until one holds a solution.

The bound comes from exact knapsacks at good prices (`prices.py`). An assignment within a window above it uses only
loads that lose little: they are enumerated (`loads.py`) and combined (`combining.py`). An empty window raises the
bound, so the first solution found is optimal. On the published instances the first or second window holds it.
Where the time ends before, the last of it goes to the most promising pairs alone.
"""

import math
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from services.matchmaker.matching.arrays import Ints
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
# The share of the time kept for the most promising pairs where no window held a solution in time.
_POLISH_SHARE: Final = 0.15
# How much wider than the last the next window is, at least by one step: small ones are searched in no time.
_GROWTH: Final = 0.25
# So many pairs a task are the most promising ones: fewer hold no assignment, more take longer.
_FEW_PAIRS: Final = 1.3


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
    search = _Search(tasks, time_limit_s, lambda: time_limit_s * (1 - _RESERVE) - (clock() - began))
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

    def __init__(self, tasks: Tasks, limit_s: float, left_s: Callable[[], float]) -> None:
        self._tasks = tasks
        self._limit_s = limit_s
        self._left_s = left_s
        self._tabled = are_small(tasks)
        self.agent: Ints | None = None
        self.losses = self._relax()
        # How the bound rises with each pair: some pair must serve each task, so at least by the least of them.
        self._rises = self.losses.if_assigned()
        self.lower = math.ceil(self.losses.bound + float(self._rises.min(axis=0).max()))

    def run(self) -> None:
        """Search window after window until bound and cost meet, or the time ends."""
        if not self._search_windows() and self._left_s() > 0:
            most = None if self.agent is None else self._tasks.total(self.agent) - 1
            self._take(assign_among(self._tasks, self._rises <= self._few(), most, False, self._left_s()).agent)

    def _relax(self) -> Losses:
        """Return the bound, and take a first assignment from what agents choose for themselves at its prices."""
        tasks = self._tasks
        capacity_price = capacity_prices(tasks, self._left_s() * _PRICES_SHARE)
        relaxed, load = linear_losses(tasks, capacity_price), np.zeros(tasks.cost.shape, np.bool_)
        if self._tabled:
            best = climb(tasks, relaxed.price, self._may_go_on)
            relaxed, load = losses(tasks, best.price), best.load
        priced = tasks.cost + capacity_price[:, None] * tasks.weight
        self._take(repaired(tasks, load, priced, lambda: self._windows_left_s() > 0))
        return relaxed

    def _may_go_on(self) -> bool:
        return self._left_s() > self._limit_s * (1 - _PRICES_SHARE)

    def _windows_left_s(self) -> float:
        return self._left_s() - self._limit_s * _POLISH_SHARE

    def _search_windows(self) -> bool:
        """Return whether bound and cost have met."""
        tasks = self._tasks
        dearest = int(np.where(tasks.allowed, tasks.cost, tasks.cost.min()).max(axis=0).sum())
        # The bound itself, or where steps are tiny, a little above.
        most = self.lower if tasks.whole else max(self.lower, math.ceil(self.losses.bound + self._few()))
        while self._windows_left_s() > 0:
            if self.agent is not None:
                most = min(most, tasks.total(self.agent) - 1)
            if most < self.lower:
                return True
            found = self._within(most)
            self._take(found.agent)
            if not found.complete:
                return False
            self.lower = most + 1 if found.agent is None else tasks.total(found.agent)
            if self.agent is None and most >= dearest:
                raise AssignmentInfeasible(
                    "capacity: no assignment serves every task; raise capacities, or leave tasks out"
                )
            most = min(dearest, most + max(1, math.ceil((most - self.losses.bound) * _GROWTH)))
        return False

    def _few(self) -> float:
        """Return by how much the bound rises with the most promising pairs at most."""
        possible = self._rises[self._tasks.allowed]
        pairs = min(possible.size - 1, int(self._rises.shape[1] * _FEW_PAIRS))
        return float(np.partition(possible, pairs)[pairs])

    def _within(self, most: int) -> Found:
        """Search the window up to `most` whole."""
        width = most - self.losses.bound
        loads = near_loads(self._tasks, self.losses, width) if self._tabled else None
        first_will_do = most == self.lower
        if loads is None:
            return assign_among(self._tasks, self._rises <= width, most, first_will_do, self._windows_left_s())
        return combine(loads, self._rises.shape[1], width, first_will_do, self._windows_left_s)

    def _take(self, agent: Ints | None) -> None:
        if agent is not None and (self.agent is None or self._tasks.total(agent) < self._tasks.total(self.agent)):
            self.agent = agent
