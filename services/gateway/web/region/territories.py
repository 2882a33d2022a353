"""The table of territories: who asks, who is served and reached, in each department."""

from datetime import date
from typing import Any

from litestar import Request, get
from litestar.datastructures import State
from litestar.params import FromQuery
from litestar.response import Template

from contracts.caller import Caller, Scope
from contracts.errors import Invalid
from contracts.gateway.territories import TerritoryRow
from contracts.matchmaker.unmet_demand import UnmetDemand
from services.gateway.api.listing import Lister, Listing
from services.gateway.directory.territories import territories
from services.gateway.web.forms import Form
from services.gateway.web.page import Page

# The places that lack most; the rest is for the API.
UNMET_SHOWN = 10


@get("/territories", scope=Scope.MATCHING)
async def show_territories(
    request: Request[None, Caller, State],
    listing: Listing,
    page: Page,
    since: FromQuery[str | None] = None,
    until: FromQuery[str | None] = None,
) -> Template:
    """All departments over a span of days, and where classes asked in vain."""
    form = Form({"since": [since or ""], "until": [until or ""]})
    rows: tuple[TerritoryRow, ...] = ()
    try:
        begins, ends = read_day("since", since), read_day("until", until)
        async with request.app.state.running.pool.acquire() as connection:
            rows = await territories(connection, since=begins, until=ends)
    except Invalid as refused:
        form.refuse(refused)
    unmet = await Lister(listing.pool, listing.caller, None, UNMET_SHOWN)(UnmetDemand, state="unmet")
    return page(
        "region/territories.html",
        fragment="region/_territories.html",
        form=form,
        rows=rows,
        total=total_of(rows),
        unmet=unmet.items,
    )


def read_day(field: str, text: str | None) -> date | None:
    """A day of an address, None where none is given; raises Invalid naming the field."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid.field(field, "Write the day as in 2027-03-15.", "Écrivez le jour comme 2027-03-15.") from error


def total_of(rows: tuple[TerritoryRow, ...]) -> dict[str, Any]:
    """The whole region's counts; pupils are those of departments where they may be told."""
    counts = ("class_requests", "classes_served", "classes_unmet", "visits_confirmed", "visits_completed", "slots_open")
    total: dict[str, Any] = {name: sum(getattr(row, name) for row in rows) for name in counts}
    total["pupils_reached"] = sum(row.pupils_reached or 0 for row in rows)
    total["service_rate"] = total["classes_served"] / total["class_requests"] if total["class_requests"] else None
    return total


routes = (show_territories,)
