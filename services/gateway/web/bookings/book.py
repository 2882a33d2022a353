"""A class books a visit, or waits for a place: the form, what stands against it before it is sent, what else there is.

The same rules as the API's: the owner checks and decides; what it refuses comes back with what was typed.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Template

from contracts.caller import Scope
from contracts.companies.booking_checks import BookingCheck, CheckBooking
from contracts.companies.bookings import Booking, BookSlot, JoinWaitingList, NewBooking, TransportMode
from contracts.companies.slots import GetSlot, Slot
from contracts.companies.visit_offers import GetVisitOffer, VisitOffer
from contracts.errors import Kind, NotYours, PasserelleError
from contracts.local_time import local_day
from contracts.machines import SLOT
from contracts.matchmaker.class_requests import ClassRequest, GetClassRequest
from contracts.message import Command
from contracts.vocabulary import AccessNeed, Level, OrganisationKind
from services.gateway.api.asking import Ask, Asking
from services.gateway.api.listing import Lister, Listing
from services.gateway.web.bookings.plain_words import plainly
from services.gateway.web.bookings.similar import Similar, find_similar
from services.gateway.web.formats import day
from services.gateway.web.forms import Form
from services.gateway.web.labels import label, options
from services.gateway.web.language import _, mark, say
from services.gateway.web.page import Act, Acting, AnyRequest, Go, Page, Pages, Sent, go

BOOK, WAIT = "book", "wait"
SAID: dict[str, str] = {
    "requested": mark("C’est demandé : la direction de votre établissement doit valider."),
    "approved": mark("C’est demandé : l’entreprise doit confirmer."),
    "confirmed": mark("C’est réservé, et confirmé tout de suite."),
    "waitlisted": mark("Votre classe est inscrite sur la liste d’attente."),
}


@get("/visits/{slot_id:uuid}/book", scope=Scope.BOOKINGS)
async def ask_to_book(slot_id: FromPath[UUID], ask: Ask, listing: Listing, state: State, page: Page) -> Template:
    """The form to book; the address may carry what is known of the class already."""
    form = await begun(page.request, ask)
    return await booking_form(slot_id, BOOK, form, ask, listing, state, page)


@post("/visits/{slot_id:uuid}/book", scope=Scope.BOOKINGS, status_code=200)
async def book(
    slot_id: FromPath[UUID], ask: Ask, act: Act, listing: Listing, state: State, page: Page, form: Sent
) -> Go:
    """Book, or only check where the reader pressed that button; then on to the booking."""
    if booking := await sent(form, act, lambda new: BookSlot(slot_id=slot_id, booking=new)):
        return go(f"/bookings/{booking.id}", said=_(SAID[booking.state]))
    return await booking_form(slot_id, BOOK, form, ask, listing, state, page)


@get("/visits/{slot_id:uuid}/wait", scope=Scope.BOOKINGS)
async def ask_to_wait(slot_id: FromPath[UUID], ask: Ask, listing: Listing, state: State, page: Page) -> Template:
    """The form to join the waiting list of a visit that is full."""
    form = await begun(page.request, ask)
    return await booking_form(slot_id, WAIT, form, ask, listing, state, page)


@post("/visits/{slot_id:uuid}/wait", scope=Scope.BOOKINGS, status_code=200)
async def wait(
    slot_id: FromPath[UUID], ask: Ask, act: Act, listing: Listing, state: State, page: Page, form: Sent
) -> Go:
    """Join the waiting list; then on to the booking that waits."""
    if booking := await sent(form, act, lambda new: JoinWaitingList(slot_id=slot_id, booking=new)):
        return go(f"/bookings/{booking.id}", said=_(SAID[booking.state]))
    return await booking_form(slot_id, WAIT, form, ask, listing, state, page)


async def sent(form: Form, act: Acting, command: Callable[[NewBooking], Command[Booking]]) -> Booking | None:
    """The booking that came of the form; None where it was only to be checked, or where the form says what is wrong."""
    if form.text("check"):
        return None
    try:
        return await act(command(form.read(NewBooking)))
    except PasserelleError as refused:
        form.refuse(refused)
        return None


async def begun(request: AnyRequest, ask: Asking) -> Form:
    """A form that begins with what the address says: a class request's class, then what is said besides."""
    said: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        said.setdefault(name, []).append(str(value))
    names = ("level", "pupils", "adults", "class_name", *(f"needs.{need}" for need in AccessNeed))
    typed = {name: said[name] for name in names if name in said}
    typed |= {f"needs.{need}": ["1"] for need in said.get("needs", ()) if need in set(AccessNeed)}
    wanted = as_uuid(said.get("class_request", [""])[-1])
    if wanted is not None:
        wish = await ask(GetClassRequest(class_request_id=wanted))
        filled = Form.filled(wish)
        typed = {name: filled.texts(name) for name in names} | typed | {"class_request_id": [str(wish.id)]}
    return Form(typed)


def as_uuid(text: str) -> UUID | None:
    """An id of an address, None where it is none: somebody's mistyped link is no reason to refuse the form."""
    try:
        return UUID(text)
    except ValueError:
        return None


async def booking_form(
    slot_id: UUID, action: str, form: Form, ask: Asking, listing: Lister, state: State, page: Pages
) -> Template:
    """The page of the form; raises NotYours for whoever cannot book for any school."""
    caller = listing.caller
    if caller.organisation is not OrganisationKind.SCHOOL and not caller.is_coordinator:
        raise NotYours()
    slot = await ask(GetSlot(slot_id=slot_id))
    offer = await ask(GetVisitOffer(visit_offer_id=slot.visit_offer_id))
    check = await checked(slot_id, form, ask)
    if form.problem:
        form.problem = plainly(form.problem, "slot")
    full = slot.state == "full" or bool(form.problem and form.problem.slug == "slot-full")
    similar: tuple[Similar, ...] = ()
    if full or slot.state != "open" or (form.problem and form.problem.kind is Kind.CONFLICT):
        similar = await find_similar(listing.pool, state.atlas, caller, slot, offer, form)
    requests = await listing(ClassRequest, state="open") if not caller.is_coordinator else None
    return page(
        "bookings/book.html",
        form=form,
        slot=slot,
        offer=offer,
        action=action,
        check=check,
        conflict=conflict_words(check),
        full=full,
        may=SLOT.allowed(slot.state, {"school"}),
        similar=similar,
        requests=requests.items if requests else (),
        levels=levels_of(offer, form),
        needs=options(AccessNeed),
        transports=options(TransportMode),
        booked=form.problem.facts.get("booking_id", "") if form.problem else "",
        **cost_of(slot, offer),
    )


async def checked(slot_id: UUID, form: Form, ask: Asking) -> BookingCheck | None:
    """What the owner says of the class as far as it is told; None where it is not told enough to ask.

    What is wrong then stands beside the fields, unless they were refused already.
    """
    try:
        check = await ask(CheckBooking(slot_id=slot_id, booking=form.read(NewBooking)))
    except PasserelleError as refused:
        if form.text("check") and not form.problem:
            form.refuse(refused)
        return None
    if not form.problem:
        form.errors = {wrong.field: say(wrong.message) for wrong in check.fields}
    return check


def conflict_words(check: BookingCheck | None) -> str:
    """What lies in the visit, not in the class; without the words of machines, for which the page has its own."""
    if check is None or check.conflict is None:
        return ""
    if check.last_day < local_day(datetime.now(UTC)):
        return _("C’était possible jusqu’au %(day)s.", day=day(check.last_day))
    told = say(check.conflict)
    return "" if "«" in told else told


def levels_of(offer: VisitOffer, form: Form) -> list[tuple[str, str]]:
    """The levels that the visit is for, and the one that was chosen, so that what is wrong with it can be said."""
    shown = [level for level in Level if level in offer.levels or level == form.text("level")]
    return [(str(level), label(level)) for level in shown]


def cost_of(slot: Slot, offer: VisitOffer) -> dict[str, Any]:
    """What the visit costs a class in all, where its company says so."""
    return {"fees": offer.fees, "total_cents": offer.price_cents + sum(fee.price_cents for fee in offer.fees)}


routes = (ask_to_book, book, ask_to_wait, wait)
