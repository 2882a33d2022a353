"""`solve` where a slot's places are pooled, or a class takes two groups: knapsacks, priced or searched to the end."""

import numpy as np
import pytest
from hypothesis import given, settings

from services.matchmaker.matching import solve
from services.matchmaker.matching.problem import Problem
from services.matchmaker.matching.solving.effort import QUICK, Effort
from tests.unit.matching.brute_force import broken_rules, choice_of, missed, worth
from tests.unit.matching.problems import BY_DIVES, WAYS, faults_of, problems, rows, scores


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


@pytest.mark.parametrize("effort", WAYS.values(), ids=WAYS)
@settings(max_examples=60)
@given(problems(packed=True, kept=True, floors=True, lanes=2, twice=True))
def test_no_way_of_solving_lies(effort: Effort, problem: Problem) -> None:
    """However a problem too large to be searched to its end is solved, rules are kept and the bound holds."""
    solution = solve(problem, effort)

    assert faults_of(problem, solution) == []


@pytest.mark.parametrize("effort", WAYS.values(), ids=WAYS)
@settings(max_examples=60)
@given(problems(lanes=2, floors=True, lowest=-20))
def test_no_way_of_solving_lies_without_packed_slots(effort: Effort, problem: Problem) -> None:
    """Where only mediators are scarce as well."""
    solution = solve(problem, effort)

    assert faults_of(problem, solution) == []


@pytest.mark.parametrize("effort", [BY_DIVES, QUICK], ids=["by dives", "quick"])
@settings(max_examples=60)
@given(problems(packed=True, kept=True, floors=True, twice=True))
def test_packed_slots_alone_are_not_lied_about(effort: Effort, problem: Problem) -> None:
    """Without mediators as well."""
    solution = solve(problem, effort)

    assert faults_of(problem, solution) == []


def test_many_slots_are_filled_in_turns() -> None:
    """In a hurry the slots that a flow fills come first, and what is left of the others after them."""
    many = 9
    problem = Problem(
        pair_class=rows([*range(many), 0]),
        pair_slot=rows([*range(many), many]),
        pair_score=scores([9] * many + [1]),
        pair_places=rows([2] * (many + 1)),
        class_visits=rows([1] * many),
        slot_places=rows([3] * (many + 1)),
    )

    solution = solve(problem, QUICK)

    assert solution.pairs.tolist() == list(range(many))
    assert solution.gap == 0


@pytest.mark.parametrize("seed", range(4))
def test_every_way_keeps_below_every_bound(seed: int) -> None:
    """Of a problem of a small town no choice is known; but no way finds more than another one's bound allows."""
    problem = a_town(seed)
    solutions = {name: solve(problem, effort) for name, effort in WAYS.items()}

    for solution in solutions.values():
        choice = choice_of(solution)
        assert broken_rules(problem, choice) == []
        assert solution.value == pytest.approx(worth(problem, choice))
        assert tuple(solution.deficit.tolist()) == missed(problem, choice)
        for other in solutions.values():
            if np.all(other.deficit <= solution.deficit):
                assert other.value <= solution.bound + 1e-3


def a_town(seed: int) -> Problem:
    """Thirty classes, twenty slots of which half pool their pupils, three cells, four mediators."""
    draw = np.random.default_rng(seed)
    classes, slots, mediators, cells = 30, 20, 4, 3
    chosen = draw.random((classes, slots)) < 0.35
    pair_class, pair_slot = np.nonzero(chosen)
    pooled = np.arange(slots) < slots // 2
    pupils = draw.integers(12, 31, classes)
    lane_slot = np.repeat(np.arange(slots), 2)
    link_lane, link_mediator = np.nonzero(draw.random((2 * slots, mediators)) < 0.5)
    return Problem(
        pair_class=pair_class,
        pair_slot=pair_slot,
        pair_score=draw.integers(1, 1000, pair_class.size).astype(np.float64),
        pair_places=np.where(pooled[pair_slot], pupils[pair_class], 1),
        class_visits=draw.integers(1, 3, classes),
        class_first_bonus=draw.integers(0, 300, classes).astype(np.float64),
        class_privileged=draw.random(classes) < 0.3,
        class_cell=draw.integers(-1, cells, classes),
        cell_floor=rows([4, 5, 6]),
        slot_places=np.where(pooled, 60, 2),
        slot_open_places=np.where(pooled, 45, 1),
        slot_day=draw.integers(1, 6, slots),
        pair_lane=2 * pair_slot + draw.integers(0, 2, pair_class.size),
        lane_mediated=np.arange(lane_slot.size) % 2 == 1,
        link_lane=link_lane,
        link_mediator=link_mediator,
        link_score=-draw.integers(0, 50, link_lane.size).astype(np.float64),
        mediator_visits=draw.integers(1, 4, mediators),
        step=1.0,
    )
