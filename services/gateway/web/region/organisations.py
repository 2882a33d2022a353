"""Organisations: who there is, who waits for approval, and one's public profile."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from contracts.associations.profiles import Association, GetAssociation, MoveAssociation
from contracts.caller import Scope
from contracts.companies.job_needs import JobNeed
from contracts.companies.profiles import Company, GetCompany, MoveCompany, Site
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import NotFound, PasserelleError
from contracts.message import Command
from contracts.reference.places import DEPARTMENTS
from services.gateway.api.asking import Ask, Asking
from services.gateway.api.listing import Lister, Listing
from services.gateway.web.forms import Form
from services.gateway.web.language import _
from services.gateway.web.page import Act, Acting, Go, Page, Pages, Sent, go, is_own_path

# Enough to see that there is work; more are «more than».
WAITING_COUNTED = 50
STATES = ("claimed", "shadow", "approved", "suspended")
# Both kinds of organisation that the Region approves, by the word that addresses have for them.
KINDS: Mapping[str, type[Company | Association]] = {"companies": Company, "associations": Association}


@get("/organisations", scope=Scope.MATCHING)
async def list_organisations(
    listing: Listing,
    page: Page,
    form: Sent,
    kind: FromQuery[str] = "companies",
    in_state: FromQuery[str | None] = None,
    q: FromQuery[str | None] = None,
) -> Template:
    """Companies or associations, by state and name; those that wait for approval are counted first."""
    return await _organisations(listing, page, form, kind, in_state, q)


@get("/companies/{company_id:uuid}", scope=Scope.READ)
async def show_company(company_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page, form: Sent) -> Template:
    """A company with its sites and its offers, as far as its reader may see them."""
    return await _company(company_id, ask, listing, page, form)


@get("/associations/{association_id:uuid}", scope=Scope.READ)
async def show_association(association_id: FromPath[UUID], ask: Ask, page: Page, form: Sent) -> Template:
    """An association."""
    return await _association(association_id, ask, page, form)


@post("/companies/{company_id:uuid}/{action:str}", scope=Scope.MATCHING)
async def move_company(
    company_id: FromPath[UUID], action: FromPath[str], ask: Ask, listing: Listing, act: Act, page: Page, form: Sent
) -> Go:
    """Approve or suspend a company."""
    command = MoveCompany(company_id=company_id, action=action, reason=form.text("reason"))
    if await _refused(command, act, form, lambda: ask(GetCompany(company_id=company_id))):
        return await _company(company_id, ask, listing, page, form)
    return go(_back(form, f"/companies/{company_id}"), said=_said(action))


@post("/associations/{association_id:uuid}/{action:str}", scope=Scope.MATCHING)
async def move_association(
    association_id: FromPath[UUID], action: FromPath[str], ask: Ask, act: Act, page: Page, form: Sent
) -> Go:
    """Approve or suspend an association."""
    command = MoveAssociation(association_id=association_id, action=action, reason=form.text("reason"))
    if await _refused(command, act, form, lambda: ask(GetAssociation(association_id=association_id))):
        return await _association(association_id, ask, page, form)
    return go(_back(form, f"/associations/{association_id}"), said=_said(action))


async def _organisations(
    listing: Lister, page: Pages, form: Form, kind: str, in_state: str | None, search: str | None
) -> Template:
    resource = KINDS.get(kind)
    if resource is None:
        raise NotFound(thing="kind of organisation", id=kind[:40])
    found = await listing(resource, state=in_state or None, search=search or None)
    reading = Lister(listing.pool, listing.caller, None, WAITING_COUNTED)
    waiting = {each: len((await reading(of, state="claimed")).items) for each, of in KINDS.items()}
    return page(
        "region/organisations.html",
        fragment="region/_organisations.html",
        form=form,
        offers=(await reading(VisitOffer, state="in_review")).items,
        needs=(await reading(JobNeed, state="in_review")).items,
        found=found,
        kind=kind,
        states=STATES,
        chosen=in_state or "",
        search=search or "",
        waiting=waiting,
        waiting_counted=WAITING_COUNTED,
    )


async def _company(company_id: UUID, ask: Asking, listing: Lister, page: Pages, form: Form) -> Template:
    company = await ask(GetCompany(company_id=company_id))
    sites, offers = await listing(Site, parent=company_id), await listing(VisitOffer, parent=company_id)
    return page("region/company.html", form=form, company=company, sites=sites.items, offers=offers.items)


async def _association(association_id: UUID, ask: Asking, page: Pages, form: Form) -> Template:
    association = await ask(GetAssociation(association_id=association_id))
    return page("region/association.html", form=form, association=association, departments=DEPARTMENTS)


async def _refused(command: Command[Any], act: Acting, form: Form, now: Callable[[], Awaitable[Any]]) -> bool:
    """Do it; where it is refused the form says why, and what the thing has become."""
    try:
        await act(command)
    except PasserelleError as refused:
        form.refuse(refused, now=await now())
        return True
    return False


def _said(action: str) -> str:
    return {"approve": _("L’organisation est approuvée."), "suspend": _("L’organisation est suspendue.")}[action]


def _back(form: Form, otherwise: str) -> str:
    """The list that the button stood in, else the organisation's own page."""
    back = form.text("back")
    return back if is_own_path(back) else otherwise


routes = (list_organisations, show_company, show_association, move_company, move_association)
