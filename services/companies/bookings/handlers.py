"""Bookings: a school books, its head and the company answer, either side cancels; an accepted proposal books by itself.

Bookings that are asked for together are decided together, in the order in which they came. Whatever happens to a
booking happens on a desk (`desk.py`) that holds its slot.
"""

from collections.abc import Sequence
from uuid import UUID

from contracts.caller import Caller
from contracts.companies.bookings import (
    Booking,
    BookingCancelled,
    BookingChanged,
    BookingImpossible,
    BookSlot,
    GetBooking,
    MoveBooking,
)
from contracts.companies.slots import Slot
from contracts.errors import NotFound, PasserelleError
from contracts.local_time import local_day
from contracts.machines import COORDINATOR, LIVE_BOOKING_STATES, SCHOOL
from contracts.matchmaker.proposals import VisitProposalAccepted
from contracts.vocabulary import Role
from services.batching import Asked
from services.companies.actors import actors_of
from services.companies.bookings import rules, store
from services.companies.bookings.check_rules import already_booked, check_bookable
from services.companies.bookings.desk import Desk, open_desk
from services.companies.bookings.rules import Moving
from services.companies.bookings.wish_rules import Wish, wish_of, wish_of_proposal
from services.companies.offers.rules import PRIVATE_STATES
from services.companies.schools.store import list_with_approval
from services.companies.waiting.filling import fill_places
from services.work import Work


async def book(asked: Sequence[Asked[BookSlot]], work: Work) -> list[Booking | PasserelleError]:
    """Book places for classes, one after another; refusals are NotFound, NotYours, Invalid, SlotFull, TooLate …"""
    desk = await open_desk({one.request.slot_id for one in asked}, work)
    wishes = [_wish_of(one) for one in asked]
    known = [(one.request.slot_id, wish) for one, wish in zip(asked, wishes, strict=True) if isinstance(wish, Wish)]
    await desk.look_up((slot_id, wish.class_key) for slot_id, wish in known)
    approving = await list_with_approval(work.connection, {wish.school_uai for _, wish in known})
    answers: list[Booking | PasserelleError] = []
    for one, wish in zip(asked, wishes, strict=True):
        one.take_up(work)
        try:
            answers.append(_book(one, wish, desk, approving, work))
        except PasserelleError as refusal:
            answers.append(refusal)
    await desk.write()
    return answers


def _wish_of(one: Asked[BookSlot]) -> Wish | PasserelleError:
    try:
        return wish_of(one.request.booking, one.caller)
    except PasserelleError as refusal:
        return refusal


def _book(
    one: Asked[BookSlot], wish: Wish | PasserelleError, desk: Desk, approving: frozenset[str], work: Work
) -> Booking:
    slot_id = one.request.slot_id
    require_visible(slot_id, desk, one.caller)
    if isinstance(wish, PasserelleError):
        raise wish
    slot, offer = desk.slot(slot_id), desk.offer_of(slot_id)
    groups = check_bookable(wish, slot, offer, actor_of(one.caller), work.now, work.now)
    check_free(wish, slot_id, desk)
    state = rules.first_state(offer, head_approves=wish.school_uai in approving and not decides(one.caller))
    booking = rules.new_booking(wish, slot, offer, groups, state, work.new_id(), work.now)
    desk.put(booking, kind=rules.begun_as(booking))
    return booking


async def book_accepted_proposal(event: VisitProposalAccepted, work: Work) -> None:
    """Book what a school accepted, once; where a rule refuses, keep why and tell it. Raises NotFound for no slot."""
    proposal = event.visit_proposal
    desk = await open_desk({proposal.slot_id}, work)
    if proposal.slot_id not in desk:
        raise NotFound(thing="slot", id=str(proposal.slot_id))
    if await store.has_booking_of_proposal(work.connection, proposal.id):
        return
    wish = wish_of_proposal(proposal)
    await desk.look_up([(proposal.slot_id, wish.class_key)])
    approving = await list_with_approval(work.connection, {wish.school_uai})
    slot, offer = desk.slot(proposal.slot_id), desk.offer_of(proposal.slot_id)
    try:
        asked_at = min(proposal.changed_at, work.now)
        groups = check_bookable(wish, slot, offer, frozenset({SCHOOL}), work.now, asked_at)
        check_free(wish, slot.id, desk)
        state = rules.first_state(offer, head_approves=wish.school_uai in approving)
        booking = rules.new_booking(wish, slot, offer, groups, state, work.new_id(), work.now)
        desk.put(booking, kind=rules.begun_as(booking))
    except PasserelleError as refusal:
        refused = rules.new_booking(wish, slot, offer, 1, "impossible", work.new_id(), work.now)
        desk.put(rules.impossible(refused, refusal), kind=BookingImpossible)
    await desk.write()


async def move(request: MoveBooking, work: Work) -> Booking:
    """Approve, refuse, confirm, decline, accept or cancel; raises NotFound, NotYours, TransitionRefused, Invalid …"""
    booking, desk, actors = await find_on_desk(request.booking_id, work)
    moving = Moving(
        action=request.action,
        reason=request.reason,
        actors=actors,
        head_approves=await _head_approves(request, booking, work),
        moment=work.now,
    )
    slot, offer = desk.slot(booking.slot_id), desk.offer_of(booking.slot_id)
    moved = rules.moved_booking(booking, moving, slot, offer)
    desk.put(moved, booking, rules.event_of_move(request.action, moved))
    if booking.state in LIVE_BOOKING_STATES and moved.state not in LIVE_BOOKING_STATES:
        await fill_places(desk, slot.id, work)
    await desk.write()
    return moved


async def get(request: GetBooking, work: Work) -> Booking:
    """One booking, for its company, its school, its mediator and the Region; raises NotFound."""
    booking = await store.find_booking(work.connection, request.booking_id)
    if booking is None or not actors_of(work.caller, booking.company_id, booking.school_uai, booking.association_id):
        raise NotFound(thing="booking", id=str(request.booking_id))
    return booking


async def cancel_with_slot(slot: Slot, actors: frozenset[str], work: Work) -> None:
    """Cancel the live and waiting bookings of a slot that was just cancelled, for its reason."""
    cancelled = [
        rules.in_state(booking, "cancelled", local_day(work.now), work.now, slot.reason, rules.side_of(actors))
        for booking in await store.list_standing(work.connection, slot.id)
    ]
    await store.update_bookings(work.connection, cancelled, [None] * len(cancelled))
    work.announce(*(BookingCancelled(booking=booking, slot=slot) for booking in cancelled))


async def follow_slot_change(slot: Slot, work: Work) -> None:
    """Bring a slot's new hours to its live and waiting bookings."""
    desk = await open_desk({slot.id}, work)
    for booking in await store.list_standing(work.connection, slot.id):
        desk.put(rules.with_hours(booking, slot, work.now), booking, BookingChanged)
    await desk.write()


# ------------------------------------------------------------ what handlers of bookings share


def actor_of(caller: Caller) -> frozenset[str]:
    """As whom somebody books."""
    return frozenset({COORDINATOR if caller.is_coordinator else SCHOOL})


def decides(caller: Caller) -> bool:
    """Whether what this caller books needs no approval: a head of school, or the Region."""
    return caller.is_coordinator or caller.role is Role.HEAD


def require_visible(slot_id: UUID, desk: Desk, caller: Caller) -> None:
    """Raise NotFound where there is no such slot, or its offer is not for everybody's eyes."""
    if slot_id in desk:
        offer = desk.offer_of(slot_id)
        if offer.state not in PRIVATE_STATES or actors_of(caller, offer.company_id):
            return
    raise NotFound(thing="slot", id=str(slot_id))


def check_free(wish: Wish, slot_id: UUID, desk: Desk, besides: UUID | None = None) -> None:
    """Raise AlreadyBooked where the class has, or waits for, a place on the slot, or has another visit that day.

    `besides` is a booking that is about to end.
    """
    for holding in desk.holdings(slot_id, wish.class_key):
        if holding.booking_id != besides:
            raise already_booked(desk.slot(slot_id), holding.slot_id, holding.booking_id)


async def find_on_desk(booking_id: UUID, work: Work, *other_slots: UUID) -> tuple[Booking, Desk, frozenset[str]]:
    """A booking on a desk with its slot (and others), and as whom the caller acts; raises NotFound, Outdated."""
    known = await _find(booking_id, work)
    desk = await open_desk({known.slot_id, *other_slots}, work)
    booking = await _find(booking_id, work)
    work.expect(booking)
    return booking, desk, actors_of(work.caller, booking.company_id, booking.school_uai)


async def _head_approves(request: MoveBooking, booking: Booking, work: Work) -> bool:
    """Whether taking an offered place still needs the head of school."""
    if request.action != "accept" or decides(work.caller):
        return False
    return booking.school_uai in await list_with_approval(work.connection, {booking.school_uai})


async def _find(booking_id: UUID, work: Work) -> Booking:
    booking = await store.find_booking(work.connection, booking_id)
    if booking is None or not actors_of(work.caller, booking.company_id, booking.school_uai):
        raise NotFound(thing="booking", id=str(booking_id))
    return booking
