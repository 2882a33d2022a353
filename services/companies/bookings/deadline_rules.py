"""Until when each side has to act on a booking, and when the system looks at it again.

All deadlines are ends of days in Europe/Paris, so that a person can say them, and one sweep a day meets them.
"""

from datetime import date, datetime, timedelta

from contracts.companies.bookings import Booking, WaitingFor
from contracts.local_time import local_day, start_of_day
from contracts.reference.calendar import OutsideCalendar, add_working_days

# PRODUCT, booking machine: working days to answer, for the head of school, the company, and a class offered a place.
HEAD_DAYS, COMPANY_DAYS, OFFER_DAYS = 10, 5, 3
# Nobody said what became of a visit: it is presumed to have taken place.
PRESUMED_AFTER = timedelta(days=7)
# A cancellation this close to the visit is late.
LATE = timedelta(days=14)
ONE_DAY = timedelta(days=1)

WAITING_FOR: dict[str, WaitingFor] = {
    "requested": WaitingFor.HEAD,
    "approved": WaitingFor.COMPANY,
    "offered": WaitingFor.SCHOOL,
}


def answer_by(state: str, starts_at: datetime, last_day: date, now: datetime) -> datetime | None:
    """The end of the day by which whoever the state waits for has to answer; None where it waits for nobody.

    The head of school and a class that is offered a place answer before the lead time begins, the company before the
    day of the visit.
    """
    today = local_day(now)
    if state == "requested":
        return end_of_day(_earlier(today, HEAD_DAYS, last_day))
    if state == "approved":
        return end_of_day(_earlier(today, COMPANY_DAYS, local_day(starts_at) - ONE_DAY))
    if state == "offered":
        return end_of_day(_earlier(today, OFFER_DAYS, last_day))
    return None


def due_at(booking: Booking, last_day: date) -> datetime | None:
    """When the system has to look at a booking again; None where it never has to.

    What waits for an answer is looked at when its time is up, a waiting class when no place can be offered any more, a
    confirmed visit when its report is overdue.
    """
    if booking.answer_by is not None:
        return booking.answer_by
    if booking.state == "waitlisted":
        return end_of_day(last_day)
    if booking.state == "confirmed":
        return end_of_day(local_day(booking.ends_at) + PRESUMED_AFTER)
    return None


def is_late(starts_at: datetime, now: datetime) -> bool:
    """Whether a visit is so near that cancelling it counts as late."""
    return starts_at - now < LATE


def end_of_day(day: date) -> datetime:
    """The instant at which a day is over in Occitanie."""
    return start_of_day(day + ONE_DAY)


def _earlier(today: date, working_days: int, limit: date) -> date:
    """So many working days from today, or the limit where that comes first; today where the limit has passed."""
    try:
        day = add_working_days(today, working_days)
    except OutsideCalendar:
        day = limit
    return max(today, min(day, limit))
