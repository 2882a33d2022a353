"""The map of actors, as GeoJSON."""

from typing import Annotated

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from contracts.caller import Caller, Scope
from contracts.gateway.actors import ActorKind, ActorMap
from services.gateway.api.listing import Department, ThemeFilter
from services.gateway.directory.actors import list_actors, read_box

Kinds = Annotated[list[ActorKind] | None, QueryParameter(name="kind", description="May be repeated.")]
BoundingBox = Annotated[
    str | None, QueryParameter(max_length=100, description="west,south,east,north in degrees (RFC 7946).")
]


@get("/v1/map/actors", scope=Scope.READ, tags=["Map"], media_type="application/geo+json")
async def map_actors(
    request: Request[None, Caller, State],
    kinds: Kinds = None,
    department: Department = None,
    theme: ThemeFilter = None,
    bbox: BoundingBox = None,
) -> Response[ActorMap]:
    """Who is where: companies by their sites, associations, schools."""
    box = read_box(bbox)
    async with request.app.state.running.pool.acquire() as connection:
        actors = await list_actors(connection, tuple(kinds or ActorKind), department, theme, box)
    return Response(actors, media_type="application/geo+json")


routes = (map_actors,)
