"""Slots: a company opens them, one or many, changes, closes or cancels one; each ends by itself.

Who is booked on a slot is told of what happens to it: see `bookings/`; who waits for a place, in `waiting/`.
"""

from collections.abc import Sequence
from uuid import UUID

from contracts.companies.slots import (
    ChangeSlot,
    GetSlot,
    MoveSlot,
    OpenedSlots,
    OpenRecurringSlots,
    OpenSlot,
    OpenSlots,
    PreviewSlots,
    Slot,
    SlotChanged,
    SlotClosed,
    SlotDone,
    SlotOpened,
)
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import AlreadyExists, NotFound
from contracts.faults import refuse
from contracts.machines import LIVE_BOOKING_STATES
from services.companies.actors import actors_of, require_owner
from services.companies.bookings import handlers as bookings
from services.companies.bookings.store import list_standing
from services.companies.offers.rules import PRIVATE_STATES
from services.companies.offers.store import find_offer
from services.companies.profiles.rules import check_may_open
from services.companies.profiles.store import get_company
from services.companies.slots import change_rules, rules, store
from services.companies.slots.recurrence_rules import openings_of
from services.companies.slots.store import OfferedSlot
from services.companies.waiting import handlers as waiting
from services.work import Work

ENDS = "slot_ends"


async def open_one(request: OpenSlot, work: Work) -> Slot:
    """Open a slot; raises NotFound, NotYours, TransitionRefused, Invalid, AlreadyExists with the id of the other."""
    offer = await _offer_to_open(request.visit_offer_id, work)
    slot = rules.new_slot(request.slot, offer, work.new_id(), work.now)
    if not await store.insert_slots(work.connection, [slot]):
        taken = await store.list_ids_by_external_id(work.connection, slot.company_id, [slot.external_id])
        raise AlreadyExists(thing="slot", key=f"external_id {slot.external_id}", id=str(taken[slot.external_id]))
    _opened([slot], work)
    return slot


async def open_several(request: OpenSlots, work: Work) -> OpenedSlots:
    """Open all slots of a batch, or none; raises NotFound, NotYours, TransitionRefused, Invalid naming each row."""
    offer = await _offer_to_open(request.visit_offer_id, work)
    batch = request.slots
    external_ids = [new.external_id for new in batch.slots]
    taken = await store.list_ids_by_external_id(work.connection, offer.company_id, external_ids)
    slots = rules.new_slots(batch, offer, [work.new_id() for _ in batch.slots], taken, work.now)
    if not await store.insert_slots(work.connection, slots):
        # Somebody opened one of them since we looked; the others stand there as ours until this is undone.
        ours = {slot.id for slot in slots}
        taken = await store.list_ids_by_external_id(work.connection, offer.company_id, external_ids)
        refuse(rules.external_id_faults(batch, {key: slot_id for key, slot_id in taken.items() if slot_id not in ours}))
    _opened(slots, work)
    return OpenedSlots(slots=slots)


async def open_recurring(request: OpenRecurringSlots, work: Work) -> OpenedSlots:
    """Open a slot on each school day of a recurrence; raises NotFound, NotYours, TransitionRefused, Invalid."""
    offer = await _offer_to_open(request.visit_offer_id, work)
    openings = openings_of(request.recurrence, offer, work.now)
    slots = tuple(rules.slot_of(new, offer, work.new_id()) for new in openings.slots)
    await store.insert_slots(work.connection, slots)
    _opened(slots, work)
    return OpenedSlots(slots=slots, skipped=openings.skipped)


async def preview(request: PreviewSlots, work: Work) -> OpenedSlots:
    """What a recurrence would open, and nothing done; raises NotFound, NotYours, TransitionRefused, Invalid."""
    offer = await _offer_to_open(request.visit_offer_id, work)
    openings = openings_of(request.recurrence, offer, work.now)
    slots = tuple(rules.slot_of(new, offer, work.new_id()) for new in openings.slots)
    return OpenedSlots(slots=slots, skipped=openings.skipped)


async def change(request: ChangeSlot, work: Work) -> Slot:
    """Change a slot's hours or size; raises NotFound, NotYours, Outdated, TransitionRefused, TooLate, Invalid.

    Who is booked on it is told; places that are new go to those who wait for one.
    """
    found = await _find(request.slot_id, work, lock=True)
    slot = found.slot
    work.expect(slot)
    standing = await list_standing(work.connection, slot.id)
    live = [booking for booking in standing if booking.state in LIVE_BOOKING_STATES]
    actors = actors_of(work.caller, slot.company_id)
    changed = change_rules.changed_slot(slot, request.change, found.offer, live, actors, work.now)
    if changed is slot:
        return slot
    await store.update_slot(work.connection, changed)
    work.announce(SlotChanged(slot=changed))
    if change_rules.has_other_hours(changed, slot):
        await work.cancel_timer(ENDS, slot.id)
        work.set_timer(ENDS, slot.id, changed.ends_at)
        await bookings.follow_slot_change(changed, work)
    return await _fill(changed, work) if change_rules.has_grown(changed, slot) else changed


async def move(request: MoveSlot, work: Work) -> Slot:
    """Close, reopen or cancel a slot; raises NotFound, NotYours, Outdated, TransitionRefused, Invalid, TooLate.

    A closed slot keeps its bookings, a cancelled one cancels each of them, one that opens again serves those who wait.
    """
    known = await _find(request.slot_id, work)
    check_may_open(await get_company(work.connection, known.slot.company_id, "share"), request.action)
    found = await _find(request.slot_id, work, lock=True)
    slot = found.slot
    work.expect(slot)
    actors = actors_of(work.caller, slot.company_id)
    moved = change_rules.moved_slot(slot, found.offer, request.action, request.reason, actors, work.now)
    await store.update_slot(work.connection, moved)
    if moved.state in {"open", "full"}:
        work.announce(SlotOpened(slot=moved))
        return await _fill(moved, work)
    work.announce(SlotClosed(slot=moved))
    if moved.state == "cancelled":
        await work.cancel_timer(ENDS, slot.id)
        await bookings.cancel_with_slot(moved, actors, work)
    return moved


async def get(request: GetSlot, work: Work) -> Slot:
    """One slot, for whoever may see its offer; raises NotFound."""
    return (await _find(request.slot_id, work)).slot


async def finish(slot_id: str, work: Work) -> None:
    """End a slot whose time is over (timer); one that ended before, or whose hours moved since, is left."""
    slot = (await _find(UUID(slot_id), work, lock=True)).slot
    finished = change_rules.finished_slot(slot, work.now)
    if finished is not slot:
        await store.update_slot(work.connection, finished)
        work.announce(SlotDone(slot=finished))


async def finish_overdue(work: Work) -> None:
    """Have every slot ended that is over and has no timer any more, such as those from before there was one."""
    for slot_id in await store.list_unfinished(work.connection, work.now):
        work.set_timer(ENDS, slot_id, work.now)


def _opened(slots: Sequence[Slot], work: Work) -> None:
    """Tell of new slots, and set the clock for the end of each."""
    for slot in slots:
        work.announce(SlotOpened(slot=slot))
        work.set_timer(ENDS, slot.id, slot.ends_at)


async def _fill(slot: Slot, work: Work) -> Slot:
    """Offer what an open slot has left to those who wait for it; the slot as it then stands."""
    return await waiting.fill_places(slot, work) if slot.state == "open" else slot


async def _offer_to_open(offer_id: UUID, work: Work) -> VisitOffer:
    """The offer on which the caller opens slots; raises NotFound, NotYours, TransitionRefused."""
    offer = await find_offer(work.connection, offer_id)
    if offer is None or (offer.state in PRIVATE_STATES and not actors_of(work.caller, offer.company_id)):
        raise NotFound(thing="visit offer", id=str(offer_id))
    require_owner(work.caller, offer.company_id)
    check_may_open(await get_company(work.connection, offer.company_id, "share"), "open")
    return offer


async def _find(slot_id: UUID, work: Work, *, lock: bool = False) -> OfferedSlot:
    found = await store.find_slot(work.connection, slot_id, lock=lock)
    hidden = found is None or (
        found.offer.state in PRIVATE_STATES and not actors_of(work.caller, found.offer.company_id)
    )
    if found is None or hidden:
        raise NotFound(thing="slot", id=str(slot_id))
    return found
