"""Waiting lists: a class waits for a place on a full slot, in an order that everybody can read."""

from contracts.companies.booking_checks import ListWaiting, WaitingEntry
from contracts.companies.bookings import Booking, JoinWaitingList
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.message import Page
from services.companies.actors import actors_of
from services.companies.bookings.check_rules import check_can_wait
from services.companies.bookings.desk import look_at, open_desk
from services.companies.bookings.handlers import actor_of, check_free, require_visible
from services.companies.bookings.rules import new_booking
from services.companies.bookings.store import list_slots_waited_for, list_standing
from services.companies.bookings.wish_rules import wish_of
from services.companies.waiting import filling
from services.work import Work


async def join(request: JoinWaitingList, work: Work) -> Booking:
    """Wait for a place; raises NotFound, NotYours, Invalid, TransitionRefused, TooLate, AlreadyBooked."""
    desk = await open_desk({request.slot_id}, work)
    require_visible(request.slot_id, desk, work.caller)
    wish = wish_of(request.booking, work.caller)
    slot, offer = desk.slot(request.slot_id), desk.offer_of(request.slot_id)
    groups = check_can_wait(wish, slot, offer, actor_of(work.caller), work.now)
    await desk.look_up([(slot.id, wish.class_key)])
    check_free(wish, slot.id, desk)
    booking = new_booking(wish, slot, offer, groups, "waitlisted", work.new_id(), work.now)
    desk.put(booking)
    await desk.write()
    return booking


async def list_waiting(request: ListWaiting, work: Work) -> Page[WaitingEntry]:
    """The list in its published order; which booking it is reads only who has to do with it. Raises NotFound."""
    require_visible(request.slot_id, await look_at({request.slot_id}, work), work.caller)
    waiting = [one for one in await list_standing(work.connection, request.slot_id) if one.state == "waitlisted"]
    return Page(
        items=tuple(
            WaitingEntry(
                position=position,
                pupils=booking.pupils,
                groups=booking.groups,
                booking_id=booking.id if actors_of(work.caller, booking.company_id, booking.school_uai) else None,
                times_passed_over=len(booking.passed_over),
            )
            for position, booking in enumerate(waiting, 1)
        )
    )


async def fill_places(slot: Slot, work: Work) -> Slot:
    """Offer what a slot has free since it grew or opened again; gives the slot as it then stands."""
    desk = await open_desk({slot.id}, work)
    await filling.fill_places(desk, slot.id, work)
    await desk.write()
    return desk.slot(slot.id)


async def fill_slots(offer: VisitOffer, work: Work) -> None:
    """Offer what came free on an offer's slots while it was not published."""
    slot_ids = await list_slots_waited_for(work.connection, offer.id)
    desk = await open_desk(slot_ids, work)
    for slot_id in slot_ids:
        await filling.fill_places(desk, slot_id, work)
    await desk.write()
