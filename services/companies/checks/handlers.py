"""The check before a class comes: whether it could book, and what it must bring and by when."""

from datetime import date
from uuid import UUID

from contracts.caller import Caller
from contracts.companies.booking_checks import BookingCheck, CheckBooking, Checklist, GetChecklist
from contracts.companies.bookings import Booking
from contracts.errors import Conflict, Invalid, NotFound, PasserelleError
from contracts.local_time import local_day
from services.companies.actors import actors_of
from services.companies.bookings.check_rules import check_bookable, check_can_wait, class_faults, last_day
from services.companies.bookings.deadline_rules import ONE_DAY, answer_by
from services.companies.bookings.desk import Desk, look_at
from services.companies.bookings.handlers import actor_of, check_free, decides, require_visible
from services.companies.bookings.store import find_booking
from services.companies.bookings.wish_rules import Wish, wish_of
from services.companies.checks.rules import checklist
from services.companies.schools.store import list_with_approval
from services.work import Work


async def check(request: CheckBooking, work: Work) -> BookingCheck:
    """What would become of a booking, by the very rules that decide on it; raises NotFound, NotYours, Invalid."""
    desk = await look_at({request.slot_id}, work)
    require_visible(request.slot_id, desk, work.caller)
    wish = wish_of(request.booking, work.caller)
    slot, offer = desk.slot(request.slot_id), desk.offer_of(request.slot_id)
    await desk.look_up([(slot.id, wish.class_key)])
    conflict = _conflict(wish, desk, slot.id, work)
    fields = tuple(class_faults(wish, slot, offer))
    approves = await _head_approves(wish.school_uai, work.caller, work)
    approval = answer_by("requested", slot.starts_at, last_day(slot, offer), work.now) if approves else None
    return BookingCheck(
        bookable=conflict is None and not fields,
        conflict=conflict.problem.detail if conflict else None,
        fields=fields,
        waiting_list=_could_wait(wish, desk, slot.id, work),
        last_day=last_day(slot, offer),
        checklist=checklist(slot, offer, wish.pupils, wish.needs, local_day(approval) - ONE_DAY if approval else None),
    )


async def show_checklist(request: GetChecklist, work: Work) -> Checklist:
    """What the school of a booking must bring, do and know; raises NotFound."""
    booking = await find_booking(work.connection, request.booking_id)
    if booking is None or not actors_of(work.caller, booking.company_id, booking.school_uai, booking.association_id):
        raise NotFound(thing="booking", id=str(request.booking_id))
    desk = await look_at({booking.slot_id}, work)
    slot, offer = desk.slot(booking.slot_id), desk.offer_of(booking.slot_id)
    items = checklist(slot, offer, booking.pupils, booking.needs, _approve_by(booking))
    return Checklist(booking_id=booking.id, items=items)


def _approve_by(booking: Booking) -> date | None:
    if booking.state != "requested" or booking.answer_by is None:
        return None
    return local_day(booking.answer_by) - ONE_DAY


def _conflict(wish: Wish, desk: Desk, slot_id: UUID, work: Work) -> PasserelleError | None:
    """What lies in the slot, the offer, the date or another visit of the class."""
    try:
        check_bookable(wish, desk.slot(slot_id), desk.offer_of(slot_id), actor_of(work.caller), work.now, work.now)
    except Invalid:
        pass
    except Conflict as conflict:
        return conflict
    try:
        check_free(wish, slot_id, desk)
    except Conflict as conflict:
        return conflict
    return None


def _could_wait(wish: Wish, desk: Desk, slot_id: UUID, work: Work) -> bool:
    try:
        check_can_wait(wish, desk.slot(slot_id), desk.offer_of(slot_id), actor_of(work.caller), work.now)
        check_free(wish, slot_id, desk)
    except PasserelleError:
        return False
    return True


async def _head_approves(school_uai: str, caller: Caller, work: Work) -> bool:
    return not decides(caller) and school_uai in await list_with_approval(work.connection, {school_uai})
