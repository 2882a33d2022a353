"""What a match is told of slots that pool their places, of promised interventions, and of what fell through."""

from datetime import date, timedelta

import pytest

from services.matchmaker.mediations.store import Promised
from services.matchmaker.requests.rules import write_request
from services.matchmaker.runs.store import Ended
from services.matchmaker.runs.visit_facts import mediations_of, openings_of, wishes_of
from tests.unit.matchmaker.given import NOW, UAI, a_capacity, a_new_request, a_school, a_slot, an_id, an_offer


def opening(slot, **given):
    (found,) = openings_of((slot,), {an_id(4): an_offer(**given)})
    return found


def test_a_slot_of_groups_offers_what_is_left_of_them():
    """Each as large as a group."""
    found = opening(a_slot(groups=3, groups_taken=1, pupils_per_group=28))

    assert (found.groups_free, found.pupils_per_group) == (2, 28)


@pytest.mark.parametrize(("taken", "open_", "free"), [(0, 1, 90), (70, 1, 20), (85, 1, 5), (86, 0, 4), (90, 0, 0)])
def test_a_slot_of_pooled_places_offers_places_for_pupils(taken, open_, free):
    """Its pupils are counted, a class is as large as the offer allows, and it is open while the smallest one fits."""
    found = opening(a_slot(groups=3, pooled=True, pupils_taken=taken))

    assert (found.pooled, found.groups_free, found.pupils_free, found.pupils_per_group) == (True, open_, free, 30)


def test_a_class_is_split_only_where_there_are_two_groups():
    """As companies take bookings: the offer allows it, and the slot has more than one group."""
    assert opening(a_slot(groups=2), splitting=True).splitting
    assert not opening(a_slot(groups=1), splitting=True).splitting
    assert not opening(a_slot(groups=2)).splitting


def test_an_offer_is_as_fresh_as_its_last_confirmation():
    """Or its last change, where nobody confirmed it yet."""
    assert opening(a_slot()).confirmed_on == NOW.date()
    assert opening(a_slot(), confirmed_at=NOW - timedelta(days=9)).confirmed_on == date(2026, 11, 15)


def test_promised_interventions_are_no_longer_free():
    """Nor are their days."""
    capacity = a_capacity(interventions=2)
    promised = [Promised(capacity.id, NOW), Promised(an_id(99), NOW)]

    (left,) = mediations_of([capacity], promised)

    assert (left.interventions_left, left.taken_dates) == (1, {NOW.date()})
    assert mediations_of([capacity], [Promised(capacity.id, NOW)] * 3)[0].interventions_left == 0


@pytest.mark.parametrize(
    ("why", "whole_offer"),
    [
        ("theme", True),
        ("date", False),
        ("booking_declined: safety", True),
        ("booking_declined: group_does_not_fit: the line is being rebuilt", True),
        ("booking_declined: staff_away: for our own safety", False),
        ("booking_cancelled: ", False),
    ],
)
def test_what_fell_through_is_not_proposed_again(why, whole_offer):
    """The slot never; the whole offer where it is the offer that does not suit."""
    request = write_request(a_new_request(), a_school(), an_id(2), NOW)
    ended = Ended(None, request.id, an_id(3), an_id(4), why)

    (wish,) = wishes_of([request], {UAI: a_school()}, {UAI: frozenset()}, [ended])

    assert wish.declined_slots == {an_id(3)}
    assert (wish.declined_offers == {an_id(4)}) is whole_offer
