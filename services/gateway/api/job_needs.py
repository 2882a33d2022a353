"""Job needs."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from contracts.caller import Scope
from contracts.companies.job_needs import (
    AddJobNeed,
    ChangeJobNeed,
    GetJobNeed,
    JobNeed,
    JobNeedChange,
    MoveJobNeed,
    NewJobNeed,
)
from contracts.companies.profiles import GetCompany
from contracts.gateway.actions import ActionDetails
from contracts.message import Page
from contracts.vocabulary import JobNeedKind
from services.gateway.api.asking import CREATED, Ask, Change, Tell, created
from services.gateway.api.listing import Department, Listing, Rome, StateFilter, tags_of

TAGS = ["Job needs"]
Kind = Annotated[JobNeedKind | None, QueryParameter()]


@post("/v1/companies/{company_id:uuid}/job-needs", scope=Scope.OFFERS, tags=TAGS, response_headers=CREATED)
async def add_job_need(company_id: FromPath[UUID], data: JSONBody[NewJobNeed], tell: Tell) -> Response[JobNeed]:
    """Add a job need to a company."""
    return created(await tell(AddJobNeed(company_id=company_id, job_need=data)), "/v1/job-needs")


@get("/v1/companies/{company_id:uuid}/job-needs", scope=Scope.READ, tags=TAGS)
async def list_job_needs_of_company(
    company_id: FromPath[UUID], ask: Ask, listing: Listing, in_state: StateFilter = None
) -> Page[JobNeed]:
    """A company's job needs, newest first; to others only the published ones."""
    await ask(GetCompany(company_id=company_id))
    return await listing(JobNeed, parent=company_id, state=in_state)


@get("/v1/job-needs", scope=Scope.READ, tags=TAGS)
async def list_job_needs(
    listing: Listing, rome: Rome = None, department: Department = None, kind: Kind = None
) -> Page[JobNeed]:
    """All published job needs, newest first."""
    return await listing(JobNeed, tags=tags_of(rome=rome, kind=kind), department=department)


@get("/v1/job-needs/{job_need_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_job_need(job_need_id: FromPath[UUID], ask: Ask) -> JobNeed:
    """One job need."""
    return await ask(GetJobNeed(job_need_id=job_need_id))


@patch("/v1/job-needs/{job_need_id:uuid}", scope=Scope.OFFERS, tags=TAGS)
async def change_job_need(job_need_id: FromPath[UUID], data: JSONBody[JobNeedChange], change: Change) -> JobNeed:
    """Change some fields of a job need."""
    return await change(ChangeJobNeed(job_need_id=job_need_id, change=data))


@post("/v1/job-needs/{job_need_id:uuid}/{action:str}", scope=Scope.OFFERS, tags=TAGS, status_code=200)
async def move_job_need(
    job_need_id: FromPath[UUID], action: FromPath[str], change: Change, data: JSONBody[ActionDetails | None] = None
) -> JobNeed:
    """`publish`, `approve`, `fill` or `withdraw` a job need."""
    reason = data.reason if data else ""
    return await change(MoveJobNeed(job_need_id=job_need_id, action=action, reason=reason))


routes = (
    add_job_need,
    list_job_needs_of_company,
    list_job_needs,
    get_job_need,
    change_job_need,
    move_job_need,
)
