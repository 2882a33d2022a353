"""When somebody is reminded of what, by the clock of Paris."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.local_time import PARIS
from services.gateway.notices.reminder_rules import by_day, half_time, next_due, reminders, visit_moments
from tests.component.gateway.resources import (
    a_booking,
    a_company,
    a_partnership_proposal,
    a_slot,
    an_association,
    an_intervention,
    an_offer,
)

COMPANY, ASSOCIATION = a_company(), an_association()
OFFER = an_offer(COMPANY)
# A Tuesday and a Monday.
TUESDAY = datetime(2027, 2, 2, 9, tzinfo=PARIS)
MONDAY = datetime(2027, 2, 1, 9, tzinfo=PARIS)
WEEK_BEFORE, EVE = datetime(2027, 1, 26, 8, tzinfo=PARIS), datetime(2027, 2, 1, 8, tzinfo=PARIS)
NOON = datetime(2027, 1, 5, 12, tzinfo=PARIS)


def booking(starts_at=TUESDAY, **given):
    slot = a_slot(OFFER, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    return a_booking(slot, "0310024H", **given)


def kinds(thing, now):
    return {(reminder.kind, str(reminder.to)) for reminder in reminders(thing, now)}


def test_a_visit_is_reminded_of_in_the_morning_a_week_before_and_on_the_last_working_day():
    """Before a Monday that is the Friday, and before a holiday the day before it."""
    assert visit_moments(TUESDAY) == (WEEK_BEFORE, EVE)
    assert visit_moments(MONDAY)[1] == datetime(2027, 1, 29, 8, tzinfo=PARIS)
    assert visit_moments(datetime(2027, 7, 15, 9, tzinfo=PARIS))[1] == datetime(2027, 7, 13, 8, tzinfo=PARIS)


def test_a_visit_beyond_the_calendar_is_reminded_of_the_day_before():
    """The first day that the calendar knows has no working day before it that it knows."""
    assert visit_moments(datetime(2024, 9, 1, 9, tzinfo=PARIS))[1] == datetime(2024, 8, 31, 8, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("now", "due"),
    [(NOON, WEEK_BEFORE), (WEEK_BEFORE, EVE), (EVE, None), (TUESDAY, None)],
)
def test_a_visit_is_looked_at_when_its_next_reminder_is_due(now, due):
    """Then at the next one, then no more."""
    assert next_due(booking(state="confirmed"), now) == due


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        (WEEK_BEFORE - timedelta(seconds=1), None),
        (WEEK_BEFORE, "visit_to_prepare"),
        (EVE - timedelta(seconds=1), "visit_to_prepare"),
        (EVE, "visit_ahead"),
        (TUESDAY - timedelta(seconds=1), "visit_ahead"),
        (TUESDAY, None),
    ],
)
def test_what_is_reminded_of_is_the_last_reminder_due(now, kind):
    """Both sides; the mediator once all have said yes."""
    assert kinds(booking(state="confirmed"), now) == ({(kind, "school"), (kind, "company")} if kind else set())


@pytest.mark.parametrize(
    ("ready", "association", "told"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_a_mediator_is_reminded_of_a_visit_that_is_ready(ready, association, told):
    """One that wants no mediator is ready too."""
    visit = booking(state="confirmed", ready=ready, association_id=ASSOCIATION.id if association else None)

    assert (("visit_ahead", "association") in kinds(visit, EVE)) is told


def pending(make, **given):
    return make(changed_at=NOON, answer_by=NOON + timedelta(days=8), **given)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (pending(booking, state="requested"), ("remind_approval", "head")),
        (pending(booking, state="approved"), ("remind_confirmation", "company")),
        (
            pending(lambda **given: an_intervention(booking(), ASSOCIATION, **given), state="requested"),
            ("remind_mediation", "association"),
        ),
    ],
    ids=["head", "company", "association"],
)
def test_an_answer_is_asked_for_again_at_half_time_and_never_after_the_deadline(thing, expected):
    """Once: the deadline is what it is given once for."""
    half = NOON + timedelta(days=4)

    assert next_due(thing, NOON) == half
    assert next_due(thing, half) is None
    assert kinds(thing, half - timedelta(seconds=1)) == set()
    assert kinds(thing, half) == {expected}
    assert kinds(thing, thing.answer_by) == set()


def test_nothing_is_reminded_of_without_a_deadline_or_once_it_is_over():
    """Ended bookings, answered interventions."""
    for thing in (booking(state="requested"), booking(state="approved"), booking(state="cancelled")):
        assert next_due(thing, NOON) is None
        assert kinds(thing, NOON) == set()
    answered = an_intervention(booking(), ASSOCIATION, state="accepted")
    assert next_due(answered, NOON) is None
    assert kinds(answered, NOON) == set()


@pytest.mark.parametrize(
    ("state", "silent"),
    [
        ("proposed", {"company", "association"}),
        ("accepted_by_company", {"association"}),
        ("accepted_by_association", {"company"}),
        ("declined", set()),
    ],
)
def test_a_partnership_reminds_on_its_ninth_day_whoever_is_silent(state, silent):
    """And not once it is over."""
    proposal = a_partnership_proposal(
        COMPANY, ASSOCIATION, state=state, created_at=NOON, expires_at=NOON + timedelta(days=21)
    )
    ninth = NOON + timedelta(days=9)

    assert next_due(proposal, NOON) == (None if state == "declined" else ninth)
    assert {whom for _, whom in kinds(proposal, ninth)} == silent
    assert kinds(proposal, ninth - timedelta(seconds=1)) == kinds(proposal, proposal.expires_at) == set()


@pytest.mark.parametrize(
    ("given", "days", "told"),
    [
        ({}, 14, True),
        ({}, 13, False),
        ({"state": "paused"}, 14, True),
        ({"state": "archived"}, 14, False),
        ({"stale": False}, 14, False),
    ],
)
def test_an_offer_that_stays_stale_is_asked_about_once_more(given, days, told):
    """After two weeks."""
    offer = an_offer(COMPANY, **({"stale": True, "changed_at": NOON} | given))

    assert next_due(offer, NOON) == (NOON + timedelta(days=14) if offer.stale else None)
    assert kinds(offer, NOON + timedelta(days=days)) == ({("remind_stale", "company")} if told else set())


def test_nobody_is_reminded_at_night():
    """Half-time at three in the morning is eight o'clock, at ten in the evening the next morning."""
    night, evening = datetime(2027, 1, 5, 3, tzinfo=PARIS), datetime(2027, 1, 5, 22, tzinfo=PARIS)

    assert by_day(night) == datetime(2027, 1, 5, 8, tzinfo=PARIS)
    assert by_day(evening) == datetime(2027, 1, 6, 8, tzinfo=PARIS)
    assert by_day(NOON) == NOON
    assert half_time(NOON, NOON.astimezone(UTC) + timedelta(days=2)) == NOON + timedelta(days=1)
