"""Visits from facts to matches, whatever the facts: every rule kept, the best choice found, the order no matter."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.matchmaker.policies import PolicySettings, Weights
from services.matchmaker.matching.candidates import find_candidates
from services.matchmaker.matching.checks import check_pair
from services.matchmaker.matching.inputs import Mediation, Opening, Standing, StandingState, VisitFacts, Wish
from services.matchmaker.matching.mediation import suits_class, suits_slot
from services.matchmaker.matching.score import mediator_value, points_of
from services.matchmaker.matching.solver import solve
from services.matchmaker.matching.standing import settle
from services.matchmaker.matching.tables import build_tables
from services.matchmaker.matching.travel import straight_km
from services.matchmaker.matching.visit_problem import visit_problem
from services.matchmaker.matching.visits import ask, match_visits, plan_of, with_floors
from tests.unit.matching.facts import (
    TODAY,
    VISIT_DAY,
    a_wish,
    an_opening,
    mediations,
    number,
    openings,
    standing,
    wishes,
)
from tests.unit.matching.planning import planned


@st.composite
def earlier(draw: st.DrawFn, wish_list: list[Wish], opening_list: list[Opening]) -> list[Standing]:
    """Some earlier proposals in any state."""
    everything = [(wish, opening) for wish in wish_list for opening in opening_list]
    if not everything:
        return []
    states = st.sampled_from(list(StandingState))
    chosen = draw(st.lists(st.sampled_from(everything), max_size=2, unique_by=lambda pair: (pair[0].id, pair[1].day)))
    return [standing(wish, opening, draw(states)) for wish, opening in chosen]


@settings(max_examples=60)
@given(st.data(), wishes(), openings(), mediations())
def test_every_rule_is_kept(
    data: st.DataObject, wish_list: list[Wish], opening_list: list[Opening], mediation_list: list[Mediation]
) -> None:
    """Gates, visits per class, one a day, groups, mediators: checked from the facts, whatever they are."""
    standing_list = data.draw(earlier(wish_list, opening_list))

    plan = planned(wish_list, opening_list, mediation_list, standing_list)

    left = settle(wish_list, opening_list, mediation_list, standing_list)
    wish_of = {wish.id: wish for wish in left.wishes}
    opening_of = {opening.slot_id: opening for opening in left.openings}
    mediation_of = {capacity.id: capacity for capacity in left.mediations}
    for match in plan.matches:
        wish, opening = wish_of[match.wish_id], opening_of[match.slot_id]
        assert all(gate.passed for gate in check_pair(wish, opening, left.mediations, TODAY))
        assert (match.mediation_id is not None) == (wish.wants_mediation or opening.needs_mediation)
        if match.mediation_id is not None:
            capacity = mediation_of[match.mediation_id]
            assert suits_slot(capacity, opening)
            assert suits_class(capacity, wish.level, wish.pupils)
            assert match.association_id == capacity.association_id
    for wish_id, visits in Counter(match.wish_id for match in plan.matches).items():
        assert visits <= wish_of[wish_id].visits_wanted - wish_of[wish_id].visits_held
    for slot_id, groups in Counter(match.slot_id for match in plan.matches).items():
        assert groups <= opening_of[slot_id].groups_free
    for mediation_id, interventions in Counter(
        match.mediation_id for match in plan.matches if match.mediation_id
    ).items():
        assert interventions <= mediation_of[mediation_id].interventions_left
    assert_one_a_day([(match.wish_id, match.day) for match in plan.matches])
    assert_one_a_day([(match.mediation_id, match.day) for match in plan.matches if match.mediation_id])


def assert_one_a_day(days: list[tuple[Any, Any]]) -> None:
    """Nobody is twice somewhere on one day."""
    assert all(one != other for one, other in pairwise(sorted(days)))


@settings(max_examples=60)
@given(wishes(most=3), openings(most=3), mediations(most=2))
def test_the_best_choice_is_found(
    wish_list: list[Wish], opening_list: list[Opening], mediation_list: list[Mediation]
) -> None:
    """The points of the matches add up to the plan's value; trying every choice finds nothing above the bound."""
    # What choices are tried knows of no floors.
    plan = planned(wish_list, opening_list, mediation_list, settings=PolicySettings(floor_share=0.0))

    best = max(all_values(wish_list, opening_list, mediation_list))
    assert sum(match.points for match in plan.matches) == plan.value
    assert plan.value <= best <= plan.bound


def test_what_is_left_out_is_priced_out() -> None:
    """Two classes are chosen for among their best slot alone, which is the same: the bound knows of the other one."""
    wish_list = [a_wish(id=number(1)), a_wish(id=number(2))]
    opening_list = [
        an_opening(slot_id=number(11), groups_free=1),
        an_opening(slot_id=number(12), groups_free=1, day=VISIT_DAY.replace(day=19), confirmed_on=date(2026, 1, 5)),
    ]
    facts = VisitFacts(wishes=tuple(wish_list), openings=tuple(opening_list), mediations=(), standing=(), today=TODAY)
    policy = PolicySettings(floor_share=0.0)
    asked = ask(facts, policy)
    few = find_candidates(asked.tables, (), policy.weights, per_class=1)
    floors = np.zeros(len(asked.counts.cells), np.int64)
    problem = visit_problem(asked.tables, few, policy.weights, asked.cell_of_class)
    asked = msgspec.structs.replace(asked, candidates=few, problem=problem)

    plan = plan_of(asked, floors, solve(with_floors(asked, floors)), policy)
    best = max(all_values(wish_list, opening_list, []))

    assert few.left_out is not None
    assert (few.left_out.c.tolist(), few.left_out.s.tolist()) == ([0, 1], [1, 1])
    assert len(plan.matches) == 1
    assert plan.value < best <= plan.bound


def test_what_is_left_out_is_priced_out_of_a_search_to_the_end() -> None:
    """A pooled slot holds one of two classes; a search to the end saw no other slot, and the bound knows of it."""
    wish_list = [a_wish(id=number(1), pupils=20), a_wish(id=number(2), pupils=24)]
    pooled = an_opening(slot_id=number(11), pooled=True, pupils_free=40)
    other = an_opening(slot_id=number(12), groups_free=1, day=VISIT_DAY.replace(day=19))
    facts = VisitFacts(wishes=tuple(wish_list), openings=(pooled, other), mediations=(), standing=(), today=TODAY)
    policy = PolicySettings(floor_share=0.0)
    asked = ask(facts, policy)
    few = find_candidates(asked.tables, (), policy.weights, per_class=0)
    problem = visit_problem(asked.tables, few, policy.weights, asked.cell_of_class)
    floors = np.zeros(len(asked.counts.cells), np.int64)
    problem = msgspec.structs.replace(problem, cell_floor=floors)
    asked = msgspec.structs.replace(asked, candidates=few, problem=problem)
    solution = solve(with_floors(asked, floors))

    plan = plan_of(asked, floors, solution, policy)

    assert solution.price_slack > 0
    assert plan.value < match_visits(facts, policy).value <= plan.bound


def all_values(wish_list: list[Wish], opening_list: list[Opening], mediation_list: list[Mediation]) -> Iterator[int]:
    """The value of every choice that the rules allow, found from the facts."""
    weights = Weights()
    tables = build_tables(wish_list, opening_list, mediation_list, TODAY)
    candidates = find_candidates(tables, (), weights)
    pairs = [
        (tables.wishes.wishes[c], tables.openings.openings[s], points)
        for c, s, points in zip(
            candidates.pairs.c.tolist(), candidates.pairs.s.tolist(), candidates.points.tolist(), strict=True
        )
    ]
    visits: Counter[UUID] = Counter()
    groups: Counter[UUID] = Counter()
    interventions: Counter[UUID] = Counter()
    busy: set[tuple[UUID, Any]] = set()

    def values(place: int, total: int) -> Iterator[int]:
        if place == len(pairs):
            yield total + points_of(weights.first_visit, 1.0) * sum(1 for count in visits.values() if count)
            return
        yield from values(place + 1, total)
        wish, opening, points = pairs[place]
        mediated = wish.wants_mediation or opening.needs_mediation
        suited = [
            one for one in mediation_list if suits_slot(one, opening) and suits_class(one, wish.level, wish.pupils)
        ]
        for capacity in suited if mediated else [None]:
            keys = {(wish.id, opening.day)} | ({(capacity.id, opening.day)} if capacity else set())
            if (
                visits[wish.id] == wish.visits_wanted
                or groups[opening.slot_id] == opening.groups_free
                or keys & busy
                or (capacity and interventions[capacity.id] == capacity.interventions_left)
            ):
                continue
            journey = 0
            if capacity:
                km = straight_km(capacity.latitude, capacity.longitude, opening.latitude, opening.longitude)
                journey = points_of(weights.mediator_distance, mediator_value(float(km)))
                interventions[capacity.id] += 1
            visits[wish.id] += 1
            groups[opening.slot_id] += 1
            busy.update(keys)
            yield from values(place + 1, total + points + journey)
            busy.difference_update(keys)
            visits[wish.id] -= 1
            groups[opening.slot_id] -= 1
            if capacity:
                interventions[capacity.id] -= 1

    return values(0, 0)


@given(wishes(), openings(), mediations(), st.integers(0, 1000))
def test_the_order_of_facts_does_not_matter(
    wish_list: list[Wish], opening_list: list[Opening], mediation_list: list[Mediation], seed: int
) -> None:
    """The same facts shuffled give the same matches, part by part."""
    shuffle = Random(seed).sample

    plan = planned(wish_list, opening_list, mediation_list)
    shuffled = planned(
        shuffle(wish_list, len(wish_list)),
        shuffle(opening_list, len(opening_list)),
        shuffle(mediation_list, len(mediation_list)),
    )

    assert shuffled.matches == plan.matches
    assert (shuffled.value, shuffled.bound) == (plan.value, plan.bound)
