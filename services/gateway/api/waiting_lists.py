"""Before a place is held: whether a class could book a slot, and waiting for one that is full."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from contracts.caller import Scope
from contracts.companies.booking_checks import BookingCheck, CheckBooking, ListWaiting, WaitingEntry
from contracts.companies.bookings import Booking, JoinWaitingList, NewBooking
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Tell, created
from services.gateway.api.once import Once

TAGS = ["Bookings"]


@post("/v1/slots/{slot_id:uuid}/check", scope=Scope.READ, tags=TAGS, status_code=200)
async def check_booking(slot_id: FromPath[UUID], data: JSONBody[NewBooking], ask: Ask, once: Once) -> BookingCheck:
    """Whether a class could book a slot, what stands against it, and what it would have to bring; books nothing."""
    query = CheckBooking(slot_id=slot_id, booking=data)
    return await once(query, BookingCheck, lambda: ask(query))


@post("/v1/slots/{slot_id:uuid}/waiting-list", scope=Scope.BOOKINGS, tags=TAGS, response_headers=CREATED)
async def join_waiting_list(slot_id: FromPath[UUID], data: JSONBody[NewBooking], tell: Tell) -> Response[Booking]:
    """Wait for a place on a full slot; the booking is offered one when its turn has come."""
    return created(await tell(JoinWaitingList(slot_id=slot_id, booking=data)), "/v1/bookings")


@get("/v1/slots/{slot_id:uuid}/waiting-list", scope=Scope.READ, tags=TAGS)
async def list_waiting(slot_id: FromPath[UUID], ask: Ask) -> Page[WaitingEntry]:
    """A slot's waiting list in its published order; only whose booking it is reads which."""
    return await ask(ListWaiting(slot_id=slot_id))


routes = (check_booking, join_waiting_list, list_waiting)
