"""A company's visit offers: the list, one of them, and what moves it. Writing one is in offer_forms.py."""

from datetime import UTC, datetime
from uuid import UUID

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from contracts.caller import Scope
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import ConfirmVisitOffer, GetVisitOffer, MoveVisitOffer, VisitOffer
from contracts.errors import PasserelleError
from contracts.gateway.actions import VisitOfferActionDetails
from services.gateway.api.asking import Ask, Asking, KeyHolder
from services.gateway.api.listing import Lister, Listing
from services.gateway.directory.entries import soonest_first
from services.gateway.web.formats import locale
from services.gateway.web.forms import Form
from services.gateway.web.language import _, mark
from services.gateway.web.offers.whose import Chosen, InState, as_seen, company_of, every
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go
from services.gateway.web.states import STATES

SAID = {
    "publish": mark("C’est fait. Une offre d’une entreprise approuvée est visible aussitôt ; sinon elle est relue."),
    "approve": mark("Offre approuvée : les classes la voient."),
    "reject": mark("Offre rejetée ; l’entreprise lit le motif."),
    "pause": mark("Offre en pause : elle n’est plus proposée."),
    "resume": mark("Offre de nouveau proposée."),
    "archive": mark("Offre archivée."),
    "still-valid": mark("Merci : l’offre est de nouveau considérée comme à jour pour six mois."),
}
# Moves that ask something before they are done, each on a page of its own.
ASKED = frozenset({"pause", "reject", "archive"})


@get("/visit-offers", scope=Scope.OFFERS)
async def list_visit_offers(
    caller: KeyHolder, ask: Ask, listing: Listing, page: Page, company: Chosen = None, in_state: InState = ""
) -> Template:
    """A company's offers, newest first; to coordinators everybody's, unless they chose a company."""
    whose = await company_of(caller, ask, company)
    found = await listing(VisitOffer, parent=whose.id if whose else None, state=in_state or None)
    return page(
        "offers/visit_offers.html", found=found, whose=whose, states=list(STATES["visit offer"]), in_state=in_state
    )


@get("/visit-offers/{visit_offer_id:uuid}", scope=Scope.READ)
async def show_visit_offer(visit_offer_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Template:
    """One offer with all that it says, and the slots to come."""
    return await offer_page(visit_offer_id, ask, listing, page)


@get("/visit-offers/{visit_offer_id:uuid}/{action:str}", scope=Scope.OFFERS)
async def ask_before_move(visit_offer_id: FromPath[UUID], action: FromPath[str], ask: Ask, page: Page) -> Template:
    """What has to be said before an offer is paused, rejected or archived."""
    if action not in ASKED:
        raise NotFoundException
    return await move_page(visit_offer_id, action, ask, page)


@post("/visit-offers/{visit_offer_id:uuid}/{action:str}", scope=Scope.OFFERS)
async def move_visit_offer(
    visit_offer_id: FromPath[UUID],
    action: FromPath[str],
    ask: Ask,
    listing: Listing,
    act: Act,
    page: Page,
    form: Sent,
) -> Go:
    """`publish`, `approve`, `reject`, `pause`, `resume`, `archive`, or `still-valid`."""
    try:
        if action == "still-valid":
            await act(ConfirmVisitOffer(visit_offer_id=visit_offer_id))
        else:
            told = form.read(VisitOfferActionDetails)
            move = MoveVisitOffer(visit_offer_id=visit_offer_id, action=action, reason=told.reason, until=told.until)
            await act(move)
    except PasserelleError as refused:
        form.refuse(refused)
        if action in ASKED:
            return await move_page(visit_offer_id, action, ask, page, form)
        return await offer_page(visit_offer_id, ask, listing, page, form)
    return go(f"/visit-offers/{visit_offer_id}", said=_(SAID[action]))


async def offer_page(offer_id: UUID, ask: Asking, listing: Lister, page: Pages, form: Form | None = None) -> Template:
    """The page of one offer."""
    offer = await ask(GetVisitOffer(visit_offer_id=offer_id))
    slots = await every(listing, Slot, parent=offer_id, since=soonest_first(datetime.now(UTC)))
    spoken = [locale().languages.get(code, code) for code in offer.languages]
    return page("offers/visit_offer.html", form=form, offer=offer, slots=slots, languages=spoken)


async def move_page(offer_id: UUID, action: str, ask: Asking, page: Pages, form: Form | None = None) -> Template:
    """The page that asks before a move."""
    offer = await ask(GetVisitOffer(visit_offer_id=offer_id))
    return page("offers/move_visit_offer.html", form=form, offer=as_seen(offer, form) if form else offer, action=action)


routes = (list_visit_offers, show_visit_offer, ask_before_move, move_visit_offer)
