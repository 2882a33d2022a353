"""The Region's map of actors and actions, beside the list of the same places."""

from typing import Annotated

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromQuery, QueryParameter
from litestar.response import Template

from contracts.caller import Caller, Scope
from contracts.reference.places import DEPARTMENTS
from contracts.vocabulary import Level, Theme
from services.gateway.web.labels import options
from services.gateway.web.language import _
from services.gateway.web.page import Page
from services.gateway.web.region.places import (
    FIRST_SHOWN,
    LAYER_WORDS,
    Asked,
    Layer,
    PlaceShown,
    counted,
    geojson_of,
    list_places,
    where,
)

Layers = Annotated[list[str] | None, QueryParameter(name="what", max_items=12)]
Word = FromQuery[str | None]
# The list goes on page by page; the map has all of them.
LISTED = 100


def read_asked(what: list[str] | None, department: str | None, theme: str | None, level: str | None) -> Asked:
    """The filters of an address; a word that is none of ours narrows nothing, since links are passed on for years."""
    layers = tuple(layer for layer in Layer if layer in (what or ()))
    return Asked(
        layers=layers or FIRST_SHOWN,
        department=department if department in DEPARTMENTS else None,
        theme=Theme(theme) if theme in set(Theme) else None,
        level=Level(level) if level in set(Level) else None,
    )


@get("/map", scope=Scope.MATCHING)
async def show_map(
    request: Request[None, Caller, State],
    page: Page,
    what: Layers = None,
    department: Word = None,
    theme: Word = None,
    level: Word = None,
    start: FromQuery[str] = "0",
) -> Template:
    """Who is where and what happens there; every place of the map is in the list."""
    asked = read_asked(what, department, theme, level)
    places = await _places(request, asked)
    first = min(int(start), len(places)) if start.isdecimal() and len(start) < 8 else 0
    return page(
        "region/map.html",
        fragment="region/_map_list.html",
        asked=asked,
        layers=[(str(layer), _(LAYER_WORDS[layer])) for layer in Layer],
        layer_words={layer: _(words) for layer, words in LAYER_WORDS.items()},
        departments=DEPARTMENTS,
        themes=options(Theme),
        levels=options(Level),
        places=places[first : first + LISTED],
        first=first,
        after=first + LISTED if first + LISTED < len(places) else None,
        count=counted(places),
        where=where,
        filters={
            "what": [str(layer) for layer in asked.layers],
            "department": asked.department,
            "theme": asked.theme,
            "level": asked.level,
        },
    )


@get("/map/places", scope=Scope.MATCHING)
async def give_places(
    request: Request[None, Caller, State],
    what: Layers = None,
    department: Word = None,
    theme: Word = None,
    level: Word = None,
) -> Response[bytes]:
    """The same places for the map's script."""
    places = await _places(request, read_asked(what, department, theme, level))
    return Response(geojson_of(places), media_type="application/geo+json")


async def _places(request: Request[None, Caller, State], asked: Asked) -> list[PlaceShown]:
    async with request.app.state.running.pool.acquire() as connection:
        return await list_places(connection, request.auth, asked)


routes = (show_map, give_places)
