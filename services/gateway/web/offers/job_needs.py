"""A company's job needs: the list, one of them, what moves it, and the form.

A job is chosen by its title: nobody has to know its code.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Template

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
from contracts.companies.profiles import Company, GetCompany, Site
from contracts.errors import Invalid, PasserelleError
from contracts.gateway.actions import ActionDetails
from contracts.local_time import local_day
from contracts.vocabulary import JobNeedKind
from services.gateway.api.asking import Ask, Asking, KeyHolder
from services.gateway.api.listing import Lister, Listing
from services.gateway.web.forms import Form
from services.gateway.web.labels import job, options
from services.gateway.web.language import _, mark
from services.gateway.web.offers.jobs import find_jobs
from services.gateway.web.offers.whose import Chosen, InState, Words, as_seen, choose_company, company_of, every
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go
from services.gateway.web.states import STATES

SAID = {
    "publish": mark("C’est fait. Le besoin d’une entreprise approuvée est visible aussitôt ; sinon il est relu."),
    "approve": mark("Besoin approuvé : il est visible."),
    "fill": mark("Besoin déclaré pourvu."),
    "withdraw": mark("Besoin retiré."),
}


@get("/job-needs", scope=Scope.READ)
async def list_job_needs(
    caller: KeyHolder, ask: Ask, listing: Listing, page: Page, company: Chosen = None, in_state: InState = ""
) -> Template:
    """A company's needs, newest first; to others those that are published."""
    whose = await company_of(caller, ask, company)
    found = await listing(JobNeed, parent=whose.id if whose else None, state=in_state or None)
    return page("offers/job_needs.html", found=found, whose=whose, states=list(STATES["job need"]), in_state=in_state)


@get("/job-needs/{job_need_id:uuid}", scope=Scope.READ)
async def show_job_need(job_need_id: FromPath[UUID], ask: Ask, page: Page) -> Template:
    """One need with all that it says."""
    return await need_page(job_need_id, ask, page)


@post("/job-needs/{job_need_id:uuid}/{action:str}", scope=Scope.OFFERS)
async def move_job_need(
    job_need_id: FromPath[UUID], action: FromPath[str], ask: Ask, act: Act, page: Page, form: Sent
) -> Go:
    """`publish`, `approve`, `fill` or `withdraw`."""
    try:
        await act(MoveJobNeed(job_need_id=job_need_id, action=action, reason=form.read(ActionDetails).reason))
    except PasserelleError as refused:
        form.refuse(refused)
        return await need_page(job_need_id, ask, page, form)
    return go(f"/job-needs/{job_need_id}", said=_(SAID[action]))


@get("/job-needs/new", scope=Scope.OFFERS)
async def write_job_need(
    caller: KeyHolder, ask: Ask, listing: Listing, page: Page, company: Chosen = None, q: Words = ""
) -> Template:
    """A need to write."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, q, "/job-needs/new")
    sites = await every(listing, Site, parent=whose.id)
    begun = {"openings": ["1"], "from_date": [local_day(datetime.now(UTC)).isoformat()]}
    return await form_page(page, listing, Form(begun | {"site_id": [str(site.id) for site in sites[:1]]}), whose)


@post("/job-needs/new", scope=Scope.OFFERS)
async def add_job_need(
    caller: KeyHolder, ask: Ask, listing: Listing, act: Act, page: Page, form: Sent, company: Chosen = None
) -> Go:
    """Store the need, once its job is known."""
    whose = await company_of(caller, ask, company)
    if whose is None:
        return await choose_company(page, listing, "", "/job-needs/new")
    if not form.text("step"):
        try:
            new = form.read(NewJobNeed, **chosen_job(form))
            need = await act(AddJobNeed(company_id=whose.id, job_need=new))
        except PasserelleError as refused:
            form.refuse(refused)
        else:
            return go(f"/job-needs/{need.id}", said=_("Besoin enregistré."))
    return await form_page(page, listing, form, whose)


@get("/job-needs/{job_need_id:uuid}/edit", scope=Scope.OFFERS)
async def edit_job_need(job_need_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Template:
    """A need to change."""
    need = await ask(GetJobNeed(job_need_id=job_need_id))
    return await form_page(page, listing, Form.filled(need), await ask(GetCompany(company_id=need.company_id)), need)


@post("/job-needs/{job_need_id:uuid}/edit", scope=Scope.OFFERS)
async def change_job_need(
    job_need_id: FromPath[UUID], ask: Ask, listing: Listing, act: Act, page: Page, form: Sent
) -> Go:
    """Store what changed."""
    try:
        await act(ChangeJobNeed(job_need_id=job_need_id, change=form.read(JobNeedChange)))
    except PasserelleError as refused:
        need = await ask(GetJobNeed(job_need_id=job_need_id))
        form.refuse(refused, now=need)
        whose = await ask(GetCompany(company_id=need.company_id))
        return await form_page(page, listing, form, whose, as_seen(need, form))
    return go(f"/job-needs/{job_need_id}", said=_("Besoin modifié."))


def chosen_job(form: Form) -> dict[str, Any]:
    """The code of the job that was chosen, or that the words mean without a doubt; raises Invalid naming the field."""
    if code := form.text("rome"):
        return {"rome": code}
    found = find_jobs(form.text("job"))
    if len(found) == 1:
        return {"rome": found[0]}
    if found:
        raise Invalid.field(
            "rome", "Several jobs are called so: choose one.", "Plusieurs métiers portent ces mots : choisissez-en un."
        )
    raise Invalid.field(
        "job",
        "Write what the job is called, such as welder, and choose among those that are found.",
        "Écrivez le nom du métier, comme soudeur, et choisissez parmi ceux qui sont trouvés.",
    )


async def need_page(need_id: UUID, ask: Asking, page: Pages, form: Form | None = None) -> Template:
    """The page of one need."""
    return page("offers/job_need.html", form=form, need=await ask(GetJobNeed(job_need_id=need_id)))


async def form_page(
    page: Pages, listing: Lister, form: Form, company: Company, need: JobNeed | None = None
) -> Template:
    """The form, for a new need or for one that is there."""
    sites = await every(listing, Site, parent=company.id)
    codes = [code for code in dict.fromkeys((form.text("rome"), *find_jobs(form.text("job")))) if code]
    return page(
        "offers/job_need_form.html",
        form=form,
        company=company,
        need=need,
        sites=[(str(site.id), f"{site.name}, {site.place.commune_name}") for site in sites],
        kinds=options(JobNeedKind),
        jobs=[(code, job(code)) for code in codes],
    )


routes = (
    list_job_needs,
    show_job_need,
    move_job_need,
    write_job_need,
    add_job_need,
    edit_job_need,
    change_job_need,
)
