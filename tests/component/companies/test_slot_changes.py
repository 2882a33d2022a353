"""Changing slots, and who is told."""

import asyncio
from datetime import timedelta

import pytest

from contracts.companies.bookings import Booking, BookingChanged, BookingOffered, BookSlot
from contracts.companies.slots import ChangeSlot, MoveSlot, Slot, SlotChange, SlotChanged
from contracts.errors import Kind, RequestRefused
from contracts.local_time import local_day
from tests.component.companies.asking import (
    a_slot_of,
    an_offer_of,
    an_opened_slot,
    booked,
    current_slot,
    let_slot_pass,
    waitlisted,
)
from tests.component.companies.given import (
    COORDINATOR,
    OTHER_COMPANY,
    STRANGER_ID,
    TEACHER,
    at,
    new_booking,
    next_school_day,
)

ENDS = "slot_ends"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def changing(slot, **given):
    return ChangeSlot(slot_id=slot.id, change=SlotChange(**given))


def moving(slot, action, reason=""):
    return MoveSlot(slot_id=slot.id, action=action, reason=reason)


def an_hour_later(slot):
    return changing(slot, starts_at=slot.starts_at + HOUR, ends_at=slot.ends_at + HOUR)


def another_day(slot):
    """The school day after a slot's own."""
    return next_school_day(1, local_day(slot.starts_at))


# ------------------------------------------------------------ changing


async def test_an_empty_slot_changes_its_day_its_hours_and_its_size(companies):
    """One event tells of it; its end is when it is over from now on."""
    host, slot = await an_opened_slot(companies)
    day = another_day(slot)

    changed = await companies.ask(
        changing(slot, starts_at=at(day, 14), ends_at=at(day, 16), groups=3, pupils_per_group=20), host.caller
    )

    assert (changed.starts_at, changed.ends_at) == (at(day, 14), at(day, 16))
    assert (changed.groups, changed.pupils_per_group, changed.version, changed.state) == (3, 20, 2, "open")
    assert await companies.announced(SlotChanged) == [SlotChanged(slot=changed)]
    assert await current_slot(companies, slot) == changed
    due = await companies.connection.fetch("select due_at from timer where kind = $1", ENDS)
    assert [row["due_at"] for row in due] == [at(day, 16)]


async def test_a_change_of_nothing_is_no_news(companies):
    """Neither an empty one nor one that says what is."""
    host, slot = await an_opened_slot(companies)

    assert await companies.ask(changing(slot), host.caller) == slot
    assert await companies.ask(changing(slot, groups=1, starts_at=slot.starts_at), host.caller) == slot
    assert await companies.announced(SlotChanged) == []


async def test_other_hours_are_told_to_everybody_on_the_slot(companies):
    """Those who are booked and those who wait, once each, with the slot as it then stands."""
    host, slot = await an_opened_slot(companies)
    booking = await booked(companies, slot)
    waits = await waitlisted(companies, slot)

    changed = await companies.ask(an_hour_later(slot), host.caller)

    events = await companies.announced(BookingChanged)
    assert {event.booking.id for event in events} == {booking.id, waits.id}
    for event in events:
        assert (event.booking.starts_at, event.booking.ends_at) == (changed.starts_at, changed.ends_at)
        assert event.slot == changed
    assert [(one.starts_at, one.version) for one in await companies.documents("booking", Booking)] == [
        (changed.starts_at, 2)
    ] * 2
    assert (changed.state, changed.groups_taken) == ("full", 1)


async def test_the_day_stays_while_classes_are_booked(companies):
    """The refusal names the rule, the remedy, and what else can be done."""
    host, slot = await an_opened_slot(companies)
    await booked(companies, slot)
    day = another_day(slot)

    problem = await companies.refusal(changing(slot, starts_at=at(day, 9), ends_at=at(day, 11)), host.caller)

    assert (problem.kind, problem.slug, problem.facts["state"]) == (Kind.CONFLICT, "transition-refused", "full")
    assert "reschedule" in problem.facts["rule"]
    assert problem.facts["allowed_actions"] == ["change", "close", "cancel"]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"groups": 1}, "groups"), ({"pupils_per_group": 23}, "pupils_per_group"), ({"pupils_per_group": 31}, None)],
)
async def test_a_slot_never_falls_below_what_is_booked(companies, given, field):
    """Nor rises above what the offer takes."""
    host, slot = await an_opened_slot(companies, groups=3)
    await booked(companies, slot)
    await booked(companies, slot, class_name="3e C")

    problem = await companies.refusal(changing(slot, **given), host.caller)

    assert [fault.field for fault in problem.fields] == [field or "pupils_per_group"]


async def test_a_slot_shrunk_to_what_is_booked_is_full(companies):
    """Nobody is told but by the slot."""
    host, slot = await an_opened_slot(companies, groups=3)
    await booked(companies, slot)

    shrunk = await companies.ask(changing(slot, groups=1, pupils_per_group=24), host.caller)

    assert (shrunk.state, shrunk.groups, shrunk.groups_taken) == ("full", 1, 1)
    assert await companies.announced(BookingChanged) == []


async def test_a_pool_never_falls_below_its_pupils(companies):
    """Whatever the number of its groups."""
    host, slot = await an_opened_slot(companies, {"pooled": True}, groups=2)
    await booked(companies, slot)
    await booked(companies, slot, class_name="3e C")

    problem = await companies.refusal(changing(slot, groups=1), host.caller)
    smaller = await companies.ask(changing(slot, pupils_per_group=24), host.caller)

    assert [fault.field for fault in problem.fields] == ["groups"]
    assert (smaller.state, smaller.pupils_taken, smaller.places) == ("full", 48, 48)


async def test_a_place_that_is_new_goes_to_who_waits(companies):
    """In the same moment, so that nobody takes it meanwhile; the answer shows the slot as it then stands."""
    host, slot = await an_opened_slot(companies)
    await booked(companies, slot)
    first = await waitlisted(companies, slot)
    second = await waitlisted(companies, slot, class_name="3e D")

    changed = await companies.ask(changing(slot, groups=2), host.caller)

    [offered] = await companies.announced(BookingOffered)
    assert (offered.booking.id, offered.booking.state, offered.slot) == (first.id, "offered", changed)
    assert (changed.state, changed.groups_taken, changed.groups) == ("full", 2, 2)
    assert await current_slot(companies, slot) == changed
    [grown] = await companies.announced(SlotChanged)
    assert (grown.slot.state, grown.slot.version, changed.version) == ("open", 3, 4)
    states = {booking.id: booking.state for booking in await companies.documents("booking", Booking)}
    assert states[second.id] == "waitlisted"


async def test_nobody_else_changes_a_slot(companies):
    """Not another company, not a school; and nobody what is not there."""
    _, slot = await an_opened_slot(companies)

    for caller in (OTHER_COMPANY, TEACHER):
        assert (await companies.refusal(changing(slot, groups=2), caller)).slug == "not-yours"
    unknown = ChangeSlot(slot_id=STRANGER_ID, change=SlotChange(groups=2))
    assert (await companies.refusal(unknown, COORDINATOR)).kind is Kind.NOT_FOUND


async def test_what_is_over_or_has_begun_does_not_change(companies):
    """The refusal gives the state, or the hour."""
    host, slot = await an_opened_slot(companies)
    other = await a_slot_of(companies, host, await an_offer_of(companies, host))
    await companies.ask(moving(slot, "cancel", "works"), host.caller)
    await let_slot_pass(companies, other)

    cancelled = await companies.refusal(changing(slot, groups=2), host.caller)
    begun = await companies.refusal(changing(other, groups=2), host.caller)

    assert (cancelled.slug, cancelled.facts["state"]) == ("transition-refused", "cancelled")
    assert (begun.slug, begun.facts["action"]) == ("too-late", "change")


async def test_whoever_read_an_older_slot_neither_changes_nor_moves_it(companies):
    """Somebody booked it in between; the refusal says which version it is."""
    host, slot = await an_opened_slot(companies, groups=2)
    await booked(companies, slot)

    for request in (changing(slot, groups=3), moving(slot, "close"), moving(slot, "cancel", "works")):
        problem = await companies.refusal(request, host.caller, if_version=1)
        assert (problem.slug, problem.facts) == ("outdated", {"version": 2, "expected": 1})
    assert (await companies.ask(changing(slot, groups=3), host.caller, if_version=2)).version == 3


# ------------------------------------------------------------ at once


async def test_changes_and_bookings_at_once_never_overbook(companies):
    """Whoever comes first counts: the slot never holds fewer groups than are taken."""
    host, slot = await an_opened_slot(companies, groups=4)
    requests = [
        (BookSlot(slot_id=slot.id, booking=new_booking(class_name=f"3e {number}")), TEACHER) for number in range(6)
    ]
    requests[3:3] = [(changing(slot, groups=groups), host.caller) for groups in (2, 5, 3)]

    answers = await asyncio.gather(
        *(companies.ask(request, caller) for request, caller in requests), return_exceptions=True
    )

    assert {type(answer) for answer in answers} <= {Booking, Slot, RequestRefused}
    slot, bookings = await current_slot(companies, slot), await companies.documents("booking", Booking)
    assert slot.groups_taken == len(bookings) <= slot.groups
    assert slot.pupils_taken == 24 * len(bookings)
    assert (slot.state == "full") is (slot.groups_taken == slot.groups)
