"""Waiting lists: who joins one, who reads it, and what becomes of a place that is offered."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.companies.booking_checks import ListWaiting
from contracts.companies.bookings import (
    BookingCancelled,
    BookingConfirmed,
    BookingExpired,
    BookingOffered,
    BookingPassedOver,
    BookingRequested,
    BookingWaitlisted,
    BookSlot,
    JoinWaitingList,
    WaitingFor,
)
from contracts.companies.slots import MoveSlot
from contracts.errors import Kind
from contracts.local_time import local_day
from contracts.matchmaker.schools import SchoolChanged
from tests.component.companies.acting import bring_to, current, moved, moving, states, sweep_at, told
from tests.component.companies.asking import (
    a_full_slot,
    a_slot_of,
    an_offer_of,
    an_opened_slot,
    booked,
    current_slot,
    waitlisted,
)
from tests.component.companies.given import (
    COORDINATOR,
    HEAD,
    OTHER_COMPANY,
    OTHER_TEACHER,
    OTHER_UAI,
    TEACHER,
    a_school,
    new_booking,
    working_days_from_now,
)


def joining(slot, **given):
    return JoinWaitingList(slot_id=slot.id, booking=new_booking(**given))


async def test_a_class_waits_and_holds_no_place(companies):
    """It is announced with the slot, and counted nowhere."""
    _, slot, _ = await a_full_slot(companies)

    waiting = await waitlisted(companies, slot)

    full = await current_slot(companies, slot)
    assert (waiting.state, waiting.waiting_for, waiting.answer_by) == ("waitlisted", WaitingFor.NOBODY, None)
    assert (full.groups_taken, full.version) == (1, 2)
    assert await companies.announced(BookingWaitlisted) == [BookingWaitlisted(booking=waiting, slot=full)]


async def test_the_order_is_for_everybody_to_read(companies):
    """Who it is reads only who has to do with it."""
    host, slot, _ = await a_full_slot(companies)
    first, second = await waitlisted(companies, slot), await waitlisted(companies, slot, TEACHER, pupils=20)

    lists = {
        caller.organisation_id: (await companies.ask(ListWaiting(slot_id=slot.id), caller)).items
        for caller in (host.caller, COORDINATOR, OTHER_TEACHER, OTHER_COMPANY)
    }

    assert all(
        [(entry.position, entry.pupils, entry.groups, entry.times_passed_over) for entry in entries]
        == [(1, 24, 1, 0), (2, 20, 1, 0)]
        for entries in lists.values()
    )
    assert [entry.booking_id for entry in lists[str(host.company.id)]] == [first.id, second.id]
    assert [entry.booking_id for entry in lists["occitanie"]] == [first.id, second.id]
    assert [entry.booking_id for entry in lists[OTHER_UAI]] == [first.id, None]
    assert [entry.booking_id for entry in lists[OTHER_COMPANY.organisation_id]] == [None, None]


async def test_who_need_not_or_cannot_wait_is_told_so(companies):
    """A free place is to be booked; a class waits once, and for nothing that it could not take."""
    host, slot, booking = await a_full_slot(companies)
    free = await a_slot_of(companies, host, await an_offer_of(companies, host))
    await waitlisted(companies, slot)

    need_not = await companies.refusal(joining(free), OTHER_TEACHER)
    twice = await companies.refusal(joining(slot), OTHER_TEACHER)
    has_one = await companies.refusal(joining(slot, class_name="first"), TEACHER)
    too_large = await companies.refusal(joining(slot, pupils=31, adults=3), TEACHER)
    stranger = await companies.refusal(joining(slot), OTHER_COMPANY)
    await companies.ask(MoveSlot(slot_id=slot.id, action="close"), host.caller)
    closed = await companies.refusal(joining(slot, class_name="3e D"), TEACHER)

    assert (need_not.slug, need_not.facts["allowed_actions"]) == ("transition-refused", ["book"])
    assert (twice.slug, has_one.slug, has_one.facts["booking_id"]) == (
        "already-booked",
        "already-booked",
        str(booking.id),
    )
    assert (too_large.kind, [fault.field for fault in too_large.fields]) == (Kind.INVALID, ["pupils"])
    assert stranger.slug == "not-yours"
    assert (closed.slug, closed.facts["state"]) == ("transition-refused", "closed")


async def test_a_freed_place_is_offered_to_the_first(companies):
    """It is held for it, for three working days; the slot never looks free in between."""
    _, slot, booking = await a_full_slot(companies)
    first, second = await waitlisted(companies, slot), await waitlisted(companies, slot, class_name="3e C")

    await moved(companies, booking, "cancel", TEACHER)

    offered, full = await current(companies, first), await current_slot(companies, slot)
    assert await states(companies, first, second) == ["offered", "waitlisted"]
    assert (offered.waiting_for, offered.answer_by) == (WaitingFor.SCHOOL, working_days_from_now(3))
    assert (full.state, full.groups_taken, full.version) == ("full", 1, 4)
    assert await companies.announced(BookingOffered) == [BookingOffered(booking=offered, slot=full)]
    assert await companies.announced(BookingPassedOver) == []


@pytest.mark.parametrize(
    ("head_approves", "instant", "state", "event"),
    [
        (False, False, "approved", BookingRequested),
        (False, True, "confirmed", BookingConfirmed),
        (True, True, "requested", BookingRequested),
    ],
)
async def test_an_accepted_place_goes_on_like_any_booking(companies, head_approves, instant, state, event):
    """The head, then the company have their say, each where they have one."""
    if head_approves:
        await told(companies, SchoolChanged(school=a_school(uai=OTHER_UAI)))
    _, slot, booking = await a_full_slot(companies, {"instant_confirmation": instant})
    waiting = await waitlisted(companies, slot)
    await moved(companies, booking, "cancel", TEACHER, "strike")

    by_company = await companies.refusal(moving(waiting, "accept"), OTHER_COMPANY)
    accepted = await moved(companies, waiting, "accept", OTHER_TEACHER)

    assert (by_company.kind, accepted.state) == (Kind.NOT_FOUND, state)
    announced = await companies.announced(event)
    assert announced[-1].booking == accepted
    assert (await current_slot(companies, slot)).groups_taken == 1


async def test_the_heads_own_yes_to_an_offered_place_is_enough(companies):
    """Nobody approves what they have just taken."""
    await told(companies, SchoolChanged(school=a_school()))
    _, slot = await an_opened_slot(companies)
    booking = await booked(companies, slot, OTHER_TEACHER)
    waiting = await waitlisted(companies, slot, TEACHER)
    await moved(companies, booking, "cancel", OTHER_TEACHER)

    assert (await moved(companies, waiting, "accept", HEAD)).state == "approved"


async def test_a_place_that_is_left_goes_on_to_the_next(companies):
    """Also one after another, to the end of the list; then the slot is open."""
    _, slot, booking = await a_full_slot(companies)
    first, second = await waitlisted(companies, slot), await waitlisted(companies, slot, class_name="3e C")

    await moved(companies, booking, "cancel", TEACHER)
    await moved(companies, first, "cancel", OTHER_TEACHER)
    seen = await states(companies, first, second)
    await moved(companies, second, "cancel", OTHER_TEACHER)

    free = await current_slot(companies, slot)
    assert seen == ["cancelled", "offered"]
    assert (free.state, free.groups_taken) == ("open", 0)


async def test_a_place_that_nobody_takes_in_time_goes_on_to_the_next(companies):
    """Whoever let it lapse has left the list."""
    _, slot, booking = await a_full_slot(companies)
    first, second = await waitlisted(companies, slot), await waitlisted(companies, slot, class_name="3e C")
    await moved(companies, booking, "cancel", TEACHER)

    swept = await sweep_at(companies, working_days_from_now(3))

    lapsed, [event] = await current(companies, first), await companies.announced(BookingExpired)
    assert (swept, await states(companies, first, second)) == (1, ["expired", "offered"])
    assert (lapsed.reason, lapsed.ended_by, event.booking) == ("offered", "system", lapsed)
    assert (await current_slot(companies, slot)).groups_taken == 1


async def test_a_class_that_leaves_the_list_just_leaves(companies):
    """No place is freed, nothing is late, and it may join again at the end."""
    _, slot, booking = await a_full_slot(companies)
    first, second = await waitlisted(companies, slot), await waitlisted(companies, slot, class_name="3e C")

    left = await moved(companies, first, "cancel", OTHER_TEACHER)
    again = await waitlisted(companies, slot)
    await moved(companies, booking, "cancel", TEACHER)

    assert (left.state, left.late, left.ended_by) == ("cancelled", False, "school")
    assert [event.booking.id for event in await companies.announced(BookingCancelled)] == [first.id, booking.id]
    assert await states(companies, second, again) == ["offered", "waitlisted"]


async def test_nothing_is_offered_once_the_lead_time_has_begun(companies):
    """Nobody could prepare any more; those who still wait are told that the list is over."""
    _, slot, booking = await a_full_slot(companies)
    waiting = await waitlisted(companies, slot)
    last_day_over = datetime.combine(
        local_day(slot.starts_at) - timedelta(days=13), datetime.min.time(), slot.starts_at.tzinfo
    )

    await sweep_at(companies, last_day_over + timedelta(hours=1))

    expired = await current(companies, waiting)
    assert (expired.state, expired.reason) == ("expired", "waitlisted")
    assert (await current(companies, booking)).state in {"approved", "expired"}


async def test_a_class_that_waits_cannot_book_past_its_own_place(companies):
    """Nor move another of its visits there: it leaves the list first."""
    host, slot, booking = await a_full_slot(companies)
    waiting = await waitlisted(companies, slot)

    past = await companies.refusal(BookSlot(slot_id=slot.id, booking=new_booking()), OTHER_TEACHER)
    await companies.ask(MoveSlot(slot_id=slot.id, action="close"), host.caller)
    await moved(companies, booking, "cancel", TEACHER)
    await moved(companies, waiting, "cancel", OTHER_TEACHER)
    await companies.ask(MoveSlot(slot_id=slot.id, action="reopen"), host.caller)

    assert past.slug == "slot-full"
    assert (await booked(companies, slot, OTHER_TEACHER)).state == "approved"


async def test_a_cancelled_slot_ends_its_list(companies):
    """With its reason; whoever only waited is not cancelled late."""
    host, slot, booking = await a_full_slot(companies)
    waiting = await waitlisted(companies, slot)
    await bring_to(companies, slot, datetime.now(UTC) + timedelta(days=5))

    await companies.ask(MoveSlot(slot_id=slot.id, action="cancel", reason="flood"), host.caller)

    ended = [await current(companies, one) for one in (booking, waiting)]
    assert [(one.state, one.reason, one.ended_by) for one in ended] == [("cancelled", "flood", "company")] * 2
    assert [one.late for one in ended] == [True, False]
