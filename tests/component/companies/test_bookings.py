"""Booking a slot, and the answers of both sides."""

import asyncio
from datetime import timedelta

import pytest

from contracts.companies.bookings import (
    Booking,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    BookSlot,
    ClassNeeds,
    GetBooking,
    MediationState,
    WaitingFor,
)
from contracts.companies.visit_offers import MoveVisitOffer
from contracts.errors import Kind, RequestRefused
from contracts.identifiers import uuid7
from contracts.local_time import local_day
from contracts.vocabulary import Level, Role
from services.companies.service import service
from tests.component.alone import alone
from tests.component.companies.acting import moving
from tests.component.companies.asking import a_host, a_slot_of, an_offer_of, booked, current_slot
from tests.component.companies.given import (
    COMPANY_ID,
    COORDINATOR,
    OTHER_COMPANY,
    OTHER_TEACHER,
    STRANGER_ID,
    TEACHER,
    UAI,
    a_caller,
    new_booking,
    today,
    working_days_from_now,
)


def booking_of(slot, **given):
    return BookSlot(slot_id=slot.id, booking=new_booking(**given))


async def a_slot(companies, groups=1, **given):
    """A host and a slot of a published offer."""
    host = await a_host(companies)
    return host, await a_slot_of(companies, host, await an_offer_of(companies, host, **given), groups=groups)


async def test_a_school_books_and_waits_for_the_company(companies):
    """The booking holds a group and is announced with the slot as it now stands."""
    _, slot = await a_slot(companies, groups=2)

    booking = await booked(companies, slot, girls=11)

    taken = await current_slot(companies, slot)
    assert (booking.state, booking.school_uai, booking.class_name, booking.girls) == ("approved", UAI, "3e B", 11)
    assert (booking.waiting_for, booking.answer_by) == (WaitingFor.COMPANY, working_days_from_now(5))
    assert (booking.groups, booking.mediation, booking.ready) == (1, MediationState.NONE, False)
    assert (taken.groups_taken, taken.pupils_taken, taken.state, taken.version) == (1, 24, "open", 2)
    assert await companies.announced(BookingRequested) == [BookingRequested(booking=booking, slot=taken)]
    assert await companies.announced(BookingConfirmed) == []
    assert await companies.documents("booking", Booking) == [booking]


async def test_an_offer_that_confirms_at_once_announces_one_event(companies):
    """Confirmed, not first requested."""
    _, slot = await a_slot(companies, instant_confirmation=True)

    booking = await booked(companies, slot)

    full = await current_slot(companies, slot)
    assert (booking.state, full.state, full.groups_left) == ("confirmed", "full", 0)
    assert (booking.waiting_for, booking.answer_by, booking.ready) == (WaitingFor.NOBODY, None, True)
    assert await companies.announced(BookingConfirmed) == [BookingConfirmed(booking=booking, slot=full)]
    assert await companies.announced(BookingRequested) == []


async def test_the_region_books_for_a_school(companies):
    """It names the school; a school need not, and cannot name another."""
    _, slot = await a_slot(companies, groups=2)

    booking = await booked(companies, slot, COORDINATOR, school_uai=UAI)

    assert booking.school_uai == UAI
    unnamed = await companies.refusal(booking_of(slot, class_name="3e C"), COORDINATOR)
    assert [fault.field for fault in unnamed.fields] == ["school_uai"]
    for caller in (OTHER_TEACHER, OTHER_COMPANY):
        problem = await companies.refusal(booking_of(slot, school_uai=UAI, class_name="3e C"), caller)
        assert problem.slug == "not-yours"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"level": Level.CM1}, "level"),
        ({"pupils": 31, "adults": 3}, "pupils"),
        ({"adults": 1}, "adults"),
        ({"needs": ClassNeeds(hearing=1)}, "needs.hearing"),
        ({"girls": 25}, "girls"),
    ],
)
async def test_what_the_school_can_mend_names_the_field(companies, given, field):
    """422, and nothing is stored, counted or announced."""
    _, slot = await a_slot(companies)

    problem = await companies.refusal(booking_of(slot, **given), TEACHER)

    assert (problem.kind, [fault.field for fault in problem.fields]) == (Kind.INVALID, [field])


async def test_what_lies_in_the_slot_is_a_conflict(companies):
    """Full, too late, an offer that is paused, no such slot."""
    host, slot = await a_slot(companies)
    offer = await an_offer_of(companies, host)
    paused = await a_slot_of(companies, host, offer)
    await companies.ask(MoveVisitOffer(visit_offer_id=offer.id, action="pause"), host.caller)
    near = await a_slot_of(companies, host, await an_offer_of(companies, host))
    soon = near.starts_at - timedelta(days=(local_day(near.starts_at) - today()).days - 2)
    await companies.connection.execute(
        "update slot set starts_at = $2, ends_at = $3 where id = $1",
        near.id,
        soon,
        soon + timedelta(hours=1),
    )
    await booked(companies, slot)

    full = await companies.refusal(booking_of(slot, class_name="3e C"), TEACHER)
    late = await companies.refusal(booking_of(near), TEACHER)
    closed = await companies.refusal(booking_of(paused), TEACHER)
    unknown = await companies.refusal(BookSlot(slot_id=STRANGER_ID, booking=new_booking()), TEACHER)

    assert [problem.slug for problem in (full, late, closed)] == ["slot-full", "too-late", "transition-refused"]
    assert {problem.kind for problem in (full, late, closed)} == {Kind.CONFLICT}
    assert late.facts["deadline"] == str(local_day(soon) - timedelta(days=14))
    assert (closed.facts["state"], unknown.kind) == ("paused", Kind.NOT_FOUND)


async def test_a_class_books_a_slot_once_and_comes_once_a_day(companies):
    """Another class of the school may come; so may this one on another day."""
    host, slot = await a_slot(companies, groups=3)
    offer = await an_offer_of(companies, host)
    same_day = await a_slot_of(companies, host, offer)
    other_day = await a_slot_of(companies, host, offer, (local_day(slot.starts_at) - today()).days + 1)
    booking = await booked(companies, slot)

    twice = await companies.refusal(booking_of(slot, class_name=" 3E  b"), TEACHER)
    two_a_day = await companies.refusal(booking_of(same_day), TEACHER)

    assert {twice.slug, two_a_day.slug} == {"already-booked"}
    assert ("class and slot" in twice.facts["rule"], "class and day" in two_a_day.facts["rule"]) == (True, True)
    assert twice.facts["booking_id"] == str(booking.id)
    assert (await booked(companies, slot, class_name="3e C")).state == "approved"
    assert (await booked(companies, other_day)).state == "approved"


async def test_a_booking_that_ended_never_blocks_a_new_one(companies):
    """The group is free again and the class may take it."""
    _, slot = await a_slot(companies)
    booking = await booked(companies, slot)

    cancelled = await companies.ask(moving(booking, "cancel", "strike"), TEACHER)
    freed = await current_slot(companies, slot)
    again = await booked(companies, slot)

    assert (cancelled.state, cancelled.ended_by, cancelled.reason) == ("cancelled", "school", "strike")
    assert (freed.state, freed.groups_taken) == ("open", 0)
    assert await companies.announced(BookingCancelled) == [BookingCancelled(booking=cancelled, slot=freed)]
    assert again.id != booking.id
    assert (await current_slot(companies, slot)).state == "full"


async def test_the_company_confirms_or_declines(companies):
    """A decline says why with a word that can be counted, and frees the group."""
    host, slot = await a_slot(companies, groups=2)
    first, second = await booked(companies, slot), await booked(companies, slot, class_name="3e C")

    confirmed = await companies.ask(moving(first, "confirm"), host.caller)
    wordless = await companies.refusal(moving(second, "decline"), host.caller)
    declined = await companies.ask(moving(second, "decline", "staff_away"), host.caller)

    freed = await current_slot(companies, slot)
    assert (confirmed.state, declined.state, declined.reason) == ("confirmed", "declined", "staff_away")
    assert [fault.field for fault in wordless.fields] == ["reason"]
    [confirmation] = await companies.announced(BookingConfirmed)
    assert (confirmation.booking, confirmation.slot.groups_taken) == (confirmed, 2)
    assert await companies.announced(BookingDeclined) == [BookingDeclined(booking=declined, slot=freed)]
    assert (freed.groups_taken, freed.state) == (1, "open")


async def test_a_refused_move_names_state_and_actions(companies):
    """A school does not confirm; what is over stays over; strangers find nothing."""
    host, slot = await a_slot(companies)
    booking = await booked(companies, slot)

    by_school = await companies.refusal(moving(booking, "confirm"), TEACHER)
    for stranger in (OTHER_TEACHER, OTHER_COMPANY, a_caller(Role.ASSOCIATION, COMPANY_ID)):
        assert (await companies.refusal(moving(booking, "cancel"), stranger)).kind is Kind.NOT_FOUND
        assert (await companies.refusal(GetBooking(booking_id=booking.id), stranger)).kind is Kind.NOT_FOUND
    await companies.ask(moving(booking, "cancel"), host.caller)
    twice = await companies.refusal(moving(booking, "cancel"), host.caller)

    assert (by_school.slug, by_school.facts["allowed_actions"]) == ("not-yours", ["cancel", "reschedule"])
    assert (twice.slug, twice.facts["state"], twice.facts["allowed_actions"]) == ("transition-refused", "cancelled", [])


async def test_company_school_and_region_see_a_booking(companies):
    """Each the same."""
    host, slot = await a_slot(companies)
    booking = await booked(companies, slot)

    shown = [
        await companies.ask(GetBooking(booking_id=booking.id), caller) for caller in (host.caller, TEACHER, COORDINATOR)
    ]

    assert shown == [booking] * 3


async def test_fifty_schools_at_once_take_three_groups(companies):
    """Never over capacity: three are booked, forty-seven are told that the slot is full."""
    _, slot = await a_slot(companies, groups=3)
    requests = [booking_of(slot, class_name=f"class {number}") for number in range(50)]

    answers = await asyncio.gather(*(companies.ask(request, TEACHER) for request in requests), return_exceptions=True)

    refused = [answer.problem.slug for answer in answers if isinstance(answer, RequestRefused)]
    bookings = [answer for answer in answers if isinstance(answer, Booking)]
    full = await current_slot(companies, slot)
    assert (len(bookings), refused) == (3, ["slot-full"] * 47)
    assert (full.state, full.groups_taken, full.version) == ("full", 3, 4)
    assert sorted(event.slot.groups_taken for event in await companies.announced(BookingRequested)) == [1, 2, 3]
    assert len(await companies.documents("booking", Booking)) == 3


async def test_what_is_decided_together_is_each_schools_own_doing(companies):
    """The event says who did it, so that nobody is told of their own booking."""
    _, slot = await a_slot(companies, groups=20)
    asked = [
        companies.ask(booking_of(slot, class_name=str(number)), TEACHER if number % 2 else OTHER_TEACHER)
        for number in range(20)
    ]

    bookings = await asyncio.gather(*asked)

    rows = await companies.connection.fetch(
        "select aggregate_id, headers::json ->> 'ce-actor' as actor from outbox where subject like '%.booking.%'"
    )
    assert {row["aggregate_id"]: row["actor"] for row in rows} == {
        str(booking.id): f"school:{booking.school_uai}" for booking in bookings
    }


async def test_a_booking_sent_to_two_replicas_at_once_is_one(companies, servers):
    """The class has its place by the first copy; no other copy is told that it has one already."""
    _, slot = await a_slot(companies, groups=3)
    request = booking_of(slot)

    async with alone(service, servers):
        answers = await asyncio.gather(*(companies.ask(request, TEACHER, key="again") for _ in range(40)))

    assert answers == [answers[0]] * 40
    assert (await current_slot(companies, slot)).groups_taken == 1
    assert len(await companies.announced(BookingRequested)) == 1


async def test_one_class_that_asks_for_many_slots_at_once_gets_one_a_day(companies):
    """The slots are locked apart, the class's day is not: one booking, and no group counted for the others."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    slots = [await a_slot_of(companies, host, offer) for _ in range(6)]
    request_id = uuid7()

    answers = await asyncio.gather(
        *(companies.ask(booking_of(slot, class_request_id=request_id), TEACHER) for slot in slots),
        return_exceptions=True,
    )

    refused = [answer.problem.slug for answer in answers if isinstance(answer, RequestRefused)]
    assert refused == ["already-booked"] * 5
    assert sorted([(await current_slot(companies, slot)).groups_taken for slot in slots]) == [0, 0, 0, 0, 0, 1]


async def test_bookings_and_cancellations_at_once_leave_the_count_right(companies):
    """Groups taken are the live bookings, whatever came in between."""
    _, slot = await a_slot(companies, groups=4)
    refused = []

    async def come_and_go(number):
        for _ in range(5):
            try:
                booking = await booked(companies, slot, class_name=f"class {number}")
            except RequestRefused as full:
                refused.append(full.problem.slug)
                continue
            if number % 3 == 0:
                return
            await companies.ask(moving(booking, "cancel"), TEACHER)

    await asyncio.gather(*(come_and_go(number) for number in range(12)))

    live = await companies.connection.fetchval("select count(*) from booking where state = 'approved'")
    slot = await current_slot(companies, slot)
    assert slot.groups_taken == live
    assert (slot.state == "full") == (live == 4)
    assert set(refused) <= {"slot-full"}
