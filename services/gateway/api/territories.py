"""Figures of each department; for coordinators."""

from datetime import date
from typing import Annotated

from litestar import Request, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from contracts.caller import Caller, Scope
from contracts.gateway.territories import Territories
from services.gateway.directory.territories import territories

Since = Annotated[date | None, QueryParameter(description="First day of the span, in Occitanie.")]
Until = Annotated[date | None, QueryParameter(description="Last day of the span.")]


@get("/v1/territories", scope=Scope.MATCHING, tags=["Territories"])
async def list_territories(
    request: Request[None, Caller, State], since: Since = None, until: Until = None
) -> Territories:
    """Who asks, who is served and reached, and what there is, in each department."""
    async with request.app.state.running.pool.acquire() as connection:
        rows = await territories(connection, since=since, until=until)
    return Territories(since=since, until=until, rows=rows)


routes = (list_territories,)
