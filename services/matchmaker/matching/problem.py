"""The assignment problem as plain arrays: what `solve` takes and gives, without any word of schools or companies.

    max   Σ score_p x_p + Σ first_bonus_c [c served] + Σ first_bonus_s [s used] + Σ link_score y
    s.t.  a class has at most `class_visits` pairs, and one a day;
          a slot's pairs take at most `slot_places` places, those of classes that are not privileged at most
          `slot_open_places`;
          a pair of a mediated lane has one mediator of that lane;
          a mediator has at most `mediator_visits` pairs, and one a day;
          of the classes of a cell at least `cell_floor` are served, as far as that can be.

Where every pair takes one place, slots hold whole groups: then the choice without mediators is one min-cost flow, and
its optimum exact. A *lane* is a way through a slot: the pairs of a lane may be given the same mediators, or need none.
Partnerships are the same problem: companies are classes, associations are slots, and there are no days and no
mediators.
"""

from typing import Final

import msgspec

from services.matchmaker.matching.arrays import Bools, Floats, Ints
from services.matchmaker.matching.solving.residual import Residual

# Costs are whole numbers for the solver: a score is rounded to this step unless the problem says otherwise.
DEFAULT_STEP: Final = 1e-6
# Sets of pairs that fill a slot are found in tables of so many places at most.
MOST_PACKED: Final = 1 << 20
# Beyond this many steps per score, sums of costs could leave 64 bits.
MAX_STEPS: Final = 10**10


class ProblemMalformed(ValueError):
    """The arrays do not fit together; the message says which and how."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """P pairs of C classes and S slots, L lanes, F links of lanes with M mediators, G cells; rows count from 0.

    `pair_class`, `pair_slot`: (P,) rows. `pair_score`: (P,), any unit; all scores and bonuses are rounded to `step`.
    `pair_places`: (P,) what each pair takes of its slot (groups, or pupils where places are pooled); None: one.
    `class_visits`: (C,) visits at most. `slot_places`: (S,) places, in the unit of its pairs' `pair_places`.
    `slot_open_places`: (S,) places that classes which are not `class_privileged` (C,) may take; None: all.
    `class_first_bonus`: (C,), `slot_first_bonus`: (S,), for the first pair of each; not negative; None: no bonus;
    the slots' only where there are no lanes and every pair takes one place.
    `class_cell`: (C,) rows of cells, -1 for none; `cell_floor`: (G,) classes to be served; None: no floors.
    `slot_day`: (S,) any whole number per day; None: nothing happens on the same day.
    `pair_lane`: (P,) rows of lanes; None: no pair needs a mediator. `lane_mediated`: (L,). A lane belongs to one slot.
    `link_lane`, `link_mediator`: (F,) rows; `link_score`: (F,). `mediator_visits`: (M,) interventions at most.
    """

    pair_class: Ints
    pair_slot: Ints
    pair_score: Floats
    class_visits: Ints
    slot_places: Ints
    pair_places: Ints | None = None
    slot_open_places: Ints | None = None
    class_privileged: Bools | None = None
    class_first_bonus: Floats | None = None
    slot_first_bonus: Floats | None = None
    class_cell: Ints | None = None
    cell_floor: Ints | None = None
    slot_day: Ints | None = None
    pair_lane: Ints | None = None
    lane_mediated: Bools | None = None
    link_lane: Ints | None = None
    link_mediator: Ints | None = None
    link_score: Floats | None = None
    mediator_visits: Ints | None = None
    step: float = DEFAULT_STEP


class Prices(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The dual prices behind a bound, in the scores' unit: what each scarce thing is worth elsewhere.

    `visit` (C,): one visit of the class; below 0 where its first bonus is to be had. `place` (S,): one place of the
    slot, likewise; 0 where its pairs take different numbers of places (the slot's knapsack prices them together).
    `open_place` (S,): besides, one place that general classes may take. `mediator` (M,): one intervention. `cell`
    (G,): one class more served of the cell. `class_day` and `mediator_day` map (row, day) to what a second visit on
    that day would be worth.
    """

    visit: Floats
    place: Floats
    open_place: Floats
    mediator: Floats
    cell: Floats
    class_day: dict[tuple[int, int], float]
    mediator_day: dict[tuple[int, int], float]


class Solution(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The chosen pairs: `pairs` (n,) rows of the problem's pairs, ascending; `mediator` (n,), -1 where none is needed.

    `value` is what they are worth, `bound` what no solution that serves as many of each cell can exceed, both in the
    scores' unit; equal where the optimum is proven. `prices` prove the bound but for `price_slack`: a small
    problem that is searched to its end has a lower one than any prices prove. `deficit` (G,): how many classes
    of each cell are missing to its floor. `rounds` counts the flows that were solved. `limited` says that the time was
    over before the search was. `residual` tells what forcing a pair costs exactly, where the choice is one flow.
    """

    pairs: Ints
    mediator: Ints
    value: float
    bound: float
    prices: Prices
    deficit: Ints
    rounds: int
    limited: bool = False
    residual: Residual | None = None
    price_slack: float = 0.0

    @property
    def gap(self) -> float:
        """The share of the bound that the value may miss, 0 where the optimum is proven."""
        return (self.bound - self.value) / self.bound if self.bound > self.value else 0.0
