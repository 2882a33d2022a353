"""Small random problems with everything that a problem may have, and how a solution of one is held to the truth."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from services.matchmaker.matching.problem import Problem, Solution
from services.matchmaker.matching.solving.certificate import certify
from services.matchmaker.matching.solving.exact import Patience
from services.matchmaker.matching.solving.search import QUICK, Effort
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


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    most_pairs: int = 7,
    packed: bool = False,
    kept: bool = False,
    floors: bool = False,
    lanes: int = 0,
    lowest: int = 1,
    twice: bool = False,
) -> Problem:
    """Up to four classes and three slots, with days or without; scores from `lowest` on.

    `packed`: pairs take one to three places; `kept`: places for privileged classes alone; `floors`: of two cells;
    `lanes`: so many of each slot, plain or mediated, and two mediators. `twice`: a class may have several pairs with a
    slot.
    """
    classes, slots = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    anybody = st.tuples(st.integers(0, classes - 1), st.integers(0, slots - 1))
    pairs = draw(st.lists(anybody, unique=not twice, max_size=most_pairs))
    most_places = 5 if packed else 2
    return Problem(
        pair_class=rows([c for c, _ in pairs]),
        pair_slot=rows([s for _, s in pairs]),
        pair_score=scores(draw_many(draw, st.integers(lowest, 40), len(pairs))),
        pair_places=rows(draw_many(draw, st.integers(1, 3), len(pairs))) if packed else None,
        class_visits=rows(draw_many(draw, st.integers(0, 3), classes)),
        class_first_bonus=scores(draw_many(draw, st.integers(0, 30), classes)),
        slot_places=rows(draw_many(draw, st.integers(0, most_places), slots)),
        slot_open_places=rows(draw_many(draw, st.integers(0, most_places), slots)) if kept else None,
        class_privileged=flags(draw_many(draw, st.booleans(), classes)) if kept else None,
        slot_first_bonus=None if packed or lanes else scores(draw_many(draw, st.integers(0, 30), slots)),
        slot_day=draw(st.none() | st.just(rows(draw_many(draw, st.integers(1, 2), slots)))),
        step=draw(st.sampled_from([1.0, 1e-6])),
        **(_drawn_floors(draw, classes) if floors else {}),
        **(_drawn_lanes(draw, [s for _, s in pairs], slots, lanes) if lanes else {}),
    )


def _drawn_floors(draw: st.DrawFn, classes: int) -> dict[str, Any]:
    return {
        "class_cell": rows(draw_many(draw, st.integers(-1, 1), classes)),
        "cell_floor": rows(draw_many(draw, st.integers(0, 3), 2)),
    }


def _drawn_lanes(draw: st.DrawFn, slots_of_pairs: list[int], slots: int, lanes: int) -> dict[str, Any]:
    mediators = 2
    anybody = st.tuples(st.integers(0, slots * lanes - 1), st.integers(0, mediators - 1))
    links = draw(st.lists(anybody, unique=True, max_size=8))
    # What a mediator's journey costs depends on the slot, not on the class.
    journeys = draw_many(draw, st.integers(-9, 0), slots * mediators)
    return {
        "pair_lane": rows([s * lanes + draw(st.integers(0, lanes - 1)) for s in slots_of_pairs]),
        "lane_mediated": flags(draw_many(draw, st.booleans(), slots * lanes)),
        "link_lane": rows([lane for lane, _ in links]),
        "link_mediator": rows([mediator for _, mediator in links]),
        "link_score": scores([journeys[lane // lanes * mediators + mediator] for lane, mediator in links]),
        "mediator_visits": rows(draw_many(draw, st.integers(0, 2), mediators)),
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
