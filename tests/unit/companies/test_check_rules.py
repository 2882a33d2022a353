"""Whether a class can come, or wait for a place, and what it is told where it cannot."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.companies.bookings import ClassNeeds
from contracts.companies.visit_offers import Accessibility, SafetyRules
from contracts.errors import Invalid, NotYours, SlotFull, TooLate, TransitionRefused
from contracts.vocabulary import AccessNeed, Level, VisitFormat
from services.companies.bookings.check_rules import already_booked, check_bookable, check_can_wait, full, last_day
from services.companies.bookings.wish_rules import wish_of
from tests.component.companies.given import (
    BOOKING_ID,
    NOW,
    SLOT_ID,
    TEACHER,
    VISIT_DAY,
    a_slot,
    an_offer,
    at,
    new_booking,
)

COMPANY, SCHOOL, REGION = (frozenset({word}) for word in ("company", "school", "coordinator"))
DAY = timedelta(days=1)
FULL = a_slot(state="full", groups_taken=2)
POOL = a_slot(pooled=True, groups=2, pupils_per_group=28)


def wish(**given):
    return wish_of(new_booking(**given), TEACHER)


def check(wished=None, slot=None, offer=None, actors=SCHOOL, now=NOW, asked_at=None):
    return check_bookable(wished or wish(), slot or a_slot(), offer or an_offer(), actors, now, asked_at or now)


def check_wait(wished=None, slot=FULL, offer=None, actors=SCHOOL, now=NOW):
    return check_can_wait(wished or wish(), slot, offer or an_offer(), actors, now)


def fields_of(refused):
    return [wrong.field for wrong in refused.value.fields]


# ------------------------------------------------------------ whether it can


def test_a_class_that_fits_may_come():
    """Up to the very bounds: 28 pupils, two adults, the last day of the lead time."""
    assert check(wish(pupils=28)) == 1
    assert check(wish(pupils=10, adults=1, girls=10)) == 1
    assert check(now=datetime(2026, 12, 1, 22, 59, tzinfo=UTC)) == 1
    assert check(actors=REGION) == 1


def test_a_class_larger_than_a_group_takes_two_where_the_offer_splits():
    """It is told how many it takes."""
    assert check(wish(pupils=40, adults=3), offer=an_offer(splitting=True)) == 2


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"slot": FULL}, SlotFull),
        ({"slot": FULL, "wished": wish(pupils=90)}, SlotFull),
        ({"slot": a_slot(groups_taken=1), "wished": wish(pupils=40), "offer": an_offer(splitting=True)}, SlotFull),
        ({"slot": a_slot(pooled=True, pupils_taken=33)}, SlotFull),
        ({"slot": a_slot(state="closed")}, TransitionRefused),
        ({"slot": a_slot(state="cancelled")}, TransitionRefused),
        ({"slot": a_slot(state="done")}, TransitionRefused),
        ({"actors": COMPANY}, NotYours),
        ({"offer": an_offer(state="paused")}, TransitionRefused),
        ({"now": datetime(2026, 12, 1, 23, 1, tzinfo=UTC)}, TooLate),
        ({"now": at(VISIT_DAY, 9), "asked_at": NOW}, TooLate),
    ],
)
def test_what_lies_in_the_slot_is_a_conflict(given, error):
    """Full, too little left, closed, not the company's own, paused, too late, begun."""
    with pytest.raises(error):
        check(**given)


@pytest.mark.parametrize(
    ("slot", "left"),
    [
        (FULL, 0),
        (a_slot(groups_taken=1), 1),
        (a_slot(pooled=True, pupils_taken=33), 23),
    ],
)
def test_who_finds_a_slot_full_may_wait(slot, left):
    """The refusal says how much is left and what is allowed instead."""
    refusal = full(slot, SCHOOL)

    assert (refusal.facts["left"], refusal.facts["allowed_actions"]) == (left, ("wait",))
    assert refusal.facts["state"] == slot.state


def test_a_late_booking_is_told_the_last_day():
    """The refusal carries the date."""
    with pytest.raises(TooLate) as refused:
        check(now=at(VISIT_DAY, 8) - DAY)

    assert refused.value.facts["deadline"] == "2026-12-01"


def test_no_lead_time_is_shorter_than_a_week():
    """Whatever an offer says."""
    assert last_day(a_slot(), an_offer(lead_time_days=1)) == VISIT_DAY - 7 * DAY
    assert last_day(a_slot(), an_offer(lead_time_days=30)) == VISIT_DAY - 30 * DAY


def test_a_yes_that_was_long_on_its_way_counts_from_when_it_was_said():
    """The school answered in time; only a visit that has begun is too late."""
    check(now=at(VISIT_DAY, 8), asked_at=NOW)


def test_a_class_that_comes_already_is_told_which_rule_refuses():
    """The same slot, or another one on the same day."""
    same = already_booked(a_slot(), SLOT_ID, BOOKING_ID)
    other = already_booked(a_slot(), UUID(int=99), BOOKING_ID)

    assert "class and slot" in same.problem.detail.en
    assert "par classe et par jour" in other.problem.detail.fr
    assert other.facts["booking_id"] == str(BOOKING_ID)


# ------------------------------------------------------------ whether it can wait


@pytest.mark.parametrize(
    ("given", "groups"),
    [
        ({}, 1),
        ({"actors": REGION}, 1),
        ({"slot": a_slot(groups_taken=1), "wished": wish(pupils=40, adults=3), "offer": an_offer(splitting=True)}, 2),
        ({"slot": a_slot(pooled=True, pupils_taken=33)}, 1),
    ],
)
def test_a_class_waits_for_a_place_that_it_could_take(given, groups):
    """Also where the little that is left is too small for it."""
    assert check_wait(**given) == groups


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"slot": a_slot()}, TransitionRefused),
        ({"slot": POOL}, TransitionRefused),
        ({"slot": a_slot(state="closed")}, TransitionRefused),
        ({"actors": COMPANY}, NotYours),
        ({"offer": an_offer(state="paused")}, TransitionRefused),
        ({"now": datetime(2026, 12, 1, 23, 1, tzinfo=UTC)}, TooLate),
        ({"wished": wish(pupils=29)}, Invalid),
        ({"wished": wish(pupils=90), "slot": a_slot()}, Invalid),
    ],
)
def test_nobody_waits_in_vain(given, error):
    """Where a place is free, where none will be, or where the class would not fit."""
    with pytest.raises(error):
        check_wait(**given)


def test_who_need_not_wait_is_told_to_book():
    """The slot's state and what is allowed come along."""
    with pytest.raises(TransitionRefused, match="book it") as refused:
        check_wait(slot=a_slot())

    assert (refused.value.facts["state"], refused.value.facts["allowed_actions"]) == ("open", ("book",))


# ------------------------------------------------------------ what the school can mend


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"level": Level.CM1}, ["level"]),
        ({"pupils": 29}, ["pupils"]),
        ({"pupils": 9}, ["pupils"]),
        ({"girls": 25}, ["girls"]),
        ({"adults": 1}, ["adults"]),
        ({"needs": ClassNeeds(visual=1)}, ["needs.visual"]),
        ({"needs": ClassNeeds(motor=1, hearing=2)}, ["needs.motor", "needs.hearing"]),
        ({"pupils": 12, "adults": 1, "needs": ClassNeeds(motor=13)}, ["needs.motor", "needs.motor"]),
        ({"level": Level.CM1, "pupils": 40, "adults": 0}, ["level", "pupils", "adults"]),
    ],
)
def test_what_the_school_can_mend_names_every_field(given, fields):
    """Level, size, adults, needs."""
    with pytest.raises(Invalid) as refused:
        check(wish(**given))

    assert fields_of(refused) == fields


@pytest.mark.parametrize(
    ("slot", "offer", "pupils", "words"),
    [
        (a_slot(), an_offer(), 29, "holds 28 pupils at most"),
        (a_slot(), an_offer(splitting=True), 57, "hold 56 pupils at most"),
        (a_slot(groups=1), an_offer(splitting=True), 29, "holds 28 pupils at most"),
        (POOL, an_offer(pooled=True), 57, "holds 56 pupils in all"),
    ],
)
def test_a_class_too_large_is_told_how_many_may_come(slot, offer, pupils, words):
    """In one group, in two where there are two, or in all."""
    with pytest.raises(Invalid) as refused:
        check(wish(pupils=pupils, adults=8), slot=slot, offer=offer)

    [wrong] = refused.value.fields
    assert (wrong.field, words in wrong.message.en) == ("pupils", True)


def test_a_way_round_serves_a_wheelchair_and_no_other_need():
    """What the site receives itself needs no way round."""
    by_detour = an_offer(accessibility=Accessibility(alternative_route="par la cour"))
    fully = an_offer(accessibility=Accessibility(needs=(AccessNeed.VISUAL,)))

    check(wish(needs=ClassNeeds(motor=1)), offer=by_detour)
    check(wish(needs=ClassNeeds(visual=1)), offer=fully)
    with pytest.raises(Invalid) as refused:
        check(wish(needs=ClassNeeds(visual=1)), offer=by_detour)
    assert fields_of(refused) == ["needs.visual"]


def test_a_level_too_young_for_the_site_is_refused():
    """The offer's other level is old enough."""
    offer = an_offer(safety=SafetyRules(minimum_age=14))

    check(wish(level=Level.TROISIEME), offer=offer)
    with pytest.raises(Invalid) as refused:
        check(wish(level=Level.QUATRIEME), offer=offer)
    assert fields_of(refused) == ["level"]


def test_what_concerns_the_site_is_not_asked_of_a_visit_that_comes_to_the_class():
    """No adult takes pupils anywhere, no door is too narrow; the group's size still counts."""
    offer = an_offer(formats=(VisitFormat.ON_SITE, VisitFormat.IN_CLASS), safety=SafetyRules(minimum_age=16))

    check(wish(adults=0, needs=ClassNeeds(motor=1)), offer=offer)
    with pytest.raises(Invalid):
        check(wish(pupils=29), offer=offer)
