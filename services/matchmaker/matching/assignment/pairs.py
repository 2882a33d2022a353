"""The problem as pairs for OR-Tools' CP-SAT: the way where loads are too many, or capacities too large for tables."""

import numpy as np
from ortools.sat.python import cp_model

from services.matchmaker.matching.arrays import Bools, Ints
from services.matchmaker.matching.assignment.combining import Found, solver_within
from services.matchmaker.matching.assignment.problem import Tasks


def assign_among(tasks: Tasks, pairs: Bools, most: int | None, first_will_do: bool, seconds: float) -> Found:
    """Return the cheapest assignment among these pairs, (M, N), or the first one found where that will do.

    It costs at most `most` steps, or whatever it costs where that is None.
    """
    model = cp_model.CpModel()
    agents, jobs = np.nonzero(pairs & tasks.allowed)
    takes = [model.new_bool_var("") for _ in range(agents.size)]
    takers: list[list[cp_model.IntVar]] = [[] for _ in range(pairs.shape[1])]
    taken: list[list[cp_model.IntVar]] = [[] for _ in range(pairs.shape[0])]
    for agent, job, take in zip(agents.tolist(), jobs.tolist(), takes, strict=True):
        takers[job].append(take)
        taken[agent].append(take)
    for taker in takers:
        model.add_exactly_one(taker)
    weights = np.split(tasks.weight[agents, jobs], np.cumsum(np.bincount(agents, minlength=pairs.shape[0]))[:-1])
    for load, weight, capacity in zip(taken, weights, tasks.capacity.tolist(), strict=True):
        model.add(cp_model.LinearExpr.weighted_sum(load, weight.tolist()) <= capacity)
    cost = cp_model.LinearExpr.weighted_sum(takes, tasks.cost[agents, jobs].tolist())
    if most is not None:
        model.add(cost <= most)
    # Minimised even where the first one will do: the objective leads the search to it.
    model.minimize(cost)
    solver = solver_within(seconds)
    solver.parameters.stop_after_first_solution = first_will_do
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Found(None, complete=status == cp_model.INFEASIBLE)
    agent_of: Ints = np.zeros(pairs.shape[1], np.int64)
    for agent, job, take in zip(agents.tolist(), jobs.tolist(), takes, strict=True):
        if solver.boolean_value(take):
            agent_of[job] = agent
    return Found(agent_of, complete=first_will_do or status == cp_model.OPTIMAL)
