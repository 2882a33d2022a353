"""Interventions: what an association is asked for, its answer, and the calendar of what comes."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from contracts.associations.interventions import GetIntervention, Intervention, MoveIntervention
from contracts.caller import Scope
from contracts.errors import PasserelleError
from contracts.gateway.actions import ActionDetails
from contracts.local_time import local_day
from contracts.machines import SYSTEM
from services.gateway.api.asking import Ask, Asking
from services.gateway.api.listing import Lister, Listing, StateFilter
from services.gateway.directory.entries import soonest_first
from services.gateway.web.forms import Form
from services.gateway.web.labels import label
from services.gateway.web.language import _, mark
from services.gateway.web.months import Month, bounds, month_of, read_month, write_month
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go

COMING = "coming"
# By which states the list is narrowed: what is to be done and what comes first.
TABS = (
    (COMING, mark("À accepter et à venir")),
    ("done", mark("Réalisées")),
    ("over", mark("Déclinées, retirées ou annulées")),
)
STATES = {"done": ("done",), "over": ("declined", "withdrawn", "expired", "cancelled")}
ON_CALENDAR = ("requested", "accepted", "done")
SAID = {
    "accepted": mark("Intervention acceptée. L’entreprise et l’établissement le voient dès maintenant."),
    "declined": mark("Intervention déclinée. Une autre association est recherchée."),
    "withdrawn": mark("Vous vous êtes retirée de cette visite. Une autre association est recherchée."),
}
# What the system says of itself; of a visit that fell through it names the booking's state.
KNOWN_REASONS = {
    "no_capacity": mark("La disponibilité n’avait plus de place pour cette visite."),
    "no_answer": mark("L’association n’a pas répondu à temps."),
}
# An association gives one a day at most (services/associations): a month has room for all.
A_MONTH = 100


@get("/interventions", scope=Scope.READ)
async def show_interventions(
    listing: Listing, page: Page, in_state: StateFilter = COMING, month: FromQuery[str] = ""
) -> Go:
    """What waits for the association's answer, then the month and what comes; or what is over, the last first."""
    if states := STATES.get(in_state or ""):
        found = await listing(Intervention, states=states, last_first=True)
        return page("mediation/interventions_over.html", interventions=found, tabs_of=TABS, chosen=in_state)
    now = datetime.now(UTC)
    # What waits comes whole, however far the reader has turned the pages of what comes.
    waiting = await replace(listing, cursor=None, limit=A_MONTH)(Intervention, state="requested")
    coming = await listing(Intervention, state="accepted", since=soonest_first(now))
    return page(
        "mediation/interventions.html",
        fragment="mediation/_coming.html",
        waiting=waiting.items,
        coming=coming,
        month=await month_page(listing, month or first_month(waiting.items + coming.items), now),
        tabs_of=TABS,
        chosen=COMING,
    )


def first_month(interventions: tuple[Intervention, ...]) -> str:
    """The month of the soonest of them, as addresses name it; empty where there is none."""
    days = [local_day(each.starts_at) for each in interventions]
    return write_month(min(days)) if days else ""


async def month_page(listing: Lister, written: str, now: datetime) -> Month[Intervention]:
    """The interventions of a month (`2026-11`), of this one where none is named, each on its day."""
    first = read_month(written, local_day(now))
    since, before = (soonest_first(bound) for bound in bounds(first))
    found = await replace(listing, cursor=None, limit=A_MONTH)(
        Intervention, states=ON_CALENDAR, since=since, before=before
    )
    return month_of(first, found.items, lambda intervention: local_day(intervention.starts_at), local_day(now))


@get("/interventions/{intervention_id:uuid}", scope=Scope.READ)
async def show_intervention(intervention_id: FromPath[UUID], ask: Ask, page: Page) -> Go:
    """One intervention."""
    return await intervention_page(intervention_id, ask, page, Form())


async def intervention_page(intervention_id: UUID, ask: Asking, page: Pages, form: Form) -> Go:
    """The sheet of an intervention."""
    intervention = await ask(GetIntervention(intervention_id=intervention_id))
    return page("mediation/intervention.html", form=form, intervention=intervention, ending=ending(intervention))


def ending(intervention: Intervention) -> str:
    """Why it came to nothing, in words: those of whoever ended it, or those for what the system knows."""
    if intervention.ended_by != SYSTEM:
        return intervention.reason
    if intervention.reason in KNOWN_REASONS:
        return _(KNOWN_REASONS[intervention.reason])
    return _("La réservation de la classe a changé : %(state)s.", state=label(intervention.reason, "booking"))


@post("/interventions/{intervention_id:uuid}/{action:str}", scope=Scope.PROPOSALS)
async def move_one_intervention(
    intervention_id: FromPath[UUID], action: FromPath[str], ask: Ask, act: Act, page: Page, form: Sent
) -> Go:
    """`accept` or `decline`, or `withdraw` from one that was accepted; company and school read the reason."""
    try:
        reason = form.read(ActionDetails).reason
        moved = await act(MoveIntervention(intervention_id=intervention_id, action=action, reason=reason))
    except PasserelleError as refused:
        form.refuse(refused)
        return await intervention_page(intervention_id, ask, page, form)
    return go(f"/interventions/{intervention_id}", _(SAID[moved.state]))


routes = (show_interventions, show_intervention, move_one_intervention)
