"""What each agent would choose at given prices of tasks: exact knapsacks, all agents' at once, over whole capacities.

At prices u the agents choose for themselves, each the load that gains most, Σ (price_j − cost_ij) over its tasks.
Then `Σ price − Σ gains` is a bound on every assignment's cost (Lagrangian relaxation of "each task once";
Fisher, Jaikumar & Van Wassenhove 1986).
"""

from typing import Final

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bools, Floats, Ints
from services.matchmaker.matching.assignment.problem import Tasks

# Prices are whole multiples of this power of two: sums of them are exact, so that a bound is one and not nearly one.
GRID: Final = 2.0**-12
# Cells of a table for all losses: more takes too much memory (8 bytes a cell, twice) and time.
MAX_CELLS: Final = 6_000_000
# Stands for a weight of nothing where profit is divided by weight.
_WEIGHTLESS: Final = 1e-9
# More than what rounding can do to a bound, less than would matter.
_MARGIN: Final = 1e-6


class Losses(msgspec.Struct, frozen=True, eq=False):
    """A bound and how it would rise: `taken` (M, N) if agent i must take task j, `left` (M, N) if it must not.

    `gain` (M,) is what each agent's best load gains; `price` (N,) the prices.
    """

    price: Floats
    bound: float
    gain: Floats
    taken: Floats
    left: Floats

    def if_assigned(self) -> Floats:
        """Return how the bound rises if task j is agent i's, and so nobody else's, (M, N)."""
        rise: Floats = self.taken + self.left.sum(axis=0) - self.left
        return rise


def on_grid(price: Floats) -> Floats:
    """Return the prices rounded to the grid on which sums are exact."""
    return np.rint(price / GRID) * GRID


def are_small(tasks: Tasks) -> bool:
    """Whether the tables of `losses` stay within bounds."""
    return tasks.cost.size * (int(tasks.capacity.max()) + 1) <= MAX_CELLS


def best_loads(tasks: Tasks, price: Floats, known: Bools) -> tuple[Floats, Bools]:
    """Return each agent's greatest gain, (M,), and the load that gives it, (M, N).

    `known` (M, N) are loads that fit, as of the prices before: the better they are, the less is in doubt.
    """
    profit = np.where(tasks.allowed, price - tasks.cost, -np.inf)
    load, doubtful = _decided(tasks, profit, known)
    agents = np.arange(tasks.capacity.size)
    room = tasks.capacity - np.where(load, tasks.weight, 0).sum(axis=1)
    gain: Floats = np.where(load, profit, 0.0).sum(axis=1)

    # Each agent's doubtful tasks come first, in their order; rows are as long as the longest.
    order = np.argsort(~doubtful, axis=1, kind="stable")[:, : int(doubtful.sum(axis=1).max())]
    profits = np.where(np.take_along_axis(doubtful, order, axis=1), np.take_along_axis(profit, order, axis=1), -np.inf)
    table = _Table(tasks.capacity.size, int(room.max()) + 1)
    weights = np.minimum(np.take_along_axis(tasks.weight, order, axis=1), table.width)
    taken = np.empty((order.shape[1], *table.best.shape), np.bool_)
    for step in range(order.shape[1]):
        table.offer(profits[:, step], weights[:, step], taken[step])
    gain += table.best[agents, room]
    for step in range(order.shape[1] - 1, -1, -1):
        takes = taken[step, agents, room]
        load[agents, order[:, step]] |= takes
        room -= weights[:, step] * takes
    return gain, load


def losses(tasks: Tasks, price: Floats) -> Losses:
    """Return the bound at these prices and its rise for every single decision; only where `are_small`."""
    profit = np.where(tasks.allowed, price - tasks.cost, -np.inf)
    number = price.size
    before = _sweep(tasks, profit, range(number))
    after = _sweep(tasks, profit, range(number - 1, -1, -1))[::-1]
    gain = before[number, np.arange(tasks.capacity.size), tasks.capacity]
    taken, left = np.empty(profit.shape), np.empty(profit.shape)
    for agent, capacity in enumerate(tasks.capacity.tolist()):
        rest = capacity - tasks.weight[agent][:, None] - np.arange(capacity + 1)
        ahead = np.take_along_axis(after[1:, agent], np.maximum(rest, 0), axis=1)
        ahead[rest < 0] = -np.inf
        behind = before[:number, agent, : capacity + 1]
        taken[agent] = gain[agent] - (profit[agent] + (behind + ahead).max(axis=1))
        left[agent] = gain[agent] - (behind + after[1:, agent, capacity::-1]).max(axis=1)
    return Losses(price, float(price.sum() - gain.sum()), gain, taken, left)


class _Table:
    """What each of M agents gains at best within 0, 1, … units, `best` (M, width), as tasks are offered one by one."""

    def __init__(self, agents: int, width: int) -> None:
        self.width = width
        # Left of each row stand as many cells of minus infinity: what does not fit reads one of them.
        whole = np.full((agents, 2 * width), -np.inf)
        self.best = whole[:, width:]
        self.best[:] = 0.0
        self._flat = whole.ravel()
        self._cells = np.arange(agents)[:, None] * (2 * width) + width + np.arange(width)
        self._candidate = np.empty((agents, width))

    def offer(self, profit: Floats, weight: Ints, taken: Bools | None = None) -> None:
        """Let each agent take one more task, of profit and weight (M,), where it gains by it; `taken` notes where."""
        # Every cell is there; "clip" only spares the copy that checking would take.
        np.take(self._flat, self._cells - weight[:, None], out=self._candidate, mode="clip")
        self._candidate += profit[:, None]
        if taken is not None:
            np.greater(self._candidate, self.best, out=taken)
        np.maximum(self.best, self._candidate, out=self.best)


def _sweep(tasks: Tasks, profit: Floats, order: range) -> Floats:
    """Return the best gains of the first 0, 1, … tasks of this order, (N + 1, M, capacities)."""
    table = _Table(tasks.capacity.size, int(tasks.capacity.max()) + 1)
    weight = np.minimum(tasks.weight, table.width)
    best = np.empty((len(order) + 1, *table.best.shape))
    best[0] = table.best
    for step, task in enumerate(order):
        table.offer(profit[:, task], weight[:, task])
        best[step + 1] = table.best
    return best


def _decided(tasks: Tasks, profit: Floats, known: Bools) -> tuple[Bools, Bools]:
    """Return which tasks each agent takes in any best load, and of which that is in doubt, both (M, N).

    By the bound of Dantzig: taken by profit per unit until one does not fit, that one's profit per unit is what
    capacity is worth; what is off by more than the bound exceeds a known load is decided.
    """
    positive = profit > 0
    per_unit = np.where(positive, profit, 0.0) / np.maximum(tasks.weight, _WEIGHTLESS)
    order = np.argsort(-per_unit, axis=1, kind="stable")
    filled = np.cumsum(np.take_along_axis(np.where(positive, tasks.weight, 0), order, axis=1), axis=1)
    fitting = (filled <= tasks.capacity[:, None]).sum(axis=1)
    critical = np.take_along_axis(order, np.minimum(fitting, profit.shape[1] - 1)[:, None], axis=1)
    worth = np.where(fitting < profit.shape[1], np.take_along_axis(per_unit, critical, axis=1)[:, 0], 0.0)
    surplus = profit - worth[:, None] * tasks.weight
    bound = worth * tasks.capacity + np.maximum(surplus, 0.0).sum(axis=1)
    doubt = (bound - np.where(known, profit, 0.0).sum(axis=1) + _MARGIN)[:, None]
    return surplus > doubt, positive & (np.abs(surplus) <= doubt)


def linear_losses(tasks: Tasks, capacity_price: Floats) -> Losses:
    """Return the bound of the linear relaxation at these prices of capacity, (M,) ≥ 0, and its rises: reduced costs."""
    priced = np.where(tasks.allowed, tasks.cost + capacity_price[:, None] * tasks.weight, np.inf)
    price = priced.min(axis=0)
    spent = capacity_price * tasks.capacity
    return Losses(price, float(price.sum() - spent.sum()), spent, priced - price, np.zeros(priced.shape))
