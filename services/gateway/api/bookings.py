"""Bookings: one class on one slot."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from contracts.caller import Scope
from contracts.companies.bookings import Booking, BookSlot, GetBooking, MoveBooking, NewBooking
from contracts.companies.slots import GetSlot
from contracts.gateway.actions import ActionDetails
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Tell, created
from services.gateway.api.listing import Listing, StateFilter

TAGS = ["Bookings"]


@post("/v1/slots/{slot_id:uuid}/bookings", scope=Scope.BOOKINGS, tags=TAGS, response_headers=CREATED)
async def book_slot(slot_id: FromPath[UUID], data: JSONBody[NewBooking], tell: Tell) -> Response[Booking]:
    """Book one group of a slot for one class."""
    return created(await tell(BookSlot(slot_id=slot_id, booking=data)), "/v1/bookings")


@get("/v1/slots/{slot_id:uuid}/bookings", scope=Scope.READ, tags=TAGS)
async def list_bookings_of_slot(
    slot_id: FromPath[UUID], ask: Ask, listing: Listing, in_state: StateFilter = None
) -> Page[Booking]:
    """A slot's bookings as far as they concern the caller."""
    await ask(GetSlot(slot_id=slot_id))
    return await listing(Booking, parent=slot_id, state=in_state)


@get("/v1/bookings", scope=Scope.READ, tags=TAGS)
async def list_bookings(listing: Listing, in_state: StateFilter = None) -> Page[Booking]:
    """The caller's bookings, soonest visit first; a coordinator's list has everybody's."""
    return await listing(Booking, state=in_state)


@get("/v1/bookings/{booking_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_booking(booking_id: FromPath[UUID], ask: Ask) -> Booking:
    """One booking, for its school, its company and the Region."""
    return await ask(GetBooking(booking_id=booking_id))


@post("/v1/bookings/{booking_id:uuid}/{action:str}", scope=Scope.BOOKINGS, tags=TAGS, status_code=200)
async def move_booking(
    booking_id: FromPath[UUID], action: FromPath[str], tell: Tell, data: JSONBody[ActionDetails | None] = None
) -> Booking:
    """`confirm`, `decline` or `cancel` a booking."""
    return await tell(MoveBooking(booking_id=booking_id, action=action, reason=data.reason if data else ""))


routes = (book_slot, list_bookings_of_slot, list_bookings, get_booking, move_booking)
