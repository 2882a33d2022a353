"""A region cut into academies, solved apart and merged: nothing is broken, the bound holds, order says nothing."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.inputs import Mediation, Opening, Standing, StandingState, VisitFacts, Wish
from services.matchmaker.matching.shards import ShardSolution, merge, solve_shard, split
from services.matchmaker.matching.visits import VisitPlan, match_visits
from tests.unit.matching.checker import broken_constraints, visits_of
from tests.unit.matching.facts import (
    TODAY,
    a_mediation,
    a_wish,
    an_opening,
    at,
    number,
    similar_openings,
    similar_wishes,
    standing,
)

# Twenty minutes apart, the one in the academy of Toulouse, the other in that of Montpellier.
VILLEFRANCHE = (43.4000, 1.7170, "31")
CASTELNAUDARY = (43.3180, 1.9550, "11")
# Too far from both for a visit.
NIMES = (43.8367, 4.3601, "30")

SETTINGS = PolicySettings()
NO_FLOORS = PolicySettings(floor_share=0)


def facts_of(
    wishes: list[Wish],
    openings: list[Opening],
    mediations: list[Mediation] | None = None,
    stands: list[Standing] | None = None,
) -> VisitFacts:
    """The facts of a region."""
    return VisitFacts(
        wishes=tuple(wishes),
        openings=tuple(openings),
        mediations=tuple(mediations or ()),
        standing=tuple(stands or ()),
        today=TODAY,
    )


@st.composite
def border_facts(draw: st.DrawFn, *, shared: bool = True, places: Any = (VILLEFRANCHE, CASTELNAUDARY)) -> VisitFacts:
    """Classes and slots on both sides of a border, slots of every kind; where something is `shared`, a mediator and
    perhaps a visit that is accepted.

    Of a class beyond the border a shard does not know how many groups it takes, nor whether it is under-reached.
    """
    kinds: list[dict[str, Any]] = [{}, {"splitting": True}, {"pooled": True, "pupils_free": 50}, {"reserved": 1}]

    def moved(thing: Any, **changes: Any) -> Any:
        return msgspec.structs.replace(thing, **at(draw(st.sampled_from(places))), **changes)

    wishes = [moved(wish) for wish in draw(similar_wishes(most=6))]
    openings = [moved(opening, **draw(st.sampled_from(kinds))) for opening in draw(similar_openings(most=5))]
    if not shared:
        wishes = [msgspec.structs.replace(wish, wants_mediation=False) for wish in wishes]
    accepted = standing(wishes[0], openings[0], StandingState.ACCEPTED)
    unmediated = not wishes[0].wants_mediation and draw(st.booleans())
    return facts_of(
        wishes,
        openings,
        [a_mediation(interventions_left=draw(st.integers(0, 2)))] if shared else [],
        [accepted] if shared and unmediated else [],
    )


def solved(facts: VisitFacts, by: PolicySettings) -> dict[str, ShardSolution]:
    """What each shard found."""
    return {shard: solve_shard(part, by) for shard, part in split(facts).items()}


def missing(plan: VisitPlan) -> list[int]:
    """How many classes of each cell are missing to its floor."""
    return [cell.deficit for cell in plan.equity.cells]


def told(plan: VisitPlan) -> bytes:
    """All that is published of a plan, as bytes."""
    assert plan.prices is not None
    prices = (plan.prices.visit, plan.prices.place, plan.prices.open_place, plan.prices.mediator, plan.prices.cell)
    parts = (plan.matches, plan.value, plan.bound, plan.equity, [each.tolist() for each in prices], plan.limited)
    return msgspec.json.encode(parts)


@given(border_facts())
def test_every_class_and_slot_is_in_one_shard(facts: VisitFacts) -> None:
    """Classes by school with what they hold, slots by site; who mediates may go to any."""
    shards = split(facts)

    assert list(shards) == sorted(shards)
    assert sorted(wish.id for part in shards.values() for wish in part.wishes) == sorted(w.id for w in facts.wishes)
    slots = [opening.slot_id for part in shards.values() for opening in part.openings]
    assert len(slots) == len(set(slots))
    for part in shards.values():
        assert [one.id for one in part.mediations] == [one.id for one in facts.mediations]
        assert {stands.wish_id for stands in part.standing} <= {wish.id for wish in part.wishes}


@settings(max_examples=60)
@given(border_facts())
def test_a_merged_plan_keeps_every_rule_and_its_bound_holds(facts: VisitFacts) -> None:
    """The bound is of the whole: what matching it at once gives, pairs across the border included, lies below it."""
    whole = match_visits(facts, SETTINGS)

    merged = merge(facts, SETTINGS, solved(facts, SETTINGS))

    assert broken_constraints(facts, visits_of(merged.matches)) == []
    assert merged.value <= merged.bound
    if all(one <= other for one, other in zip(missing(whole), missing(merged), strict=True)):
        assert whole.value <= merged.bound
    if all(one <= other for one, other in zip(missing(merged), missing(whole), strict=True)):
        assert merged.value <= whole.bound


@settings(max_examples=60)
@given(border_facts(shared=False))
def test_together_they_are_worth_no_less_than_apart(facts: VisitFacts) -> None:
    """Where no mediator and no floor is shared, the merged plan is worth at least what the shards are."""
    solutions = solved(facts, NO_FLOORS)

    merged = merge(facts, NO_FLOORS, solutions)

    assert merged.value >= sum(solution.value for solution in solutions.values())


@settings(max_examples=60)
@given(border_facts(shared=False, places=(VILLEFRANCHE, NIMES)))
def test_where_no_journey_crosses_the_border_the_parts_make_the_whole(facts: VisitFacts) -> None:
    """Then the merged plan is worth what the shards are, and as much as matching all at once."""
    solutions = solved(facts, NO_FLOORS)

    merged = merge(facts, NO_FLOORS, solutions)

    assert merged.value == sum(solution.value for solution in solutions.values())
    assert merged.value == match_visits(facts, NO_FLOORS).value


@settings(max_examples=60)
@given(border_facts())
def test_neither_repeating_nor_order_nor_the_wire_changes_a_byte(facts: VisitFacts) -> None:
    """Shards may be solved by anybody in any order, and their solutions written down and read again."""
    solutions = solved(facts, SETTINGS)
    backwards = dict(reversed(solutions.items()))
    read = {
        shard: msgspec.json.decode(msgspec.json.encode(solution), type=ShardSolution)
        for shard, solution in solved(facts, SETTINGS).items()
    }

    once = told(merge(facts, SETTINGS, solutions))

    assert told(merge(facts, SETTINGS, backwards)) == once
    assert told(merge(facts, SETTINGS, read)) == once


@pytest.mark.parametrize("solutions", [{}, None], ids=["nothing", "what shards found"])
def test_a_visit_across_the_border_is_found(solutions: Mapping[str, ShardSolution] | None) -> None:
    """A class of one academy and the only slot, in the other: no shard sees them together, the merge does."""
    facts = facts_of([a_wish(**at(VILLEFRANCHE))], [an_opening(**at(CASTELNAUDARY))])

    merged = merge(facts, SETTINGS, solved(facts, SETTINGS) if solutions is None else solutions)

    assert [match.slot_id for match in merged.matches] == [number(1)]
    assert merged.gap == 0


def test_a_slot_that_both_sides_want_goes_to_whom_it_is_worth_most() -> None:
    """The class next to the slot has it, though its own shard was not asked for the other one."""
    near, far = a_wish(id=number(1), **at(CASTELNAUDARY)), a_wish(id=number(2), **at(VILLEFRANCHE))
    facts = facts_of([near, far], [an_opening(**at(CASTELNAUDARY))])

    merged = merge(facts, NO_FLOORS, solved(facts, NO_FLOORS))

    assert [match.wish_id for match in merged.matches] == [near.id]


def test_a_shard_knows_of_what_is_taken_from_beyond() -> None:
    """A class of the other academy has accepted the only place: the shard proposes it to nobody."""
    here, beyond = a_wish(id=number(1), **at(CASTELNAUDARY)), a_wish(id=number(2), **at(VILLEFRANCHE))
    slot = an_opening(**at(CASTELNAUDARY))
    facts = facts_of([here, beyond], [slot], stands=[standing(beyond, slot, StandingState.ACCEPTED)])

    solutions = solved(facts, SETTINGS)

    assert [solution.chosen for solution in solutions.values()] == [(), ()]


def test_a_mediator_that_two_shards_want_is_named_once() -> None:
    """Each shard gives its class the only intervention; the merged plan gives it to one."""
    wishes = [
        a_wish(id=number(1), wants_mediation=True, **at(CASTELNAUDARY)),
        a_wish(id=number(2), wants_mediation=True, max_travel_minutes=15, **at(VILLEFRANCHE)),
    ]
    openings = [
        an_opening(slot_id=number(1), **at(CASTELNAUDARY)),
        an_opening(slot_id=number(2), **at(VILLEFRANCHE)),
    ]
    facts = facts_of(wishes, openings, [a_mediation(interventions_left=1)])
    solutions = solved(facts, NO_FLOORS)

    merged = merge(facts, NO_FLOORS, solutions)

    assert [len(solution.chosen) for solution in solutions.values()] == [1, 1]
    assert len(merged.matches) == 1
    assert broken_constraints(facts, visits_of(merged.matches)) == []


def test_what_is_gone_since_is_passed_over() -> None:
    """A shard tells of a class and a slot that are there no more: the plan is of what is there."""
    gone, wish, slot = number(99), a_wish(**at(VILLEFRANCHE)), an_opening(**at(CASTELNAUDARY))
    stale = ShardSolution(
        chosen=((gone, slot.slot_id, None), (wish.id, gone, None)),
        value=2000,
        bound=2000,
        pairs=2,
        visits={gone: 5.0},
        places={gone: 7.0},
        class_days=((gone, slot.day.toordinal(), 3.0), (wish.id, slot.day.toordinal(), 3.0)),
    )

    merged = merge(facts_of([wish], [slot]), SETTINGS, {"toulouse": stale})

    assert [match.wish_id for match in merged.matches] == [wish.id]
    assert merged.gap == 0


def test_a_plan_says_that_a_shard_was_given_up() -> None:
    """Its part need not be the same again, so neither need the whole."""
    facts = facts_of([a_wish(**at(VILLEFRANCHE))], [an_opening(**at(CASTELNAUDARY))])
    solutions = solved(facts, SETTINGS)
    given_up = {shard: msgspec.structs.replace(solution, limited=True) for shard, solution in solutions.items()}

    assert not merge(facts, SETTINGS, solutions).limited
    assert merge(facts, SETTINGS, given_up).limited
