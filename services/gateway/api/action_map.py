"""The map of actions, as GeoJSON."""

from typing import Annotated

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from contracts.caller import Caller, Scope
from contracts.gateway.action_map import ActionKind, ActionMap
from services.gateway.api.listing import Department, LevelFilter, ThemeFilter
from services.gateway.directory.actions import actions

Kinds = Annotated[list[ActionKind] | None, QueryParameter(name="kind", description="May be repeated.")]


@get("/v1/actions", scope=Scope.READ, tags=["Map"], media_type="application/geo+json")
async def map_actions(
    request: Request[None, Caller, State],
    kinds: Kinds = None,
    theme: ThemeFilter = None,
    department: Department = None,
    level: LevelFilter = None,
) -> Response[ActionMap]:
    """What happens where: visits by site with open slots and visits that were booked or took place, capacities of
    associations, and the partnerships that the caller may see.
    """
    async with request.app.state.running.pool.acquire() as connection:
        found = await actions(
            connection,
            request.auth,
            kind=kinds,
            theme=theme,
            department=department,
            level=level,
        )
    return Response(found, media_type="application/geo+json")


routes = (map_actions,)
