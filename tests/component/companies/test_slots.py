"""Opening, closing and cancelling slots."""

from datetime import timedelta

import pytest

from contracts.companies.bookings import Booking, BookingCancelled, BookSlot
from contracts.companies.profiles import MoveCompany
from contracts.companies.slots import GetSlot, MoveSlot, OpenSlot, Slot, SlotClosed, SlotOpened
from contracts.companies.visit_offers import MoveVisitOffer
from contracts.errors import Kind
from tests.component.companies.asking import a_host, a_slot_of, an_offer_of, booked
from tests.component.companies.given import (
    COORDINATOR,
    OTHER_COMPANY,
    STRANGER_ID,
    TEACHER,
    at,
    new_booking,
    new_slot,
    next_school_day,
    today,
)


def opening(offer, day=None, **given):
    return OpenSlot(visit_offer_id=offer.id, slot=new_slot(day or next_school_day(28), **given))


def moving(slot, action, reason=""):
    return MoveSlot(slot_id=slot.id, action=action, reason=reason)


async def test_a_company_opens_a_slot(companies):
    """The slot is announced whole and seen by everybody."""
    host = await a_host(companies, fictional=True)
    offer = await an_offer_of(companies, host)

    slot = await a_slot_of(companies, host, offer, groups=2, pupils_per_group=20)

    assert (slot.state, slot.groups, slot.groups_taken, slot.pupils_per_group) == ("open", 2, 0, 20)
    assert (slot.ends_at - slot.starts_at, slot.fictional) == (timedelta(hours=2), True)
    assert await companies.announced(SlotOpened) == [SlotOpened(slot=slot)]
    assert await companies.ask(GetSlot(slot_id=slot.id), TEACHER) == slot


async def test_a_slot_of_a_draft_is_hidden_with_it(companies):
    """Until the offer is published."""
    host = await a_host(companies)
    draft = await an_offer_of(companies, host, publish=False)
    slot = await a_slot_of(companies, host, draft)
    get = GetSlot(slot_id=slot.id)

    hidden = await companies.refusal(get, TEACHER)
    booked_too_soon = await companies.refusal(BookSlot(slot_id=slot.id, booking=new_booking()), TEACHER)
    await companies.ask(MoveVisitOffer(visit_offer_id=draft.id, action="publish"), host.caller)

    assert (hidden.kind, booked_too_soon.kind) == (Kind.NOT_FOUND, Kind.NOT_FOUND)
    assert await companies.ask(get, host.caller) == await companies.ask(get, TEACHER) == slot


@pytest.mark.parametrize(
    ("day", "given", "field", "word"),
    [
        (today() - timedelta(days=7), {}, "starts_at", "past"),
        (next_school_day(1), {}, "starts_at", "ahead"),
        (today() + timedelta(days=40 - today().weekday()), {}, "starts_at", "closed"),
        (None, {"pupils_per_group": 31}, "pupils_per_group", "30"),
    ],
)
async def test_a_wrong_slot_is_refused_by_its_field(companies, day, given, field, word):
    """In the past, too soon, on a Saturday, larger than the offer; nothing is stored."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)

    problem = await companies.refusal(opening(offer, day, **given), host.caller)

    [fault] = problem.fields
    assert fault.field == field
    assert word in fault.message.en


async def test_slots_may_overlap_but_an_external_id_is_taken_once(companies):
    """Two guides receive at once; the same id twice is a double entry, whose first one is told."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    first = await a_slot_of(companies, host, offer, external_id="S-1")
    second = await a_slot_of(companies, host, offer)

    problem = await companies.refusal(opening(offer, external_id="S-1"), host.caller)

    assert first.starts_at == second.starts_at
    assert (problem.slug, problem.facts["id"]) == ("already-exists", str(first.id))


async def test_nobody_else_opens_or_moves_a_slot(companies):
    """Not another company, not a school."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    slot = await a_slot_of(companies, host, offer)

    for caller in (OTHER_COMPANY, TEACHER):
        assert (await companies.refusal(opening(offer), caller)).slug == "not-yours"
        assert (await companies.refusal(moving(slot, "cancel", "x"), caller)).slug == "not-yours"
    unknown = OpenSlot(visit_offer_id=STRANGER_ID, slot=new_slot())
    assert (await companies.refusal(unknown, COORDINATOR)).kind is Kind.NOT_FOUND
    assert (await companies.refusal(GetSlot(slot_id=STRANGER_ID), TEACHER)).kind is Kind.NOT_FOUND


async def test_neither_an_archived_offer_nor_a_suspended_company_opens_a_slot(companies):
    """The refusal names the state."""
    host = await a_host(companies)
    archived, offer = await an_offer_of(companies, host), await an_offer_of(companies, host)
    await companies.ask(MoveVisitOffer(visit_offer_id=archived.id, action="archive"), host.caller)
    over = await companies.refusal(opening(archived), host.caller)
    await companies.ask(MoveCompany(company_id=host.company.id, action="suspend"), COORDINATOR)

    suspended = await companies.refusal(opening(offer), host.caller)

    assert (over.facts["state"], suspended.facts["state"]) == ("archived", "suspended")


async def test_a_closed_slot_keeps_its_bookings(companies):
    """Nobody else books it."""
    host = await a_host(companies)
    slot = await a_slot_of(companies, host, await an_offer_of(companies, host), groups=2)
    booking = await booked(companies, slot)

    closed = await companies.ask(moving(slot, "close"), host.caller)
    late = await companies.refusal(BookSlot(slot_id=slot.id, booking=new_booking(class_name="3e C")), TEACHER)

    assert (closed.state, closed.groups_taken, closed.version) == ("closed", 1, 3)
    assert await companies.announced(SlotClosed) == [SlotClosed(slot=closed)]
    assert await companies.documents("booking", Booking) == [booking]
    assert (late.slug, late.facts["state"]) == ("transition-refused", "closed")


async def test_a_cancelled_slot_cancels_each_of_its_bookings(companies):
    """Each with the slot's reason, and an event of its own; what was cancelled before stays as it was."""
    host = await a_host(companies)
    slot = await a_slot_of(companies, host, await an_offer_of(companies, host), groups=2)
    first, second = await booked(companies, slot), await booked(companies, slot, class_name="3e C")

    cancelled = await companies.ask(moving(slot, "cancel", "fire drill"), host.caller)

    assert (cancelled.state, cancelled.groups_taken, cancelled.reason) == ("cancelled", 0, "fire drill")
    events = await companies.announced(BookingCancelled)
    assert [event.booking.id for event in events] == [first.id, second.id]
    for event in events:
        assert event.slot == cancelled
        assert (event.booking.reason, event.booking.ended_by, event.booking.version) == ("fire drill", "company", 2)
    assert [booking.state for booking in await companies.documents("booking", Booking)] == ["cancelled"] * 2


async def test_a_slot_is_not_cancelled_without_a_word(companies):
    """The schools that booked it are told why."""
    host = await a_host(companies)
    slot = await a_slot_of(companies, host, await an_offer_of(companies, host))

    problem = await companies.refusal(moving(slot, "cancel"), host.caller)

    assert [fault.field for fault in problem.fields] == ["reason"]


async def test_a_slot_is_stored_as_it_is_told(companies):
    """Read back from its columns it is the very same, whatever the time zone it was written in."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    day = next_school_day(30)

    slot = await companies.ask(opening(offer, day, ends_at=at(day, 12), external_id="S-2"), host.caller)

    again = await companies.ask(GetSlot(slot_id=slot.id), COORDINATOR)
    assert isinstance(again, Slot)
    assert (again, again.ends_at) == (slot, at(day, 12))
