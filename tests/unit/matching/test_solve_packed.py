"""`solve` where a slot's places are pooled, or a class takes two groups: knapsacks, priced or searched to the end."""

import pytest
from hypothesis import given, settings

from services.matchmaker.matching import solve
from services.matchmaker.matching.problem import Problem
from services.matchmaker.matching.solving.search import QUICK, Effort
from tests.unit.matching.problems import AT_PRICES, BY_DIVES, faults_of, problems


@settings(max_examples=100)
@given(problems(packed=True, kept=True, twice=True))
def test_a_small_packed_problem_is_searched_to_its_end(problem: Problem) -> None:
    """Pooled places, with some kept for privileged classes: the best of all choices is found and proven."""
    solution = solve(problem)

    assert faults_of(problem, solution, best=True) == []


@settings(max_examples=100)
@given(problems(packed=True, kept=True, floors=True, lanes=2))
def test_everything_together_is_searched_to_its_end(problem: Problem) -> None:
    """Pooled and kept places, floors, lanes and mediators, days and several visits in one problem."""
    solution = solve(problem)

    assert faults_of(problem, solution, best=True) == []


@pytest.mark.parametrize("effort", [AT_PRICES, BY_DIVES, QUICK], ids=["at prices", "by dives", "quick"])
@settings(max_examples=60)
@given(problems(packed=True, kept=True, floors=True, lanes=2, twice=True))
def test_no_way_of_solving_lies(effort: Effort, problem: Problem) -> None:
    """However a problem too large to be searched to its end is solved, rules are kept and the bound holds."""
    solution = solve(problem, effort)

    assert faults_of(problem, solution) == []


@pytest.mark.parametrize("effort", [BY_DIVES, QUICK], ids=["by dives", "quick"])
@settings(max_examples=60)
@given(problems(packed=True, kept=True, floors=True, twice=True))
def test_packed_slots_alone_are_not_lied_about(effort: Effort, problem: Problem) -> None:
    """Without mediators as well."""
    solution = solve(problem, effort)

    assert faults_of(problem, solution) == []
