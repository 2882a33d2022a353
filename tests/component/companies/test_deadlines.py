"""Deadlines: what nobody answered in time ends at night, once, whatever the replicas and the outages."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.companies.bookings import Booking, BookingExpired
from contracts.errors import RequestRefused
from contracts.matchmaker.schools import SchoolChanged
from services.companies.bookings.deadline_rules import end_of_day
from services.companies.deadlines import handlers as deadlines
from services.companies.service import service
from services.schedule import Job
from tests.component.alone import alone
from tests.component.companies.acting import (
    current,
    let_time_be_up,
    moved,
    moving,
    states,
    sweep_at,
    told,
    work_at,
)
from tests.component.companies.asking import an_opened_slot, booked, current_slot, waitlisted
from tests.component.companies.given import HEAD, TEACHER, a_school, working_days_from_now

SECOND = timedelta(seconds=1)
SWEEP = next(Job(line, job).name for line, job in service.schedule.items() if job is deadlines.sweep)


async def night_comes(companies):
    """Let the service's own clock strike, and wait until all that it found is done."""
    await companies.connection.execute("insert into timer (kind, key, due_at) values ($1, '', now())", SWEEP)
    await companies.until(
        lambda: companies.connection.fetchval(
            "select not exists (select from timer where kind in ($1, $2))", SWEEP, deadlines.BOOKING_OVERDUE
        )
    )


async def test_each_stage_expires_at_its_own_deadline(companies):
    """To the second; what nobody answered frees its place and says at which stage it stood."""
    await told(companies, SchoolChanged(school=a_school()))
    _, slot = await an_opened_slot(companies, groups=2, days_ahead=60)
    requested = await booked(companies, slot)
    approved = await booked(companies, slot, HEAD, class_name="3e C")

    found = [
        await sweep_at(companies, moment)
        for moment in (
            working_days_from_now(5) - SECOND,
            working_days_from_now(5),
            working_days_from_now(10) - SECOND,
            working_days_from_now(10),
        )
    ]

    ended = [await current(companies, one) for one in (approved, requested)]
    assert found == [0, 1, 0, 1]
    assert [(one.state, one.reason, one.ended_by, one.answer_by) for one in ended] == [
        ("expired", "approved", "system", None),
        ("expired", "requested", "system", None),
    ]
    assert [event.booking for event in await companies.announced(BookingExpired)] == ended
    assert [event.slot.groups_taken for event in await companies.announced(BookingExpired)] == [1, 0]
    assert (await current_slot(companies, slot)).state == "open"
    # The class may book again.
    assert (await booked(companies, slot, HEAD)).state == "approved"


async def test_the_heads_time_ends_with_the_lead_time(companies):
    """Where ten working days would be longer."""
    await told(companies, SchoolChanged(school=a_school()))
    _, slot = await an_opened_slot(companies, {"lead_time_days": 14}, days_ahead=16)

    booking = await booked(companies, slot)

    last_day = booking.starts_at.date() - timedelta(days=14)
    assert booking.answer_by == min(end_of_day(last_day), working_days_from_now(10))


async def test_the_services_own_night_ends_what_is_overdue(companies):
    """One sweep sets one timer each, and each timer is a transaction of its own."""
    _, slot = await an_opened_slot(companies, groups=3)
    late, answered, open_still = [await booked(companies, slot, class_name=name) for name in "abc"]
    await let_time_be_up(companies, late)

    await night_comes(companies)
    await night_comes(companies)

    assert await states(companies, late, answered, open_still) == ["expired", "approved", "approved"]
    [event] = await companies.announced(BookingExpired)
    [actor] = await companies.connection.fetchrow(
        "select headers::json ->> 'ce-actor' from outbox where subject like '%booking.expired%'"
    )
    assert (event.booking.id, event.booking.reason, actor) == (late.id, "approved", "system")


@pytest.mark.parametrize("answer", ["confirm", "cancel"])
async def test_what_is_answered_between_the_sweep_and_its_timer_is_left(companies, answer):
    """The timer rings in vain."""
    host, slot = await an_opened_slot(companies)
    booking = await booked(companies, slot)
    await companies.connection.execute("update booking set due_at = now() - interval '1 minute'")
    now = datetime.now(UTC)

    async with work_at(companies, now) as work:
        await deadlines.sweep(work)
        found = list(work.timers)
        work.timers.clear()
    answered = await moved(companies, booking, answer, host.caller)
    async with work_at(companies, now) as work:
        await deadlines.end_overdue(str(booking.id), work)

    assert [key for _, key, *_ in found] == [str(booking.id)]
    assert await current(companies, booking) == answered
    assert await companies.announced(BookingExpired) == []


async def test_a_timer_that_rings_twice_or_for_nothing_changes_nothing(companies):
    """It was ended by an earlier one; or there is no such booking."""
    _, slot = await an_opened_slot(companies)
    booking = await booked(companies, slot)
    await sweep_at(companies, working_days_from_now(5))

    for key in (booking.id, slot.id):
        async with work_at(companies, working_days_from_now(6)) as work:
            await deadlines.end_overdue(str(key), work)

    assert len(await companies.announced(BookingExpired)) == 1
    assert (await current_slot(companies, slot)).groups_taken == 0


async def test_an_answer_after_the_deadline_is_refused_before_the_night_comes(companies):
    """It is too late from the first second, not only once it was swept."""
    host, slot = await an_opened_slot(companies)
    booking = await booked(companies, slot)
    await let_time_be_up(companies, booking)

    late = await companies.refusal(moving(booking, "confirm"), host.caller)

    assert (late.slug, late.facts["state"], late.facts["action"]) == ("too-late", "approved", "confirm")


async def test_a_chain_of_deadlines_passes_a_place_from_one_to_the_next(companies):
    """The company does not answer, nor does the first who waits; the second has three days of its own."""
    _, slot = await an_opened_slot(companies, days_ahead=60)
    booking = await booked(companies, slot)
    first, second = await waitlisted(companies, slot), await waitlisted(companies, slot, class_name="3e C")

    await sweep_at(companies, working_days_from_now(5))
    seen = await states(companies, booking, first, second)
    await sweep_at(companies, (await current(companies, first)).answer_by)

    assert seen == ["expired", "offered", "waitlisted"]
    assert await states(companies, booking, first, second) == ["expired", "expired", "offered"]
    assert (await current(companies, second)).answer_by > (await current(companies, first)).changed_at
    assert (await current_slot(companies, slot)).groups_taken == 1


async def test_what_fell_due_while_nobody_ran_ends_when_a_process_starts(servers):
    """After three nights of outage two replicas start: each booking expires once."""
    async with alone(service, servers) as companies:
        _, slot = await an_opened_slot(companies, groups=13)
        late = [await booked(companies, slot, class_name=str(number)) for number in range(12)]
        await booked(companies, slot, class_name="kept")
        await let_time_be_up(companies, *late)
        await companies.connection.execute("delete from job_run where job = $1", SWEEP)
        await companies.connection.execute(
            "insert into job_run (job, slot) values ($1, now() - interval '3 days')", SWEEP
        )

    async with alone(service, servers) as companies, alone(service, servers):
        await companies.until(lambda: all_expired(companies, len(late)))
        await night_comes(companies)

        expired = await companies.announced(BookingExpired)
        [kept] = await companies.documents("booking", Booking, "state <> 'expired'")
        slot = await current_slot(companies, slot)

    assert sorted(event.booking.id for event in expired) == sorted(one.id for one in late)
    assert (slot.groups_taken, slot.state, kept.class_name, kept.state) == (1, "open", "kept", "approved")


async def all_expired(companies, count):
    return len(await companies.announced(BookingExpired)) >= count


async def test_leaving_at_the_last_moment_and_expiring_never_both_count(companies):
    """Whichever holds the slot first decides; the place is freed once."""
    _, slot = await an_opened_slot(companies, groups=8)
    bookings = [await booked(companies, slot, class_name=str(number)) for number in range(8)]
    await let_time_be_up(companies, *bookings)

    await companies.connection.execute("insert into timer (kind, key, due_at) values ($1, '', now())", SWEEP)
    refused = 0
    for booking in bookings:
        try:
            await moved(companies, booking, "cancel", TEACHER)
        except RequestRefused:
            refused += 1
    await night_comes(companies)

    ended = await states(companies, *bookings)
    assert (ended.count("expired"), ended.count("cancelled")) == (refused, 8 - refused)
    assert (await current_slot(companies, slot)).groups_taken == 0
