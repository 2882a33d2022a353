"""A first assignment from loads that nearly fit: each task once, then shifts and swaps until no agent is overloaded.

It need not be good, only soon there: what makes it optimal is the search between it and the bound.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from services.matchmaker.matching.arrays import Bools, Floats, Ints
from services.matchmaker.matching.assignment.problem import Tasks

# Each move reads a table of all pairs of tasks: beyond so many tasks only shifts are tried.
_MOST_SWAPPED: Final = 1_000
_MOST_MOVES: Final = 400


def repaired(tasks: Tasks, load: Bools, priced: Floats, goes_on: Callable[[], bool]) -> Ints | None:
    """Return an assignment near these loads, (M, N), or None where overload remains that no move mends while `goes_on`.

    Of several takers the cheapest by `priced` (M, N) keeps a task, and what nobody took goes to the cheapest of all.
    """
    wanted = np.where(load.any(axis=0) & ~load, np.inf, np.where(tasks.allowed, priced, np.inf))
    agent = np.argmin(wanted, axis=0).astype(np.int64)
    # Above every difference in cost, so that a move that costs anything is worth a unit of overload less.
    penalty = int(np.ptp(tasks.cost)) * 2 + 1
    for _ in range(_MOST_MOVES):
        if not goes_on() or not _move(tasks, agent, penalty):
            break
    loads = np.bincount(agent, tasks.weight[agent, np.arange(agent.size)], tasks.capacity.size)
    return agent if np.all(loads <= tasks.capacity) else None


def _move(tasks: Tasks, agent: Ints, penalty: int) -> bool:
    """Make the best shift of a task or swap of two, in place; False where none makes the assignment better."""
    jobs = np.arange(agent.size)
    cost, weight = tasks.cost[agent, jobs], tasks.weight[agent, jobs]
    spare = tasks.capacity - np.bincount(agent, weight, tasks.capacity.size).astype(np.int64)
    over = np.maximum(0, -spare)

    relief = over[agent] - np.maximum(0, -(spare[agent] + weight))
    burden = np.maximum(0, tasks.weight - spare[:, None]) - over[:, None]
    shift = tasks.cost - cost + penalty * (burden - relief)
    shift = np.where(tasks.allowed, shift, np.iinfo(np.int64).max)
    shift[agent, jobs] = 0
    best_shift = int(shift.min())
    if agent.size <= _MOST_SWAPPED:
        # [j, k]: what j's agent has to spare once it has k instead of j.
        spare_after = spare[agent][:, None] + weight[:, None] - tasks.weight[agent]
        change = np.maximum(0, -spare_after) - over[agent][:, None]
        dearer = tasks.cost[agent] - cost[:, None]
        both = dearer + dearer.T + penalty * (change + change.T)
        fits = tasks.allowed[agent]
        swap = np.where(fits & fits.T & (agent[:, None] != agent), both, 0)
        if int(swap.min()) < best_shift:
            one, other = np.unravel_index(int(np.argmin(swap)), swap.shape)
            agent[[one, other]] = agent[[other, one]]
            return True
    if best_shift < 0:
        row, job = np.unravel_index(int(np.argmin(shift)), shift.shape)
        agent[job] = row
        return True
    return False
