"""A visit moves to another slot of its company, as one fact."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from contracts.companies.bookings import (
    Booking,
    BookingCancelled,
    BookingOffered,
    BookingRequested,
    BookingRescheduled,
    MediationState,
    RescheduleBooking,
    WaitingFor,
)
from contracts.companies.slots import MoveSlot, Slot
from contracts.errors import Kind, RequestRefused
from contracts.local_time import local_day
from contracts.matchmaker.schools import SchoolChanged
from tests.component.companies.acting import bring_to, current, moved, moving, states, sweep_at, told
from tests.component.companies.asking import (
    Host,
    a_host,
    a_slot_of,
    an_offer_of,
    booked,
    current_slot,
    days_until,
    waitlisted,
)
from tests.component.companies.given import (
    COORDINATOR,
    OTHER_COMPANY,
    OTHER_SIREN,
    OTHER_TEACHER,
    TEACHER,
    a_school,
    at,
    working_days_from_now,
)


@dataclass(frozen=True)
class Scene:
    """A company with two slots on different days, the first of them booked."""

    host: Host
    slot: Slot
    target: Slot
    booking: Booking


async def a_scene(companies, offer_given=None, target_given=None, **given):
    host = await a_host(companies)
    offer = await an_offer_of(companies, host, **(offer_given or {}))
    slot = await a_slot_of(companies, host, offer)
    target = await a_slot_of(companies, host, offer, **({"days_ahead": days_until(slot, 1)} | (target_given or {})))
    return Scene(host, slot, target, await booked(companies, slot, **given))


def to(booking, slot, reason=""):
    return RescheduleBooking(booking_id=booking.id, slot_id=slot.id, reason=reason)


async def test_a_school_moves_its_visit(companies):
    """One event tells of both bookings and both slots: no cancellation, no new request."""
    scene = await a_scene(companies, girls=11)

    successor = await companies.ask(to(scene.booking, scene.target, "school trip"), TEACHER)

    ended = await current(companies, scene.booking)
    freed, taken = await current_slot(companies, scene.slot), await current_slot(companies, scene.target)
    assert (ended.state, ended.rescheduled_to, ended.reason, ended.ended_by) == (
        "rescheduled",
        successor.id,
        "school trip",
        "school",
    )
    assert (successor.state, successor.rescheduled_from, successor.slot_id) == (
        "approved",
        scene.booking.id,
        scene.target.id,
    )
    assert (successor.girls, successor.class_name, successor.starts_at) == (11, "3e B", scene.target.starts_at)
    assert (successor.waiting_for, successor.answer_by) == (WaitingFor.COMPANY, working_days_from_now(5))
    assert (freed.state, freed.groups_taken, taken.state, taken.groups_taken) == ("open", 0, "full", 1)
    assert await companies.announced(BookingRescheduled) == [
        BookingRescheduled(booking=ended, slot=freed, successor=successor, successor_slot=taken)
    ]
    assert await companies.announced(BookingCancelled) == []
    assert len(await companies.announced(BookingRequested)) == 1


@pytest.mark.parametrize(("instant", "state"), [(False, "approved"), (True, "confirmed")])
async def test_a_confirmed_visit_that_its_school_moves_is_confirmed_anew(companies, instant, state):
    """Unless the offer confirms by itself."""
    scene = await a_scene(companies, {"instant_confirmation": instant})
    if not instant:
        await moved(companies, scene.booking, "confirm", scene.host.caller)

    successor = await companies.ask(to(scene.booking, scene.target), TEACHER)

    assert (successor.state, successor.ready) == (state, instant)


async def test_what_waits_for_the_head_still_does(companies):
    """The company does not see it yet, and cannot move it."""
    await told(companies, SchoolChanged(school=a_school()))
    scene = await a_scene(companies)

    too_soon = await companies.refusal(to(scene.booking, scene.target), scene.host.caller)
    successor = await companies.ask(to(scene.booking, scene.target), TEACHER)

    assert (too_soon.slug, "head of school" in too_soon.facts["rule"]) == ("transition-refused", True)
    assert (successor.state, successor.waiting_for) == ("requested", WaitingFor.HEAD)


async def test_a_company_offers_another_day(companies):
    """The school takes it, and the visit is confirmed: the company has said yes by moving it."""
    scene = await a_scene(companies)
    await moved(companies, scene.booking, "confirm", scene.host.caller)

    successor = await companies.ask(to(scene.booking, scene.target, "line down"), scene.host.caller)
    accepted = await moved(companies, successor, "accept", TEACHER)

    ended = await current(companies, scene.booking)
    assert (ended.state, ended.ended_by, ended.late) == ("rescheduled", "company", False)
    assert (successor.state, successor.waiting_for, successor.answer_by) == (
        "offered",
        WaitingFor.SCHOOL,
        working_days_from_now(3),
    )
    assert (accepted.state, accepted.ready) == ("confirmed", True)
    assert len(await companies.announced(BookingRescheduled)) == 1
    # That a place is offered is said by the move itself.
    assert await companies.announced(BookingOffered) == []


@pytest.mark.parametrize("end", ["left", "lapsed"])
async def test_a_school_that_does_not_take_the_other_day_has_no_visit(companies, end):
    """The place in the new slot is free again."""
    scene = await a_scene(companies)
    successor = await companies.ask(to(scene.booking, scene.target), COORDINATOR)

    if end == "left":
        await moved(companies, successor, "cancel", TEACHER)
    else:
        await sweep_at(companies, working_days_from_now(3))

    assert await states(companies, successor) == ["cancelled" if end == "left" else "expired"]
    assert (await current_slot(companies, scene.target)).groups_taken == 0


async def test_a_visit_moves_within_its_day(companies):
    """One visit a day: the old one makes room for the new one."""
    scene = await a_scene(companies)
    afternoon = await a_slot_of(
        companies,
        scene.host,
        await an_offer_of(companies, scene.host),
        starts_at=at(local_day(scene.slot.starts_at), 14),
    )

    successor = await companies.ask(to(scene.booking, afternoon), TEACHER)

    assert (successor.state, local_day(successor.starts_at)) == ("approved", local_day(scene.booking.starts_at))


async def test_a_visit_that_cannot_move_stays(companies):
    """Full, another company's, the same slot, too small, another visit that day, too late, nobody's business."""
    scene = await a_scene(companies, target_given={"pupils_per_group": 24})
    offer = await an_offer_of(companies, scene.host)
    full, busy, also_that_day = [
        await a_slot_of(companies, scene.host, offer, days, groups=groups)
        for days, groups in ((60, 1), (70, 2), (70, 1))
    ]
    await booked(companies, full, OTHER_TEACHER)
    small = await a_slot_of(companies, scene.host, offer, 60, pupils_per_group=10)
    other_visit = await booked(companies, busy)
    near = await a_slot_of(companies, scene.host, offer, 80)
    await bring_to(companies, near, datetime.now(UTC) + timedelta(days=10))
    elsewhere = await a_host(companies, siren=OTHER_SIREN)
    foreign = await a_slot_of(companies, elsewhere, await an_offer_of(companies, elsewhere), 60)

    async def why_not(slot, caller=TEACHER):
        problem = await companies.refusal(to(scene.booking, slot), caller)
        return problem.slug, problem.facts.get("rule", "")

    assert await why_not(full) == ("slot-full", "")
    assert await why_not(small) == ("invalid-input", "")
    assert await why_not(also_that_day) == ("already-booked", "one visit per class and day")
    assert await why_not(near) == ("too-late", "")
    assert (await why_not(foreign))[1] == "the other slot is another company's: cancel and book it"
    assert (await why_not(scene.slot))[1] == "it is on this slot already"
    assert await why_not(scene.target, OTHER_TEACHER) == ("not-found", "")
    assert await why_not(scene.target, OTHER_COMPANY) == ("not-found", "")
    assert await states(companies, scene.booking, other_visit) == ["approved", "approved"]


async def test_a_visit_never_moves_past_its_own_place_in_a_list(companies):
    """The class waits there already: it is told so, and both stand."""
    scene = await a_scene(companies, target_given={"days_ahead": 28})
    first = await booked(companies, scene.target, OTHER_TEACHER)
    in_list = await companies.refusal(to(scene.booking, scene.target), TEACHER)
    other = await a_scene_of_waiting(companies, scene)
    await companies.ask(MoveSlot(slot_id=scene.target.id, action="close"), scene.host.caller)
    await moved(companies, first, "cancel", OTHER_TEACHER)
    # Its own visit that day keeps the place from the waiting class, and so it is free.
    await companies.ask(MoveSlot(slot_id=scene.target.id, action="reopen"), scene.host.caller)

    past = await companies.refusal(to(other, scene.target), OTHER_TEACHER)

    assert in_list.slug == "slot-full"
    assert (past.slug, past.facts["rule"]) == ("already-booked", "one live booking per class and slot")
    assert await states(companies, other) == ["approved"]


async def a_scene_of_waiting(companies, scene):
    """A class that waits for the target, and then books another slot of the same day."""
    await waitlisted(companies, scene.target, class_name="waits")
    third = await a_slot_of(companies, scene.host, await an_offer_of(companies, scene.host))
    return await booked(companies, third, OTHER_TEACHER, class_name="waits")


async def test_only_what_is_to_come_moves(companies):
    """What ended or waits does not; nor a visit that has begun."""
    scene = await a_scene(companies)
    waiting = await waitlisted(companies, scene.slot)
    cancelled = await companies.refusal(to(waiting, scene.target), OTHER_TEACHER)
    await bring_to(companies, scene.slot, datetime.now(UTC) - timedelta(hours=1))

    begun = await companies.refusal(to(scene.booking, scene.target), TEACHER)

    assert (cancelled.slug, cancelled.facts["state"]) == ("transition-refused", "waitlisted")
    assert (begun.slug, begun.kind) == ("too-late", Kind.CONFLICT)


async def test_the_place_that_it_leaves_goes_to_who_waits(companies):
    """The event of the move tells of the slot as it was in between, the offer as it is then."""
    scene = await a_scene(companies)
    waiting = await waitlisted(companies, scene.slot)

    await companies.ask(to(scene.booking, scene.target), TEACHER)

    [rescheduled], [offered] = (
        await companies.announced(BookingRescheduled),
        await companies.announced(BookingOffered),
    )
    slot = await current_slot(companies, scene.slot)
    assert (rescheduled.slot.groups_taken, offered.slot, offered.booking.id) == (0, slot, waiting.id)
    assert (slot.groups_taken, slot.version, rescheduled.slot.version) == (1, 4, 3)


async def test_a_moved_visit_looks_for_its_mediator_anew(companies):
    """Whoever had said yes to the old day was not asked for the new one."""
    scene = await a_scene(companies, {"needs_mediation": True})

    successor = await companies.ask(to(scene.booking, scene.target), TEACHER)

    assert (successor.mediation, successor.association_id) == (MediationState.WANTED, None)


async def test_moving_back_and_forth_keeps_the_chain(companies):
    """Each booking names the next; the last one is the visit."""
    scene = await a_scene(companies)

    second = await companies.ask(to(scene.booking, scene.target), TEACHER)
    third = await companies.ask(to(second, scene.slot), TEACHER)

    old = await companies.refusal(moving(second, "cancel"), TEACHER)
    assert (third.rescheduled_from, third.slot_id) == (second.id, scene.slot.id)
    assert await states(companies, scene.booking, second, third) == ["rescheduled", "rescheduled", "approved"]
    assert (old.slug, old.facts["state"]) == ("transition-refused", "rescheduled")


async def test_two_visits_that_want_the_last_place_and_each_others(companies):
    """Rows are held in one order: whoever comes first moves, nobody waits for ever, and the counts are right."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host)
    slots = [await a_slot_of(companies, host, offer, days) for days in (28, 60, 70)]
    bookings = [await booked(companies, slot, class_name=str(number)) for number, slot in enumerate(slots[:2])]
    tries = [
        to(bookings[0], slots[1]),
        to(bookings[1], slots[0]),
        to(bookings[0], slots[2]),
        to(bookings[1], slots[2]),
    ] * 3

    answers = await asyncio.gather(*(companies.ask(one, TEACHER) for one in tries), return_exceptions=True)

    told_slugs = {answer.problem.slug for answer in answers if isinstance(answer, RequestRefused)}
    live = [one for one in await companies.documents("booking", Booking) if one.state == "approved"]
    taken = [(await current_slot(companies, slot)).groups_taken for slot in slots]
    assert len(live) == 2
    assert taken == [sum(one.slot_id == slot.id for one in live) for slot in slots]
    assert told_slugs <= {"slot-full", "transition-refused"}
    assert not [answer for answer in answers if not isinstance(answer, Booking | RequestRefused)]
