"""Slots: a company opens, closes or cancels one; cancelling ends its bookings."""

from uuid import UUID

from contracts.companies.slots import GetSlot, MoveSlot, OpenSlot, Slot, SlotClosed, SlotOpened
from contracts.errors import AlreadyExists, NotFound
from services.companies.actors import actors_of, require_owner
from services.companies.bookings import handlers as bookings
from services.companies.offers.rules import PRIVATE_STATES
from services.companies.offers.store import find_offer
from services.companies.profiles.rules import check_may_open
from services.companies.profiles.store import get_company
from services.companies.slots import rules, store
from services.work import Work


async def open_one(request: OpenSlot, work: Work) -> Slot:
    """Open a slot; raises NotFound, NotYours, TransitionRefused, Invalid, AlreadyExists with the id of the other."""
    offer = await find_offer(work.connection, request.visit_offer_id)
    if offer is None or (offer.state in PRIVATE_STATES and not actors_of(work.caller, offer.company_id)):
        raise NotFound(thing="visit offer", id=str(request.visit_offer_id))
    require_owner(work.caller, offer.company_id)
    check_may_open(await get_company(work.connection, offer.company_id, "share"), "open")
    slot = rules.new_slot(request.slot, offer, work.new_id(), work.now)
    if not await store.insert_slot(work.connection, slot):
        other = await store.find_id_by_external_id(work.connection, slot.company_id, slot.external_id)
        raise AlreadyExists(thing="slot", key=f"external_id {slot.external_id}", id=str(other))
    work.announce(SlotOpened(slot=slot))
    return slot


async def move(request: MoveSlot, work: Work) -> Slot:
    """Close or cancel a slot; raises NotFound, NotYours, TransitionRefused, Invalid, TooLate.

    A closed slot keeps its bookings, a cancelled one cancels each of them.
    """
    slot = await _find(request.slot_id, work, lock=True)
    actors = actors_of(work.caller, slot.company_id)
    moved = rules.moved_slot(slot, request.action, request.reason, actors, work.now)
    await store.update_slot(work.connection, moved)
    work.announce(SlotClosed(slot=moved))
    if moved.state == "cancelled":
        await bookings.cancel_with_slot(moved, actors, work)
    return moved


async def get(request: GetSlot, work: Work) -> Slot:
    """One slot, for whoever may see its offer; raises NotFound."""
    return await _find(request.slot_id, work)


async def _find(slot_id: UUID, work: Work, *, lock: bool = False) -> Slot:
    found = await store.find_slot(work.connection, slot_id, lock=lock)
    hidden = found is None or (
        found.offer.state in PRIVATE_STATES and not actors_of(work.caller, found.offer.company_id)
    )
    if found is None or hidden:
        raise NotFound(thing="slot", id=str(slot_id))
    return found.slot
