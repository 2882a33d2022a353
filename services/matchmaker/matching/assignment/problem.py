"""The generalized assignment problem as plain arrays: what `solve_assignment` takes and gives, and its refusals.

    min   Σ cost_ij x_ij
    s.t.  every task j has one agent:  Σ_i x_ij = 1
          no agent i is overloaded:    Σ_j weight_ij x_ij ≤ capacity_i

A task weighs what it weighs for the agent that takes it: a class of 30 fills one company's slot and half of another's.
"""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.matchmaker.matching.arrays import Floats, Ints

# Costs that are not whole are rounded to this step unless the problem says otherwise.
DEFAULT_STEP: Final = 1e-6
# The linear relaxation is written pair by pair: beyond this many pairs that alone takes seconds.
MAX_PAIRS: Final = 200_000
# Up to here sums of costs, in steps, and of weights stay exact in 64-bit floats, with room for fractions of prices.
MAX_SUM: Final = 2**40


class AssignmentMalformed(ValueError):
    """The arrays do not fit together, or are out of bounds; the message names the array and the remedy."""


class AssignmentInfeasible(ValueError):
    """No assignment serves every task within the capacities; the message says what that follows from."""


class AssignmentUnfinished(TimeoutError):
    """The time ended before any assignment was found, nor was it proven that there is none."""


class AssignmentProblem(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """M agents and N tasks.

    `cost`: (M, N) whole or real numbers in any unit; real ones are rounded to `step`. `weight`: (M, N) whole, not
    negative, in the unit of `capacity`: (M,) whole. A pair that cannot be is one whose weight exceeds the capacity.
    """

    cost: Ints | Floats
    weight: Ints
    capacity: Ints
    step: float = DEFAULT_STEP


class AssignmentSolution(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Who does what: `agent` (N,) is the row of each task's agent.

    `cost` is what that costs and `bound` what every assignment costs at least, both in the costs' unit; they are
    equal where the optimum is `proven`. Otherwise the time ended first, and `gap` is what that may have cost.
    `price` (N,), in the same unit, is what serving each task is worth: at these prices the agents, choosing for
    themselves, take nearly every task nearly once. The bound that they give is where the search began.
    """

    agent: Ints
    cost: float
    bound: float
    price: Floats
    proven: bool

    @property
    def gap(self) -> float:
        """The share of the cost that might be saved, 0 where the optimum is proven."""
        return (self.cost - self.bound) / max(abs(self.cost), abs(self.bound)) if self.cost > self.bound else 0.0


class Tasks(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A checked problem: `cost` in whole steps of `step`; `allowed` (M, N) says which weights fit their capacity."""

    cost: Ints
    weight: Ints
    capacity: Ints
    allowed: NDArray[np.bool_]
    step: float
    whole: bool

    def total(self, agent: Ints) -> int:
        """Return what an assignment costs, in steps."""
        return int(self.cost[agent, np.arange(agent.size)].sum())


def checked(problem: AssignmentProblem) -> Tasks:
    """Return the problem in whole steps; raises AssignmentMalformed.

    Raises AssignmentInfeasible where a task fits nobody.
    """
    shape = _shape(problem.cost)
    weight = _whole("weight", problem.weight, shape)
    capacity = _whole("capacity", problem.capacity, shape[:1])
    cost, step = _steps(problem.cost, problem.step)
    allowed = weight <= capacity[:, None]
    alone = np.flatnonzero(~allowed.any(axis=0))
    if alone.size:
        raise AssignmentInfeasible(
            f"weight: task {alone[0]} exceeds every agent's capacity; raise a capacity, or leave the task out"
        )
    return Tasks(
        cost=cost,
        weight=weight,
        # What exceeds the sum of all weights can never be used.
        capacity=np.minimum(capacity, np.where(allowed, weight, 0).sum(axis=1)),
        allowed=allowed,
        step=step,
        whole=step == 1.0,
    )


def _shape(cost: Ints | Floats) -> tuple[int, int]:
    if cost.ndim != 2 or not cost.size:
        raise AssignmentMalformed(f"cost: has shape {cost.shape}; give agents × tasks, at least one of each")
    if cost.size > MAX_PAIRS:
        raise AssignmentMalformed(f"cost: has {cost.size} pairs; at most {MAX_PAIRS}: split the problem")
    return cost.shape[0], cost.shape[1]


def _whole(name: str, values: Ints, shape: tuple[int, ...]) -> Ints:
    if values.shape != shape:
        raise AssignmentMalformed(f"{name}: has shape {values.shape}, must have {shape}, as cost has")
    if not np.issubdtype(values.dtype, np.integer):
        raise AssignmentMalformed(f"{name}: must be whole numbers; choose a smaller unit and round")
    if values.min() < 0:
        raise AssignmentMalformed(f"{name}: is negative somewhere; give 0 where there is none")
    if values.max() > MAX_SUM // shape[-1]:
        raise AssignmentMalformed(f"{name}: exceeds {MAX_SUM // shape[-1]}; choose a larger unit")
    return values.astype(np.int64)


def _steps(cost: Ints | Floats, step: float) -> tuple[Ints, float]:
    """Return the costs in whole steps, and the step: 1 where they are whole already."""
    if not np.issubdtype(cost.dtype, np.number) or not np.all(np.isfinite(cost)):
        raise AssignmentMalformed("cost: is not a finite number somewhere; where a pair cannot be, raise its weight")
    if np.all(cost == np.rint(cost)):
        step = 1.0
    elif not (np.isfinite(step) and step > 0):
        raise AssignmentMalformed("step: must be above 0; it is what costs are rounded to")
    most = MAX_SUM // cost.shape[1]
    scaled = cost / step
    if np.abs(scaled).max() > most:
        raise AssignmentMalformed(f"cost: exceeds {most} steps of {step}; choose a larger step or unit")
    return np.rint(scaled).astype(np.int64), step
