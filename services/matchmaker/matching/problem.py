"""The assignment problem as plain arrays: what `solve` takes and gives, without any word of schools or companies.

    max   Σ score_p x_p + Σ first_bonus_c [c served] + Σ first_bonus_s [s used] + Σ link_score y
    s.t.  a class has at most `class_visits` pairs, and one a day;  a slot takes at most `slot_groups` pairs;
          a pair of a mediated lane has one mediator of that lane;
          a mediator has at most `mediator_visits` pairs, and one a day.

A *lane* is a way through a slot: the pairs of a lane may be given the same mediators, or need none. A
slot whose pairs all need no mediator has one plain lane. Partnerships are the same problem: companies are
classes, associations are slots, and there are no days and no mediators.
"""

from typing import Final

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bools, Floats, Ints

# Costs are whole numbers for the solver: a score is rounded to this step unless the problem says otherwise.
DEFAULT_STEP: Final = 1e-6
# Beyond this many steps per score, sums of costs could leave 64 bits.
MAX_STEPS: Final = 10**12


class ProblemMalformed(ValueError):
    """The arrays do not fit together; the message says which and how."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """P pairs of C classes and S slots, L lanes, F links of lanes with M mediators; rows count from 0.

    `pair_class`, `pair_slot`: (P,) rows. `pair_score`: (P,), any unit; all scores and bonuses are rounded to `step`.
    `class_visits`: (C,) visits at most. `slot_groups`: (S,) pairs at most.
    `class_first_bonus`: (C,), `slot_first_bonus`: (S,), for the first pair of each; not negative; None: no bonus;
    the slots' only where there are no lanes.
    `slot_day`: (S,) any whole number per day; None: nothing happens on the same day.
    `pair_lane`: (P,) rows of lanes; None: no pair needs a mediator. `lane_mediated`: (L,). A lane belongs to one slot.
    `link_lane`, `link_mediator`: (F,) rows; `link_score`: (F,). `mediator_visits`: (M,) interventions at most.
    """

    pair_class: Ints
    pair_slot: Ints
    pair_score: Floats
    class_visits: Ints
    slot_groups: Ints
    class_first_bonus: Floats | None = None
    slot_first_bonus: Floats | None = None
    slot_day: Ints | None = None
    pair_lane: Ints | None = None
    lane_mediated: Bools | None = None
    link_lane: Ints | None = None
    link_mediator: Ints | None = None
    link_score: Floats | None = None
    mediator_visits: Ints | None = None
    step: float = DEFAULT_STEP


class Solution(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The chosen pairs: `pairs` (n,) rows of the problem's pairs, ascending; `mediator` (n,), -1 where none is needed.

    `value` is what they are worth, `bound` what no solution can exceed, both in the scores' unit; they are
    equal where the optimum is proven. `rounds` counts the flows that were solved.
    """

    pairs: Ints
    mediator: Ints
    value: float
    bound: float
    rounds: int

    @property
    def gap(self) -> float:
        """The share of the bound that the value may miss, 0 where the optimum is proven."""
        return (self.bound - self.value) / self.bound if self.bound > self.value else 0.0


class Network(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A checked problem in whole steps, every array there: what `stations.py` and `flow.py` work on."""

    pair_class: Ints
    pair_slot: Ints
    pair_gain: Ints
    pair_lane: Ints
    class_visits: Ints
    class_first_gain: Ints
    slot_groups: Ints
    slot_first_gain: Ints
    slot_day: Ints
    lane_slot: Ints
    lane_mediated: Bools
    link_lane: Ints
    link_mediator: Ints
    link_gain: Ints
    mediator_visits: Ints
    days_limit: bool


def checked(problem: Problem) -> Network:
    """Return the problem in whole steps; raises ProblemMalformed where its arrays do not fit together."""
    classes, slots = problem.class_visits.size, problem.slot_groups.size
    _require_rows("pair_class", problem.pair_class, classes, problem.pair_class.size)
    _require_rows("pair_slot", problem.pair_slot, slots, problem.pair_class.size)
    if problem.slot_first_bonus is not None and problem.pair_lane is not None:
        raise ProblemMalformed("slot_first_bonus: is exact only where no pair has a lane; leave one of the two out")
    pair_lane, lane_slot, lane_mediated = _lanes(problem)
    mediators = _given(problem.mediator_visits, 0)
    links = 0 if problem.link_lane is None else problem.link_lane.size
    link_lane, link_mediator = _given(problem.link_lane, 0), _given(problem.link_mediator, 0)
    _require_rows("link_lane", link_lane, lane_mediated.size, links)
    _require_rows("link_mediator", link_mediator, mediators.size, links)
    slot_day = np.arange(slots, dtype=np.int64) if problem.slot_day is None else problem.slot_day
    _require_size("slot_day", slot_day.size, slots)
    return Network(
        pair_class=problem.pair_class,
        pair_slot=problem.pair_slot,
        pair_gain=_steps("pair_score", problem.pair_score, problem.pair_class.size, problem.step),
        pair_lane=pair_lane,
        class_visits=_capacities("class_visits", problem.class_visits),
        class_first_gain=_bonus("class_first_bonus", problem.class_first_bonus, classes, problem.step),
        slot_groups=_capacities("slot_groups", problem.slot_groups),
        slot_first_gain=_bonus("slot_first_bonus", problem.slot_first_bonus, slots, problem.step),
        slot_day=slot_day,
        lane_slot=lane_slot,
        lane_mediated=lane_mediated,
        link_lane=link_lane,
        link_mediator=link_mediator,
        link_gain=_steps("link_score", problem.link_score, links, problem.step),
        mediator_visits=_capacities("mediator_visits", mediators),
        days_limit=problem.slot_day is not None,
    )


def _lanes(problem: Problem) -> tuple[Ints, Ints, Bools]:
    """Return each pair's lane, each lane's slot (-1 for a lane without pairs), and whether it is mediated."""
    if problem.pair_lane is None or problem.lane_mediated is None:
        slots = problem.slot_groups.size
        return problem.pair_slot, np.arange(slots, dtype=np.int64), np.zeros(slots, np.bool_)
    lanes = problem.lane_mediated.size
    _require_rows("pair_lane", problem.pair_lane, lanes, problem.pair_class.size)
    lane_slot = np.full(lanes, -1, np.int64)
    lane_slot[problem.pair_lane] = problem.pair_slot
    if np.any(lane_slot[problem.pair_lane] != problem.pair_slot):
        raise ProblemMalformed("pair_lane: a lane is used by pairs of two slots; give each slot its own lanes")
    return problem.pair_lane, lane_slot, problem.lane_mediated


def _given(values: Ints | None, size: int) -> Ints:
    return np.zeros(size, np.int64) if values is None else values


def _capacities(name: str, values: Ints) -> Ints:
    if values.size and values.min() < 0:
        raise ProblemMalformed(f"{name}: a capacity is negative; give 0 where there is none")
    return values


def _bonus(name: str, values: Floats | None, size: int, step: float) -> Ints:
    steps = _steps(name, values, size, step)
    if steps.size and steps.min() < 0:
        raise ProblemMalformed(f"{name}: a bonus is negative; a flow is exact only for bonuses of at least 0")
    return steps


def _steps(name: str, values: Floats | None, size: int, step: float) -> Ints:
    if values is None:
        return np.zeros(size, np.int64)
    _require_size(name, values.size, size)
    scaled = values / step
    if not np.all(np.abs(scaled) <= MAX_STEPS):
        raise ProblemMalformed(
            f"{name}: a score is not finite, or more than {MAX_STEPS:.0e} steps of {step}; choose a larger step"
        )
    return np.rint(scaled).astype(np.int64)


def _require_rows(name: str, rows: Ints, limit: int, size: int) -> None:
    _require_size(name, rows.size, size)
    if size and not (rows.min() >= 0 and rows.max() < limit):
        raise ProblemMalformed(f"{name}: rows must be from 0 to {limit - 1}")


def _require_size(name: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise ProblemMalformed(f"{name}: has {found} entries, must have {wanted}")
