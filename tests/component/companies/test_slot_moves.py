"""Closing, reopening, cancelling and ending slots, and who is told."""

import pytest

from contracts.companies.bookings import BookingCancelled, BookingOffered, BookSlot
from contracts.companies.profiles import MoveCompany
from contracts.companies.slots import ChangeSlot, MoveSlot, SlotChange, SlotClosed, SlotDone, SlotOpened
from contracts.companies.visit_offers import MoveVisitOffer
from tests.component.companies.asking import (
    a_host,
    a_slot_of,
    an_offer_of,
    an_opened_slot,
    booked,
    current_slot,
    let_slot_pass,
    waitlisted,
)
from tests.component.companies.given import COORDINATOR, TEACHER, new_booking

ENDS = "slot_ends"
NIGHTLY = "5 3 * * * finish_overdue"


def changing(slot, **given):
    return ChangeSlot(slot_id=slot.id, change=SlotChange(**given))


def moving(slot, action, reason=""):
    return MoveSlot(slot_id=slot.id, action=action, reason=reason)


# ------------------------------------------------------------ closing and opening again


async def test_a_closed_slot_opens_again(companies):
    """It is announced as open, and booked."""
    host, slot = await an_opened_slot(companies, groups=2)
    await companies.ask(moving(slot, "close", "works"), host.caller)

    reopened = await companies.ask(moving(slot, "reopen"), host.caller)

    assert (reopened.state, reopened.reason, reopened.version) == ("open", "", 3)
    assert (await companies.announced(SlotOpened))[-1] == SlotOpened(slot=reopened)
    assert (await booked(companies, slot)).slot_id == slot.id


async def test_a_slot_without_a_place_left_opens_again_as_full(companies):
    """Its classes were booked before it closed."""
    host, slot = await an_opened_slot(companies)
    await booked(companies, slot)
    await companies.ask(moving(slot, "close"), host.caller)

    reopened = await companies.ask(moving(slot, "reopen"), host.caller)

    assert (reopened.state, reopened.groups_taken) == ("full", 1)
    refused = await companies.refusal(BookSlot(slot_id=slot.id, booking=new_booking(class_name="3e C")), TEACHER)
    assert refused.slug == "slot-full"


async def test_a_slot_that_opens_again_serves_those_who_wait_first(companies):
    """Its place came free while it was closed, and was offered to nobody."""
    host, slot = await an_opened_slot(companies)
    await booked(companies, slot)
    waits = await waitlisted(companies, slot)
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
    host, slot = await an_opened_slot(companies)
    booking, waits = await booked(companies, slot), await waitlisted(companies, slot)

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
    host, slot = await an_opened_slot(companies)
    if state == "full":
        await booked(companies, slot)
    if state == "closed":
        await companies.ask(moving(slot, "close"), host.caller)
    before = await current_slot(companies, slot)
    await let_slot_pass(companies, slot)

    await companies.strike(ENDS)
    await companies.connection.execute(
        "insert into timer (kind, key, due_at) values ($1, $2, now()), ($1, $2, now())", ENDS, str(slot.id)
    )
    await companies.strike(ENDS)

    [event] = await companies.announced(SlotDone)
    assert event.slot == await current_slot(companies, slot)
    assert (before.state, event.slot.state, event.slot.version) == (state, "done", before.version + 1)
    assert event.slot.groups_taken == before.groups_taken
    assert (await companies.refusal(moving(slot, "cancel", "works"), host.caller)).facts["state"] == "done"


async def test_a_slot_whose_time_is_to_come_is_left(companies):
    """A timer of hours that moved since, or of a clock that is fast."""
    _, slot = await an_opened_slot(companies)

    await companies.strike(ENDS)

    assert await current_slot(companies, slot) == slot
    assert await companies.announced(SlotDone) == []


async def test_what_was_cancelled_is_never_done(companies):
    """A timer that was on its way does no harm."""
    host, slot = await an_opened_slot(companies)
    cancelled = await companies.ask(moving(slot, "cancel", "works"), host.caller)
    await let_slot_pass(companies, slot)

    await companies.connection.execute(
        "insert into timer (kind, key, due_at) values ($1, $2, now())", ENDS, str(slot.id)
    )
    await companies.strike(ENDS)

    assert (await current_slot(companies, slot)).version == cancelled.version
    assert await companies.announced(SlotDone) == []


async def test_slots_from_before_end_too(companies):
    """Each night those that are over without a timer get one; those to come do not."""
    host, over = await an_opened_slot(companies)
    to_come = await a_slot_of(companies, host, await an_offer_of(companies, host))
    await let_slot_pass(companies, over)
    await companies.connection.execute("delete from timer where kind = $1", ENDS)

    await companies.connection.execute("insert into timer (kind, key, due_at) values ($1, '', now())", NIGHTLY)
    [event] = await companies.until(lambda: companies.announced(SlotDone))

    assert event.slot.id == over.id
    assert await current_slot(companies, to_come) == to_come
