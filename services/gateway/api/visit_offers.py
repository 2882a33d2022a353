"""Visit offers; their dated openings are in slots.py, the search over all of them in visits.py."""

from uuid import UUID

from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody

from contracts.caller import Scope
from contracts.companies.profiles import GetCompany
from contracts.companies.visit_offers import (
    AddVisitOffer,
    ChangeVisitOffer,
    ConfirmVisitOffer,
    GetVisitOffer,
    MoveVisitOffer,
    NewVisitOffer,
    VisitOffer,
    VisitOfferChange,
)
from contracts.gateway.actions import VisitOfferActionDetails
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Change, Tell, created
from services.gateway.api.listing import Department, LevelFilter, Listing, Rome, StateFilter, ThemeFilter, tags_of

TAGS = ["Visit offers"]


@post("/v1/companies/{company_id:uuid}/visit-offers", scope=Scope.OFFERS, tags=TAGS, response_headers=CREATED)
async def add_visit_offer(
    company_id: FromPath[UUID], data: JSONBody[NewVisitOffer], tell: Tell
) -> Response[VisitOffer]:
    """Add a visit offer to a company; slots are opened on it afterwards."""
    return created(await tell(AddVisitOffer(company_id=company_id, visit_offer=data)), "/v1/visit-offers")


@get("/v1/companies/{company_id:uuid}/visit-offers", scope=Scope.READ, tags=TAGS)
async def list_visit_offers_of_company(
    company_id: FromPath[UUID], ask: Ask, listing: Listing, in_state: StateFilter = None
) -> Page[VisitOffer]:
    """A company's visit offers, newest first; to others only the published ones."""
    await ask(GetCompany(company_id=company_id))
    return await listing(VisitOffer, parent=company_id, state=in_state)


@get("/v1/visit-offers", scope=Scope.READ, tags=TAGS)
async def list_visit_offers(
    listing: Listing,
    department: Department = None,
    theme: ThemeFilter = None,
    level: LevelFilter = None,
    rome: Rome = None,
    in_state: StateFilter = None,
) -> Page[VisitOffer]:
    """All published visit offers, and the caller's own, newest first."""
    tags = tags_of(theme=theme, level=level, rome=rome)
    return await listing(VisitOffer, department=department, tags=tags, state=in_state)


@get("/v1/visit-offers/{visit_offer_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_visit_offer(visit_offer_id: FromPath[UUID], ask: Ask) -> VisitOffer:
    """One visit offer."""
    return await ask(GetVisitOffer(visit_offer_id=visit_offer_id))


@patch("/v1/visit-offers/{visit_offer_id:uuid}", scope=Scope.OFFERS, tags=TAGS)
async def change_visit_offer(
    visit_offer_id: FromPath[UUID], data: JSONBody[VisitOfferChange], change: Change
) -> VisitOffer:
    """Change some fields of a visit offer."""
    return await change(ChangeVisitOffer(visit_offer_id=visit_offer_id, change=data))


@post("/v1/visit-offers/{visit_offer_id:uuid}/still-valid", scope=Scope.OFFERS, tags=TAGS, status_code=200)
async def confirm_visit_offer(visit_offer_id: FromPath[UUID], change: Change) -> VisitOffer:
    """Say that an offer still holds as it stands: it is fresh again for 6 months."""
    return await change(ConfirmVisitOffer(visit_offer_id=visit_offer_id))


@post("/v1/visit-offers/{visit_offer_id:uuid}/{action:str}", scope=Scope.OFFERS, tags=TAGS, status_code=200)
async def move_visit_offer(
    visit_offer_id: FromPath[UUID],
    action: FromPath[str],
    change: Change,
    data: JSONBody[VisitOfferActionDetails | None] = None,
) -> VisitOffer:
    """`publish`, `approve`, `reject`, `pause`, `resume` or `archive` a visit offer."""
    details = data or VisitOfferActionDetails()
    return await change(
        MoveVisitOffer(visit_offer_id=visit_offer_id, action=action, reason=details.reason, until=details.until)
    )


routes = (
    add_visit_offer,
    list_visit_offers_of_company,
    list_visit_offers,
    get_visit_offer,
    change_visit_offer,
    confirm_visit_offer,
    move_visit_offer,
)
