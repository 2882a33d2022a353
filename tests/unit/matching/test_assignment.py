"""`solve_assignment` on small random problems, against trying every assignment."""

from itertools import count, product
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matchmaker.matching.assignment import combining, loads
from services.matchmaker.matching.assignment.problem import (
    AssignmentInfeasible,
    AssignmentMalformed,
    AssignmentProblem,
    AssignmentSolution,
    AssignmentUnfinished,
)
from services.matchmaker.matching.assignment.solver import solve_assignment

# Far more than any of these problems takes: what is asserted is never a matter of time.
PLENTY_S = 60.0


WHOLE_COSTS = st.integers(-20, 60)


@st.composite
def problems(draw: st.DrawFn, costs: st.SearchStrategy[Any] = WHOLE_COSTS) -> AssignmentProblem:
    """Up to four agents and six tasks; about every third one has no assignment at all."""
    agents, tasks = draw(st.integers(1, 4)), draw(st.integers(1, 6))

    def table(values: Any) -> Any:
        return draw(st.lists(st.lists(values, min_size=tasks, max_size=tasks), min_size=agents, max_size=agents))

    return AssignmentProblem(
        cost=np.array(table(costs)),
        weight=np.array(table(st.integers(0, 9)), dtype=np.int64),
        capacity=np.array(draw(st.lists(st.integers(0, 25), min_size=agents, max_size=agents)), dtype=np.int64),
    )


def random_problem(agents: int, tasks: int, seed: int, tightness: float = 0.8) -> AssignmentProblem:
    """A problem drawn like the published gap1–12."""
    draw = np.random.default_rng(seed)
    weight = draw.integers(5, 26, (agents, tasks))
    return AssignmentProblem(
        cost=draw.integers(15, 26, (agents, tasks)),
        weight=weight,
        capacity=(tightness * weight.sum(axis=1) / agents).astype(np.int64),
    )


def loads_of(problem: AssignmentProblem, agent: Any) -> Any:
    """What each agent carries."""
    weights = problem.weight[agent, np.arange(len(agent))]
    return np.bincount(agent, weights, problem.capacity.size)


def cost_of(problem: AssignmentProblem, agent: Any) -> float:
    """What an assignment costs."""
    return float(problem.cost[agent, np.arange(len(agent))].sum())


def least_cost(problem: AssignmentProblem) -> float | None:
    """The cost of the cheapest assignment, by trying every one; None where there is none."""
    agents, tasks = problem.cost.shape
    tried = (np.array(agent) for agent in product(range(agents), repeat=tasks))
    fitting = (cost_of(problem, agent) for agent in tried if np.all(loads_of(problem, agent) <= problem.capacity))
    return min(fitting, default=None)


def assert_keeps_every_rule(problem: AssignmentProblem, solution: AssignmentSolution) -> None:
    """Every task once, no agent overloaded, the cost as told, the bound not above it, the gap what lies between."""
    assert solution.agent.shape == (problem.cost.shape[1],)
    assert np.all((solution.agent >= 0) & (solution.agent < problem.capacity.size))
    assert np.all(loads_of(problem, solution.agent) <= problem.capacity)
    rounding = problem.step * problem.cost.shape[1]
    assert solution.cost == pytest.approx(cost_of(problem, solution.agent), abs=rounding)
    assert solution.bound <= solution.cost
    assert solution.proven == (solution.bound == solution.cost) == (solution.gap == 0)


@settings(max_examples=200)
@given(problem=problems())
def test_the_cheapest_assignment_is_found_and_proven(problem: AssignmentProblem):
    """As cheap as the cheapest of all assignments; where there is none, that is said."""
    least = least_cost(problem)

    if least is None:
        with pytest.raises(AssignmentInfeasible):
            solve_assignment(problem, PLENTY_S)
        return
    solution = solve_assignment(problem, PLENTY_S)

    assert_keeps_every_rule(problem, solution)
    assert solution.proven
    assert solution.cost == least


@settings(max_examples=60)
@given(problem=problems(st.floats(0, 50)))
def test_costs_that_are_not_whole_are_exact_to_the_step(problem: AssignmentProblem):
    """A task's cost is rounded to the step, so that the sum is off by half a step a task at most."""
    least = least_cost(problem)

    if least is None:
        return
    solution = solve_assignment(problem, PLENTY_S)

    assert_keeps_every_rule(problem, solution)
    assert solution.proven
    assert solution.cost == pytest.approx(least, abs=problem.step * problem.cost.shape[1])


@settings(max_examples=100)
@given(problem=problems(), ticks=st.integers(0, 12))
def test_when_the_time_ends_the_best_found_has_its_true_gap(problem: AssignmentProblem, ticks: int):
    """A clock that runs out after a few looks: an assignment, and a bound that no assignment is below."""
    least = least_cost(problem)
    clock = count()

    try:
        solution = solve_assignment(problem, ticks + 1.0, lambda: float(next(clock)))
    except (AssignmentUnfinished, AssignmentInfeasible):
        return

    assert_keeps_every_rule(problem, solution)
    assert least is not None
    assert solution.bound <= least <= solution.cost


@settings(max_examples=100)
@given(problem=problems())
def test_prices_bound_every_assignment(problem: AssignmentProblem):
    """At the prices given, what agents gain at most when they choose for themselves leaves a bound on the cost."""
    least = least_cost(problem)
    if least is None:
        return

    price = solve_assignment(problem, PLENTY_S).price

    agents, tasks = problem.cost.shape
    bound = price.sum()
    for agent in range(agents):
        chosen = np.array(list(product((False, True), repeat=tasks)))
        fits = chosen @ problem.weight[agent] <= problem.capacity[agent]
        bound -= (chosen[fits] @ (price - problem.cost[agent])).max()
    assert bound <= least + 1e-6


@pytest.mark.parametrize(("agents", "tasks"), [(5, 15), (5, 30), (8, 32), (10, 30)])
def test_the_same_problem_gives_the_same_bytes(agents: int, tasks: int):
    """Twice the same arrays, twice the same bytes."""
    problem = random_problem(agents, tasks, seed=agents * tasks)

    first, second = (solve_assignment(problem, PLENTY_S) for _ in range(2))

    assert first.proven
    assert first.agent.tobytes() == second.agent.tobytes()
    assert first.price.tobytes() == second.price.tobytes()
    assert (first.cost, first.bound) == (second.cost, second.bound)


def test_pairs_instead_of_loads_give_the_same_cost(monkeypatch: pytest.MonkeyPatch):
    """Where loads are too many, the pairs are searched: another way to the same optimum."""
    problem = random_problem(5, 25, seed=3)
    by_loads = solve_assignment(problem, PLENTY_S)

    monkeypatch.setattr(loads, "MAX_LOADS", 0)
    by_pairs = solve_assignment(problem, PLENTY_S)

    assert by_pairs.proven
    assert by_pairs.cost == by_loads.cost
    assert_keeps_every_rule(problem, by_pairs)


def test_parts_instead_of_all_loads_give_the_same_cost(monkeypatch: pytest.MonkeyPatch):
    """Loads combined in parts, by who loses most, leave nothing out."""
    for seed in range(8):
        problem = random_problem(4, 16, seed, tightness=0.85)
        whole = solve_assignment(problem, PLENTY_S)

        with monkeypatch.context() as patch:
            patch.setattr(combining, "_FEW", 0)
            parted = solve_assignment(problem, PLENTY_S)

        assert parted.proven
        assert parted.cost == whole.cost


def test_a_capacity_too_large_for_tables_is_solved_by_pairs(monkeypatch: pytest.MonkeyPatch):
    """Weights in grams instead of kilograms: the linear relaxation's bound has to do, and the answer is the same."""
    problem = random_problem(4, 12, seed=5)
    fine = msgspec.structs.replace(problem, weight=problem.weight * 10**7, capacity=problem.capacity * 10**7)

    solution = solve_assignment(fine, PLENTY_S)

    assert solution.proven
    assert solution.cost == solve_assignment(problem, PLENTY_S).cost
    assert_keeps_every_rule(fine, solution)


def test_a_problem_that_only_fits_in_parts_is_infeasible():
    """Three tasks of 6 for two agents with 9: two thirds fill them, three wholes do not fit."""
    problem = AssignmentProblem(
        cost=np.ones((2, 3), dtype=np.int64),
        weight=np.full((2, 3), 6, dtype=np.int64),
        capacity=np.array([9, 9], dtype=np.int64),
    )

    with pytest.raises(AssignmentInfeasible, match="raise capacities"):
        solve_assignment(problem, PLENTY_S)


def test_no_time_for_any_assignment_is_said():
    """Where the repair finds none and the time is over, there is nothing to publish."""
    clock = count(step=100)
    problem = AssignmentProblem(
        cost=np.ones((2, 3), dtype=np.int64),
        weight=np.full((2, 3), 6, dtype=np.int64),
        capacity=np.array([9, 9], dtype=np.int64),
    )

    with pytest.raises(AssignmentUnfinished, match="give more time"):
        solve_assignment(problem, 1.0, lambda: float(next(clock)))


def whole(values: Any) -> Any:
    """Whole numbers as an array."""
    return np.array(values, dtype=np.int64)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"cost": whole([1, 2])}, r"cost: has shape \(2,\)"),
        ({"cost": whole([[], []])}, "at least one of each"),
        ({"cost": np.zeros((500, 500))}, "at most 200000: split the problem"),
        ({"cost": np.array([[1.0, np.nan], [1.0, 1.0]])}, "cost: is not a finite number"),
        ({"cost": np.array([[1e9, 0.5], [1.0, 1.0]])}, "choose a larger step"),
        ({"cost": whole([[2**60, 1], [1, 1]])}, "choose a larger step or unit"),
        ({"cost": np.array([[0.5, 1.0], [1.0, 1.0]]), "step": 0.0}, "step: must be above 0"),
        ({"weight": whole([[1, 2]])}, r"weight: has shape \(1, 2\), must have \(2, 2\)"),
        ({"weight": np.ones((2, 2))}, "weight: must be whole numbers"),
        ({"weight": whole([[1, -2], [1, 1]])}, "weight: is negative"),
        ({"weight": whole([[1, 2**50], [1, 1]])}, "weight: exceeds"),
        ({"capacity": whole([1])}, "capacity: has shape"),
        ({"capacity": whole([1, -1])}, "capacity: is negative"),
        ({"capacity": whole([1, 2**50])}, "capacity: exceeds"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changed: dict[str, Any], told: str):
    """The message names the array and the remedy."""
    fitting = AssignmentProblem(cost=whole([[1, 2], [2, 1]]), weight=whole([[1, 1], [1, 1]]), capacity=whole([2, 2]))

    with pytest.raises(AssignmentMalformed, match=told):
        solve_assignment(msgspec.structs.replace(fitting, **changed), 1.0)


def test_a_task_that_fits_nobody_is_named():
    """Which task, and what to do."""
    problem = AssignmentProblem(cost=whole([[1, 2]]), weight=whole([[1, 9]]), capacity=whole([8]))

    with pytest.raises(AssignmentInfeasible, match="task 1 exceeds every agent's capacity"):
        solve_assignment(problem, 1.0)


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_a_time_limit_must_be_above_zero(limit: float):
    """No time is no limit to work with."""
    problem = AssignmentProblem(cost=whole([[1]]), weight=whole([[1]]), capacity=whole([1]))

    with pytest.raises(AssignmentMalformed, match="time_limit_s"):
        solve_assignment(problem, limit)
