"""Which capacity is asked for a booked visit."""

from datetime import timedelta

import pytest

from contracts.companies.bookings import MediationState
from contracts.place import place_of
from contracts.vocabulary import Level, Theme, VisitFormat, Weekday
from services.matchmaker.mediations.choosing import Preference, choose_capacity
from services.matchmaker.mediations.store import Promised
from tests.unit.matchmaker.given import NOW, a_booking, a_capacity, a_slot, an_id, an_offer

# A Friday of January.
STARTS_AT = NOW + timedelta(days=45)
NEAR, FAR = a_capacity(), a_capacity(id=an_id(31), association_id=an_id(8), place=place_of("32107", None, None))


def chosen(*capacities, promised=(), asked=(), preference=None, **given):
    booking = a_booking(mediation=MediationState.WANTED, **given)
    found = choose_capacity(booking, a_slot(), an_offer(), capacities, promised, asked, preference or Preference())
    return found.id if found else None


def test_the_nearest_is_asked_first():
    """In whatever order they come."""
    assert chosen(FAR, NEAR) == chosen(NEAR, FAR) == NEAR.id


def test_whom_the_school_was_proposed_comes_before_all():
    """Then the association that knows the class already."""
    proposed, known = Preference(capacity_id=FAR.id), Preference(association_id=FAR.association_id)
    third = a_capacity(id=an_id(32), association_id=an_id(9))

    assert chosen(NEAR, FAR, preference=proposed) == FAR.id
    assert chosen(NEAR, FAR, preference=known) == FAR.id
    assert chosen(FAR, third, preference=Preference(capacity_id=third.id, association_id=an_id(8))) == third.id


def test_who_said_no_is_not_asked_again():
    """By none of its capacities."""
    other = a_capacity(id=an_id(33))

    assert chosen(NEAR, other, FAR, asked={NEAR.association_id}) == FAR.id
    assert chosen(NEAR, other, asked={NEAR.association_id}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"themes": (Theme.ENERGY,)},
        {"levels": (Level.CM1,)},
        {"departments": ("31",)},
        {"weekdays": (Weekday.MONDAY,)},
        {"formats": (VisitFormat.REMOTE,)},
        {"pupils_max": 20},
        {"until_date": NOW.date()},
    ],
)
def test_who_does_not_suit_is_not_asked(wrong):
    """The same gates as where visits are matched; not even where it is preferred."""
    unsuited = a_capacity(**wrong)

    assert chosen(unsuited, FAR, preference=Preference(capacity_id=unsuited.id)) == FAR.id


def test_an_intervention_is_promised_once():
    """Neither one more than there are, nor two on one day."""
    one = a_capacity(interventions=1)

    assert chosen(one, promised=[Promised(one.id, STARTS_AT + timedelta(days=7))]) is None
    assert chosen(NEAR, promised=[Promised(NEAR.id, STARTS_AT + timedelta(hours=3))]) is None
    assert chosen(NEAR, promised=[Promised(NEAR.id, STARTS_AT + timedelta(days=7))]) == NEAR.id


def test_the_hours_are_the_bookings():
    """The slot may have been heard of before it was moved."""
    monday = a_capacity(weekdays=(Weekday.MONDAY,))

    assert chosen(monday, starts_at=STARTS_AT + timedelta(days=3), ends_at=STARTS_AT + timedelta(days=3)) == monday.id
