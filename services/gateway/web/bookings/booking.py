"""One booking: where it stands, what happens next, and what its reader may do about it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from contracts.caller import Scope
from contracts.companies.booking_checks import GetChecklist, ListWaiting
from contracts.companies.bookings import (
    Absent,
    Attendance,
    Booking,
    CompleteBooking,
    GetBooking,
    MediationState,
    MoveBooking,
    ReportNoShow,
)
from contracts.errors import PasserelleError
from contracts.gateway.actions import NoShow
from contracts.message import Instant
from contracts.vocabulary import Role
from services.gateway.api.asking import Ask, Asking
from services.gateway.api.listing import Lister, Listing
from services.gateway.web.bookings.around import look_around
from services.gateway.web.bookings.lists import LISTS, approvals_page, bookings_page, words_of
from services.gateway.web.bookings.plain_words import plainly
from services.gateway.web.bookings.standing_rules import actions_now, is_late, parties_of
from services.gateway.web.bookings.steps import needs_of, steps_of
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.language import _, mark
from services.gateway.web.page import Act, Acting, Go, Page, Pages, Sent, go
from services.gateway.web.states import STATES

# What is said once an action was taken.
SAID: dict[str, str] = {
    "approve": mark("La réservation est validée : l’entreprise est prévenue."),
    "refuse": mark("La réservation est refusée : l’enseignant est prévenu."),
    "confirm": mark("La visite est confirmée : l’établissement est prévenu."),
    "decline": mark("La visite est déclinée : l’établissement est prévenu."),
    "accept": mark("La place est acceptée."),
    "cancel": mark("La visite est annulée : l’autre partie est prévenue."),
    "complete": mark("Merci : les présents sont enregistrés."),
    "no-show": mark("C’est noté : la visite n’a pas eu lieu."),
}


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader decides upon; where it changed meanwhile, the page says from what to what.

    `pupils` and `adults` begin the report of who came.
    """

    state: str
    starts_at: Instant
    ends_at: Instant
    mediation: MediationState
    pupils: int
    adults: int


@get("/bookings/{booking_id:uuid}", scope=Scope.READ)
async def show_booking(booking_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Template:
    """The page of one booking, for its school, its company, its mediator and the Region."""
    return await booking_page(await ask(GetBooking(booking_id=booking_id)), ask, listing, page)


@get("/bookings/{booking_id:uuid}/{action:str}", scope=Scope.READ)
async def lead_to_booking(booking_id: FromPath[UUID], action: FromPath[str]) -> Redirect:
    """Whoever reloads the answer to a form is shown the booking."""
    return go(f"/bookings/{booking_id}")


@post("/bookings/{booking_id:uuid}/{action:str}", scope=Scope.BOOKINGS, status_code=200)
async def act_on_booking(
    booking_id: FromPath[UUID], action: FromPath[str], ask: Ask, act: Act, listing: Listing, page: Page, form: Sent
) -> Go:
    """What the buttons do: answers, cancelling, reports; back to the list that the form stood in."""
    back = form.text("back") if form.text("back") in LISTS else ""
    try:
        await taken(booking_id, action, act, form)
    except PasserelleError as refused:
        booking = await ask(GetBooking(booking_id=booking_id))
        refuse(form, refused, booking)
        return await refused_page(booking, action, back, ask, listing, page, form)
    return go(back or f"/bookings/{booking_id}", said=_(SAID[action]))


async def taken(booking_id: UUID, action: str, act: Acting, form: Form) -> Booking:
    """The booking once the action was taken; raises what its owner or the form says against it."""
    if action == "complete":
        return await act(CompleteBooking(booking_id=booking_id, attendance=form.read(Attendance)))
    if action == "no-show":
        report = form.read(NoShow)
        return await act(ReportNoShow(booking_id=booking_id, absent=report.absent, reason=report.reason))
    reason, remark = form.text("reason"), form.text("remark")
    if remark:
        reason = f"{reason}: {remark}"
    return await act(MoveBooking(booking_id=booking_id, action=action, reason=reason))


def refuse(form: Form, refused: PasserelleError, booking: Booking) -> None:
    """Have the form say in plain words what is wrong, and what changed meanwhile."""
    form.refuse(refused, now=seen(booking))
    if form.problem:
        form.problem = plainly(form.problem, "booking")


async def refused_page(
    booking: Booking, action: str, back: str, ask: Asking, listing: Lister, page: Pages, form: Form
) -> Template:
    """The page that the refused form stood on, with what was typed."""
    tried = f"{booking.id}/{action}"
    if back == "/approvals":
        return await approvals_page(listing, page, form, tried=tried)
    if back == "/bookings":
        return await bookings_page(listing, page, form, tried=tried)
    return await booking_page(booking, ask, listing, page, form, tried=tried)


async def booking_page(
    booking: Booking, ask: Asking, listing: Lister, page: Pages, form: Form | None = None, *, tried: str = ""
) -> Template:
    """Everything there is about one booking."""
    now, caller = datetime.now(UTC), listing.caller
    form = form or Form.filled(seen(booking))
    waiting = await ask(ListWaiting(slot_id=booking.slot_id)) if booking.state == "waitlisted" else None
    context: dict[str, Any] = {
        "booking": booking,
        "checklist": (await ask(GetChecklist(booking_id=booking.id))).items,
        "around": await look_around(listing.pool, (booking,)),
        "parties": parties_of(booking, now),
        "actions": actions_now(booking, now),
        "late": is_late(booking, now),
        "over": now >= booking.ends_at,
        "waiting": waiting.items if waiting else (),
        "steps_of": steps_of,
        "needs_of": needs_of,
        "absents": options(Absent),
        "changes": changes(form),
        "is_school": caller.role in {Role.TEACHER, Role.HEAD},
        "tried": tried,
        "now": now,
    }
    return page("bookings/booking.html", form=form, **context, **words_of(caller.role, now))


def seen(booking: Booking) -> Seen:
    """What a reader of the booking's page sees of it."""
    return Seen(**{name: getattr(booking, name) for name in Seen.__struct_fields__})


def changes(form: Form) -> list[str]:
    """What became of the booking since the reader of a stale form saw it."""
    if not form.seen:
        return []
    told = []
    if form.changed("state"):
        words = [STATES["booking"].get(each.get("state", [""])[-1], "?") for each in (form.seen, form.now)]
        told.append(" → ".join(map(_, words)))
    if form.changed("starts_at") or form.changed("ends_at"):
        told.append(_("Les horaires ont changé."))
    if form.changed("mediation"):
        told.append(_("La réponse de l’association a changé."))
    return told


routes = (show_booking, lead_to_booking, act_on_booking)
