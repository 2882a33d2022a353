"""When a class may come, and how a booking moves."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import asdict

from contracts.companies.bookings import BookingConfirmed, BookingRequested, ClassNeeds
from contracts.companies.visit_offers import Accessibility, SafetyRules
from contracts.errors import Invalid, NotYours, SlotFull, TooLate, TransitionRefused
from contracts.vocabulary import AccessNeed, Level, Role, VisitFormat
from services.companies.bookings.rules import (
    already_booked,
    begun,
    check_bookable,
    first_state,
    impossible,
    last_day,
    moved_booking,
    wish_of,
    wish_of_proposal,
)
from services.companies.bookings.rules import new_booking as booking_of
from tests.component.companies.given import (
    BOOKING_ID,
    COMPANY_ID,
    COORDINATOR,
    NOW,
    OFFER_ID,
    OTHER_UAI,
    SLOT_ID,
    TEACHER,
    UAI,
    VISIT_DAY,
    a_booking,
    a_caller,
    a_slot,
    an_accepted_proposal,
    an_offer,
    at,
    new_booking,
)

COMPANY, SCHOOL, REGION = (frozenset({word}) for word in ("company", "school", "coordinator"))
DAY = timedelta(days=1)


def wish(**given):
    return wish_of(new_booking(**given), TEACHER)


def check(wished=None, slot=None, offer=None, actors=SCHOOL, now=NOW, asked_at=None):
    check_bookable(wished or wish(), slot or a_slot(), offer or an_offer(), actors, now, asked_at or now)


def fields_of(refused):
    return [wrong.field for wrong in refused.value.fields]


# ------------------------------------------------------------ who wants to come


def test_a_school_books_for_itself():
    """Its key says which school it is; saying it again does no harm."""
    assert wish().school_uai == UAI
    assert wish(school_uai=UAI).school_uai == UAI


def test_the_region_books_for_a_school_that_it_names():
    """The number may be typed with spaces or in small letters."""
    assert wish_of(new_booking(school_uai=" 0310024h "), COORDINATOR).school_uai == UAI


@pytest.mark.parametrize(
    ("caller", "uai", "error"),
    [
        (TEACHER, OTHER_UAI, NotYours),
        (a_caller(Role.COMPANY, COMPANY_ID), UAI, NotYours),
        (a_caller(Role.ASSOCIATION, COMPANY_ID), UAI, NotYours),
        (COORDINATOR, "", Invalid),
        (COORDINATOR, "0310024A", Invalid),
    ],
)
def test_nobody_else_books_for_a_school(caller, uai, error):
    """Not another school, not a company; and the Region has to name a right one."""
    with pytest.raises(error):
        wish_of(new_booking(school_uai=uai), caller)


def test_a_class_is_its_request_or_its_level_and_name_within_its_school():
    """Case and spaces do not make another class; another school's same name does."""
    request = UUID(int=31)

    assert wish(class_name="3e B").class_key == wish(class_name=" 3E  b ").class_key
    assert wish(class_name="3e B").class_key != wish(class_name="3e C").class_key
    assert wish(class_request_id=request).class_key == wish(class_request_id=request, class_name="x").class_key
    assert wish(class_request_id=request).class_key != wish().class_key
    elsewhere = wish_of(new_booking(school_uai=OTHER_UAI, class_request_id=request), COORDINATOR)
    assert elsewhere.class_key != wish(class_request_id=request).class_key


def test_an_accepted_proposal_is_a_wish():
    """With its class's needs, its request and its mediator."""
    proposal = an_accepted_proposal(a_slot(), needs=ClassNeeds(motor=1))

    wished = wish_of_proposal(proposal)

    assert (wished.school_uai, wished.level, wished.pupils, wished.adults) == (UAI, Level.TROISIEME, 24, 2)
    assert (wished.proposal_id, wished.class_request_id) == (proposal.id, proposal.class_request_id)
    assert (wished.association_id, wished.needs) == (proposal.association_id, ClassNeeds(motor=1))


# ------------------------------------------------------------ whether it can


def test_a_class_that_fits_may_come():
    """Up to the very bounds: 28 pupils, two adults, the last day of the lead time."""
    check(wish(pupils=28))
    check(wish(pupils=10, adults=1, girls=10))
    check(now=datetime(2026, 12, 1, 22, 59, tzinfo=UTC))
    check(actors=REGION)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"slot": a_slot(state="full", groups_taken=2)}, SlotFull),
        ({"slot": a_slot(state="closed")}, TransitionRefused),
        ({"slot": a_slot(state="cancelled")}, TransitionRefused),
        ({"actors": COMPANY}, NotYours),
        ({"offer": an_offer(state="paused")}, TransitionRefused),
        ({"now": datetime(2026, 12, 1, 23, 1, tzinfo=UTC)}, TooLate),
        ({"now": at(VISIT_DAY, 9), "asked_at": NOW}, TooLate),
    ],
)
def test_what_lies_in_the_slot_is_a_conflict(given, error):
    """Full, closed, not the company's own, paused, too late, begun."""
    with pytest.raises(error):
        check(**given)


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


# ------------------------------------------------------------ what becomes of it


def test_a_booking_carries_its_slot_and_its_wish():
    """Whoever reads it needs no look-up."""
    booking = booking_of(wish(girls=12), a_slot(fictional=True), "requested", BOOKING_ID, NOW)

    assert (booking.slot_id, booking.visit_offer_id, booking.company_id) == (SLOT_ID, OFFER_ID, COMPANY_ID)
    assert (booking.school_uai, booking.pupils, booking.girls, booking.class_name) == (UAI, 24, 12, "3e B")
    assert (booking.starts_at, booking.state, booking.fictional) == (at(VISIT_DAY, 9), "requested", True)


@pytest.mark.parametrize(
    ("instant", "state", "event"), [(True, "confirmed", BookingConfirmed), (False, "requested", BookingRequested)]
)
def test_an_offer_that_confirms_at_once_announces_just_that(instant, state, event):
    """One event for one fact."""
    booking = a_booking(state=first_state(an_offer(instant_confirmation=instant)))

    assert booking.state == state
    assert begun(booking, a_slot()) == event(booking=booking, slot=a_slot())


def test_a_class_that_comes_already_is_told_which_rule_refuses():
    """The same slot, or another one on the same day."""
    same = already_booked(a_slot(), SLOT_ID, BOOKING_ID)
    other = already_booked(a_slot(), UUID(int=99), BOOKING_ID)

    assert "class and slot" in same.problem.detail.en
    assert "par classe et par jour" in other.problem.detail.fr
    assert other.facts["booking_id"] == str(BOOKING_ID)


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (SlotFull(), "slot-full: All groups of this slot are taken."),
        (Invalid.field("pupils", "Too many.", "Trop."), "invalid-input: pupils: Too many."),
    ],
)
def test_what_could_not_be_booked_says_why(refusal, reason):
    """The rule's slug, then words."""
    booking = impossible(a_booking(), refusal)

    assert (booking.state, booking.reason, booking.ended_by) == ("impossible", reason, "system")


@pytest.mark.parametrize(
    ("state", "action", "reason", "actors", "target", "ended_by"),
    [
        ("requested", "confirm", "", COMPANY, "confirmed", ""),
        ("requested", "decline", "staff_away", COMPANY, "declined", "company"),
        ("requested", "decline", "other: the line is being rebuilt", REGION, "declined", "coordinator"),
        ("requested", "cancel", "", SCHOOL, "cancelled", "school"),
        ("confirmed", "cancel", "strike", COMPANY, "cancelled", "company"),
    ],
)
def test_a_booking_moves(state, action, reason, actors, target, ended_by):
    """It keeps who ended it and why."""
    moved = moved_booking(a_booking(state=state), action, reason, actors, NOW + DAY)

    assert (moved.state, moved.reason, moved.ended_by) == (target, reason, ended_by)
    assert (moved.version, moved.changed_at) == (2, NOW + DAY)


@pytest.mark.parametrize(
    ("booking", "action", "reason", "actors", "error"),
    [
        (a_booking(), "confirm", "", SCHOOL, NotYours),
        (a_booking(), "decline", "", COMPANY, Invalid),
        (a_booking(), "decline", "no time", COMPANY, Invalid),
        (a_booking(), "approve", "", COMPANY, Invalid),
        (a_booking(state="cancelled"), "confirm", "", COMPANY, TransitionRefused),
        (a_booking(state="impossible"), "cancel", "", SCHOOL, TransitionRefused),
        (a_booking(starts_at=NOW), "cancel", "", SCHOOL, TooLate),
    ],
)
def test_a_refused_move(booking, action, reason, actors, error):
    """A school does not confirm, a decline has a countable reason, what is over stays over."""
    with pytest.raises(error):
        moved_booking(booking, action, reason, actors, NOW)


def test_a_wish_says_nothing_that_a_booking_does_not_keep():
    """Every field of a wish is one of the booking."""
    booking = booking_of(wish(), a_slot(), "requested", BOOKING_ID, NOW)

    assert all(getattr(booking, name) == value for name, value in asdict(wish()).items())
