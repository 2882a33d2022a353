"""Slots: the dated openings of visit offers."""

from uuid import UUID

import msgspec
from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody

from contracts.caller import Caller, Scope
from contracts.companies.slots import (
    ChangeSlot,
    GetSlot,
    MoveSlot,
    NewSlot,
    NewSlots,
    OpenedSlots,
    OpenRecurringSlots,
    OpenSlot,
    OpenSlots,
    Recurrence,
    Slot,
    SlotChange,
)
from contracts.companies.visit_offers import GetVisitOffer
from contracts.gateway.actions import ActionDetails
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Change, Tell, created
from services.gateway.api.listing import Listing, StateFilter
from services.gateway.api.presenting import present

TAGS = ["Slots"]


@post("/v1/visit-offers/{visit_offer_id:uuid}/slots", scope=Scope.OFFERS, tags=TAGS, response_headers=CREATED)
async def open_slot(visit_offer_id: FromPath[UUID], data: JSONBody[NewSlot], tell: Tell) -> Response[Slot]:
    """Open a slot on a visit offer."""
    return created(await tell(OpenSlot(visit_offer_id=visit_offer_id, slot=data)), "/v1/slots")


@post("/v1/visit-offers/{visit_offer_id:uuid}/slots/batch", scope=Scope.OFFERS, tags=TAGS)
async def open_slots(visit_offer_id: FromPath[UUID], data: JSONBody[NewSlots], tell: Tell) -> OpenedSlots:
    """Open several slots: all of them, or none, with the reason of each that is wrong."""
    return _presented(await tell(OpenSlots(visit_offer_id=visit_offer_id, slots=data)), tell.caller)


@post("/v1/visit-offers/{visit_offer_id:uuid}/slots/recurring", scope=Scope.OFFERS, tags=TAGS)
async def open_recurring_slots(visit_offer_id: FromPath[UUID], data: JSONBody[Recurrence], tell: Tell) -> OpenedSlots:
    """Open the same slot again and again; days without school are skipped, and said."""
    return _presented(await tell(OpenRecurringSlots(visit_offer_id=visit_offer_id, recurrence=data)), tell.caller)


@get("/v1/visit-offers/{visit_offer_id:uuid}/slots", scope=Scope.READ, tags=TAGS)
async def list_slots(
    visit_offer_id: FromPath[UUID], ask: Ask, listing: Listing, in_state: StateFilter = None
) -> Page[Slot]:
    """A visit offer's slots, soonest first."""
    await ask(GetVisitOffer(visit_offer_id=visit_offer_id))
    return await listing(Slot, parent=visit_offer_id, state=in_state)


@get("/v1/slots/{slot_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_slot(slot_id: FromPath[UUID], ask: Ask) -> Slot:
    """One slot."""
    return await ask(GetSlot(slot_id=slot_id))


@patch("/v1/slots/{slot_id:uuid}", scope=Scope.OFFERS, tags=TAGS)
async def change_slot(slot_id: FromPath[UUID], data: JSONBody[SlotChange], change: Change) -> Slot:
    """Change the hours or the size of a slot; whoever is booked on it is told."""
    return await change(ChangeSlot(slot_id=slot_id, change=data))


@post("/v1/slots/{slot_id:uuid}/{action:str}", scope=Scope.OFFERS, tags=TAGS, status_code=200)
async def move_slot(
    slot_id: FromPath[UUID], action: FromPath[str], change: Change, data: JSONBody[ActionDetails | None] = None
) -> Slot:
    """`close` a slot to further groups, `reopen` it, or `cancel` it with its bookings."""
    return await change(MoveSlot(slot_id=slot_id, action=action, reason=data.reason if data else ""))


def _presented(opened: OpenedSlots, caller: Caller) -> OpenedSlots:
    return msgspec.structs.replace(opened, slots=tuple(present(slot, caller) for slot in opened.slots))


routes = (open_slot, open_slots, open_recurring_slots, list_slots, get_slot, change_slot, move_slot)
