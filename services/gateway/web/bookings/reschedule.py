"""A visit moves to another date of the same company: a list of dates with room for the class, and why."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Template

from contracts.caller import Scope
from contracts.companies.bookings import Booking, GetBooking, RescheduleBooking
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import PasserelleError
from contracts.gateway.actions import NewDate
from contracts.vocabulary import Role
from services.gateway.api.asking import Ask
from services.gateway.api.listing import Lister, Listing
from services.gateway.directory.entries import soonest_first
from services.gateway.directory.store import Filters, list_entries
from services.gateway.web.bookings.around import look_around
from services.gateway.web.bookings.booking import changes, refuse, seen
from services.gateway.web.bookings.standing_rules import is_late
from services.gateway.web.forms import Form
from services.gateway.web.language import _
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go

# No visit can be booked later than a week before it (PRODUCT): what is nearer is not offered.
EARLIEST = timedelta(days=7)
OFFERS_MOST, DATES_MOST = 100, 100


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A date that the visit could move to."""

    slot: Slot
    offer: VisitOffer


@get("/bookings/{booking_id:uuid}/reschedule", scope=Scope.BOOKINGS)
async def ask_for_date(booking_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Template:
    """The dates to choose among."""
    booking = await ask(GetBooking(booking_id=booking_id))
    return await dates_page(booking, listing, page, Form.filled(seen(booking)))


@post("/bookings/{booking_id:uuid}/reschedule", scope=Scope.BOOKINGS, status_code=200)
async def reschedule(booking_id: FromPath[UUID], ask: Ask, act: Act, listing: Listing, page: Page, form: Sent) -> Go:
    """Move the visit; then on to its new booking."""
    try:
        wanted = form.read(NewDate)
        new = await act(RescheduleBooking(booking_id=booking_id, slot_id=wanted.slot_id, reason=wanted.reason))
    except PasserelleError as refused:
        booking = await ask(GetBooking(booking_id=booking_id))
        refuse(form, refused, booking)
        return await dates_page(booking, listing, page, form)
    return go(f"/bookings/{new.id}", said=_("La visite est déplacée : l’autre partie est prévenue."))


async def dates_page(booking: Booking, listing: Lister, page: Pages, form: Form) -> Template:
    """The page of the dates; of a booking that moves no more it says so."""
    now = datetime.now(UTC)
    can_move = "reschedule" in booking.allowed_actions and now < booking.starts_at
    return page(
        "bookings/reschedule.html",
        form=form,
        booking=booking,
        around=await look_around(listing.pool, (booking,)),
        choices=await find_choices(booking, listing, now) if can_move else (),
        can_move=can_move,
        changes=changes(form),
        late=is_late(booking, now),
        is_school=listing.caller.role in {Role.TEACHER, Role.HEAD},
    )


async def find_choices(booking: Booking, listing: Lister, now: datetime) -> tuple[Choice, ...]:
    """The company's open dates for such a class, soonest first."""
    caller = listing.caller
    mine = Filters(parent=booking.company_id, state="published", tags=(f"level:{booking.level}",))
    async with listing.pool.acquire() as connection:
        found = await list_entries(connection, VisitOffer, caller, mine, None, OFFERS_MOST)
        offers = {offer.id: offer for _, offer in found}
        if not offers:
            return ()
        open_ones = Filters(parents=tuple(offers), state="open", since=soonest_first(now + EARLIEST))
        slots = await list_entries(connection, Slot, caller, open_ones, None, DATES_MOST)
    return tuple(
        Choice(slot=slot, offer=offers[slot.visit_offer_id])
        for _, slot in slots
        if slot.id != booking.slot_id and has_room(slot, offers[slot.visit_offer_id], booking.pupils)
    )


def has_room(slot: Slot, offer: VisitOffer, pupils: int) -> bool:
    """Whether a class of that size may fit; the owner decides."""
    if slot.pooled:
        return slot.pupils_left >= pupils
    groups = 2 if offer.splitting and slot.groups_left > 1 else 1
    return slot.groups_left > 0 and groups * slot.pupils_per_group >= pupils


routes = (ask_for_date, reschedule)
