"""Small random problems with everything that a problem may have, and how a solution of one is held to the truth."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from services.matchmaker.matching.arrays import Ints
from services.matchmaker.matching.problem import Problem, Solution
from services.matchmaker.matching.solving.certificate import certify
from services.matchmaker.matching.solving.effort import QUICK, Effort
from services.matchmaker.matching.solving.exact import Patience
from tests.unit.matching.brute_force import Missed, best_of, broken_rules, choice_of, missed, outcomes, worth

# The ways of the solver, told apart by what a problem is too large for: an exact search with mediators (then one at
# mediators' prices), any exact search (then prices, a dive and mending), trying often; and where a search is given up
# before it began.
AT_PRICES = Effort(exact_mediated_pairs=0)
BY_DIVES = Effort(exact_pairs=0, exact_mediated_pairs=0)
OF_MANY = Effort(exact_pairs=0, exact_mediated_pairs=0, many=0)
GIVEN_UP = Effort(exact_mediated_pairs=0, patience=Patience(seconds=0.0))
WAYS = {
    "whole": Effort(),
    "at prices": AT_PRICES,
    "by dives": BY_DIVES,
    "of many": OF_MANY,
    "given up": GIVEN_UP,
    "quick": QUICK,
}

# A search to the end stops this close to it, as a share of the value.
_CLOSE = 1e-5
# What sums of prices miss a whole number of points by.
_SLIP = 1e-3


def rows(values: Any) -> Any:
    """Whole numbers as an array."""
    return np.array(values, dtype=np.int64)


def scores(values: Any) -> Any:
    """Scores as an array."""
    return np.array(values, dtype=np.float64)


def flags(values: Any) -> Any:
    """Yes or no, as an array."""
    return np.array(values, dtype=np.bool_)


def draw_many(draw: st.DrawFn, values: st.SearchStrategy[Any], number: int) -> list[Any]:
    """So many values."""
    return draw(st.lists(values, min_size=number, max_size=number))


def chances(draw: st.DrawFn) -> np.random.Generator:
    """Chances that are even: left to itself, Hypothesis likes zeros best, and of little nothing is scarce."""
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1)))


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    most_pairs: int = 8,
    packed: bool = False,
    kept: bool = False,
    floors: bool = False,
    lanes: int = 0,
    lowest: int = 1,
    twice: bool = False,
) -> Problem:
    """Up to five classes and three slots, with days or without; scores from `lowest` on.

    `packed`: pairs take one to three places; `kept`: places for privileged classes alone; `floors`: of two cells;
    `lanes`: so many of each slot, plain or mediated, and two mediators. `twice`: a class may have several pairs with a
    slot.
    """
    chance = chances(draw)
    classes, slots, number = (
        int(chance.integers(*between)) for between in ((2, 6), (1, 4), (most_pairs // 2, most_pairs + 1))
    )
    number = number if twice else min(number, classes * slots)
    pair_class, pair_slot = np.divmod(chance.choice(classes * slots, number, replace=twice), slots)
    places = 6 if packed else 2
    return Problem(
        pair_class=pair_class,
        pair_slot=pair_slot,
        pair_score=scores(chance.integers(lowest, 40, number)),
        pair_places=chance.integers(1, 4, number) if packed else None,
        class_visits=chance.choice([0, 1, 1, 1, 1, 2, 2, 2, 3], classes),
        class_first_bonus=scores(chance.integers(0, 30, classes)),
        slot_places=chance.choice([0, *range(1, places + 1), *range(1, places + 1)], slots),
        slot_open_places=chance.integers(0, places + 1, slots) if kept else None,
        class_privileged=chance.random(classes) < 0.4 if kept else None,
        slot_first_bonus=None if packed or lanes else scores(chance.integers(0, 30, slots)),
        slot_day=chance.integers(1, 3, slots) if chance.random() < 0.7 else None,
        step=float(chance.choice([1.0, 1e-6])),
        **(_floors(chance, classes) if floors else {}),
        **(_lanes(chance, pair_slot, slots, lanes) if lanes else {}),
    )


def _floors(chance: np.random.Generator, classes: int) -> dict[str, Any]:
    return {"class_cell": chance.integers(-1, 2, classes), "cell_floor": chance.integers(0, 3, 2)}


def _lanes(chance: np.random.Generator, pair_slot: Ints, slots: int, lanes: int) -> dict[str, Any]:
    mediators = 2
    link_lane, link_mediator = np.nonzero(chance.random((slots * lanes, mediators)) < 0.8)
    # What a mediator's journey costs depends on the slot, not on the class.
    journeys = scores(chance.integers(-9, 1, (slots, mediators)))
    return {
        "pair_lane": pair_slot * lanes + chance.integers(0, lanes, pair_slot.size),
        "lane_mediated": chance.random(slots * lanes) < 0.7,
        "link_lane": link_lane,
        "link_mediator": link_mediator,
        "link_score": journeys[link_lane // lanes, link_mediator],
        "mediator_visits": chance.integers(0, 3, mediators),
    }


def faults_of(problem: Problem, solution: Solution, *, best: bool = False) -> list[str]:
    """What is wrong with a solution, in words: a broken rule, or a value, a deficit, a bound or prices that lie.

    With `best` it is wrong besides where some choice misses fewer classes of floors in all, or is worth more while it
    misses as few.
    """
    choice, found = choice_of(solution), outcomes(problem)
    misses = tuple(solution.deficit.tolist())
    reached = best_of(found, misses)
    proven = certify(problem, solution.prices, solution.deficit)
    said = (
        (abs(solution.value - worth(problem, choice)) <= _SLIP, f"worth {worth(problem, choice)}"),
        (misses == missed(problem, choice), f"misses {missed(problem, choice)}"),
        (solution.value <= reached + _SLIP, f"worth more than the best, {reached}"),
        (reached <= solution.bound + _SLIP, f"bound {solution.bound} is below the best, {reached}"),
        (abs(proven - solution.bound - solution.price_slack) <= _SLIP, f"prices prove {proven}, not {solution.bound}"),
    )
    faults = [*broken_rules(problem, choice), *(words for is_so, words in said if not is_so)]
    return [*faults, *_less_than_best(solution, found)] if best else faults


def _less_than_best(solution: Solution, found: dict[Missed, float]) -> Iterator[str]:
    fewest = min(sum(misses) for misses in found)
    best = max(value for misses, value in found.items() if sum(misses) == fewest)
    if solution.deficit.sum() > fewest:
        yield f"misses {solution.deficit.sum()} classes of floors, {fewest} would do"
    if abs(solution.value - best) > _SLIP:
        yield f"worth {solution.value}, the best {best}"
    if solution.gap > _CLOSE:
        yield f"gap {solution.gap}"
    if solution.limited:
        yield "limited"
