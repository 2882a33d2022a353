"""Every load that can be part of a good enough assignment: near an exact bound there are surprisingly few.

Within `width` of the bound, an agent's load may gain at most `width` less than its best one. A handful of tasks
are in doubt for each agent, so its loads are enumerated by taking and leaving them in turn, and dropping what falls
too far behind.
"""

from typing import Final

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bools, Floats, Ints
from services.matchmaker.matching.assignment.knapsacks import Losses
from services.matchmaker.matching.assignment.problem import Tasks

# Beyond so many loads of all agents their combination is no easier than the pairs themselves.
MAX_LOADS: Final = 40_000


class Loads(msgspec.Struct, frozen=True, eq=False):
    """One agent's loads: all hold the tasks `fixed` (F,), and load l those of `open` (D,) that `chosen[l]` says.

    `chosen`: (L, D). `loss` (L,) is how much less than the agent's best load each one gains.
    """

    fixed: Ints
    open: Ints
    chosen: Bools
    loss: Floats

    def among(self, which: Bools) -> "Loads":
        """Return only these loads, (L,)."""
        return Loads(self.fixed, self.open, self.chosen[which], self.loss[which])


def near_loads(tasks: Tasks, losses: Losses, width: float) -> list[Loads] | None:
    """Return each agent's loads that lose at most `width`; None where they are too many."""
    possible = losses.if_assigned() <= width
    alone = possible.sum(axis=0) == 1
    found: list[Loads] = []
    total = 0
    for agent in range(tasks.capacity.size):
        must = possible[agent] & (alone | (losses.left[agent] > width))
        doubtful = np.flatnonzero(possible[agent] & ~must)
        loads = _enumerate(tasks, losses, agent, np.flatnonzero(must), doubtful, width, MAX_LOADS - total)
        if loads is None:
            return None
        found.append(loads)
        total += loads.loss.size
    return found


def _enumerate(
    tasks: Tasks, losses: Losses, agent: int, fixed: Ints, doubtful: Ints, width: float, most: int
) -> Loads | None:
    profit = losses.price - tasks.cost[agent]
    free = int(tasks.capacity[agent] - tasks.weight[agent, fixed].sum())
    if free < 0:
        return Loads(fixed, doubtful, np.zeros((0, doubtful.size), np.bool_), np.zeros(0))
    weights = tasks.weight[agent, doubtful].tolist()
    gains = profit[doubtful].tolist()
    # ahead[k][r]: what the tasks from the k-th on can still gain within r.
    ahead = np.zeros((doubtful.size + 1, free + 1))
    for k in range(doubtful.size - 1, -1, -1):
        ahead[k] = ahead[k + 1]
        if weights[k] <= free:
            rest = ahead[k, weights[k] :]
            np.maximum(rest, ahead[k + 1, : free + 1 - weights[k]] + gains[k], out=rest)
    needed = float(losses.gain[agent]) - width
    room, gain = np.array([free]), np.array([float(profit[fixed].sum())])
    chosen = np.zeros((1, 0), np.bool_)
    for k in range(doubtful.size):
        leaves = gain + ahead[k + 1, room] >= needed
        fits = np.flatnonzero(room >= weights[k])
        takes = fits[gain[fits] + gains[k] + ahead[k + 1, room[fits] - weights[k]] >= needed]
        chosen = np.concatenate([chosen[leaves], chosen[takes]])
        chosen = np.column_stack([chosen, np.arange(len(chosen)) >= np.count_nonzero(leaves)])
        room = np.concatenate([room[leaves], room[takes] - weights[k]])
        gain = np.concatenate([gain[leaves], gain[takes] + gains[k]])
        if room.size > most:
            return None
    near = gain >= needed
    return Loads(fixed, doubtful, chosen[near], float(losses.gain[agent]) - gain[near])
