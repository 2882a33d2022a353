"""How a booking begins, and how people and the system move it."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.companies.bookings import (
    BookingApproved,
    BookingCancelled,
    BookingConfirmed,
    BookingRequested,
    DeclineReason,
    MediationState,
    WaitingFor,
)
from contracts.errors import HeadOnly, Invalid, NotYours, SlotFull, TooLate, TransitionRefused
from services.companies.bookings.deadline_rules import end_of_day
from services.companies.bookings.rules import (
    Moving,
    begun_as,
    event_of_move,
    first_state,
    impossible,
    in_state,
    moved_booking,
    overdue,
    side_of,
    with_hours,
)
from services.companies.bookings.rules import new_booking as booking_of
from services.companies.bookings.wish_rules import wish_of, wish_of_proposal
from tests.component.companies.given import (
    BOOKING_ID,
    COMPANY_ID,
    NOW,
    OFFER_ID,
    SLOT_ID,
    TEACHER,
    TODAY,
    UAI,
    VISIT_DAY,
    a_booking,
    a_slot,
    an_accepted_proposal,
    an_offer,
    at,
    new_booking,
)

COMPANY, SCHOOL, REGION, NOBODY = (frozenset(words) for words in (["company"], ["school"], ["coordinator"], []))
HEAD = frozenset({"school", "head"})
DAY = timedelta(days=1)
INSTANT = an_offer(instant_confirmation=True)


def move(booking, action, reason="", actors=SCHOOL, offer=None, head_approves=False, now=NOW + DAY):
    moving = Moving(action=action, reason=reason, actors=actors, head_approves=head_approves, moment=now)
    return moved_booking(booking, moving, a_slot(), offer or an_offer())


def begin(wish, state="approved", offer=None, groups=1):
    return booking_of(wish, a_slot(fictional=True), offer or an_offer(), groups, state, BOOKING_ID, NOW)


def wish(**given):
    return wish_of(new_booking(**given), TEACHER)


# ------------------------------------------------------------ how it begins


@pytest.mark.parametrize(
    ("head_approves", "instant", "state", "event"),
    [
        (True, False, "requested", BookingRequested),
        (True, True, "requested", BookingRequested),
        (False, False, "approved", BookingRequested),
        (False, True, "confirmed", BookingConfirmed),
    ],
)
def test_a_booking_waits_for_the_head_then_for_the_company(head_approves, instant, state, event):
    """Neither where the school has no approval step and the offer confirms at once; one event tells of it."""
    offer = an_offer(instant_confirmation=instant)

    assert first_state(offer, head_approves=head_approves) == state
    assert begun_as(a_booking(state=state)) is event


def test_a_booking_carries_its_slot_and_its_wish():
    """Whoever reads it needs no look-up."""
    booking = begin(wish(girls=12, pupils=40), groups=2)

    assert (booking.slot_id, booking.visit_offer_id, booking.company_id) == (SLOT_ID, OFFER_ID, COMPANY_ID)
    assert (booking.school_uai, booking.pupils, booking.girls, booking.class_name) == (UAI, 40, 12, "3e B")
    assert (booking.starts_at, booking.fictional, booking.groups) == (at(VISIT_DAY, 9), True, 2)
    assert (booking.state, booking.version, booking.created_at, booking.changed_at) == ("approved", 1, NOW, NOW)


@pytest.mark.parametrize(
    ("state", "waiting_for"),
    [
        ("requested", WaitingFor.HEAD),
        ("approved", WaitingFor.COMPANY),
        ("offered", WaitingFor.SCHOOL),
        ("confirmed", WaitingFor.NOBODY),
        ("waitlisted", WaitingFor.NOBODY),
    ],
)
def test_a_booking_says_who_has_to_act(state, waiting_for):
    """With a deadline where somebody has."""
    booking = begin(wish(), state)

    assert booking.waiting_for is waiting_for
    assert (booking.answer_by is not None) == (waiting_for is not WaitingFor.NOBODY)


@pytest.mark.parametrize(
    ("association_id", "needs_mediation", "mediation"),
    [
        (None, False, MediationState.NONE),
        (None, True, MediationState.WANTED),
        (UUID(int=32), False, MediationState.WANTED),
    ],
)
def test_a_visit_is_ready_once_all_parties_have_said_yes(association_id, needs_mediation, mediation):
    """An association is a party where the offer needs one, or the class was promised one."""
    wished = wish_of_proposal(an_accepted_proposal(a_slot(), association_id=association_id))

    booking = begin(wished, "confirmed", an_offer(needs_mediation=needs_mediation))

    assert booking.mediation is mediation
    assert booking.ready == (mediation is MediationState.NONE)
    assert booking.association_id is None


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (SlotFull(), "slot-full: All groups of this slot are taken."),
        (Invalid.field("pupils", "Too many.", "Trop."), "invalid-input: pupils: Too many."),
    ],
)
def test_what_could_not_be_booked_says_why(refusal, reason):
    """The rule's slug, then words."""
    booking = impossible(begin(wish(), "impossible"), refusal)

    assert (booking.state, booking.reason, booking.ended_by) == ("impossible", reason, "system")


# ------------------------------------------------------------ how people move it


@pytest.mark.parametrize(
    ("state", "action", "reason", "actors", "target", "ended_by"),
    [
        ("requested", "approve", "", HEAD, "approved", ""),
        ("requested", "approve", "", REGION, "approved", ""),
        ("requested", "refuse", "exams", HEAD, "refused", "school"),
        ("approved", "confirm", "", COMPANY, "confirmed", ""),
        ("approved", "decline", "staff_away", COMPANY, "declined", "company"),
        ("approved", "decline", "other: the line is being rebuilt", REGION, "declined", "coordinator"),
        ("approved", "cancel", "", COMPANY, "cancelled", "company"),
        ("requested", "cancel", "", SCHOOL, "cancelled", "school"),
        ("waitlisted", "cancel", "", SCHOOL, "cancelled", "school"),
        ("offered", "cancel", "", SCHOOL, "cancelled", "school"),
        ("confirmed", "cancel", "", HEAD, "cancelled", "school"),
        ("confirmed", "cancel", "strike", COMPANY, "cancelled", "company"),
        ("offered", "accept", "", SCHOOL, "approved", ""),
    ],
)
def test_a_booking_moves(state, action, reason, actors, target, ended_by):
    """It keeps who ended it and why."""
    moved = move(a_booking(state=state), action, reason, actors)

    assert (moved.state, moved.reason, moved.ended_by) == (target, reason, ended_by)
    assert (moved.version, moved.changed_at) == (2, NOW + DAY)


@pytest.mark.parametrize(
    ("booking", "action", "reason", "actors", "error"),
    [
        (a_booking(), "approve", "", SCHOOL, HeadOnly),
        (a_booking(), "refuse", "exams", COMPANY, NotYours),
        (a_booking(), "refuse", "  ", HEAD, Invalid),
        (a_booking(), "confirm", "", COMPANY, TransitionRefused),
        (a_booking(state="approved"), "confirm", "", SCHOOL, NotYours),
        (a_booking(state="approved"), "decline", "", COMPANY, Invalid),
        (a_booking(state="approved"), "decline", "no time", COMPANY, Invalid),
        (a_booking(state="approved"), "postpone", "", COMPANY, Invalid),
        (a_booking(state="confirmed"), "cancel", " ", COMPANY, Invalid),
        (a_booking(state="confirmed"), "cancel", "", REGION, Invalid),
        (a_booking(state="offered"), "accept", "", COMPANY, NotYours),
        (a_booking(state="cancelled"), "confirm", "", COMPANY, TransitionRefused),
        (a_booking(state="impossible"), "cancel", "", SCHOOL, TransitionRefused),
        (a_booking(state="completed"), "cancel", "", SCHOOL, TransitionRefused),
        (a_booking(starts_at=NOW), "cancel", "", SCHOOL, TooLate),
    ],
)
def test_a_refused_move(booking, action, reason, actors, error):
    """A school does not confirm, a decline has a countable reason, what is over stays over."""
    with pytest.raises(error):
        move(booking, action, reason, actors, now=NOW)


@pytest.mark.parametrize("word", list(DeclineReason))
def test_a_company_declines_with_any_word_of_the_list(word):
    """More may follow a colon."""
    for reason in (word, f"{word} : en travaux"):
        assert move(a_booking(state="approved"), "decline", reason, COMPANY).state == "declined"


@pytest.mark.parametrize(
    ("state", "action", "reason", "actors"),
    [
        ("requested", "approve", "", HEAD),
        ("requested", "refuse", "exams", HEAD),
        ("approved", "confirm", "", COMPANY),
        ("approved", "decline", "safety", COMPANY),
        ("offered", "accept", "", SCHOOL),
    ],
)
def test_an_answer_counts_until_its_deadline(state, action, reason, actors):
    """To the second; afterwards the refusal says the date, in the time of Occitanie. Leaving needs no deadline."""
    booking = a_booking(state=state, answer_by=end_of_day(TODAY))

    move(booking, action, reason, actors, now=end_of_day(TODAY) - timedelta(seconds=1))
    with pytest.raises(TooLate) as refused:
        move(booking, action, reason, actors, now=end_of_day(TODAY))

    assert (refused.value.facts["deadline"], refused.value.facts["state"]) == ("2026-11-25T00:00+01:00", state)
    assert action in refused.value.facts["allowed_actions"]
    assert move(booking, "cancel", now=end_of_day(TODAY)).state == "cancelled"


def test_no_answer_counts_once_the_visit_has_begun():
    """Even where its day was still left."""
    booking = a_booking(state="approved", answer_by=end_of_day(VISIT_DAY))

    with pytest.raises(TooLate):
        move(booking, "confirm", "", COMPANY, now=at(VISIT_DAY, 9))


def test_the_heads_yes_confirms_where_the_offer_does_so_at_once():
    """One event for one fact: confirmed, not first approved."""
    moved = move(a_booking(), "approve", actors=HEAD, offer=INSTANT)

    assert (moved.state, moved.ready, moved.waiting_for) == ("confirmed", True, WaitingFor.NOBODY)
    assert event_of_move("approve", moved) is BookingConfirmed
    assert event_of_move("approve", move(a_booking(), "approve", actors=HEAD)) is BookingApproved


@pytest.mark.parametrize(
    ("head_approves", "offer", "moved_from", "state", "event"),
    [
        (True, None, None, "requested", BookingRequested),
        (False, None, None, "approved", BookingRequested),
        (False, INSTANT, None, "confirmed", BookingConfirmed),
        # A company that moved the visit has said yes.
        (True, None, UUID(int=9), "confirmed", BookingConfirmed),
    ],
)
def test_taking_an_offered_place_begins_like_any_booking(head_approves, offer, moved_from, state, event):
    """It waits for whoever has not said yes yet."""
    offered = a_booking(state="offered", rescheduled_from=moved_from)

    accepted = move(offered, "accept", offer=offer, head_approves=head_approves)

    assert accepted.state == state
    assert event_of_move("accept", accepted) is event
    assert event_of_move("cancel", move(offered, "cancel")) is BookingCancelled


@pytest.mark.parametrize(
    ("state", "days", "late"),
    [("confirmed", 14, False), ("confirmed", 13, True), ("approved", 3, True), ("waitlisted", 3, False)],
)
def test_a_cancellation_near_the_visit_is_late(state, days, late):
    """But not of a class that only waited for a place; no other end is."""
    near = a_booking(state=state, starts_at=NOW + days * DAY)

    assert move(near, "cancel", now=NOW).late is late
    assert not in_state(near, "expired", TODAY, NOW).late


@pytest.mark.parametrize(
    ("actors", "side"), [(COMPANY, "company"), (HEAD, "school"), (REGION, "coordinator"), (NOBODY, "system")]
)
def test_a_head_of_school_is_its_school(actors, side):
    """As a booking keeps who ended it."""
    assert side_of(actors) == side


# ------------------------------------------------------------ what the system does


@pytest.mark.parametrize("state", ["requested", "approved", "offered", "waitlisted"])
def test_what_nobody_answered_expires_with_its_stage(state):
    """So that one can count who does not answer."""
    expired = overdue(a_booking(state=state, answer_by=NOW), NOW)

    assert (expired.state, expired.reason, expired.ended_by) == ("expired", state, "system")
    assert (expired.answer_by, expired.waiting_for) == (None, WaitingFor.NOBODY)


def test_a_visit_that_nobody_reported_on_is_presumed_done():
    """It ends by nobody's hand."""
    presumed = overdue(a_booking(state="confirmed", ready=True), NOW)

    assert (presumed.state, presumed.reason, presumed.ended_by, presumed.ready) == ("presumed_done", "", "", False)


@pytest.mark.parametrize("state", ["completed", "no_show", "presumed_done", "cancelled", "expired", "impossible"])
def test_what_is_over_is_never_overdue(state):
    """Whatever timer still rings."""
    assert overdue(a_booking(state=state), NOW) is None


def test_new_hours_leave_the_deadline():
    """Who has to answer keeps the time that they had."""
    booking = a_booking(state="approved", answer_by=end_of_day(TODAY))

    moved = with_hours(booking, a_slot(starts_at=at(VISIT_DAY, 14), ends_at=at(VISIT_DAY, 16)), NOW)

    assert (moved.starts_at, moved.ends_at, moved.version) == (at(VISIT_DAY, 14), at(VISIT_DAY, 16), 2)
    assert (moved.state, moved.answer_by) == ("approved", end_of_day(TODAY))
