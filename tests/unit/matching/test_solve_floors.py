"""`solve` with floors: of a cell so many classes are served, before any score counts; what lacks is told."""

import pytest
from hypothesis import given, settings

from services.matchmaker.matching import solve
from services.matchmaker.matching.problem import Problem
from services.matchmaker.matching.solving.effort import QUICK, Effort
from tests.unit.matching.problems import faults_of, problems


@pytest.mark.parametrize("effort", [None, QUICK], ids=["whole", "quick"])
@settings(max_examples=200)
@given(problems(kept=True, floors=True, lowest=-20))
def test_floors_go_before_scores(effort: Effort | None, problem: Problem) -> None:
    """No choice misses fewer classes, even where a pair that serves one is worth less than nothing."""
    solution = solve(problem, effort)

    assert faults_of(problem, solution, best=True) == []


@settings(max_examples=200)
@given(problems(floors=True, lanes=2, lowest=-20))
def test_floors_go_before_scores_where_mediators_are_scarce(problem: Problem) -> None:
    """Nor where it is mediators that lack."""
    solution = solve(problem)

    assert faults_of(problem, solution, best=True) == []


@settings(max_examples=200)
@given(problems(packed=True, floors=True, lowest=-20))
def test_floors_go_before_scores_where_places_are_pooled(problem: Problem) -> None:
    """Nor where pupils are packed."""
    solution = solve(problem)

    assert faults_of(problem, solution, best=True) == []
