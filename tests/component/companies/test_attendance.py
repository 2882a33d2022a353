"""After the visit: who came, or who did not, by the school or the company; else the system presumes."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.companies.bookings import (
    Absent,
    Attendance,
    BookingCompleted,
    BookingNoShow,
    BookingPresumedDone,
    CompleteBooking,
    ReportNoShow,
)
from contracts.companies.slots import SlotDone
from contracts.errors import Kind
from contracts.local_time import local, local_day
from services.companies.bookings.deadline_rules import end_of_day
from services.companies.slots import handlers as slots
from tests.component.companies.acting import bring_to, current, moved, moving, sweep_at
from tests.component.companies.asking import an_opened_slot, booked, current_slot
from tests.component.companies.given import COORDINATOR, OTHER_COMPANY, OTHER_TEACHER, TEACHER, today

CAME = Attendance(pupils=22, adults=3, girls=10)


def completing(booking, attendance=CAME):
    return CompleteBooking(booking_id=booking.id, attendance=attendance)


def missing(booking, absent=Absent.SCHOOL, reason=""):
    return ReportNoShow(booking_id=booking.id, absent=absent, reason=reason)


async def a_visit(companies, hours_ago=3, **given):
    """A confirmed visit of two hours that began so long ago, and its host."""
    host, slot = await an_opened_slot(companies, {"instant_confirmation": True}, **given)
    booking = await booked(companies, slot)
    await bring_to(companies, slot, datetime.now(UTC) - timedelta(hours=hours_ago))
    return host, slot, booking


@pytest.mark.parametrize("reporter", ["school", "company", "region"])
async def test_either_side_reports_who_came(companies, reporter):
    """Actual numbers, once; the place stays counted, since the class was there."""
    host, slot, booking = await a_visit(companies)
    caller = {"school": TEACHER, "company": host.caller, "region": COORDINATOR}[reporter]

    done = await companies.ask(completing(booking), caller)

    assert (done.state, done.attendance) == ("completed", CAME)
    assert await companies.announced(BookingCompleted) == [
        BookingCompleted(booking=done, slot=await current_slot(companies, slot))
    ]
    assert (await current_slot(companies, slot)).groups_taken == 1
    again = await companies.refusal(completing(booking), TEACHER)
    assert (again.slug, again.facts["state"], again.facts["allowed_actions"]) == ("transition-refused", "completed", [])


@pytest.mark.parametrize("absent", list(Absent))
async def test_either_side_reports_who_did_not_show_up(companies, absent):
    """With the side that was absent, and who says so."""
    _, _, booking = await a_visit(companies)

    missed = await companies.ask(missing(booking, absent, "nobody at the gate"), TEACHER)

    assert (missed.state, missed.absent, missed.reason, missed.ended_by) == (
        "no_show",
        absent,
        "nobody at the gate",
        "school",
    )
    [event] = await companies.announced(BookingNoShow)
    assert (event.booking, event.slot.groups_taken) == (missed, 1)


async def test_nothing_is_reported_before_the_end_of_the_visit(companies):
    """Neither who came nor who did not; the refusal says since when."""
    host, _, booking = await a_visit(companies, hours_ago=1)

    problems = [
        await companies.refusal(request, caller)
        for request in (completing(booking), missing(booking))
        for caller in (TEACHER, host.caller)
    ]

    ends_at = (await current(companies, booking)).ends_at
    assert {problem.slug for problem in problems} == {"transition-refused"}
    assert {tuple(problem.facts["allowed_actions"]) for problem in problems} == {("cancel", "reschedule")}
    since = local(ends_at).isoformat(timespec="minutes")
    assert {problem.facts["rule"] for problem in problems} == {f"it is possible from {since} on"}


async def test_more_girls_than_pupils_name_the_field(companies):
    """Nothing is stored."""
    _, _, booking = await a_visit(companies)

    problem = await companies.refusal(completing(booking, Attendance(pupils=9, adults=1, girls=10)), TEACHER)

    assert (problem.kind, [fault.field for fault in problem.fields]) == (Kind.INVALID, ["girls"])


async def test_strangers_report_nothing(companies):
    """They do not even find the visit."""
    _, _, booking = await a_visit(companies)

    for stranger in (OTHER_TEACHER, OTHER_COMPANY):
        for request in (completing(booking), missing(booking)):
            assert (await companies.refusal(request, stranger)).kind is Kind.NOT_FOUND


async def test_what_was_never_confirmed_is_not_reported_on(companies):
    """It had no visit."""
    _, slot = await an_opened_slot(companies)
    booking = await booked(companies, slot)
    await bring_to(companies, slot, datetime.now(UTC) - timedelta(hours=3))

    problem = await companies.refusal(completing(booking), TEACHER)

    assert (problem.slug, problem.facts["state"]) == ("transition-refused", "approved")


async def test_a_visit_that_began_is_neither_cancelled_nor_moved(companies):
    """It took place or it did not."""
    _, _, booking = await a_visit(companies, hours_ago=1)

    problem = await companies.refusal(moving(booking, "cancel"), TEACHER)

    assert (problem.kind, problem.slug) == (Kind.CONFLICT, "too-late")


async def test_after_seven_days_a_visit_is_presumed_done(companies):
    """Not a night earlier; it can still be reported on, and then counts."""
    host, slot, booking = await a_visit(companies)
    visit_day = today()
    await companies.connection.execute(
        "update booking set due_at = $2 where id = $1", booking.id, end_of_day(visit_day + timedelta(days=7))
    )

    too_soon = await sweep_at(companies, end_of_day(visit_day + timedelta(days=6)) + timedelta(hours=1))
    found = await sweep_at(companies, end_of_day(visit_day + timedelta(days=7)))
    presumed = await current(companies, booking)
    [event] = await companies.announced(BookingPresumedDone)
    done = await companies.ask(completing(booking), host.caller)

    assert (too_soon, found) == (0, 1)
    assert (presumed.state, presumed.reason, presumed.ended_by, event.booking) == ("presumed_done", "", "", presumed)
    assert (done.state, done.attendance, (await current_slot(companies, slot)).groups_taken) == ("completed", CAME, 1)


async def test_a_confirmed_visit_is_looked_at_a_week_after_its_day(companies):
    """From the moment at which it is confirmed, and again where its hours change."""
    host, slot = await an_opened_slot(companies)
    booking = await booked(companies, slot)

    await moved(companies, booking, "confirm", host.caller)

    [due_at] = await companies.connection.fetchrow("select due_at from booking where id = $1", booking.id)
    assert due_at == end_of_day(local_day(booking.ends_at) + timedelta(days=7))


async def test_a_slot_that_is_done_leaves_its_bookings_to_be_reported_on(companies):
    """The slot ends by itself; who came is another question."""
    _, _, booking = await a_visit(companies)

    await companies.strike(slots.ENDS)
    done = await companies.ask(completing(booking), TEACHER)

    [event] = await companies.announced(SlotDone)
    assert (event.slot.groups_taken, done.state) == (1, "completed")
    [reported] = await companies.announced(BookingCompleted)
    assert (reported.slot.state, reported.slot.groups_taken) == ("done", 1)
