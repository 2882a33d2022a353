"""What a school wishes for its classes: its requests, what came of each, and the forms to ask, change and withdraw."""

from datetime import UTC, date, datetime
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from contracts.caller import Caller, Scope, party
from contracts.companies.bookings import Booking
from contracts.errors import NotYours, PasserelleError
from contracts.local_time import local_day
from contracts.matchmaker.class_requests import (
    LONGEST_TRAVEL_MINUTES,
    ChangeClassRequest,
    ClassRequest,
    ClassRequestChange,
    GetClassRequest,
    MoveClassRequest,
    NewClassRequest,
    SubmitClassRequest,
)
from contracts.matchmaker.proposals import VisitProposal
from contracts.vocabulary import AccessNeed, Level, OrganisationKind, Theme, VisitFormat, Weekday
from services.gateway.api.asking import Ask, KeyHolder
from services.gateway.api.listing import Lister, Listing, StateFilter
from services.gateway.api.presenting import present
from services.gateway.directory.around_store import list_bookings_of_request
from services.gateway.directory.store import Filters, list_entries
from services.gateway.web.bookings.plain_words import plainly
from services.gateway.web.bookings.similar import find_near
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.language import _
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go

STATES = ("open", "withdrawn", "expired")
# What a new form begins with: as the contract's defaults, a year's end of lessons away.
BEGUN: dict[str, list[str]] = {
    "weekdays": [str(each) for each in Weekday],
    "formats": [str(VisitFormat.ON_SITE)],
    "max_travel_minutes": ["60"],
    "visits_wanted": ["1"],
}
PROPOSALS_MOST, BOOKINGS_MOST = 200, 50


@get("/class-requests", scope=Scope.READ)
async def list_class_requests(
    listing: Listing, caller: KeyHolder, page: Page, in_state: StateFilter = None
) -> Template:
    """The school's requests, newest first, each with what came of it; a coordinator's list has everybody's."""
    require_school(caller)
    chosen = in_state if in_state in STATES else None
    found = await listing(ClassRequest, state=chosen)
    proposals = await proposals_of(listing, tuple(found.items))
    return page("class_requests/list.html", found=found, proposals=proposals, chosen=chosen, states=STATES)


@get("/class-requests/new", scope=Scope.REQUESTS)
async def ask_for_visits(caller: KeyHolder, page: Page) -> Template:
    """The form of a new request; the address may carry what was searched for."""
    require_school(caller)
    query = page.request.query_params
    said = {name: query.getall(name) for name in ("level", "pupils", "adults", "class_name") if name in query}
    themes = query.getall("theme", [])
    form = Form(BEGUN | {name: [str(value) for value in values] for name, values in said.items()} | {"themes": themes})
    return form_page(page, form)


@post("/class-requests/new", scope=Scope.REQUESTS, status_code=200)
async def submit_class_request(caller: KeyHolder, act: Act, page: Page, form: Sent) -> Go:
    """Ask; then on to the request."""
    require_school(caller)
    uai = form.text("school_uai").upper() if caller.is_coordinator else caller.organisation_id
    try:
        wish = form.read(NewClassRequest)
        made = await act(SubmitClassRequest(school_uai=uai, class_request=wish))
    except PasserelleError as refused:
        form.refuse(refused)
        return form_page(page, form)
    said = _("La demande est enregistrée. Dès qu’une visite convient, elle vous est proposée ici et par courriel.")
    return go(f"/class-requests/{made.id}", said=said)


@get("/class-requests/{class_request_id:uuid}", scope=Scope.READ)
async def show_class_request(class_request_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Template:
    """One request: what is wished, and what came of it."""
    return await request_page(await ask(GetClassRequest(class_request_id=class_request_id)), listing, page)


@get("/class-requests/{class_request_id:uuid}/edit", scope=Scope.REQUESTS)
async def ask_for_change(class_request_id: FromPath[UUID], ask: Ask, page: Page) -> Template:
    """The form to change a request."""
    request = await ask(GetClassRequest(class_request_id=class_request_id))
    return form_page(page, Form.filled(request), request)


@post("/class-requests/{class_request_id:uuid}/edit", scope=Scope.REQUESTS, status_code=200)
async def change_class_request(class_request_id: FromPath[UUID], ask: Ask, act: Act, page: Page, form: Sent) -> Go:
    """Change it; where somebody else did meanwhile, show what."""
    try:
        change = form.read(ClassRequestChange)
        await act(ChangeClassRequest(class_request_id=class_request_id, change=change))
    except PasserelleError as refused:
        request = await ask(GetClassRequest(class_request_id=class_request_id))
        form.refuse(refused, now=request)
        form.problem = plainly(refused.problem, "class request")
        return form_page(page, form, request)
    return go(f"/class-requests/{class_request_id}", said=_("La demande est modifiée."))


@post("/class-requests/{class_request_id:uuid}/withdraw", scope=Scope.REQUESTS, status_code=200)
async def withdraw_class_request(
    class_request_id: FromPath[UUID], ask: Ask, act: Act, listing: Listing, page: Page, form: Sent
) -> Go:
    """Withdraw it: nothing is proposed to the class any more."""
    try:
        reason = form.text("reason")
        await act(MoveClassRequest(class_request_id=class_request_id, action="withdraw", reason=reason))
    except PasserelleError as refused:
        request = await ask(GetClassRequest(class_request_id=class_request_id))
        form.refuse(refused)
        form.problem = plainly(refused.problem, "class request")
        return await request_page(request, listing, page, form)
    return go(f"/class-requests/{class_request_id}", said=_("La demande est retirée."))


@get("/class-requests/{class_request_id:uuid}/withdraw", scope=Scope.REQUESTS)
async def lead_to_request(class_request_id: FromPath[UUID]) -> Redirect:
    """Whoever reloads the answer to the form is shown the request."""
    return go(f"/class-requests/{class_request_id}")


def require_school(caller: Caller) -> None:
    """Raise NotYours for whoever has no class and is not the Region."""
    if caller.organisation is not OrganisationKind.SCHOOL and not caller.is_coordinator:
        raise NotYours()


def form_page(page: Pages, form: Form, request: ClassRequest | None = None) -> Template:
    """The page of the form; with a request, the one to change it."""
    today: date = local_day(datetime.now(UTC))
    return page(
        "class_requests/form.html",
        form=form,
        wish=request,
        levels=options(Level),
        themes=options(Theme),
        formats=options(VisitFormat),
        weekdays=options(Weekday),
        needs=options(AccessNeed),
        longest=LONGEST_TRAVEL_MINUTES,
        today=today,
    )


async def request_page(request: ClassRequest, listing: Lister, page: Pages, form: Form | None = None) -> Template:
    """The page of one request, with its proposals and bookings; while nothing fits, with the nearest visits."""
    proposals = (await proposals_of(listing, (request,)))[request.id]
    open_ones = [one for one in proposals if one.state == "proposed"]
    atlas = page.request.app.state.atlas
    near = await find_near(listing.pool, atlas, request) if request.state == "open" and not open_ones else ()
    return page(
        "class_requests/class_request.html",
        form=form,
        wish=request,
        proposals=proposals,
        open_proposals=open_ones,
        near=near,
        bookings=await bookings_of(listing, request),
        needs=[(need, count) for need in AccessNeed if (count := getattr(request.needs, need))],
    )


async def proposals_of(listing: Lister, requests: tuple[ClassRequest, ...]) -> dict[UUID, list[VisitProposal]]:
    """What was proposed to each request's class, newest first."""
    found: dict[UUID, list[VisitProposal]] = {request.id: [] for request in requests}
    if not found:
        return found
    filters = Filters(parents=tuple(found))
    async with listing.pool.acquire() as connection:
        listed = await list_entries(connection, VisitProposal, listing.caller, filters, None, PROPOSALS_MOST)
    for _position, proposal in listed:
        found[proposal.class_request_id].append(present(proposal, listing.caller))
    return found


async def bookings_of(listing: Lister, request: ClassRequest) -> list[Booking]:
    """The school's bookings that answer a request, soonest visit first."""
    school = party(OrganisationKind.SCHOOL, request.school_uai)
    async with listing.pool.acquire() as connection:
        return await list_bookings_of_request(connection, school, request.id, BOOKINGS_MOST)


routes = (
    list_class_requests,
    ask_for_visits,
    submit_class_request,
    show_class_request,
    ask_for_change,
    change_class_request,
    withdraw_class_request,
    lead_to_request,
)
