"""A visit's sheet, for anybody who has its address: all that a class needs to know, and whether it could come."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Template
from markupsafe import Markup

from contracts.caller import Scope
from contracts.companies.booking_checks import BookingCheck, CheckBooking
from contracts.companies.bookings import NewBooking
from contracts.companies.slots import GetSlot, Slot
from contracts.companies.visit_offers import GetVisitOffer, VisitOffer
from contracts.errors import Invalid
from contracts.local_time import local_day
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.schools import School
from contracts.vocabulary import LEVELS_OF_SCHOOL, AccessNeed, Level, OrganisationKind
from services.gateway.api.asking import Ask, Asking, KeyHolder
from services.gateway.api.listing import Lister, Listing
from services.gateway.auth.guard import PUBLIC
from services.gateway.calendars.feed import feed_of
from services.gateway.calendars.visit_rules import of_visit
from services.gateway.directory.entries import soonest_first
from services.gateway.directory.search import Wanted
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.language import say
from services.gateway.web.page import Page
from services.gateway.web.visits import sheet
from services.gateway.web.visits.departure import SeveralSchools, named_school, own_school
from services.gateway.web.visits.finding import ShownVisit, find
from services.gateway.web.visits.search_pages import class_in

# Enough to choose another by; the search has them all.
MOST_SIMILAR = 4
MOST_DATES = 8
MOST_REQUESTS = 10
MEDIA_TYPE = "text/calendar"


@get("/visits/{slot_id:uuid}", scope=PUBLIC)
async def show_visit(
    slot_id: FromPath[UUID], page: Page, ask: Ask, listing: Listing, state: State, caller: KeyHolder
) -> Template:
    """The sheet; of a visit that is over what there is instead."""
    slot = await ask(GetSlot(slot_id=slot_id))
    offer = await ask(GetVisitOffer(visit_offer_id=slot.visit_offer_id))
    form = Form(page.request.query_params.dict())
    level, pupils = class_of(form)
    school = await school_of(listing, form.text("school"))
    common: dict[str, Any] = {"slot": slot, "offer": offer, "school": school, "carried": carried(form)}
    if sheet.is_over(slot, offer):
        similar = await similar_visits(slot, offer, level, school, listing, state)
        return page("visits/over.html", status=410, similar=similar, **common)
    books = caller.organisation is OrganisationKind.SCHOOL and Scope.BOOKINGS in caller.scopes
    today = local_day(datetime.now(UTC))
    url = f"{state.settings.public_url}/visits/{slot_id}"
    return page(
        "visits/sheet.html",
        form=form,
        journey=sheet.journey_of(slot, offer, school, level) if school else None,
        cost=sheet.cost_of(offer),
        pupils=pupils,
        adults=sheet.adults_for(offer, pupils) if pupils else None,
        last_day=sheet.last_day_of(slot, offer),
        too_late=today > sheet.last_day_of(slot, offer),
        other_dates=await other_dates(slot, listing),
        books=books,
        check=await check_of(slot, form, ask) if books else None,
        class_requests=await open_requests(listing) if books else (),
        figures_of=figures_of,
        levels=levels_for(school, level),
        needs=options(AccessNeed),
        back_to=class_in(form),
        canonical=url,
        event=Markup(sheet.embedded(sheet.event_of(slot, offer, url))),  # noqa: S704  escaped for its place
        **common,
    )


@get("/visits/{slot_id:uuid}/visit.ics", scope=PUBLIC, media_type=MEDIA_TYPE)
async def download_visit(slot_id: FromPath[UUID], ask: Ask, state: State) -> Response[bytes]:
    """The visit for anybody's calendar."""
    slot = await ask(GetSlot(slot_id=slot_id))
    offer = await ask(GetVisitOffer(visit_offer_id=slot.visit_offer_id))
    shown = of_visit(slot, offer, f"{state.settings.public_url}/visits/{slot_id}")
    headers = {"Content-Disposition": f'attachment; filename="visite-{slot_id}.ics"'}
    return Response(feed_of(offer.title, [shown]), media_type=MEDIA_TYPE, headers=headers)


def class_of(form: Form) -> tuple[Level | None, int | None]:
    """The class's level and size as far as the address says them; what it cannot be is not said."""
    level, pupils = form.text("level"), form.text("pupils")
    known = Level(level) if level in set(Level) else None
    counted = int(pupils) if pupils.isascii() and pupils.isdecimal() and len(pupils) < 4 else 0
    return known, counted or None


def carried(form: Form) -> dict[str, list[str]]:
    """What the address says of the class, for the next page."""
    names = (*NewBooking.__struct_encode_fields__, *(f"needs.{need}" for need in AccessNeed), "school")
    return {name: texts for name in names if (texts := form.texts(name))}


async def school_of(listing: Lister, typed: str) -> School | None:
    """Where the class leaves from; a school that nobody knows is none."""
    try:
        return await (named_school(listing, typed) if typed else own_school(listing))
    except (Invalid, SeveralSchools):
        return None


async def check_of(slot: Slot, form: Form, ask: Asking) -> BookingCheck | None:
    """Whether the class could come, once it was said whole; what stands against it stands beside its fields."""
    if not form.text("adults"):
        return None
    try:
        check = await ask(CheckBooking(slot_id=slot.id, booking=form.read(NewBooking)))
    except Invalid as refused:
        form.refuse(refused)
        return None
    form.errors = {wrong.field: say(wrong.message) for wrong in check.fields}
    return check


async def other_dates(slot: Slot, listing: Lister) -> list[Slot]:
    """The next open dates of the same offer."""
    now = datetime.now(UTC)
    page = await replace(listing, cursor=None, limit=MOST_DATES + 1)(
        Slot, parent=slot.visit_offer_id, states=("open",), since=soonest_first(now)
    )
    return [other for other in page.items if other.id != slot.id][:MOST_DATES]


async def open_requests(listing: Lister) -> tuple[ClassRequest, ...]:
    """What the reader's school wishes for its classes."""
    page = await replace(listing, cursor=None, limit=MOST_REQUESTS)(ClassRequest, state="open")
    return page.items


def figures_of(wish: ClassRequest) -> dict[str, str]:
    """What a class request says of its class, as the check's form has it."""
    needs = {f"needs.{need}": str(count) for need in AccessNeed if (count := getattr(wish.needs, need))}
    return {
        "level": wish.level,
        "pupils": str(wish.pupils),
        "adults": str(wish.adults),
        "class_name": wish.class_name,
        "class_request_id": str(wish.id),
        **needs,
    }


def levels_for(school: School | None, chosen: Level | None) -> list[tuple[str, str]]:
    """The levels that the school teaches, and the one that was chosen whatever it is."""
    taught = LEVELS_OF_SCHOOL[school.kind] if school else tuple(Level)
    return [(value, words) for value, words in options(Level) if value in taught or value == chosen]


async def similar_visits(
    slot: Slot, offer: VisitOffer, level: Level | None, school: School | None, listing: Lister, state: State
) -> list[ShownVisit]:
    """Visits about the same, other dates of this one among them."""
    wanted = Wanted(themes=offer.themes, level=level, school=school.uai if school else None)
    visits, _ = await find(wanted, listing, state, cursor=None, limit=MOST_SIMILAR + 1)
    return [visit for visit in visits if visit.id != slot.id][:MOST_SIMILAR]


routes = (show_visit, download_visit)
