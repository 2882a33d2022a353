"""A company's slots: its calendar, its list, one slot with who comes, and what changes it. Opening is in opening.py."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Template

from contracts.caller import Scope, party
from contracts.companies.booking_checks import ListWaiting
from contracts.companies.bookings import Booking
from contracts.companies.slots import ChangeSlot, GetSlot, MoveSlot, Slot, SlotChange
from contracts.companies.visit_offers import GetVisitOffer, VisitOffer
from contracts.errors import PasserelleError
from contracts.gateway.actions import ActionDetails
from contracts.local_time import local_day
from contracts.machines import LIVE_BOOKING_STATES
from contracts.matchmaker.schools import School
from contracts.vocabulary import OrganisationKind
from services.gateway.api.asking import Ask, Asking, KeyHolder
from services.gateway.api.listing import Lister, Listing
from services.gateway.directory.entries import soonest_first
from services.gateway.web.forms import Form
from services.gateway.web.language import _, mark
from services.gateway.web.months import bounds, month_of, read_month
from services.gateway.web.offers.whose import Chosen, Words, as_seen, choose_company, company_of, every
from services.gateway.web.page import Act, Acting, Go, Page, Pages, Sent, go

OfOffer = Annotated[UUID | None, QueryParameter(name="visit_offer")]
AS_LIST = "list"
SAID = {
    "close": mark("Créneau fermé : les classes inscrites viennent, aucune autre ne s’ajoute."),
    "reopen": mark("Créneau rouvert."),
    "cancel": mark("Créneau annulé ; les établissements concernés sont prévenus."),
}


@get("/slots", scope=Scope.OFFERS)
async def show_slots(
    caller: KeyHolder,
    ask: Ask,
    listing: Listing,
    page: Page,
    company: Chosen = None,
    visit_offer: OfOffer = None,
    month: Words = "",
    view: Words = "",
    q: Words = "",
) -> Template:
    """A company's slots: a month of them as a calendar, or those to come as a list."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, q, "/slots")
    offers = await every(listing, VisitOffer, parent=whose.id)
    now = datetime.now(UTC)
    today = local_day(now)
    shared: dict[str, Any] = {
        "whose": whose,
        "offers": {offer.id: offer for offer in offers},
        "visit_offer": visit_offer,
        "view": view,
    }
    theirs: dict[str, Any] = {"party": party(OrganisationKind.COMPANY, whose.id), "parent": visit_offer}
    if view == AS_LIST:
        found = await listing(Slot, **theirs, since=soonest_first(now))
        return page("offers/slots_list.html", found=found, **shared)
    first = read_month(month, today if month else await next_day(listing, now, theirs))
    begins, ends = bounds(first)
    slots = await every(listing, Slot, **theirs, since=soonest_first(begins), before=soonest_first(ends))
    return page("offers/slots_month.html", month=month_of(first, slots, day_of, today), **shared)


@get("/slots/{slot_id:uuid}", scope=Scope.OFFERS)
async def show_slot(slot_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Template:
    """One slot: its places, who comes, who waits."""
    return await slot_page(slot_id, ask, listing, page)


@get("/slots/{slot_id:uuid}/edit", scope=Scope.OFFERS)
async def edit_slot(slot_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Template:
    """Other hours, or another size."""
    slot = await ask(GetSlot(slot_id=slot_id))
    return await slot_page(slot_id, ask, listing, page, Form.filled(slot), "offers/slot_form.html")


@post("/slots/{slot_id:uuid}/edit", scope=Scope.OFFERS)
async def change_slot(slot_id: FromPath[UUID], ask: Ask, listing: Listing, act: Act, page: Page, form: Sent) -> Go:
    """Store what changed; whoever is booked is told."""
    try:
        await act(ChangeSlot(slot_id=slot_id, change=form.read(SlotChange)))
    except PasserelleError as refused:
        form.refuse(refused, now=await ask(GetSlot(slot_id=slot_id)))
        return await slot_page(slot_id, ask, listing, page, form, "offers/slot_form.html")
    return go(f"/slots/{slot_id}", said=_("Créneau modifié ; les établissements inscrits sont prévenus."))


@get("/slots/{slot_id:uuid}/cancel", scope=Scope.OFFERS)
async def ask_before_cancel(slot_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Template:
    """How many classes are concerned, and why."""
    return await slot_page(slot_id, ask, listing, page, template="offers/cancel_slot.html")


@post("/slots/{slot_id:uuid}/cancel", scope=Scope.OFFERS)
async def cancel_slot(slot_id: FromPath[UUID], ask: Ask, listing: Listing, act: Act, page: Page, form: Sent) -> Go:
    """Cancel the slot with its bookings."""
    return await _move(slot_id, "cancel", ask, listing, act, page, form)


@post("/slots/{slot_id:uuid}/{action:str}", scope=Scope.OFFERS)
async def move_slot(
    slot_id: FromPath[UUID], action: FromPath[str], ask: Ask, listing: Listing, act: Act, page: Page, form: Sent
) -> Go:
    """`close` or `reopen`."""
    return await _move(slot_id, action, ask, listing, act, page, form)


async def _move(slot_id: UUID, action: str, ask: Asking, listing: Lister, act: Acting, page: Pages, form: Form) -> Go:
    try:
        await act(MoveSlot(slot_id=slot_id, action=action, reason=form.read(ActionDetails).reason))
    except PasserelleError as refused:
        form.refuse(refused)
        template = "offers/cancel_slot.html" if action == "cancel" else "offers/slot.html"
        return await slot_page(slot_id, ask, listing, page, form, template)
    return go(f"/slots/{slot_id}", said=_(SAID[action]))


async def slot_page(
    slot_id: UUID,
    ask: Asking,
    listing: Lister,
    page: Pages,
    form: Form | None = None,
    template: str = "offers/slot.html",
) -> Template:
    """A page about one slot."""
    slot = await ask(GetSlot(slot_id=slot_id))
    offer = await ask(GetVisitOffer(visit_offer_id=slot.visit_offer_id))
    bookings = await every(listing, Booking, parent=slot_id)
    waiting = await ask(ListWaiting(slot_id=slot_id))
    uais = tuple({booking.school_uai for booking in bookings})
    schools = await every(listing, School, parents=uais) if uais else ()
    return page(
        template,
        form=form,
        slot=as_seen(slot, form) if form else slot,
        offer=offer,
        bookings=bookings,
        live=[booking for booking in bookings if booking.state in LIVE_BOOKING_STATES],
        waiting=waiting.items,
        schools={school.uai: school for school in schools},
    )


async def next_day(listing: Lister, now: datetime, theirs: dict[str, Any]) -> date:
    """The day of the next slot, or today: its month is shown first, since an empty one helps nobody."""
    coming = await replace(listing, cursor=None, limit=1)(Slot, **theirs, since=soonest_first(now))
    return day_of(coming.items[0]) if coming.items else local_day(now)


def day_of(slot: Slot) -> date:
    """The day of a slot in Occitanie."""
    return local_day(slot.starts_at)


routes = (show_slots, show_slot, edit_slot, change_slot, ask_before_cancel, cancel_slot, move_slot)
