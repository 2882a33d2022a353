"""When a slot can be opened, how its groups are counted, and how it ends."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.errors import Invalid, NotYours, TooLate, TransitionRefused
from services.companies.slots.rules import moved_slot, with_group_freed, with_group_taken
from services.companies.slots.rules import new_slot as opened
from tests.component.companies.given import (
    COMPANY_ID,
    NOW,
    OFFER_ID,
    SLOT_ID,
    TODAY,
    VISIT_DAY,
    a_slot,
    an_offer,
    at,
    new_slot,
)

ITSELF, SCHOOL = frozenset({"company"}), frozenset({"school"})
DAY = timedelta(days=1)


def open_slot(offer=None, now=NOW, **given):
    return opened(new_slot(**given), offer or an_offer(), SLOT_ID, now)


def faults_of(refused):
    return [wrong.field for wrong in refused.value.fields]


def test_a_slot_takes_what_it_is_not_told_from_its_offer():
    """The end is the offer's duration later, a group as large as the offer's largest."""
    slot = open_slot(an_offer(duration_minutes=90, pupils_max=25, fictional=True))

    assert (slot.starts_at, slot.ends_at) == (at(VISIT_DAY, 9), at(VISIT_DAY, 10, 30))
    assert (slot.groups, slot.groups_left, slot.pupils_per_group) == (1, 1, 25)
    assert (slot.visit_offer_id, slot.company_id, slot.state) == (OFFER_ID, COMPANY_ID, "open")
    assert (slot.fictional, slot.starts_at.tzinfo) == (True, UTC)


def test_a_slot_may_be_smaller_and_longer():
    """What it is told counts."""
    slot = open_slot(ends_at=at(VISIT_DAY, 22), groups=3, pupils_per_group=12, external_id="S-1")

    assert (slot.ends_at, slot.groups, slot.pupils_per_group) == (at(VISIT_DAY, 22), 3, 12)
    assert slot.external_id == "S-1"


@pytest.mark.parametrize(
    ("given", "field", "word"),
    [
        ({"day": TODAY - DAY}, "starts_at", "past"),
        ({"day": TODAY + 13 * DAY}, "starts_at", "14 days ahead"),
        ({"day": date(2026, 12, 12)}, "starts_at", "weekend"),
        ({"day": date(2026, 12, 23)}, "starts_at", "Christmas"),
        ({"day": date(2027, 5, 6)}, "starts_at", "Ascension"),
        ({"day": date(2029, 1, 9)}, "starts_at", "calendar"),
        ({"starts_at": at(VISIT_DAY, 5, 59)}, "starts_at", "05:59"),
        ({"starts_at": at(VISIT_DAY, 20, 1)}, "ends_at", "22:01"),
        ({"ends_at": at(VISIT_DAY, 9)}, "ends_at", "before"),
        ({"ends_at": at(VISIT_DAY + DAY, 10)}, "ends_at", "another day"),
        ({"pupils_per_group": 31}, "pupils_per_group", "10 to 30"),
        ({"pupils_per_group": 9}, "pupils_per_group", "10 to 30"),
    ],
)
def test_a_wrong_slot_names_the_field_and_the_reason(given, field, word):
    """Past, too soon, on a closed day by its name, at night, the wrong way round, larger than the offer."""
    with pytest.raises(Invalid) as refused:
        open_slot(**given)

    assert faults_of(refused) == [field]
    assert word in refused.value.fields[0].message.en


def test_the_first_day_possible_counts_days_not_hours():
    """In the evening one may still open the morning fourteen days later."""
    slot = open_slot(now=datetime(2026, 12, 1, 22, 59, tzinfo=UTC))

    assert slot.state == "open"
    with pytest.raises(Invalid):
        open_slot(now=datetime(2026, 12, 1, 23, 1, tzinfo=UTC))


@pytest.mark.parametrize("state", ["draft", "in_review", "published", "paused"])
def test_a_slot_may_be_prepared_before_its_offer_is_public(state):
    """It is booked once the offer is published."""
    assert open_slot(an_offer(state=state)).state == "open"


@pytest.mark.parametrize("state", ["archived", "rejected"])
def test_an_offer_that_is_over_opens_nothing(state):
    """The refusal names the offer's state."""
    with pytest.raises(TransitionRefused) as refused:
        open_slot(an_offer(state=state))

    assert refused.value.facts["state"] == state


def test_the_last_group_fills_a_slot_and_its_end_opens_it_again():
    """Groups are counted one by one, each with a version."""
    half = with_group_taken(a_slot())
    full = with_group_taken(half)
    again = with_group_freed(full)

    assert [(slot.state, slot.groups_taken, slot.version) for slot in (half, full, again)] == [
        ("open", 1, 2),
        ("full", 2, 3),
        ("open", 1, 4),
    ]


def test_a_closed_slot_stays_closed_when_a_group_leaves():
    """The company closed it; nobody takes its place."""
    assert with_group_freed(a_slot(state="closed", groups_taken=2)).state == "closed"


def test_closing_keeps_the_groups_and_cancelling_frees_them():
    """A cancelled slot has no booking left."""
    closed = moved_slot(a_slot(state="full", groups_taken=2), "close", "", ITSELF, NOW)
    cancelled = moved_slot(closed, "cancel", "fire drill", ITSELF, NOW)

    assert (closed.state, closed.groups_taken, closed.version) == ("closed", 2, 2)
    assert (cancelled.state, cancelled.groups_taken, cancelled.reason) == ("cancelled", 0, "fire drill")


@pytest.mark.parametrize(
    ("slot", "action", "reason", "actors", "error"),
    [
        (a_slot(), "cancel", " ", ITSELF, Invalid),
        (a_slot(), "book", "", ITSELF, Invalid),
        (a_slot(), "cancel", "x", SCHOOL, NotYours),
        (a_slot(state="cancelled"), "close", "", ITSELF, TransitionRefused),
        (a_slot(starts_at=NOW), "cancel", "x", ITSELF, TooLate),
    ],
)
def test_a_refused_move(slot, action, reason, actors, error):
    """Not without a word to the schools, not by a school, not twice, not once it has begun."""
    with pytest.raises(error):
        moved_slot(slot, action, reason, actors, NOW)
