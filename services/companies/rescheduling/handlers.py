"""Rescheduling: a visit moves to another slot of its company as one fact, never as a cancellation and a new booking."""

from contracts.companies.bookings import Booking, BookingRescheduled, RescheduleBooking
from contracts.machines import SCHOOL
from services.companies.bookings.check_rules import check_bookable
from services.companies.bookings.handlers import check_free, find_on_desk, require_visible
from services.companies.bookings.rules import new_booking
from services.companies.bookings.wish_rules import wish_of_booking
from services.companies.rescheduling import rules
from services.companies.waiting.filling import fill_places
from services.work import Work


async def reschedule(request: RescheduleBooking, work: Work) -> Booking:
    """Move a booking to another slot; answers the new one.

    Raises NotFound, NotYours, TransitionRefused, TooLate, SlotFull, Invalid, AlreadyBooked; the old one then stands.
    """
    booking, desk, actors = await find_on_desk(request.booking_id, work, request.slot_id)
    require_visible(request.slot_id, desk, work.caller)
    target, offer = desk.slot(request.slot_id), desk.offer_of(request.slot_id)
    rules.check_reschedulable(booking, target, actors, work.now)
    wish = wish_of_booking(booking)
    # The Region and a company move it on the school's behalf: the same rules hold.
    groups = check_bookable(wish, target, offer, frozenset({SCHOOL}), work.now, work.now)
    await desk.look_up([(target.id, wish.class_key)])
    check_free(wish, target.id, desk, besides=booking.id)
    state = rules.successor_state(booking, offer, actors)
    successor = rules.successor_of(booking, new_booking(wish, target, offer, groups, state, work.new_id(), work.now))
    ended = rules.rescheduled(booking, successor, request.reason, actors)
    desk.count(ended, booking)
    desk.count(successor)
    work.announce(
        BookingRescheduled(
            booking=ended,
            slot=desk.slot(booking.slot_id),
            successor=successor,
            successor_slot=desk.slot(target.id),
        )
    )
    await fill_places(desk, booking.slot_id, work)
    await desk.write()
    return successor
