"""Slots: the dated openings of visit offers."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from contracts.caller import Scope
from contracts.companies.slots import GetSlot, MoveSlot, NewSlot, OpenSlot, Slot
from contracts.companies.visit_offers import GetVisitOffer
from contracts.gateway.actions import ActionDetails
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Tell, created
from services.gateway.api.listing import Listing, StateFilter

TAGS = ["Slots"]


@post("/v1/visit-offers/{visit_offer_id:uuid}/slots", scope=Scope.OFFERS, tags=TAGS, response_headers=CREATED)
async def open_slot(visit_offer_id: FromPath[UUID], data: JSONBody[NewSlot], tell: Tell) -> Response[Slot]:
    """Open a slot on a visit offer."""
    return created(await tell(OpenSlot(visit_offer_id=visit_offer_id, slot=data)), "/v1/slots")


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


@post("/v1/slots/{slot_id:uuid}/{action:str}", scope=Scope.OFFERS, tags=TAGS, status_code=200)
async def move_slot(
    slot_id: FromPath[UUID], action: FromPath[str], tell: Tell, data: JSONBody[ActionDetails | None] = None
) -> Slot:
    """`close` a slot to further groups, or `cancel` it with its bookings."""
    return await tell(MoveSlot(slot_id=slot_id, action=action, reason=data.reason if data else ""))


routes = (open_slot, list_slots, get_slot, move_slot)
