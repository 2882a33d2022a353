"""Writing a visit offer, and changing one: the long form, in parts."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Template

from contracts.caller import Scope
from contracts.companies.profiles import Company, GetCompany, Site
from contracts.companies.visit_offers import (
    AddVisitOffer,
    ChangeVisitOffer,
    GetVisitOffer,
    NewVisitOffer,
    VisitOffer,
    VisitOfferChange,
)
from contracts.errors import PasserelleError
from contracts.vocabulary import AccessNeed, Level, Theme, VisitFormat
from services.gateway.api.asking import Ask, KeyHolder
from services.gateway.api.listing import Lister, Listing
from services.gateway.web.formats import locale
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.language import _
from services.gateway.web.offers.demand import demand_near
from services.gateway.web.offers.jobs import find_jobs
from services.gateway.web.offers.whose import Chosen, Words, as_seen, choose_company, company_of, every
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go

# Those that are spoken and taught most here; any other that an offer has is offered too.
LANGUAGES = ("fr", "en", "es", "oc", "ca", "de", "it", "pt", "ar")
MOST_FEES = 10
# Buttons that only show the form again, with more in it.
MORE_FEES, FIND_JOBS = "fees", "jobs"


@get("/visit-offers/new", scope=Scope.OFFERS)
async def write_visit_offer(
    caller: KeyHolder, ask: Ask, listing: Listing, page: Page, company: Chosen = None, q: Words = ""
) -> Template:
    """An offer to write, with what most offers say."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, q, "/visit-offers/new")
    sites = await every(listing, Site, parent=whose.id)
    form = Form.filled(NewVisitOffer(site_id=sites[0].id if sites else whose.id, title="", themes=(), levels=()))
    return await form_page(page, listing, form, whose)


@post("/visit-offers/new", scope=Scope.OFFERS)
async def add_visit_offer(
    caller: KeyHolder, ask: Ask, listing: Listing, act: Act, page: Page, form: Sent, company: Chosen = None
) -> Go:
    """Store the offer, as a draft or for publication."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, "", "/visit-offers/new")
    if not form.text("step"):
        try:
            offer = await act(AddVisitOffer(company_id=whose.id, visit_offer=form.read(NewVisitOffer)))
        except PasserelleError as refused:
            form.refuse(refused)
        else:
            return go(f"/visit-offers/{offer.id}", said=_("Offre enregistrée. Ouvrez maintenant des créneaux."))
    return await form_page(page, listing, form, whose)


@get("/visit-offers/{visit_offer_id:uuid}/edit", scope=Scope.OFFERS)
async def edit_visit_offer(visit_offer_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Template:
    """An offer to change."""
    offer = await ask(GetVisitOffer(visit_offer_id=visit_offer_id))
    whose = await ask(GetCompany(company_id=offer.company_id))
    return await form_page(page, listing, Form.filled(offer), whose, offer)


@post("/visit-offers/{visit_offer_id:uuid}/edit", scope=Scope.OFFERS)
async def change_visit_offer(
    visit_offer_id: FromPath[UUID], ask: Ask, listing: Listing, act: Act, page: Page, form: Sent
) -> Go:
    """Store what changed; a form that rests on an older version says what changed meanwhile."""
    refusal: PasserelleError | None = None
    if not form.text("step"):
        try:
            await act(ChangeVisitOffer(visit_offer_id=visit_offer_id, change=form.read(VisitOfferChange)))
            return go(f"/visit-offers/{visit_offer_id}", said=_("Offre modifiée."))
        except PasserelleError as refused:
            refusal = refused
    offer = await ask(GetVisitOffer(visit_offer_id=visit_offer_id))
    whose = await ask(GetCompany(company_id=offer.company_id))
    if refusal is not None:
        form.refuse(refusal, now=offer)
    return await form_page(page, listing, form, whose, as_seen(offer, form))


async def form_page(
    page: Pages, listing: Lister, form: Form, company: Company, offer: VisitOffer | None = None
) -> Template:
    """The form, for a new offer or for one that is there."""
    sites = await every(listing, Site, parent=company.id)
    codes = form.texts("rome_codes")
    spoken = dict.fromkeys((*LANGUAGES, *form.texts("languages")))
    return page(
        "offers/visit_offer_form.html",
        form=form,
        company=company,
        offer=offer,
        sites=[(str(site.id), f"{site.name}, {site.place.commune_name}") for site in sites],
        demand=await demand_near(listing, company.id) if offer is None else (),
        words={
            "themes": options(Theme),
            "levels": options(Level),
            "formats": options(VisitFormat),
            "needs": options(AccessNeed),
        },
        languages=[(code, locale().languages.get(code, code)) for code in spoken],
        jobs=codes + [code for code in find_jobs(form.text("job")) if code not in codes],
        fee_rows=fee_rows(form),
    )


def fee_rows(form: Form) -> range:
    """The rows of fees to show: those that there are, one at least, and one more where it was asked for."""
    there = max(form.rows("fees"), default=-1) + 1
    return range(min(max(there + (form.text("step") == MORE_FEES), 1), MOST_FEES))


routes = (write_visit_offer, add_visit_offer, edit_visit_offer, change_visit_offer)
