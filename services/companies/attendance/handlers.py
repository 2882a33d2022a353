"""After the visit: who came, or which side did not show up, by the school or the company."""

from contracts.companies.bookings import (
    Booking,
    BookingCompleted,
    BookingNoShow,
    CompleteBooking,
    ReportNoShow,
)
from services.companies.attendance import rules
from services.companies.bookings.handlers import find_on_desk
from services.work import Work


async def complete(request: CompleteBooking, work: Work) -> Booking:
    """Report who came; raises NotFound, TransitionRefused before the end of the visit, Invalid."""
    booking, desk, actors = await find_on_desk(request.booking_id, work)
    completed = rules.completed(booking, request.attendance, actors, work.now)
    desk.put(completed, booking, BookingCompleted)
    await desk.write()
    return completed


async def report_no_show(request: ReportNoShow, work: Work) -> Booking:
    """Report who did not show up; raises NotFound, TransitionRefused before the end of the visit."""
    booking, desk, actors = await find_on_desk(request.booking_id, work)
    missed = rules.missed(booking, request.absent, request.reason, actors, work.now)
    desk.put(missed, booking, BookingNoShow)
    await desk.write()
    return missed
