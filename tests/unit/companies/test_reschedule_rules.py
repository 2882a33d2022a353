"""Whether a visit can move to another slot, and what both bookings become."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.errors import NotYours, TooLate, TransitionRefused
from services.companies.rescheduling.rules import check_reschedulable, rescheduled, successor_of, successor_state
from tests.component.companies.given import (
    BOOKING_ID,
    NOW,
    SLOT_ID,
    STRANGER_ID,
    VISIT_DAY,
    a_booking,
    a_slot,
    an_offer,
    at,
)

COMPANY, SCHOOL, REGION = (frozenset({word}) for word in ("company", "school", "coordinator"))
TARGET = a_slot(id=UUID(int=40))
BOOKING = a_booking(state="confirmed")
NEXT_ID = UUID(int=41)


@pytest.mark.parametrize(
    ("state", "actors"),
    [
        ("requested", SCHOOL),
        ("approved", SCHOOL),
        ("confirmed", SCHOOL),
        ("approved", COMPANY),
        ("confirmed", COMPANY),
        ("confirmed", REGION),
    ],
)
def test_either_side_moves_a_visit_that_is_to_come(state, actors):
    """Until it begins; an answer's deadline does not matter."""
    booking = a_booking(state=state, answer_by=NOW)

    check_reschedulable(booking, TARGET, actors, at(VISIT_DAY, 9) - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("booking", "target", "actors", "now", "error", "word"),
    [
        (BOOKING, TARGET, frozenset(), NOW, NotYours, "Only the organisation"),
        (a_booking(state="waitlisted"), TARGET, SCHOOL, NOW, TransitionRefused, "state"),
        (a_booking(state="completed"), TARGET, SCHOOL, NOW, TransitionRefused, "state"),
        (BOOKING, TARGET, SCHOOL, at(VISIT_DAY, 9), TooLate, "until 2026-12-15T09:00"),
        (a_booking(state="requested"), TARGET, COMPANY, NOW, TransitionRefused, "head of school"),
        (a_booking(state="requested"), TARGET, REGION, NOW, TransitionRefused, "head of school"),
        (BOOKING, a_slot(id=UUID(int=40), company_id=STRANGER_ID), SCHOOL, NOW, TransitionRefused, "another company"),
        (BOOKING, a_slot(id=SLOT_ID), SCHOOL, NOW, TransitionRefused, "already"),
    ],
)
def test_what_cannot_move_says_why(booking, target, actors, now, error, word):
    """Nobody's, over, begun, not approved yet, another company's, nowhere else."""
    with pytest.raises(error, match=word):
        check_reschedulable(booking, target, actors, now)


@pytest.mark.parametrize(
    ("state", "instant", "actors", "successor"),
    [
        ("requested", False, SCHOOL, "requested"),
        ("requested", True, SCHOOL, "requested"),
        ("approved", False, SCHOOL, "approved"),
        # The company answers for the new day, unless its offer confirms at once.
        ("confirmed", False, SCHOOL, "approved"),
        ("confirmed", True, SCHOOL, "confirmed"),
        ("approved", False, COMPANY, "offered"),
        ("confirmed", True, COMPANY, "offered"),
        ("confirmed", False, REGION, "offered"),
    ],
)
def test_the_schools_move_keeps_its_approvals_and_others_are_offered_to_it(state, instant, actors, successor):
    """Whoever did not choose the new day has to agree to it."""
    assert successor_state(a_booking(state=state), an_offer(instant_confirmation=instant), actors) == successor


def test_both_bookings_name_each_other():
    """The old one says who moved it and why; the proposal stays with it."""
    old = a_booking(state="confirmed", proposal_id=UUID(int=30))
    new = a_booking(id=NEXT_ID, proposal_id=UUID(int=30), state="approved", created_at=NOW)

    successor = successor_of(old, new)
    ended = rescheduled(old, successor, "strike", COMPANY)

    assert (successor.rescheduled_from, successor.proposal_id) == (BOOKING_ID, None)
    assert (ended.state, ended.rescheduled_to, ended.proposal_id) == ("rescheduled", NEXT_ID, UUID(int=30))
    assert (ended.reason, ended.ended_by, ended.version, ended.changed_at) == ("strike", "company", 2, NOW)
    assert (ended.late, ended.ready) == (False, False)
