"""Companies."""

from uuid import UUID

from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody

from contracts.caller import Scope
from contracts.companies.profiles import (
    ChangeCompany,
    Company,
    CompanyChange,
    GetCompany,
    MoveCompany,
    NewCompany,
    RegisterCompany,
)
from contracts.gateway.actions import ActionDetails
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Change, Tell, created
from services.gateway.api.listing import Listing, Search, StateFilter

TAGS = ["Companies"]


@post("/v1/companies", scope=Scope.PROFILE, tags=TAGS, response_headers=CREATED)
async def register_company(data: JSONBody[NewCompany], tell: Tell) -> Response[Company]:
    """Register a company; by a coordinator."""
    return created(await tell(RegisterCompany(company=data)), "/v1/companies")


@get("/v1/companies", scope=Scope.READ, tags=TAGS)
async def list_companies(listing: Listing, q: Search = None, in_state: StateFilter = None) -> Page[Company]:
    """Companies from A to Z."""
    return await listing(Company, search=q, state=in_state)


@get("/v1/companies/{company_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_company(company_id: FromPath[UUID], ask: Ask) -> Company:
    """One company; its contact only for itself and the Region."""
    return await ask(GetCompany(company_id=company_id))


@patch("/v1/companies/{company_id:uuid}", scope=Scope.PROFILE, tags=TAGS)
async def change_company(company_id: FromPath[UUID], data: JSONBody[CompanyChange], change: Change) -> Company:
    """Change some fields of a company."""
    return await change(ChangeCompany(company_id=company_id, change=data))


@post("/v1/companies/{company_id:uuid}/{action:str}", scope=Scope.PROFILE, tags=TAGS, status_code=200)
async def move_company(
    company_id: FromPath[UUID], action: FromPath[str], change: Change, data: JSONBody[ActionDetails | None] = None
) -> Company:
    """`approve` or `suspend` a company; by a coordinator."""
    reason = data.reason if data else ""
    return await change(MoveCompany(company_id=company_id, action=action, reason=reason))


routes = (register_company, list_companies, get_company, change_company, move_company)
