"""Why a slot is not proposed to a class: which class and which slot are asked about, and the answer.

The whole region is matched for the answer, which may take seconds, and few may ask at a time: both are told in words.
"""

from datetime import UTC, date, datetime
from uuid import UUID

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from contracts.caller import Scope
from contracts.companies.slots import GetSlot
from contracts.companies.visit_offers import GetVisitOffer
from contracts.errors import Invalid, Kind, PasserelleError
from contracts.gateway.visits import OfferSummary, VisitOrder
from contracts.matchmaker.class_requests import ClassRequest, GetClassRequest
from contracts.matchmaker.explanations import WhyNot
from contracts.matchmaker.proposals import ExplainWhyNot
from contracts.message import Input, decoder_of
from contracts.message import Page as Items
from contracts.vocabulary import Theme
from services.gateway.api.asking import Ask
from services.gateway.api.class_requests import WHY_NOT_TIMEOUT_S
from services.gateway.api.listing import Lister, Listing
from services.gateway.api.versions import Answer
from services.gateway.directory.search import FoundVisit, Wanted, search_visits
from services.gateway.directory.travel import Atlas
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.page import AnyRequest, Go, Page, go

# What may be asked again in a moment, or about something else; anything else is a page of its own.
TOLD_HERE = frozenset({Kind.CONFLICT, Kind.TOO_MANY, Kind.UNAVAILABLE})
AGAIN = frozenset({Kind.TOO_MANY, Kind.UNAVAILABLE})


class Among(Input, frozen=True, kw_only=True, rename={"from_date": "from", "until_date": "until"}):
    """Among which slots somebody chooses one to ask about."""

    from_date: date | None = None
    until_date: date | None = None
    theme: Theme | None = None
    order: VisitOrder = VisitOrder.TRAVEL


@get("/class-requests/{class_request_id:uuid}/why-not", scope=Scope.READ)
async def choose_slot_to_ask_about(
    class_request_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page, state: State, request: AnyRequest
) -> Go:
    """Slots that a class may ask about, whether or not they fit: by default those of the period that it wishes."""
    class_request = await ask(GetClassRequest(class_request_id=class_request_id))
    form = Form({name: request.query_params.getall(name) for name in request.query_params} or None)
    found: Items[FoundVisit] = Items(items=())
    try:
        among = form.read(Among) if form.submitted else Among()
        found = await slots_among(among, class_request, listing, state.atlas)
    except Invalid as refused:
        form.refuse(refused)
    decode = decoder_of(OfferSummary).decode
    return page(
        "proposals/why_not_choice.html",
        form=form,
        class_request=class_request,
        visits=[(visit, decode(visit.visit_offer)) for visit in found.items],
        next_cursor=found.next_cursor,
        themes=options(Theme),
        orders=options(VisitOrder),
    )


async def slots_among(among: Among, request: ClassRequest, listing: Lister, atlas: Atlas) -> Items[FoundVisit]:
    """One page of slots; raises Invalid naming `until` or `cursor`."""
    now = datetime.now(UTC)
    wanted = Wanted(
        school=request.school_uai,
        themes=(among.theme,) if among.theme else (),
        from_date=among.from_date or request.from_date,
        until_date=among.until_date or (None if among.from_date else request.until_date),
        include_full=True,
        order=among.order,
    )
    async with listing.pool.acquire() as connection:
        return await search_visits(connection, atlas, wanted, now, listing.cursor, listing.limit)


@get("/visits/{slot_id:uuid}/why-not", scope=Scope.READ)
async def choose_class_to_ask_about(slot_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Go:
    """The reader's open class requests, one of which is asked about; where there is one only, on to the answer."""
    slot = await ask(GetSlot(slot_id=slot_id))
    found = await listing(ClassRequest, state="open")
    if len(found.items) == 1 and listing.cursor is None:
        return go(f"/class-requests/{found.items[0].id}/why-not/{slot_id}")
    return page(
        "proposals/why_not_class.html",
        slot=slot,
        offer=await ask(GetVisitOffer(visit_offer_id=slot.visit_offer_id)),
        requests=found,
    )


@get("/class-requests/{class_request_id:uuid}/why-not/{slot_id:uuid}", scope=Scope.READ)
async def show_why_not(class_request_id: FromPath[UUID], slot_id: FromPath[UUID], ask: Ask, page: Page) -> Go:
    """Why the slot is not proposed to the class, or that it is."""
    class_request = await ask(GetClassRequest(class_request_id=class_request_id))
    slot = await ask(GetSlot(slot_id=slot_id))
    offer = await ask(GetVisitOffer(visit_offer_id=slot.visit_offer_id))
    form, why = Form(), None
    try:
        why = await ask(ExplainWhyNot(class_request_id=class_request_id, slot_id=slot_id), timeout_s=WHY_NOT_TIMEOUT_S)
    except PasserelleError as refused:
        if refused.problem.kind not in TOLD_HERE:
            raise
        form.refuse(refused)
    return page(
        "proposals/why_not.html",
        form=form,
        class_request=class_request,
        slot=slot,
        offer=offer,
        why=why,
        again=form.problem is not None and form.problem.kind in AGAIN,
        failed=[gate for gate in why.gates if not gate.passed] if why else [],
        passed=[gate for gate in why.gates if gate.passed] if why else [],
    )


@get("/class-requests/{class_request_id:uuid}/why-not/{slot_id:uuid}/explanation", scope=Scope.READ)
async def give_why_not(class_request_id: FromPath[UUID], slot_id: FromPath[UUID], ask: Ask) -> Response[WhyNot]:
    """The answer as data, as the API gives it to software."""
    return Answer(
        await ask(ExplainWhyNot(class_request_id=class_request_id, slot_id=slot_id), timeout_s=WHY_NOT_TIMEOUT_S)
    )


routes = (
    choose_slot_to_ask_about,
    choose_class_to_ask_about,
    show_why_not,
    give_why_not,
)
