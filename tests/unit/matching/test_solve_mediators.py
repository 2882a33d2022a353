"""`solve` where pairs need mediators, who go to one slot a day and so many in all."""

import numpy as np
import pytest
from hypothesis import given, settings

from services.matchmaker.matching import solve
from services.matchmaker.matching.problem import Problem
from services.matchmaker.matching.solving.effort import QUICK
from tests.unit.matching.brute_force import choice_of
from tests.unit.matching.problems import faults_of, problems, rows, scores


@settings(max_examples=200)
@given(problems(lanes=1))
def test_one_lane_a_slot_is_solved_exactly(problem: Problem) -> None:
    """Where all classes of a slot suit the same mediators, the optimum is found and proven."""
    solution = solve(problem)

    assert faults_of(problem, solution, best=True) == []


@settings(max_examples=200)
@given(problems(lanes=2, kept=True))
def test_several_lanes_are_solved_exactly(problem: Problem) -> None:
    """So it is where classes of a slot differ in their mediators."""
    solution = solve(problem)

    assert faults_of(problem, solution, best=True) == []


@settings(max_examples=200)
@given(problems(lanes=2, kept=True, floors=True))
def test_several_lanes_in_a_hurry_are_bounded(problem: Problem) -> None:
    """In the time that an event has, no rule is broken and the optimum lies below the bound."""
    solution = solve(problem, QUICK)

    assert faults_of(problem, solution) == []


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
    assert (solution.value, solution.bound) == pytest.approx((5.0, 5.0))
    assert solution.gap == 0
