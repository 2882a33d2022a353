"""Opening slots on an offer: one, or many by the week, which are shown before they are opened."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.response import Template

from contracts.caller import Scope
from contracts.companies.slots import NewSlot, OpenedSlots, OpenRecurringSlots, OpenSlot, PreviewSlots, Recurrence
from contracts.companies.visit_offers import GetVisitOffer, VisitOffer
from contracts.errors import PasserelleError
from contracts.vocabulary import Weekday
from services.gateway.api.asking import Ask, Asking, KeyHolder
from services.gateway.api.listing import Lister, Listing
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.language import _
from services.gateway.web.offers.demand import demand_near
from services.gateway.web.offers.slots import OfOffer
from services.gateway.web.offers.whose import Chosen, Words, choose_company, company_of, every
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go

BY_WEEK = "week"
# States on whose offers slots open; those of an offer that is not published yet are seen with it.
STANDING = ("published", "draft", "in_review", "paused")


@get("/slots/new", scope=Scope.OFFERS)
async def prepare_slots(
    caller: KeyHolder,
    ask: Ask,
    listing: Listing,
    page: Page,
    company: Chosen = None,
    visit_offer: OfOffer = None,
    by: Words = "",
    q: Words = "",
) -> Template:
    """On which offer, then when."""
    if visit_offer is None:
        return await choose_offer(caller, ask, listing, page, company, q)
    return await opening_page(visit_offer, by, ask, listing, page)


@post("/slots/new", scope=Scope.OFFERS)
async def open_slots(
    caller: KeyHolder,
    ask: Ask,
    listing: Listing,
    act: Act,
    page: Page,
    form: Sent,
    company: Chosen = None,
    visit_offer: OfOffer = None,
    by: Words = "",
) -> Go:
    """Open one slot, show those of a recurrence, or open them."""
    if visit_offer is None:
        return await choose_offer(caller, ask, listing, page, company, "")
    shown: OpenedSlots | None = None
    try:
        if by != BY_WEEK:
            slot = await act(OpenSlot(visit_offer_id=visit_offer, slot=form.read(NewSlot)))
            return go(f"/slots/{slot.id}", said=_("Créneau ouvert."))
        recurrence = form.read(Recurrence)
        if form.text("step") == "preview":
            shown = await ask(PreviewSlots(visit_offer_id=visit_offer, recurrence=recurrence))
        else:
            opened = await act(OpenRecurringSlots(visit_offer_id=visit_offer, recurrence=recurrence))
            offer = await ask(GetVisitOffer(visit_offer_id=visit_offer))
            return page("offers/slots_opened.html", offer=offer, opened=opened)
    except PasserelleError as refused:
        form.refuse(refused, within="recurrence")
    return await opening_page(visit_offer, by, ask, listing, page, form, shown)


async def choose_offer(
    caller: Any, ask: Asking, listing: Lister, page: Pages, company: UUID | None, q: str
) -> Template:
    """The page on which an offer is chosen first."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, q, "/slots/new")
    offers = await every(listing, VisitOffer, parent=whose.id)
    standing = [offer for offer in offers if offer.state in STANDING]
    return page("offers/choose_offer.html", whose=whose, offers=standing, demand=await demand_near(listing, whose.id))


async def opening_page(
    offer_id: UUID,
    by: str,
    ask: Asking,
    listing: Lister,
    page: Pages,
    form: Form | None = None,
    shown: OpenedSlots | None = None,
) -> Template:
    """The form, with the days that a recurrence would open where they were asked for."""
    offer = await ask(GetVisitOffer(visit_offer_id=offer_id))
    if form is None:
        form = Form({"groups": ["1"], "every_weeks": ["1"], "pupils_per_group": [str(offer.pupils_max)]})
    return page(
        "offers/open_slots.html",
        form=form,
        offer=offer,
        by_week=by == BY_WEEK,
        shown=shown,
        weekdays=options(Weekday),
        demand=await demand_near(listing, offer.company_id, offer.site_id),
    )


routes = (prepare_slots, open_slots)
