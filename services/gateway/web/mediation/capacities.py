"""Capacities: what an association can give, published, changed and withdrawn; others read what is published."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath

from contracts.associations.capacities import (
    Capacity,
    CapacityChange,
    ChangeCapacity,
    GetCapacity,
    MoveCapacity,
    NewCapacity,
    PublishCapacity,
)
from contracts.caller import Caller, Scope
from contracts.errors import NotYours, PasserelleError
from contracts.gateway.actions import ActionDetails
from contracts.reference.places import DEPARTMENTS
from contracts.vocabulary import Level, OrganisationKind, Theme, VisitFormat, Weekday
from services.gateway.api.asking import Ask, Asking, KeyHolder
from services.gateway.api.listing import Lister, Listing, StateFilter
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.language import _, mark
from services.gateway.web.mediation.store import count_taken
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go
from services.gateway.web.refusals import NotYourRole

# The states by which an association's own list is narrowed; nothing stands for all.
TABS = (
    ("published", mark("Publiées")),
    ("withdrawn", mark("Retirées")),
    ("expired", mark("Passées")),
    ("", mark("Toutes")),
)
# What a new one says before anybody typed: the contract's own defaults.
BLANK: dict[str, list[str]] = {
    "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
    "formats": ["on_site"],
    "pupils_max": ["30"],
}


def departments() -> list[tuple[str, str]]:
    """The region's departments, for choices of forms."""
    return [(each.code, f"{each.name} ({each.code})") for each in DEPARTMENTS.values()]


def choices() -> dict[str, list[tuple[str, str]]]:
    """What the form of a capacity lets people choose among."""
    return {
        "themes": options(Theme),
        "levels": options(Level),
        "weekdays": options(Weekday),
        "formats": options(VisitFormat),
        "departments": departments(),
    }


def association_of(caller: Caller) -> UUID:
    """The association that the reader acts for; raises NotYourRole for anybody else."""
    if caller.organisation is not OrganisationKind.ASSOCIATION:
        raise NotYourRole()
    return UUID(caller.organisation_id)


@get("/capacities", scope=Scope.READ)
async def show_capacities(listing: Listing, caller: KeyHolder, page: Page, in_state: StateFilter = "published") -> Go:
    """An association's own capacities, with how many interventions are left; to others all that are published."""
    own = caller.organisation is OrganisationKind.ASSOCIATION
    if own:
        found = await listing(Capacity, parent=caller.organisation_id, state=in_state or None)
    else:
        found = await listing(Capacity, state="published")
    return page(
        "mediation/capacities.html",
        capacities=found,
        taken=await taken_of(listing, UUID(caller.organisation_id)) if own else {},
        tabs_of=TABS if own else (),
        chosen=in_state or "",
        departments=dict(departments()),
    )


async def taken_of(listing: Lister, association_id: UUID) -> dict[UUID, int]:
    """How many interventions are taken of each capacity of an association."""
    async with listing.pool.acquire() as connection:
        return await count_taken(connection, association_id)


@get("/capacities/new", scope=Scope.CAPACITIES)
async def show_new_capacity(caller: KeyHolder, page: Page) -> Go:
    """The form of a new capacity."""
    association_of(caller)
    return page("mediation/capacity_form.html", form=Form(BLANK), capacity=None, offered=choices())


@post("/capacities", scope=Scope.CAPACITIES)
async def publish_new_capacity(act: Act, caller: KeyHolder, page: Page, form: Sent) -> Go:
    """Publish what an association can give in a period."""
    association_id = association_of(caller)
    try:
        made = await act(PublishCapacity(association_id=association_id, capacity=form.read(NewCapacity)))
    except PasserelleError as refused:
        form.refuse(refused, within="capacity")
        return page("mediation/capacity_form.html", form=form, capacity=None, offered=choices())
    return go(f"/capacities/{made.id}", _("Disponibilité publiée. L’appariement en tient compte dès maintenant."))


@get("/capacities/{capacity_id:uuid}", scope=Scope.READ)
async def show_capacity(capacity_id: FromPath[UUID], ask: Ask, listing: Listing, caller: KeyHolder, page: Page) -> Go:
    """One capacity."""
    return await capacity_page(capacity_id, ask, listing, caller, page, Form())


async def capacity_page(capacity_id: UUID, ask: Asking, listing: Lister, caller: Caller, page: Pages, form: Form) -> Go:
    """The sheet of a capacity; what is left of it is for its association and the Region to know."""
    capacity = await ask(GetCapacity(capacity_id=capacity_id))
    concerned = caller.is_coordinator or caller.acts_for(OrganisationKind.ASSOCIATION, capacity.association_id)
    taken = await taken_of(listing, capacity.association_id) if concerned else {}
    return page(
        "mediation/capacity.html",
        form=form,
        capacity=capacity,
        taken=taken.get(capacity.id, 0) if concerned else None,
        departments=dict(departments()),
    )


@get("/capacities/{capacity_id:uuid}/edit", scope=Scope.CAPACITIES)
async def show_capacity_form(capacity_id: FromPath[UUID], ask: Ask, page: Page) -> Go:
    """The form that changes a capacity."""
    capacity = await ask(GetCapacity(capacity_id=capacity_id))
    require_change(capacity)
    return form_page(page, capacity, Form.filled(capacity))


def require_change(capacity: Capacity) -> None:
    """Raise NotYours where the reader may not change it, or not any more."""
    if "change" not in capacity.allowed_actions:
        raise NotYours(allowed_actions=capacity.allowed_actions)


def form_page(page: Pages, capacity: Capacity, form: Form) -> Go:
    """The form of a capacity that is there."""
    return page("mediation/capacity_form.html", form=form, capacity=capacity, offered=choices())


@post("/capacities/{capacity_id:uuid}/edit", scope=Scope.CAPACITIES)
async def change_one_capacity(capacity_id: FromPath[UUID], ask: Ask, act: Act, page: Page, form: Sent) -> Go:
    """Change a capacity."""
    try:
        changed = await act(ChangeCapacity(capacity_id=capacity_id, change=form.read(CapacityChange)))
    except PasserelleError as refused:
        capacity = await ask(GetCapacity(capacity_id=capacity_id))
        form.refuse(refused, now=capacity, within="change")
        return form_page(page, capacity, form)
    return go(f"/capacities/{changed.id}", _("Disponibilité modifiée."))


@post("/capacities/{capacity_id:uuid}/{action:str}", scope=Scope.CAPACITIES)
async def move_one_capacity(
    capacity_id: FromPath[UUID],
    action: FromPath[str],
    ask: Ask,
    listing: Listing,
    caller: KeyHolder,
    act: Act,
    page: Page,
    form: Sent,
) -> Go:
    """`withdraw` a capacity."""
    try:
        reason = form.read(ActionDetails).reason
        await act(MoveCapacity(capacity_id=capacity_id, action=action, reason=reason))
    except PasserelleError as refused:
        form.refuse(refused)
        return await capacity_page(capacity_id, ask, listing, caller, page, form)
    return go(f"/capacities/{capacity_id}", _("Disponibilité retirée. Les interventions déjà promises restent."))


routes = (
    show_capacities,
    show_new_capacity,
    publish_new_capacity,
    show_capacity,
    show_capacity_form,
    change_one_capacity,
    move_one_capacity,
)
