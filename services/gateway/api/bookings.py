"""Bookings: one class on one slot, from the wish to who really came; waiting for a place is in waiting_lists.py."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from contracts.caller import Scope
from contracts.companies.booking_checks import Checklist, GetChecklist
from contracts.companies.bookings import (
    Attendance,
    Booking,
    BookSlot,
    CompleteBooking,
    GetBooking,
    MoveBooking,
    NewBooking,
    ReportNoShow,
    RescheduleBooking,
)
from contracts.companies.slots import GetSlot
from contracts.gateway.actions import ActionDetails, NewDate, NoShow
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Change, Tell, created
from services.gateway.api.listing import Listing, StateFilter

TAGS = ["Bookings"]


@post("/v1/slots/{slot_id:uuid}/bookings", scope=Scope.BOOKINGS, tags=TAGS, response_headers=CREATED)
async def book_slot(slot_id: FromPath[UUID], data: JSONBody[NewBooking], tell: Tell) -> Response[Booking]:
    """Book a slot for one class."""
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
    """One booking, for its school, its company, its mediator and the Region."""
    return await ask(GetBooking(booking_id=booking_id))


@get("/v1/bookings/{booking_id:uuid}/checklist", scope=Scope.READ, tags=TAGS)
async def get_checklist(booking_id: FromPath[UUID], ask: Ask) -> Checklist:
    """What the school must bring and do, and by when; soonest first."""
    return await ask(GetChecklist(booking_id=booking_id))


@post("/v1/bookings/{booking_id:uuid}/reschedule", scope=Scope.BOOKINGS, tags=TAGS, response_headers=CREATED)
async def reschedule_booking(booking_id: FromPath[UUID], data: JSONBody[NewDate], change: Change) -> Response[Booking]:
    """Move a visit to another slot of the same company; answers the new booking, the old one says where it went."""
    command = RescheduleBooking(booking_id=booking_id, slot_id=data.slot_id, reason=data.reason)
    return created(await change(command), "/v1/bookings")


@post("/v1/bookings/{booking_id:uuid}/complete", scope=Scope.BOOKINGS, tags=TAGS, status_code=200)
async def complete_booking(booking_id: FromPath[UUID], data: JSONBody[Attendance], change: Change) -> Booking:
    """Report, after the visit, who really came."""
    return await change(CompleteBooking(booking_id=booking_id, attendance=data))


@post("/v1/bookings/{booking_id:uuid}/no-show", scope=Scope.BOOKINGS, tags=TAGS, status_code=200)
async def report_no_show(booking_id: FromPath[UUID], data: JSONBody[NoShow], change: Change) -> Booking:
    """Report, after the end of the visit, which side did not show up."""
    return await change(ReportNoShow(booking_id=booking_id, absent=data.absent, reason=data.reason))


@post("/v1/bookings/{booking_id:uuid}/{action:str}", scope=Scope.BOOKINGS, tags=TAGS, status_code=200)
async def move_booking(
    booking_id: FromPath[UUID], action: FromPath[str], change: Change, data: JSONBody[ActionDetails | None] = None
) -> Booking:
    """`approve` or `refuse` (by the head), `confirm` or `decline` (by the company), `accept` a place, or `cancel`."""
    return await change(MoveBooking(booking_id=booking_id, action=action, reason=data.reason if data else ""))


routes = (
    book_slot,
    list_bookings_of_slot,
    list_bookings,
    get_booking,
    get_checklist,
    reschedule_booking,
    complete_booking,
    report_no_show,
    move_booking,
)
