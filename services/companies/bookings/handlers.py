"""Bookings: a school books, a company answers, either side cancels; an accepted proposal books by itself.

Every handler locks the slot's row first: the groups of a slot are counted one booking after another.
"""

from uuid import UUID

from contracts.companies.bookings import (
    Booking,
    BookingCancelled,
    BookingImpossible,
    BookSlot,
    GetBooking,
    MoveBooking,
)
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import NotFound, PasserelleError
from contracts.machines import COORDINATOR, LIVE_BOOKING_STATES, SCHOOL
from contracts.matchmaker.proposals import VisitProposalAccepted
from services.companies.actors import actors_of
from services.companies.bookings import rules, store
from services.companies.bookings.rules import Wish
from services.companies.offers.rules import PRIVATE_STATES
from services.companies.slots.rules import with_group_freed, with_group_taken
from services.companies.slots.store import OfferedSlot, find_slot, update_slot
from services.work import Work


async def book(request: BookSlot, work: Work) -> Booking:
    """Book one group of a slot for a class; raises NotFound, NotYours, Invalid, SlotFull, TooLate, AlreadyBooked …"""
    found = await _find_slot(request.slot_id, work)
    wish = rules.wish_of(request.booking, work.caller)
    actor = COORDINATOR if work.caller.is_coordinator else SCHOOL
    rules.check_bookable(wish, found.slot, found.offer, frozenset({actor}), work.now, work.now)
    return await _take_group(wish, found.slot, found.offer, work)


async def book_accepted_proposal(event: VisitProposalAccepted, work: Work) -> None:
    """Book what a school accepted, once; where a rule refuses, keep why and tell it. Raises NotFound for no slot."""
    proposal = event.visit_proposal
    found = await find_slot(work.connection, proposal.slot_id, lock=True)
    if found is None:
        raise NotFound(thing="slot", id=str(proposal.slot_id))
    if await store.has_booking_of_proposal(work.connection, proposal.id):
        return
    wish = rules.wish_of_proposal(proposal)
    try:
        asked_at = min(proposal.changed_at, work.now)
        rules.check_bookable(wish, found.slot, found.offer, frozenset({SCHOOL}), work.now, asked_at)
        await _take_group(wish, found.slot, found.offer, work)
    except PasserelleError as refusal:
        refused = rules.new_booking(wish, found.slot, "impossible", work.new_id(), work.now)
        booking = rules.impossible(refused, refusal)
        await store.insert_booking(work.connection, wish.class_key, booking)
        work.announce(BookingImpossible(booking=booking, slot=found.slot))


async def move(request: MoveBooking, work: Work) -> Booking:
    """Confirm, decline or cancel a booking; raises NotFound, NotYours, TransitionRefused, Invalid, TooLate."""
    known = await _find(request.booking_id, work)
    found = await _find_slot(known.slot_id, work)
    booking = await _find(request.booking_id, work)
    actors = actors_of(work.caller, booking.company_id, booking.school_uai)
    moved = rules.moved_booking(booking, request.action, request.reason, actors, work.now)
    slot = found.slot
    if moved.state not in LIVE_BOOKING_STATES:
        slot = with_group_freed(slot)
        await update_slot(work.connection, slot)
    await store.update_booking(work.connection, moved)
    work.announce(rules.MOVES[moved.state](booking=moved, slot=slot))
    return moved


async def get(request: GetBooking, work: Work) -> Booking:
    """One booking, for its company, its school and the Region; raises NotFound."""
    return await _find(request.booking_id, work)


async def cancel_with_slot(slot: Slot, actors: frozenset[str], work: Work) -> None:
    """Cancel the live bookings of a slot that was just cancelled, for its reason."""
    for booking in await store.list_live_bookings(work.connection, slot.id):
        cancelled = rules.ended(booking, "cancelled", slot.reason, actors, work.now)
        await store.update_booking(work.connection, cancelled)
        work.announce(BookingCancelled(booking=cancelled, slot=slot))


async def _take_group(wish: Wish, slot: Slot, offer: VisitOffer, work: Work) -> Booking:
    """Write a booking that no rule refuses, and count its group; raises AlreadyBooked."""
    booking = rules.new_booking(wish, slot, rules.first_state(offer), work.new_id(), work.now)
    if not await store.insert_booking(work.connection, wish.class_key, booking):
        other_id, other_slot_id = await store.find_live_booking(work.connection, wish.class_key, booking) or (
            booking.id,
            slot.id,
        )
        raise rules.already_booked(slot, other_slot_id, other_id)
    taken = with_group_taken(slot)
    await update_slot(work.connection, taken)
    work.announce(rules.begun(booking, taken))
    return booking


async def _find_slot(slot_id: UUID, work: Work) -> OfferedSlot:
    found = await find_slot(work.connection, slot_id, lock=True)
    hidden = found is None or (
        found.offer.state in PRIVATE_STATES and not actors_of(work.caller, found.offer.company_id)
    )
    if found is None or hidden:
        raise NotFound(thing="slot", id=str(slot_id))
    return found


async def _find(booking_id: UUID, work: Work) -> Booking:
    booking = await store.find_booking(work.connection, booking_id)
    if booking is None or not actors_of(work.caller, booking.company_id, booking.school_uai):
        raise NotFound(thing="booking", id=str(booking_id))
    return booking
