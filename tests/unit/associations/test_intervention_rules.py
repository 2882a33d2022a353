"""When an association can be asked, until when it answers, and what becomes of it."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from contracts.associations.capacities import CapacityChange
from contracts.associations.interventions import (
    InterventionAccepted,
    InterventionCancelled,
    InterventionChanged,
    InterventionRequested,
)
from contracts.errors import Invalid, NotYours, TooLate, TransitionRefused
from services.associations.capacities.rules import changed_capacity, new_capacity
from services.associations.interventions import rules
from services.associations.profiles.rules import new_association
from tests.component.associations.given import (
    CAPACITY_ID,
    NOW,
    TODAY,
    a_booking,
    a_capacity,
    a_mediation,
    an_association,
    morning,
)

ITSELF, COMPANY = frozenset({"association"}), frozenset({"company"})
DAY = date(2026, 12, 15)
STARTS_AT = morning(DAY)


def capacity(**given):
    association = new_association(an_association(), UUID(int=1), "approved", NOW)
    known = new_capacity(a_capacity(), association, ITSELF, CAPACITY_ID, NOW)
    return replace(known, **given)


def visit(state="approved", starts_at=STARTS_AT, version=1):
    return rules.visit_of(a_booking(starts_at, state=state, version=version))


def asked(**given):
    made = rules.new_intervention(a_mediation(STARTS_AT), visit(), UUID(int=70), NOW, possible=True)
    return replace(made, **given)


@pytest.mark.parametrize(
    ("given", "association_state", "days", "possible"),
    [
        ({}, "approved", (), True),
        ({}, "approved", (date(2026, 12, 14),), True),
        ({}, "approved", (DAY,), False),
        ({"interventions": 1}, "approved", (date(2026, 12, 14),), False),
        ({"state": "withdrawn"}, "approved", (), False),
        ({}, "suspended", (), False),
        ({"until_date": date(2026, 12, 14)}, "approved", (), False),
        ({"from_date": date(2026, 12, 16)}, "approved", (), False),
    ],
)
def test_when_a_capacity_has_room(given, association_state, days, possible):
    """Published, in its period, with an intervention left, and that day free."""
    assert rules.can_give(capacity(**given), association_state, days, visit()) is possible


def test_an_association_is_asked():
    """It reads who comes, where and when."""
    intervention = asked()

    assert (intervention.state, intervention.booking_id, intervention.starts_at) == (
        "requested",
        a_mediation().id,
        STARTS_AT,
    )
    assert intervention.answer_by is not None


def test_without_room_it_has_declined_at_once():
    """So that the next one is looked for."""
    intervention = rules.new_intervention(a_mediation(), visit(), UUID(int=70), NOW, possible=False)

    assert (intervention.state, intervention.reason, intervention.ended_by) == ("declined", "no_capacity", "system")
    assert intervention.answer_by is None


@pytest.mark.parametrize("nobody", [{"association_id": None}, {"capacity_id": None}])
def test_a_mediation_that_names_nobody_asks_nobody(nobody):
    """Both are needed to take an intervention."""
    assert rules.new_intervention(a_mediation(**nobody), visit(), UUID(int=70), NOW, possible=True) is None


def test_what_a_mediation_tells_of_a_booking_is_not_its_end():
    """Until the booking is heard of, it may take place."""
    told = rules.visit_told_of(a_mediation(STARTS_AT))

    assert (told.version, told.starts_at, told.has_ended) == (0, STARTS_AT, False)


@pytest.mark.parametrize(
    ("state", "ended", "took_place"),
    [
        ("approved", False, False),
        ("confirmed", False, False),
        ("cancelled", True, False),
        ("rescheduled", True, False),
        ("no_show", True, False),
        ("completed", False, True),
        ("presumed_done", False, True),
    ],
)
def test_which_bookings_have_ended(state, ended, took_place):
    """A class that did not come needs no mediator."""
    assert (visit(state).has_ended, visit(state).took_place) == (ended, took_place)


@pytest.mark.parametrize(
    ("starts_at", "now", "until"),
    [
        # The 5th working day after Tuesday is the next Tuesday; its end is 23:00 UTC.
        (STARTS_AT, NOW, morning(date(2026, 12, 1), 23)),
        (morning(date(2026, 11, 27)), NOW, morning(date(2026, 11, 26), 23)),
        (morning(date(2026, 11, 25)), NOW, morning(date(2026, 11, 24), 23)),
        (morning(TODAY, 14), NOW, morning(TODAY, 14)),
        # After the end of the published calendar nobody knows the working days.
        (morning(date(2028, 9, 1)), morning(date(2028, 8, 29)), morning(date(2028, 8, 31), 22)),
    ],
)
def test_until_when_it_answers(starts_at, now, until):
    """The end of the 5th working day, before the day of the visit."""
    assert rules.answer_by(starts_at, now) == until


def test_it_accepts():
    """Nothing is left to answer."""
    accepted = rules.moved_intervention(asked(), "accept", "", ITSELF, NOW)

    assert (accepted.state, accepted.version, accepted.answer_by, accepted.ended_by) == ("accepted", 2, None, "")


@pytest.mark.parametrize(
    ("state", "action", "then"), [("requested", "decline", "declined"), ("accepted", "withdraw", "withdrawn")]
)
def test_saying_no_needs_a_reason(state, action, then):
    """Spaces are none."""
    intervention = asked(state=state)

    moved = rules.moved_intervention(intervention, action, " plus de bénévoles ", ITSELF, NOW)

    assert (moved.state, moved.reason, moved.ended_by) == (then, "plus de bénévoles", "association")
    with pytest.raises(Invalid) as refused:
        rules.moved_intervention(intervention, action, "  ", ITSELF, NOW)
    assert refused.value.fields[0].field == "reason"


@pytest.mark.parametrize(
    ("state", "action"), [("requested", "accept"), ("requested", "decline"), ("accepted", "withdraw")]
)
def test_after_its_time_it_does_not_move(state, action):
    """The answer is due at its deadline, a yes is taken back before the visit; the refusal names the hour."""
    with pytest.raises(TooLate, match="2026-12-"):
        rules.moved_intervention(asked(state=state), action, "trop tard", ITSELF, STARTS_AT)


def test_an_intervention_without_a_deadline_can_still_be_accepted():
    """As one that was written by hand."""
    assert rules.moved_intervention(asked(answer_by=None), "accept", "", ITSELF, NOW).state == "accepted"


def test_who_does_not_mediate_does_not_move_it():
    """And what is over stays over; an action that nobody knows is a wrong field."""
    with pytest.raises(NotYours):
        rules.moved_intervention(asked(), "accept", "", COMPANY, NOW)
    with pytest.raises(TransitionRefused) as refused:
        rules.moved_intervention(asked(state="declined"), "accept", "", ITSELF, NOW)
    assert refused.value.facts["state"] == "declined"
    with pytest.raises(Invalid):
        rules.moved_intervention(asked(), "applaud", "", ITSELF, NOW)


@pytest.mark.parametrize(
    ("given", "later", "expired"),
    [
        ({}, timedelta(days=8), True),
        ({}, timedelta(days=7), False),
        ({"state": "accepted"}, timedelta(days=8), False),
        ({"answer_by": None}, timedelta(days=8), False),
    ],
)
def test_it_expires_only_unanswered_and_late(given, later, expired):
    """A timer that comes early or twice does nothing."""
    moved = rules.expired_intervention(asked(**given), NOW + later)

    assert (moved is not None and (moved.state, moved.reason) == ("expired", "no_answer")) is expired


@pytest.mark.parametrize(
    ("state", "booking_state", "then"),
    [
        ("requested", "cancelled", "cancelled"),
        ("accepted", "rescheduled", "cancelled"),
        ("accepted", "no_show", "cancelled"),
        ("done", "no_show", None),
        ("accepted", "completed", "done"),
        ("accepted", "presumed_done", "done"),
        ("done", "completed", None),
        ("requested", "completed", None),
        ("requested", "approved", None),
        ("accepted", "confirmed", None),
    ],
)
def test_what_a_booking_means_for_its_intervention(state, booking_state, then):
    """It falls through with it, and is done with it."""
    followed = rules.followed_intervention(asked(state=state), visit(booking_state), NOW)

    assert (followed.state if followed else None) == then


def test_other_hours_are_followed():
    """The answer is then due before the new beginning at the latest."""
    earlier = morning(date(2026, 11, 26))

    waiting = rules.followed_intervention(asked(), visit(starts_at=earlier), NOW)
    standing = rules.followed_intervention(asked(state="accepted", answer_by=None), visit(starts_at=earlier), NOW)

    assert (waiting.starts_at, waiting.answer_by, waiting.version) == (earlier, earlier, 2)
    assert (standing.starts_at, standing.answer_by) == (earlier, None)
    assert rules.followed_intervention(asked(state="done"), visit(starts_at=earlier), NOW) is None


def test_a_visit_that_moved_frees_its_mediator():
    """Unless that ended before."""
    assert rules.freed_by_move(asked(), NOW).reason == "rescheduled"
    assert rules.freed_by_move(asked(state="done"), NOW) is None


def test_what_is_announced():
    """The new state, or that something changed within it."""
    before = asked()
    accepted, cancelled = replace(before, state="accepted"), replace(before, state="cancelled")

    assert rules.event_of(None, before) == InterventionRequested(intervention=before)
    assert rules.event_of(before, accepted) == InterventionAccepted(intervention=accepted)
    assert rules.event_of(accepted, cancelled) == InterventionCancelled(intervention=cancelled)
    assert rules.event_of(before, before) == InterventionChanged(intervention=before)


def test_everyone_sees_what_they_may_do():
    """The company looks on."""
    assert rules.shown_to(asked(), ITSELF).allowed_actions == ("accept", "decline")
    assert rules.shown_to(asked(), COMPANY).allowed_actions == ()


def test_a_capacity_keeps_what_it_promised():
    """It cannot be made smaller than that."""
    fewer = CapacityChange(interventions=2)

    assert changed_capacity(capacity(), fewer, ITSELF, NOW, 2).interventions == 2
    with pytest.raises(Invalid) as refused:
        changed_capacity(capacity(), fewer, ITSELF, NOW, 3)
    assert [fault.field for fault in refused.value.fields] == ["interventions"]
