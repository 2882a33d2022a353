"""`solve` where slots hold whole groups and nobody needs a mediator: one flow, and the best of all choices."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings

from services.matchmaker.matching import solve
from services.matchmaker.matching.assignment.problem import AssignmentProblem, AssignmentSolution
from services.matchmaker.matching.problem import Problem
from services.matchmaker.matching.solving import flow
from tests.unit.matching.problems import faults_of, problems, rows, scores


@settings(max_examples=200)
@given(problems(most_pairs=8))
def test_whole_groups_are_solved_exactly(problem: Problem) -> None:
    """The flow finds the best of all choices, and says that it is."""
    solution = solve(problem)

    assert faults_of(problem, solution, best=True) == []
    assert solution.bound == solution.value
    assert solution.gap == 0


@settings(max_examples=200)
@given(problems(kept=True))
def test_places_kept_for_some_are_solved_exactly(problem: Problem) -> None:
    """Places that only privileged classes may take are one more arc of the same flow."""
    solution = solve(problem)

    assert faults_of(problem, solution, best=True) == []
    assert solution.bound == solution.value


def test_a_kept_place_goes_to_whom_it_is_kept_for() -> None:
    """Of two places one is kept: two better classes have to share the other one."""
    problem = Problem(
        pair_class=rows([0, 1, 2]),
        pair_slot=rows([0, 0, 0]),
        pair_score=scores([9, 8, 1]),
        class_visits=rows([1, 1, 1]),
        slot_places=rows([2]),
        slot_open_places=rows([1]),
        class_privileged=np.array([False, False, True]),
    )

    solution = solve(problem)

    assert solution.pairs.tolist() == [0, 2]
    assert solution.prices.open_place.tolist() == [8.0]


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


def test_nothing_to_choose_is_no_error() -> None:
    """Without pairs, classes or slots, nothing is chosen."""
    empty = Problem(
        pair_class=rows([]), pair_slot=rows([]), pair_score=scores([]), class_visits=rows([]), slot_places=rows([])
    )

    solution = solve(empty)

    assert (solution.pairs.size, solution.mediator.size, solution.value, solution.gap) == (0, 0, 0.0, 0.0)


def test_an_assignment_is_solved_by_its_own_solver() -> None:
    """The same entry takes the generalized assignment problem, and gives its kind of solution."""
    problem = AssignmentProblem(
        cost=scores([[4, 2, 3], [1, 5, 4]]), weight=rows([[2, 2, 2], [3, 3, 3]]), capacity=rows([4, 3])
    )

    solution = solve(problem, time_limit_s=60.0)

    assert isinstance(solution, AssignmentSolution)
    assert solution.agent.tolist() == [1, 0, 0]
    assert solution.cost == pytest.approx(6.0)
    assert solution.proven


@given(problems(packed=True, kept=True, floors=True, lanes=2))
def test_the_same_arrays_give_the_same_bytes(problem: Problem) -> None:
    """Solved again, nothing moves: not the pairs, not the bound, no price."""

    def told() -> bytes:
        solution = solve(problem)
        parts = (solution.pairs, solution.mediator, solution.deficit, solution.prices.visit, solution.prices.place)
        numbers = (solution.value, solution.bound, solution.price_slack, solution.rounds, solution.limited)
        days = (sorted(solution.prices.class_day.items()), sorted(solution.prices.mediator_day.items()))
        more = (solution.prices.open_place, solution.prices.mediator, solution.prices.cell)
        return msgspec.json.encode(([each.tolist() for each in (*parts, *more)], numbers, days))

    assert told() == told()


def test_a_solver_that_fails_says_so() -> None:
    """A flow without an optimum is an error with the solver's own status, never a result."""
    arcs = flow.Arcs()
    arcs.add(0, arcs.new_nodes(1), 1, 0)

    with pytest.raises(flow.FlowUnsolved, match="INFEASIBLE") as failure:
        arcs.solve(supply=1)

    assert failure.value.status == "INFEASIBLE"
