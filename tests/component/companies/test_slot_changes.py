"""Changing, reopening and ending slots, and who is told."""

import asyncio
from datetime import timedelta

import pytest

from contracts.companies.bookings import (
    Booking,
    BookingCancelled,
    BookingChanged,
    BookingOffered,
    BookSlot,
    JoinWaitingList,
)
from contracts.companies.profiles import MoveCompany
from contracts.companies.slots import (
    ChangeSlot,
    GetSlot,
    MoveSlot,
    Slot,
    SlotChange,
    SlotChanged,
    SlotClosed,
    SlotDone,
    SlotOpened,
)
from contracts.companies.visit_offers import MoveVisitOffer
from contracts.errors import Kind, RequestRefused
from contracts.local_time import local_day
from tests.component.companies.asking import a_host, a_slot_of, an_offer_of, booked
from tests.component.companies.given import (
    COORDINATOR,
    OTHER_COMPANY,
    OTHER_TEACHER,
    STRANGER_ID,
    TEACHER,
    at,
    new_booking,
    next_school_day,
)

ENDS = "slot_ends"
NIGHTLY = "5 3 * * * finish_overdue"
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


async def waiting(companies, slot, **given):
    """A class of another school on the waiting list."""
    return await companies.ask(JoinWaitingList(slot_id=slot.id, booking=new_booking(**given)), OTHER_TEACHER)


async def current(companies, slot):
    """The slot as it stands now."""
    return await companies.ask(GetSlot(slot_id=slot.id), COORDINATOR)


async def a_slot(companies, offer_given=None, **given):
    """A slot of a company, and who opened it."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host, **(offer_given or {}))
    return host, await a_slot_of(companies, host, offer, **given)


async def let_it_pass(companies, slot):
    """Store a slot as if it had been yesterday."""
    await companies.connection.execute(
        "update slot set starts_at = now() - interval '26 hours', ends_at = now() - interval '24 hours' where id = $1",
        slot.id,
    )


# ------------------------------------------------------------ changing


async def test_an_empty_slot_changes_its_day_its_hours_and_its_size(companies):
    """One event tells of it; its end is when it is over from now on."""
    host, slot = await a_slot(companies)
    day = another_day(slot)

    changed = await companies.ask(
        changing(slot, starts_at=at(day, 14), ends_at=at(day, 16), groups=3, pupils_per_group=20), host.caller
    )

    assert (changed.starts_at, changed.ends_at) == (at(day, 14), at(day, 16))
    assert (changed.groups, changed.pupils_per_group, changed.version, changed.state) == (3, 20, 2, "open")
    assert await companies.announced(SlotChanged) == [SlotChanged(slot=changed)]
    assert await current(companies, slot) == changed
    due = await companies.connection.fetch("select due_at from timer where kind = $1", ENDS)
    assert [row["due_at"] for row in due] == [at(day, 16)]


async def test_a_change_of_nothing_is_no_news(companies):
    """Neither an empty one nor one that says what is."""
    host, slot = await a_slot(companies)

    assert await companies.ask(changing(slot), host.caller) == slot
    assert await companies.ask(changing(slot, groups=1, starts_at=slot.starts_at), host.caller) == slot
    assert await companies.announced(SlotChanged) == []


async def test_other_hours_are_told_to_everybody_on_the_slot(companies):
    """Those who are booked and those who wait, once each, with the slot as it then stands."""
    host, slot = await a_slot(companies)
    booking = await booked(companies, slot)
    waits = await waiting(companies, slot)

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
    host, slot = await a_slot(companies)
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
    host, slot = await a_slot(companies, groups=3)
    await booked(companies, slot)
    await booked(companies, slot, class_name="3e C")

    problem = await companies.refusal(changing(slot, **given), host.caller)

    assert [fault.field for fault in problem.fields] == [field or "pupils_per_group"]


async def test_a_slot_shrunk_to_what_is_booked_is_full(companies):
    """Nobody is told but by the slot."""
    host, slot = await a_slot(companies, groups=3)
    await booked(companies, slot)

    shrunk = await companies.ask(changing(slot, groups=1, pupils_per_group=24), host.caller)

    assert (shrunk.state, shrunk.groups, shrunk.groups_taken) == ("full", 1, 1)
    assert await companies.announced(BookingChanged) == []


async def test_a_pool_never_falls_below_its_pupils(companies):
    """Whatever the number of its groups."""
    host, slot = await a_slot(companies, {"pooled": True}, groups=2)
    await booked(companies, slot)
    await booked(companies, slot, class_name="3e C")

    problem = await companies.refusal(changing(slot, groups=1), host.caller)
    smaller = await companies.ask(changing(slot, pupils_per_group=24), host.caller)

    assert [fault.field for fault in problem.fields] == ["groups"]
    assert (smaller.state, smaller.pupils_taken, smaller.places) == ("full", 48, 48)


async def test_a_place_that_is_new_goes_to_who_waits(companies):
    """In the same moment, so that nobody takes it meanwhile; the answer shows the slot as it then stands."""
    host, slot = await a_slot(companies)
    await booked(companies, slot)
    first = await waiting(companies, slot)
    second = await waiting(companies, slot, class_name="3e D")

    changed = await companies.ask(changing(slot, groups=2), host.caller)

    [offered] = await companies.announced(BookingOffered)
    assert (offered.booking.id, offered.booking.state, offered.slot) == (first.id, "offered", changed)
    assert (changed.state, changed.groups_taken, changed.groups) == ("full", 2, 2)
    assert await current(companies, slot) == changed
    [grown] = await companies.announced(SlotChanged)
    assert (grown.slot.state, grown.slot.version, changed.version) == ("open", 3, 4)
    states = {booking.id: booking.state for booking in await companies.documents("booking", Booking)}
    assert states[second.id] == "waitlisted"


async def test_nobody_else_changes_a_slot(companies):
    """Not another company, not a school; and nobody what is not there."""
    _, slot = await a_slot(companies)

    for caller in (OTHER_COMPANY, TEACHER):
        assert (await companies.refusal(changing(slot, groups=2), caller)).slug == "not-yours"
    unknown = ChangeSlot(slot_id=STRANGER_ID, change=SlotChange(groups=2))
    assert (await companies.refusal(unknown, COORDINATOR)).kind is Kind.NOT_FOUND


async def test_what_is_over_or_has_begun_does_not_change(companies):
    """The refusal gives the state, or the hour."""
    host, slot = await a_slot(companies)
    other = await a_slot_of(companies, host, await an_offer_of(companies, host))
    await companies.ask(moving(slot, "cancel", "works"), host.caller)
    await let_it_pass(companies, other)

    cancelled = await companies.refusal(changing(slot, groups=2), host.caller)
    begun = await companies.refusal(changing(other, groups=2), host.caller)

    assert (cancelled.slug, cancelled.facts["state"]) == ("transition-refused", "cancelled")
    assert (begun.slug, begun.facts["action"]) == ("too-late", "change")


async def test_whoever_read_an_older_slot_neither_changes_nor_moves_it(companies):
    """Somebody booked it in between; the refusal says which version it is."""
    host, slot = await a_slot(companies, groups=2)
    await booked(companies, slot)

    for request in (changing(slot, groups=3), moving(slot, "close"), moving(slot, "cancel", "works")):
        problem = await companies.refusal(request, host.caller, if_version=1)
        assert (problem.slug, problem.facts) == ("outdated", {"version": 2, "expected": 1})
    assert (await companies.ask(changing(slot, groups=3), host.caller, if_version=2)).version == 3


# ------------------------------------------------------------ closing and opening again


async def test_a_closed_slot_opens_again(companies):
    """It is announced as open, and booked."""
    host, slot = await a_slot(companies, groups=2)
    await companies.ask(moving(slot, "close", "works"), host.caller)

    reopened = await companies.ask(moving(slot, "reopen"), host.caller)

    assert (reopened.state, reopened.reason, reopened.version) == ("open", "", 3)
    assert (await companies.announced(SlotOpened))[-1] == SlotOpened(slot=reopened)
    assert (await booked(companies, slot)).slot_id == slot.id


async def test_a_slot_without_a_place_left_opens_again_as_full(companies):
    """Its classes were booked before it closed."""
    host, slot = await a_slot(companies)
    await booked(companies, slot)
    await companies.ask(moving(slot, "close"), host.caller)

    reopened = await companies.ask(moving(slot, "reopen"), host.caller)

    assert (reopened.state, reopened.groups_taken) == ("full", 1)
    refused = await companies.refusal(BookSlot(slot_id=slot.id, booking=new_booking(class_name="3e C")), TEACHER)
    assert refused.slug == "slot-full"


async def test_a_slot_that_opens_again_serves_those_who_wait_first(companies):
    """Its place came free while it was closed, and was offered to nobody."""
    host, slot = await a_slot(companies)
    await booked(companies, slot)
    waits = await waiting(companies, slot)
    await companies.ask(moving(slot, "close"), host.caller)
    grown = await companies.ask(changing(slot, groups=2), host.caller)
    nobody = await companies.announced(BookingOffered)

    reopened = await companies.ask(moving(slot, "reopen"), host.caller)

    assert (grown.state, nobody) == ("closed", [])
    assert [event.booking.id for event in await companies.announced(BookingOffered)] == [waits.id]
    assert (reopened.state, reopened.groups_taken) == ("full", 2)


async def test_nothing_opens_again_for_a_company_that_is_suspended_or_an_offer_that_is_over(companies):
    """Closing and cancelling stay possible."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    slot, other = await a_slot_of(companies, host, offer), await a_slot_of(companies, host, offer)
    await companies.ask(moving(slot, "close"), host.caller)
    await companies.ask(MoveCompany(company_id=host.company.id, action="suspend"), COORDINATOR)

    suspended = await companies.refusal(moving(slot, "reopen"), host.caller)
    closed = await companies.ask(moving(other, "close"), host.caller)
    await companies.ask(MoveCompany(company_id=host.company.id, action="approve"), COORDINATOR)
    await companies.ask(MoveVisitOffer(visit_offer_id=offer.id, action="archive"), host.caller)
    archived = await companies.refusal(moving(slot, "reopen"), host.caller)

    assert (suspended.facts["state"], archived.facts["state"], closed.state) == ("suspended", "archived", "closed")


async def test_a_cancelled_slot_tells_those_who_wait_too(companies):
    """Its clock is stopped."""
    host, slot = await a_slot(companies)
    booking, waits = await booked(companies, slot), await waiting(companies, slot)

    cancelled = await companies.ask(moving(slot, "cancel", "works"), host.caller)

    events = await companies.announced(BookingCancelled)
    assert {event.booking.id for event in events} == {booking.id, waits.id}
    assert {(event.booking.reason, event.slot.state) for event in events} == {("works", "cancelled")}
    assert (cancelled.groups_taken, cancelled.pupils_taken) == (0, 0)
    assert await companies.announced(SlotClosed) == [SlotClosed(slot=cancelled)]
    assert await companies.connection.fetchval("select count(*) from timer where kind = $1", ENDS) == 0


# ------------------------------------------------------------ its end


@pytest.mark.parametrize("state", ["open", "full", "closed"])
async def test_a_slot_is_done_when_its_time_is_over(companies, state):
    """One event tells of it, however often its timer comes."""
    host, slot = await a_slot(companies)
    if state == "full":
        await booked(companies, slot)
    if state == "closed":
        await companies.ask(moving(slot, "close"), host.caller)
    before = await current(companies, slot)
    await let_it_pass(companies, slot)

    await companies.strike(ENDS)
    await companies.connection.execute(
        "insert into timer (kind, key, due_at) values ($1, $2, now()), ($1, $2, now())", ENDS, str(slot.id)
    )
    await companies.strike(ENDS)

    [event] = await companies.announced(SlotDone)
    assert event.slot == await current(companies, slot)
    assert (before.state, event.slot.state, event.slot.version) == (state, "done", before.version + 1)
    assert event.slot.groups_taken == before.groups_taken
    assert (await companies.refusal(moving(slot, "cancel", "works"), host.caller)).facts["state"] == "done"


async def test_a_slot_whose_time_is_to_come_is_left(companies):
    """A timer of hours that moved since, or of a clock that is fast."""
    _, slot = await a_slot(companies)

    await companies.strike(ENDS)

    assert await current(companies, slot) == slot
    assert await companies.announced(SlotDone) == []


async def test_what_was_cancelled_is_never_done(companies):
    """A timer that was on its way does no harm."""
    host, slot = await a_slot(companies)
    cancelled = await companies.ask(moving(slot, "cancel", "works"), host.caller)
    await let_it_pass(companies, slot)

    await companies.connection.execute(
        "insert into timer (kind, key, due_at) values ($1, $2, now())", ENDS, str(slot.id)
    )
    await companies.strike(ENDS)

    assert (await current(companies, slot)).version == cancelled.version
    assert await companies.announced(SlotDone) == []


async def test_slots_from_before_end_too(companies):
    """Each night those that are over without a timer get one; those to come do not."""
    host, over = await a_slot(companies)
    to_come = await a_slot_of(companies, host, await an_offer_of(companies, host))
    await let_it_pass(companies, over)
    await companies.connection.execute("delete from timer where kind = $1", ENDS)

    await companies.connection.execute("insert into timer (kind, key, due_at) values ($1, '', now())", NIGHTLY)
    [event] = await companies.until(lambda: companies.announced(SlotDone))

    assert event.slot.id == over.id
    assert await current(companies, to_come) == to_come


# ------------------------------------------------------------ at once


async def test_changes_and_bookings_at_once_never_overbook(companies):
    """Whoever comes first counts: the slot never holds fewer groups than are taken."""
    host, slot = await a_slot(companies, groups=4)
    requests = [
        (BookSlot(slot_id=slot.id, booking=new_booking(class_name=f"3e {number}")), TEACHER) for number in range(6)
    ]
    requests[3:3] = [(changing(slot, groups=groups), host.caller) for groups in (2, 5, 3)]

    answers = await asyncio.gather(
        *(companies.ask(request, caller) for request, caller in requests), return_exceptions=True
    )

    assert {type(answer) for answer in answers} <= {Booking, Slot, RequestRefused}
    slot, bookings = await current(companies, slot), await companies.documents("booking", Booking)
    assert slot.groups_taken == len(bookings) <= slot.groups
    assert slot.pupils_taken == 24 * len(bookings)
    assert (slot.state == "full") is (slot.groups_taken == slot.groups)
