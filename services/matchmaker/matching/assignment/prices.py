"""Good prices of tasks: those of the linear relaxation, then a subgradient's climb to the bound of exact knapsacks.

A good price is one at which the agents, choosing for themselves, take nearly every task nearly once.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
import numpy as np
from ortools.linear_solver import pywraplp

from services.matchmaker.matching.arrays import Bools, Floats
from services.matchmaker.matching.assignment.knapsacks import best_loads, on_grid
from services.matchmaker.matching.assignment.problem import AssignmentInfeasible, Tasks

# How far above the best bound the climb aims, as a share of all prices: too low stops short, too high wanders.
_AIM: Final = 0.005
# How much of the last direction is kept; it steadies the climb where the agents take turns with a task.
_MOMENTUM: Final = 0.8
# After so many steps without a better bound, steps get shorter by this factor; below the last share it is over.
_PATIENCE: Final = 8
_SHORTER: Final = 1.6
_SHORTEST: Final = 0.003
_MOST_STEPS: Final = 400


class Climb(msgspec.Struct, frozen=True, eq=False):
    """The best prices of a climb, (N,), the loads chosen at them, (M, N), and the bound that they give."""

    price: Floats
    load: Bools
    bound: float


def capacity_prices(tasks: Tasks, seconds: float) -> Floats:
    """Return what one unit of each agent's capacity is worth in the linear relaxation, (M,).

    Where the time ends first they are 0, and any prices give a true bound. Raises AssignmentInfeasible where not even
    parts of tasks fit.
    """
    # Any: its factory has no published types.
    factory: Any = pywraplp.Solver
    solver = factory.CreateSolver("GLOP")
    solver.SetTimeLimit(max(1, int(seconds * 1000)))
    once = [solver.Constraint(1, 1) for _ in range(tasks.cost.shape[1])]
    within = [solver.Constraint(-solver.infinity(), capacity) for capacity in tasks.capacity.tolist()]
    objective = solver.Objective()
    objective.SetMinimization()
    agents, jobs = np.nonzero(tasks.allowed)
    costs, weights = tasks.cost[agents, jobs].tolist(), tasks.weight[agents, jobs].tolist()
    for agent, job, cost, weight in zip(agents.tolist(), jobs.tolist(), costs, weights, strict=True):
        share = solver.NumVar(0, solver.infinity(), "")
        once[job].SetCoefficient(share, 1)
        within[agent].SetCoefficient(share, weight)
        objective.SetCoefficient(share, cost)
    status = solver.Solve()
    if status == solver.INFEASIBLE:
        raise AssignmentInfeasible(
            "capacity: not even parts of tasks fit; all tasks together need more than all agents have: raise capacities"
        )
    if status != solver.OPTIMAL:
        return np.zeros(len(within))
    return on_grid(np.maximum(0.0, [-limit.dual_value() for limit in within]))


def climb(tasks: Tasks, price: Floats, goes_on: Callable[[], bool]) -> Climb:
    """Return the best prices found from these on, while `goes_on`."""
    aim = _AIM * max(1.0, float(np.abs(price).sum()))
    best = _at(tasks, on_grid(price), np.zeros(tasks.cost.shape, np.bool_))
    target, length, waited = best.bound + aim, 1.0, 0
    direction = np.zeros(price.size)
    here = best
    for _ in range(_MOST_STEPS):
        missing = 1.0 - here.load.sum(axis=0)
        if not missing.any() or length < _SHORTEST or not goes_on():
            break
        direction = missing + _MOMENTUM * direction
        step = length * (target - here.bound) / max(1e-9, float((direction * direction).sum()))
        here = _at(tasks, on_grid(here.price + step * direction), here.load)
        if here.bound > best.bound:
            best, waited = here, 0
            if best.bound > target - aim / 4:
                target = best.bound + aim
        else:
            waited += 1
            if waited >= _PATIENCE:
                length, waited = length / _SHORTER, 0
    return best


def _at(tasks: Tasks, price: Floats, known: Bools) -> Climb:
    gain, load = best_loads(tasks, price, known)
    return Climb(price, load, float(price.sum() - gain.sum()))
