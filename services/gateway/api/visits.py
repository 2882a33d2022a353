"""The search for visits, over all companies' open slots."""

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter

from contracts.caller import Scope
from contracts.gateway.visits import Visit, VisitOrder
from contracts.message import Page
from contracts.vocabulary import AccessNeed, OrganisationKind, Theme
from services.gateway.api.listing import Department, LevelFilter, Listing, Rome
from services.gateway.api.presenting import present
from services.gateway.api.versions import Answer
from services.gateway.directory.search import Wanted, search_visits

Themes = Annotated[list[Theme] | None, QueryParameter(name="theme", description="Any of these; may be repeated.")]
Needs = Annotated[
    list[AccessNeed] | None, QueryParameter(description="Access that the visit must offer; may be repeated.")
]
From = Annotated[date | None, QueryParameter(name="from", description="First day; today where it is left out.")]
Until = Annotated[date | None, QueryParameter(name="until", description="Last day.")]
FromSchool = Annotated[
    str | None, QueryParameter(max_length=10, description="UAI to travel from; a school's own where it is left out.")
]
MaxTravel = Annotated[int | None, QueryParameter(ge=5, le=600, description="Minutes by coach, one way.")]
Free = Annotated[bool | None, QueryParameter(description="Only visits that cost, or do not cost, a fee.")]
RoleModel = Annotated[bool | None, QueryParameter(description="Only visits where a role model is, or is not, there.")]
ClassSize = Annotated[int | None, QueryParameter(ge=1, le=200, description="Only visits with room for such a class.")]
IncludeFull = Annotated[bool, QueryParameter(description="Full slots too, where a class can wait for a place.")]
NeedsMediation = Annotated[bool | None, QueryParameter(description="Only visits with, or without, a mediator.")]


@get("/v1/visits", scope=Scope.READ, tags=["Visits"])
async def search(
    listing: Listing,
    state: State,
    level: LevelFilter = None,
    themes: Themes = None,
    rome: Rome = None,
    from_date: From = None,
    until_date: Until = None,
    school: FromSchool = None,
    max_travel_minutes: MaxTravel = None,
    needs: Needs = None,
    needs_mediation: NeedsMediation = None,
    department: Department = None,
    free: Free = None,
    role_model: RoleModel = None,
    pupils: ClassSize = None,
    include_full: IncludeFull = False,
    order: FromQuery[VisitOrder] = VisitOrder.DATE,
) -> Response[Page[Visit]]:
    """Slots with a place left that can still be booked, soonest or nearest first, with the way there."""
    caller = listing.caller
    if school is None and caller.organisation is OrganisationKind.SCHOOL:
        school = caller.organisation_id
    wanted = Wanted(
        level=level,
        themes=tuple(themes or ()),
        rome=rome,
        from_date=from_date,
        until_date=until_date,
        school=school.upper() if school else None,
        max_travel_minutes=max_travel_minutes,
        needs=tuple(needs or ()),
        needs_mediation=needs_mediation,
        department=department,
        free=free,
        role_model=role_model,
        pupils=pupils,
        include_full=include_full,
        order=order,
    )
    async with listing.pool.acquire() as connection:
        page = await search_visits(connection, state.atlas, wanted, datetime.now(UTC), listing.cursor, listing.limit)
    items = tuple(msgspec.structs.replace(visit, slot=present(visit.slot, caller)) for visit in page.items)
    return Answer(Page(items=items, next_cursor=page.next_cursor))


routes = (search,)
