"""One load for each agent so that every task has one: OR-Tools' CP-SAT over the loads, in parts that it finds easy.

All losses together are at most the width, so at most one agent loses more than half of it, and then all others less.
Either none does, and the many loads with great losses are out at once, or one certain agent does. Likewise with a
third, and so on. Each part has a fraction of the loads, since most of them lose much; the parts leave nothing out.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from ortools.sat.python import cp_model

from services.matchmaker.matching.arrays import Ints
from services.matchmaker.matching.assignment.knapsacks import GRID
from services.matchmaker.matching.assignment.loads import Loads
from services.matchmaker.matching.assignment.pruning import pruned

# So many loads are combined at once: parting them costs more than it saves.
_FEW: Final = 800
# Shares of the width at which the greatest loss of one agent parts the combinations.
_LIMITS: Final = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 1.0)


class Found(msgspec.Struct, frozen=True, eq=False):
    """The agent of each task, (N,), or None where there is nothing; `complete`: nothing better is within the width."""

    agent: Ints | None
    complete: bool


def solver_within(seconds: float) -> cp_model.CpSolver:
    """Return CP-SAT as used here: one worker and one seed, so that the same problem takes the same way."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_time_in_seconds = max(seconds, 0.001)
    return solver


def combine(loads: list[Loads], tasks: int, width: float, first_will_do: bool, left_s: Callable[[], float]) -> Found:
    """Return the combination of least loss up to `width`, or the first one found where that will do."""
    best: Ints | None = None
    for part in _parts(loads, width):
        if left_s() <= 0:
            return Found(best, complete=False)
        status, agent, loss = _solve(pruned(part, tasks, width), tasks, width, first_will_do, left_s())
        if agent is not None:
            best = agent
            if first_will_do:
                break
            # Only what is better still matters from now on.
            width = loss - GRID
        if status not in (cp_model.OPTIMAL, cp_model.INFEASIBLE):
            return Found(best, complete=False)
    return Found(best, complete=True)


def _parts(loads: list[Loads], width: float) -> Iterator[list[Loads]]:
    """Yield parts of the loads that together hold every combination of losses up to `width`, each in one part only."""
    if sum(own.loss.size for own in loads) <= _FEW:
        yield loads
        return
    yield [own.among(own.loss <= _LIMITS[0] * width) for own in loads]
    for low, high in pairwise(limit * width for limit in _LIMITS):
        # The first agent to lose more than `low`; those before lose less, and nobody more than is left over.
        before = [own.among(own.loss <= low) for own in loads]
        after = [own.among(own.loss <= min(high, width - low)) for own in loads]
        for agent, own in enumerate(loads):
            here = own.among((own.loss > low) & (own.loss <= high))
            yield [*before[:agent], here, *after[agent + 1 :]]


def _solve(
    loads: list[Loads], tasks: int, width: float, first_will_do: bool, seconds: float
) -> tuple[cp_model.CpSolverStatus, Ints | None, float]:
    if not all(own.loss.size for own in loads):
        return cp_model.INFEASIBLE, None, 0.0
    model = cp_model.CpModel()
    takers: list[list[cp_model.IntVar | bool]] = [[] for _ in range(tasks)]
    uses: list[list[cp_model.IntVar]] = []
    for own in loads:
        used = [model.new_bool_var("") for _ in range(own.loss.size)]
        model.add_exactly_one(used)
        for task in own.fixed.tolist():
            takers[task].append(True)
        for task, column in zip(own.open.tolist(), own.chosen.T, strict=True):
            takers[task].extend(used[load] for load in np.flatnonzero(column).tolist())
        uses.append(used)
    for taker in takers:
        model.add_exactly_one(taker)
    losses = np.rint(np.concatenate([own.loss for own in loads]) / GRID).astype(np.int64)
    loss = cp_model.LinearExpr.weighted_sum([use for used in uses for use in used], losses.tolist())
    model.add(loss <= int(width / GRID))
    if not first_will_do:
        model.minimize(loss)
    solver = solver_within(seconds)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return status, None, 0.0
    agent = np.zeros(tasks, np.int64)
    for row, (own, used) in enumerate(zip(loads, uses, strict=True)):
        load = next(load for load, use in enumerate(used) if solver.boolean_value(use))
        agent[own.fixed] = row
        agent[own.open[own.chosen[load]]] = row
    return status, agent, float(solver.value(loss)) * GRID
