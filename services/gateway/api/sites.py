"""Sites: the places of companies."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from contracts.caller import Scope
from contracts.companies.profiles import AddSite, GetCompany, GetSite, NewSite, Site
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Tell, created
from services.gateway.api.listing import Department, Listing

TAGS = ["Companies"]


@post("/v1/companies/{company_id:uuid}/sites", scope=Scope.PROFILE, tags=TAGS, response_headers=CREATED)
async def add_site(company_id: FromPath[UUID], data: JSONBody[NewSite], tell: Tell) -> Response[Site]:
    """Add a site to a company."""
    return created(await tell(AddSite(company_id=company_id, site=data)), "/v1/sites")


@get("/v1/companies/{company_id:uuid}/sites", scope=Scope.READ, tags=TAGS)
async def list_sites(
    company_id: FromPath[UUID], ask: Ask, listing: Listing, department: Department = None
) -> Page[Site]:
    """A company's sites from A to Z."""
    await ask(GetCompany(company_id=company_id))
    return await listing(Site, parent=company_id, department=department)


@get("/v1/sites/{site_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_site(site_id: FromPath[UUID], ask: Ask) -> Site:
    """One site."""
    return await ask(GetSite(site_id=site_id))


routes = (add_site, list_sites, get_site)
