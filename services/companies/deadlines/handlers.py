"""Deadlines of bookings: what nobody answered in time expires, what nobody reported on is presumed done.

All of them end with a day in Europe/Paris (`bookings/deadline_rules.py`), so that one sweep after midnight finds what
is overdue. Each of it is a durable timer, with a transaction and retries of its own; after an outage the sweep that
was missed is made up for.
"""

from uuid import UUID

from contracts.machines import LIVE_BOOKING_STATES
from services.companies.bookings import store
from services.companies.bookings.desk import open_desk
from services.companies.bookings.rules import overdue
from services.companies.waiting.filling import fill_places
from services.work import Work

BOOKING_OVERDUE = "booking_overdue"


async def sweep(work: Work) -> None:
    """Find what is overdue (scheduled)."""
    for booking_id in await store.list_overdue(work.connection, work.now):
        work.set_timer(BOOKING_OVERDUE, booking_id, work.now)


async def end_overdue(booking_id: str, work: Work) -> None:
    """End one overdue booking (timer); one that was answered meanwhile is left. Its place is offered on."""
    known = await store.find_booking(work.connection, UUID(booking_id))
    if known is None:
        return
    desk = await open_desk({known.slot_id}, work)
    booking = await store.find_overdue(work.connection, known.id, work.now)
    ended = overdue(booking, work.now) if booking else None
    if booking is None or ended is None:
        return
    desk.put(ended, booking)
    if booking.state in LIVE_BOOKING_STATES and ended.state not in LIVE_BOOKING_STATES:
        await fill_places(desk, booking.slot_id, work)
    await desk.write()
