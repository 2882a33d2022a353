"""Visits by example: who comes first, what stays, what is frozen, and what a match carries."""

import pytest

from contracts.matchmaker.explanations import PartCode
from contracts.vocabulary import Theme, VisitFormat
from services.matchmaker.matching.inputs import Opening, StandingState, Wish
from services.matchmaker.matching.visits import VisitMatch, VisitPlan
from tests.unit.matching.facts import (
    ALBI,
    VISIT_DAY,
    a_mediation,
    a_wish,
    an_opening,
    at,
    number,
    standing,
)
from tests.unit.matching.planning import planned

LATER = VISIT_DAY.replace(day=19)


def pairs_of(plan: VisitPlan) -> list[tuple[int, int]]:
    """The matches by the numbers of their ids."""
    return [(match.wish_id.int, match.slot_id.int) for match in plan.matches]


@pytest.mark.parametrize(
    ("wish_list", "opening_list"), [([], []), ([a_wish()], []), ([], [an_opening()])], ids=["none", "classes", "slots"]
)
def test_one_side_alone_matches_nothing(wish_list: list[Wish], opening_list: list[Opening]) -> None:
    """Without classes or without slots there is nothing to propose, and that is no error."""
    plan = planned(wish_list, opening_list, [a_mediation()])

    assert plan.matches == ()
    assert plan.unserved == tuple(wish.id for wish in wish_list)


def test_a_class_and_a_slot_that_fit_are_matched() -> None:
    """The match carries what a proposal needs."""
    plan = planned([a_wish()], [an_opening(needs_mediation=True)], [a_mediation()])

    (match,) = plan.matches
    assert (match.wish_id, match.slot_id, match.day) == (number(1), number(1), VISIT_DAY)
    assert (match.mediation_id, match.association_id) == (number(1), number(300))
    assert match.format is VisitFormat.ON_SITE
    assert 0 < match.travel_minutes <= 60
    assert 0 < match.quality <= 1
    assert plan.unserved == ()


def test_who_meets_in_class_travels_nowhere() -> None:
    """Too far for the site, the class meets in class rather than remotely, without a journey."""
    opening = an_opening(formats=frozenset(VisitFormat), **at(ALBI))

    (match,) = planned([a_wish()], [opening]).matches
    (remote,) = planned([a_wish(formats=frozenset({VisitFormat.REMOTE}))], [opening]).matches

    assert (match.format, match.travel_minutes) == (VisitFormat.IN_CLASS, 0)
    assert (remote.format, remote.travel_minutes) == (VisitFormat.REMOTE, 0)


def test_an_under_reached_class_goes_first() -> None:
    """Of two classes that differ in nothing else, the one that too few visits reach has the only group."""
    plan = planned([a_wish(id=number(1)), a_wish(id=number(2), rural=True)], [an_opening()])

    assert pairs_of(plan) == [(2, 1)]
    assert plan.unserved == (number(1),)


def test_a_class_without_a_visit_goes_before_a_second_one() -> None:
    """Two groups go to two classes, though the better class would gladly have both."""
    better = a_wish(id=number(1), visits_wanted=2, themes=frozenset({Theme.AEROSPACE}))
    slots = [an_opening(slot_id=number(1)), an_opening(slot_id=number(2), day=LATER)]

    plan = planned([better, a_wish(id=number(2))], slots)

    assert {wish for wish, _ in pairs_of(plan)} == {1, 2}


def test_the_first_of_two_visits_carries_the_first_visit() -> None:
    """A class that gets two visits has the bonus once, on the earlier day."""
    slots = [an_opening(slot_id=number(2)), an_opening(slot_id=number(1), day=LATER)]

    plan = planned([a_wish(visits_wanted=2)], slots)

    first, second = plan.matches
    assert (first.day, second.day) == (VISIT_DAY, LATER)
    assert [has_part(match, PartCode.FIRST_VISIT) for match in plan.matches] == [True, False]


def has_part(match: VisitMatch, code: PartCode) -> bool:
    """Whether the score has this part."""
    return any(part.code is code for part in match.parts)


@pytest.mark.parametrize("state", [StandingState.ACCEPTED, StandingState.BOOKED])
def test_a_frozen_visit_keeps_its_class(state: StandingState) -> None:
    """A class that accepted or booked its only visit gets no other proposal, and does not count as unserved."""
    wish, opening = a_wish(), an_opening()

    plan = planned([wish], [opening, an_opening(slot_id=number(2), day=LATER)], [], [standing(wish, opening, state)])

    assert plan.matches == ()
    assert plan.unserved == ()


def test_an_accepted_visit_holds_its_group_and_a_booked_one_is_already_counted() -> None:
    """An accepted visit takes a group of its slot here; a booked one is already left out of the slot's count."""
    holder, other, opening = a_wish(id=number(1)), a_wish(id=number(2)), an_opening()

    accepted = planned([holder, other], [opening], [], [standing(holder, opening, StandingState.ACCEPTED)])
    booked = planned([holder, other], [opening], [], [standing(holder, opening, StandingState.BOOKED)])

    assert pairs_of(accepted) == []
    assert pairs_of(booked) == [(2, 1)]


def test_an_accepted_visit_holds_its_day_and_its_mediator() -> None:
    """The class has no second visit on that day, the mediator neither, and one intervention less is left."""
    holder, other = a_wish(id=number(1), visits_wanted=2), a_wish(id=number(2))
    first = an_opening(slot_id=number(1), needs_mediation=True)
    same_day = an_opening(slot_id=number(2), needs_mediation=True)
    later = an_opening(slot_id=number(3), day=LATER, needs_mediation=True)
    accepted = [standing(holder, first, StandingState.ACCEPTED, mediation_id=number(1))]

    two_left = planned([holder, other], [first, same_day, later], [a_mediation(interventions_left=2)], accepted)
    one_left = planned([holder, other], [first, same_day, later], [a_mediation(interventions_left=1)], accepted)

    assert {slot for _, slot in pairs_of(two_left)} == {3}
    assert pairs_of(one_left) == []


def test_a_second_visit_is_no_first_one() -> None:
    """A class that holds a visit gets a further one without the first visit's bonus."""
    wish = a_wish(visits_wanted=2)
    opening, further = an_opening(), an_opening(slot_id=number(2), day=LATER)

    plan = planned([wish], [opening, further], [], [standing(wish, opening, StandingState.BOOKED)])

    (match,) = plan.matches
    assert match.slot_id == number(2)
    assert not has_part(match, PartCode.FIRST_VISIT)


def test_a_proposal_stays_unless_something_clearly_better_comes() -> None:
    """A slightly better slot moves nothing; a much better one does."""
    wish, opening = a_wish(), an_opening()
    proposed = [standing(wish, opening, StandingState.PROPOSED)]
    slightly = an_opening(slot_id=number(2), pupils_per_group=28)
    clearly = an_opening(slot_id=number(2), pupils_per_group=24, role_model=True)

    kept = planned([wish], [opening, slightly], [], proposed)
    fresh = planned([wish], [opening, slightly])
    moved = planned([a_wish(wants_role_model=True)], [opening, clearly], [], proposed)

    assert pairs_of(kept) == [(1, 1)]
    assert kept.matches[0].stays
    assert pairs_of(fresh) == [(1, 2)]
    assert pairs_of(moved) == [(1, 2)]


def test_a_declined_slot_leads_to_the_next_best() -> None:
    """After a refusal the class is proposed another slot, and never the same again."""
    slots = [an_opening(slot_id=number(1), pupils_per_group=24), an_opening(slot_id=number(2))]

    before = planned([a_wish()], slots)
    after = planned([a_wish(declined_slots=frozenset({number(1)}))], slots)

    assert pairs_of(before) == [(1, 1)]
    assert pairs_of(after) == [(1, 2)]


def test_a_nearer_mediator_comes() -> None:
    """Of two mediators the nearer one is proposed, and the journey is a part that takes points away."""
    far = a_mediation(id=number(1), latitude=ALBI[0], longitude=ALBI[1])
    near = a_mediation(id=number(2))

    (match,) = planned([a_wish(wants_mediation=True)], [an_opening()], [far, near]).matches
    (distant,) = planned([a_wish(wants_mediation=True)], [an_opening()], [far]).matches

    assert match.mediation_id == number(2)
    assert sum(part.points for part in distant.parts if part.code is PartCode.MEDIATOR_DISTANCE) < 0
