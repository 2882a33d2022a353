"""A search that is given up publishes the best that was found, with its true gap, and says that it was given up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from contracts.matchmaker.match_runs import MatchRun
from contracts.matchmaker.policies import PolicySettings
from deploy.commands.match import told_of
from services.matchmaker.matching import solve
from services.matchmaker.matching.equity import floors_of
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.problem import Problem
from services.matchmaker.matching.solving.effort import Effort
from services.matchmaker.matching.solving.exact import Patience
from services.matchmaker.matching.visits import VisitPlan, ask, plan_of, with_floors
from services.matchmaker.runs.report import with_plan
from tests.unit.matching.brute_force import broken_rules
from tests.unit.matching.checker import Visit, broken_constraints
from tests.unit.matching.facts import TODAY, VISIT_DAY, a_mediation, a_wish, an_opening, number

# Nothing is found: not one part of the problem is looked at, or there is no time.
NO_PATIENCE = (Patience(nodes=0), Patience(seconds=0.0))
ENDED_EARLY = Effort(patience=Patience(nodes=0))


def a_hard_problem(classes: int = 24, slots: int = 8) -> Problem:
    """Classes of many sizes that want the same pooled places."""
    random = np.random.default_rng(4)
    c, s = (rows.ravel() for rows in np.meshgrid(np.arange(classes), np.arange(slots), indexing="ij"))
    return Problem(
        pair_class=c,
        pair_slot=s,
        pair_score=random.integers(100, 900, c.size).astype(np.float64),
        pair_places=random.integers(12, 33, classes)[c],
        class_visits=np.ones(classes, np.int64),
        slot_places=random.integers(40, 90, slots),
        class_first_bonus=np.full(classes, 300.0),
    )


def chosen(solution: Any) -> dict[int, int]:
    """The solution as the checker takes it."""
    return dict(zip(solution.pairs.tolist(), solution.mediator.tolist(), strict=True))


@pytest.mark.parametrize("patience", NO_PATIENCE)
def test_the_best_that_was_found_stands_with_its_true_gap(patience: Patience) -> None:
    """It breaks no rule, its bound is none that a search to the end breaks, and the same comes of it again."""
    problem = a_hard_problem()
    best = solve(problem, Effort(patience=Patience(seconds=60.0)))

    given_up = solve(problem, Effort(patience=patience))
    again = solve(problem, Effort(patience=patience))

    assert given_up.limited
    assert broken_rules(problem, chosen(given_up)) == []
    assert 0 < given_up.value <= best.bound
    assert best.value <= given_up.bound
    assert (given_up.pairs.tolist(), given_up.bound) == (again.pairs.tolist(), again.bound)


def test_what_prices_find_stands_where_a_search_found_less() -> None:
    """However far it came, both are made, and the better one is taken."""
    problem = a_hard_problem(40, 12)

    by_prices = solve(problem, Effort(exact_pairs=0, exact_mediated_pairs=0))
    given_up = solve(problem, Effort(patience=Patience(seconds=0.05)))

    assert given_up.value >= by_prices.value


def test_a_search_that_ends_says_nothing() -> None:
    """Its time was not over."""
    pairs = np.array([0, 1], np.int64)
    ones = np.ones(2, np.int64)
    problem = Problem(
        pair_class=pairs,
        pair_slot=np.zeros(2, np.int64),
        pair_score=np.array([5.0, 7.0]),
        pair_places=2 * ones,
        class_visits=ones,
        slot_places=np.array([3], np.int64),
    )

    solution = solve(problem)

    assert (solution.value, solution.bound, solution.limited) == (7.0, 7.0, False)


def facts_of_a_town() -> VisitFacts:
    """Pooled places, a mediator, and classes of many sizes."""
    return VisitFacts(
        wishes=tuple(a_wish(id=number(one), pupils=13 + one) for one in range(1, 9)),
        openings=tuple(
            an_opening(
                slot_id=number(50 + one),
                day=VISIT_DAY + timedelta(weeks=one),
                pooled=True,
                pupils_free=41 + one,
                needs_mediation=one == 0,
            )
            for one in range(3)
        ),
        mediations=(a_mediation(),),
        standing=(),
        today=TODAY,
    )


def plan_given_up_on(facts: VisitFacts) -> VisitPlan:
    """The plan of a match whose search was given up at once."""
    settings = PolicySettings()
    asked = ask(facts, settings)
    floors = floors_of(asked.problem, asked.counts, settings)
    return plan_of(asked, floors, solve(with_floors(asked, floors), ENDED_EARLY), settings)


def test_the_run_says_so_in_data_and_in_words() -> None:
    """What it proposes is possible, and whoever started it reads that there may be better."""
    now = datetime(2026, 9, 1, tzinfo=UTC)
    facts = facts_of_a_town()
    plan = plan_given_up_on(facts)
    begun = MatchRun(
        id=number(9),
        trigger="request",
        class_requests=8,
        slots=3,
        capacities=1,
        pairs=0,
        visits_proposed=0,
        visits_withdrawn=0,
        visits_kept=0,
        partnerships_proposed=0,
        objective=0.0,
        partnership_objective=0.0,
        loading_ms=0.0,
        solving_ms=0.0,
        storing_ms=0.0,
        started_at=now,
    )

    run = with_plan(begun, facts, plan)

    visits = [Visit(match.wish_id, match.slot_id, match.mediation_id) for match in plan.matches]
    assert visits
    assert broken_constraints(facts, visits) == []
    assert run.limited
    assert run.gap == pytest.approx((plan.bound - plan.value) / plan.bound)
    assert told_of(run)[-1] == "The time was over before the search was: the best found stands, with its true gap."
    assert told_of(begun)[-1] != told_of(run)[-1]
