"""Bookings as companies tell of them, and what each part of the matchmaker makes of them.

Whatever comes late, twice or in another order ends the same: the copies are kept by version, and what follows from them
is drawn from the copies.
"""

from contracts.companies.bookings import BookingEvent, BookingRescheduled
from services.matchmaker.mediations import handlers as mediating
from services.matchmaker.proposals import handlers as proposing
from services.matchmaker.requests import handlers as requesting
from services.matchmaker.runs.changes import ChangeKind, note_change
from services.matchmaker.supply.store import keep_booking, keep_slot
from services.work import Work


async def follow(event: BookingEvent, work: Work) -> None:
    """A booking and its slot; of one that was rescheduled, those it moved to as well."""
    slots, told = [event.slot], [event.booking]
    if isinstance(event, BookingRescheduled):
        slots.append(event.successor_slot)
        told.append(event.successor)
    for slot in slots:
        if await keep_slot(work.connection, slot):
            note_change(work, ChangeKind.SLOT, slot.id)
    # Both are kept before anything is made of either.
    news = [booking for booking in told if await keep_booking(work.connection, booking)]
    for booking in news:
        if booking.class_request_id is not None:
            note_change(work, ChangeKind.CLASS_REQUEST, booking.class_request_id)
        await proposing.follow_booking(booking, work)
        await mediating.follow_booking(booking, work)
        await requesting.replace_fallen(booking, work)
