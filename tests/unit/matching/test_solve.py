"""`solve` on small random problems, against trying every choice and an independent checker of every rule."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matchmaker.matching import solve
from services.matchmaker.matching.problem import Problem, ProblemMalformed, Solution
from services.matchmaker.matching.solving import flow
from tests.unit.matching.brute_force import Choice, best_worth, broken_rules, worth

_SCORES = st.integers(1, 40)


def rows(values: Any) -> Any:
    """Whole numbers as an array."""
    return np.array(values, dtype=np.int64)


def scores(values: Any) -> Any:
    """Scores as an array."""
    return np.array(values, dtype=np.float64)


def choice_of(solution: Solution) -> Choice:
    """The solution as the checker takes it."""
    return dict(zip(solution.pairs.tolist(), solution.mediator.tolist(), strict=True))


def draw_many(draw: st.DrawFn, values: st.SearchStrategy[Any], number: int) -> list[Any]:
    """So many values."""
    return draw(st.lists(values, min_size=number, max_size=number))


@st.composite
def plain_problems(draw: st.DrawFn) -> Problem:
    """Classes and slots without mediators, with days or without, with bonuses on both sides."""
    classes, slots = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    pairs = draw(st.lists(st.tuples(st.integers(0, classes - 1), st.integers(0, slots - 1)), unique=True, max_size=8))
    return Problem(
        pair_class=rows([c for c, _ in pairs]),
        pair_slot=rows([s for _, s in pairs]),
        pair_score=scores(draw_many(draw, _SCORES, len(pairs))),
        class_visits=rows(draw_many(draw, st.integers(0, 3), classes)),
        slot_places=rows(draw_many(draw, st.integers(0, 3), slots)),
        class_first_bonus=scores(draw_many(draw, st.integers(0, 30), classes)),
        slot_first_bonus=scores(draw_many(draw, st.integers(0, 30), slots)),
        slot_day=draw(st.none() | st.just(rows(draw_many(draw, st.integers(1, 2), slots)))),
    )


@st.composite
def mediated_problems(draw: st.DrawFn, most_lanes: int = 2) -> Problem:
    """Slots with up to so many lanes, one of which may be plain, and two mediators."""
    classes, slots, mediators = draw(st.integers(1, 4)), draw(st.integers(1, 3)), 2
    pairs = draw(st.lists(st.tuples(st.integers(0, classes - 1), st.integers(0, slots - 1)), unique=True, max_size=6))
    lanes = slots * most_lanes
    links = draw(st.lists(st.tuples(st.integers(0, lanes - 1), st.integers(0, mediators - 1)), unique=True, max_size=8))
    # What a mediator's journey costs depends on the slot, not on the class.
    journeys = draw_many(draw, st.integers(-9, 0), slots * mediators)
    return Problem(
        pair_class=rows([c for c, _ in pairs]),
        pair_slot=rows([s for _, s in pairs]),
        pair_lane=rows([s * most_lanes + draw(st.integers(0, most_lanes - 1)) for _, s in pairs]),
        pair_score=scores(draw_many(draw, _SCORES, len(pairs))),
        class_visits=rows(draw_many(draw, st.integers(1, 2), classes)),
        class_first_bonus=scores(draw_many(draw, st.integers(0, 30), classes)),
        slot_places=rows(draw_many(draw, st.integers(0, 2), slots)),
        slot_day=rows(draw_many(draw, st.integers(1, 2), slots)),
        lane_mediated=np.array(draw_many(draw, st.booleans(), lanes), dtype=np.bool_),
        link_lane=rows([lane for lane, _ in links]),
        link_mediator=rows([mediator for _, mediator in links]),
        link_score=scores([journeys[lane // most_lanes * mediators + mediator] for lane, mediator in links]),
        mediator_visits=rows(draw_many(draw, st.integers(0, 2), mediators)),
    )


@settings(max_examples=150)
@given(plain_problems())
def test_whole_groups_are_solved_exactly(problem: Problem) -> None:
    """Without mediators the flow finds the best of all choices, and says that it is."""
    solution = solve(problem)

    assert broken_rules(problem, choice_of(solution)) == []
    assert solution.value == pytest.approx(worth(problem, choice_of(solution)))
    assert solution.value == pytest.approx(best_worth(problem))
    assert solution.bound == solution.value
    assert solution.gap == 0


@settings(max_examples=150)
@given(mediated_problems(most_lanes=1))
def test_one_lane_a_slot_is_solved_exactly(problem: Problem) -> None:
    """Where all classes of a slot suit the same mediators, the optimum is found and proven."""
    solution = solve(problem)

    assert broken_rules(problem, choice_of(solution)) == []
    assert solution.value == pytest.approx(best_worth(problem))
    assert solution.bound == solution.value


@settings(max_examples=150)
@given(mediated_problems())
def test_several_lanes_are_bounded(problem: Problem) -> None:
    """Where classes of a slot differ in their mediators, no rule is broken and the optimum lies below the bound."""
    solution = solve(problem)

    assert broken_rules(problem, choice_of(solution)) == []
    assert solution.value == pytest.approx(worth(problem, choice_of(solution)))
    assert solution.value <= best_worth(problem) + 1e-6
    assert best_worth(problem) <= solution.bound + 1e-6


@given(mediated_problems())
def test_the_same_arrays_give_the_same_solution(problem: Problem) -> None:
    """Solved again, nothing moves."""
    once, again = solve(problem), solve(problem)

    assert choice_of(once) == choice_of(again)
    assert (once.value, once.bound, once.rounds) == (again.value, again.bound, again.rounds)


def test_a_clash_gives_its_place_to_who_can_use_it() -> None:
    """A slot is first given to the class that needs a mediator; the mediator is away, so the other class has it."""
    problem = Problem(
        pair_class=rows([0, 1]),
        pair_slot=rows([0, 0]),
        pair_lane=rows([0, 1]),
        pair_score=scores([9, 5]),
        class_visits=rows([1, 1]),
        slot_places=rows([1]),
        slot_day=rows([1]),
        lane_mediated=np.array([True, False]),
        link_lane=rows([0]),
        link_mediator=rows([0]),
        link_score=scores([-1]),
        mediator_visits=rows([0]),
    )

    solution = solve(problem)

    assert choice_of(solution) == {1: -1}
    assert (solution.value, solution.bound) == (pytest.approx(5), pytest.approx(5))
    assert solution.gap == 0


def test_scores_are_rounded_to_the_step() -> None:
    """A difference smaller than the step is no difference; the value is in the scores' own unit."""
    problem = Problem(
        pair_class=rows([0]),
        pair_slot=rows([0]),
        pair_score=scores([0.26]),
        class_visits=rows([1]),
        slot_places=rows([1]),
        step=0.1,
    )

    solution = solve(problem)

    assert solution.value == pytest.approx(0.3)


WELL_FORMED: dict[str, Any] = {
    "pair_class": rows([0]),
    "pair_slot": rows([0]),
    "pair_score": scores([1]),
    "class_visits": rows([1]),
    "slot_places": rows([1]),
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pair_class": rows([1])}, "pair_class: rows must be from 0 to 0"),
        ({"pair_slot": rows([-1])}, "pair_slot: rows must be from 0 to 0"),
        ({"pair_slot": rows([0, 0])}, "pair_slot: has 2 entries, must have 1"),
        ({"pair_score": scores([])}, "pair_score: has 0 entries, must have 1"),
        ({"pair_score": scores([np.nan])}, "pair_score: a score is not finite"),
        ({"pair_score": scores([1e12])}, "choose a larger step"),
        ({"class_visits": rows([-1])}, "class_visits: a capacity is negative"),
        ({"slot_places": rows([-1])}, "slot_places: a capacity is negative"),
        ({"class_first_bonus": scores([-1])}, "class_first_bonus: a bonus is negative"),
        ({"slot_day": rows([1, 2])}, "slot_day: has 2 entries, must have 1"),
        (
            {"pair_lane": rows([0]), "lane_mediated": np.array([False]), "slot_first_bonus": scores([1])},
            "slot_first_bonus: is exact only without lanes",
        ),
        (
            {
                "pair_class": rows([0, 0]),
                "pair_slot": rows([0, 1]),
                "pair_score": scores([1, 1]),
                "slot_places": rows([1, 1]),
                "pair_lane": rows([0, 0]),
                "lane_mediated": np.array([True]),
            },
            "pair_lane: a lane is used by pairs of two slots",
        ),
        (
            {
                "pair_lane": rows([0]),
                "lane_mediated": np.array([True]),
                "link_lane": rows([0]),
                "link_mediator": rows([0]),
                "link_score": scores([0]),
            },
            "link_mediator: rows must be",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes: dict[str, Any], message: str) -> None:
    """A malformed problem is refused with the name of the array and the remedy."""
    with pytest.raises(ProblemMalformed, match=message):
        solve(Problem(**WELL_FORMED | changes))


def test_nothing_to_choose_is_no_error() -> None:
    """Without pairs, classes or slots, nothing is chosen."""
    empty = Problem(
        pair_class=rows([]), pair_slot=rows([]), pair_score=scores([]), class_visits=rows([]), slot_places=rows([])
    )

    solution = solve(empty)

    assert (solution.pairs.size, solution.mediator.size, solution.value, solution.gap) == (0, 0, 0.0, 0.0)


def test_a_solver_that_fails_says_so() -> None:
    """A flow without an optimum is an error with the solver's own status, never a result."""
    arcs = flow.Arcs()
    arcs.add(0, arcs.new_nodes(1), 1, 0)

    with pytest.raises(flow.FlowUnsolved, match="INFEASIBLE") as failure:
        arcs.solve(supply=1)

    assert failure.value.status == "INFEASIBLE"
