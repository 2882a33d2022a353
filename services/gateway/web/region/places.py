"""The places of the Region's map: who stands where and what happens there, in one order, for the list and the map.

Both are made of the same places, so that whoever sees no map misses nothing.
"""

from enum import StrEnum
from typing import Any

import msgspec

from contracts.caller import Caller
from contracts.gateway.action_map import ActionFeature, ActionKind
from contracts.gateway.actors import ActorFeature, ActorKind
from contracts.reference.places import DEPARTMENTS
from contracts.vocabulary import Level, Theme
from services.gateway.directory.actions import actions
from services.gateway.directory.actors import Box, list_actors
from services.gateway.directory.entries import plain
from services.gateway.web.formats import number, short_day
from services.gateway.web.labels import label
from services.gateway.web.language import _, mark, ngettext
from services.work import Connection


class Layer(StrEnum):
    """What a map can show: actors, and actions."""

    COMPANY = "company"
    ASSOCIATION = "association"
    SCHOOL = "school"
    VISITS = "visits"
    MEDIATION = "mediation"
    PARTNERSHIP = "partnership"


LAYER_WORDS: dict[str, str] = {
    Layer.COMPANY: mark("Entreprises"),
    Layer.ASSOCIATION: mark("Associations"),
    Layer.SCHOOL: mark("Établissements scolaires"),
    Layer.VISITS: mark("Visites ouvertes ou réalisées"),
    Layer.MEDIATION: mark("Médiation proposée"),
    Layer.PARTNERSHIP: mark("Partenariats"),
}
# Five thousand schools would hide everything else: they are shown to whoever asks.
FIRST_SHOWN = (Layer.COMPANY, Layer.ASSOCIATION, Layer.VISITS)

_ACTORS = frozenset(Layer(kind) for kind in ActorKind)
_ACTIONS = frozenset(Layer(kind) for kind in ActionKind)
# How map.js colours a layer's marks.
_MARKS: dict[str, str] = {
    Layer.VISITS: "visit",
    Layer.MEDIATION: "association",
    Layer.PARTNERSHIP: "company",
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a map is narrowed to; None narrows nothing. A level is of actions alone."""

    layers: tuple[Layer, ...] = FIRST_SHOWN
    department: str | None = None
    theme: Theme | None = None
    level: Level | None = None


class PlaceShown(msgspec.Struct, frozen=True, kw_only=True):
    """One place in the list and on the map; `href` is empty where there is no page about it."""

    id: str
    layer: Layer
    title: str
    href: str
    commune: str
    department: str
    lines: tuple[str, ...] = ()
    state: str = ""
    fictional: bool = False
    longitude: float
    latitude: float


async def list_places(connection: "Connection[Any]", caller: Caller, asked: Asked) -> list[PlaceShown]:
    """All places that pass, by name."""
    found: list[PlaceShown] = []
    if actors := tuple(ActorKind(layer) for layer in asked.layers if layer in _ACTORS):
        shown = await list_actors(connection, actors, asked.department, asked.theme, Box())
        found += [_actor(feature) for feature in shown.features]
    if kinds := tuple(ActionKind(layer) for layer in asked.layers if layer in _ACTIONS):
        happening = await actions(
            connection, caller, kind=kinds, theme=asked.theme, department=asked.department, level=asked.level
        )
        found += [_action(feature) for feature in happening.features]
    return sorted(found, key=lambda place: (plain(place.title), place.id))


def geojson_of(places: list[PlaceShown]) -> bytes:
    """The places as map.js reads them."""
    return msgspec.json.encode(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": (place.longitude, place.latitude)},
                    "properties": {
                        "id": place.id,
                        "title": place.title,
                        "href": place.href,
                        "lines": (where(place), *place.lines),
                        "kind": _MARKS.get(place.layer, place.layer),
                    },
                }
                for place in places
            ],
        }
    )


def where(place: PlaceShown) -> str:
    """`Rodez (Aveyron)`."""
    known = DEPARTMENTS.get(place.department)
    return f"{place.commune} ({known.name if known else place.department})"


def _actor(feature: ActorFeature) -> PlaceShown:
    actor, (longitude, latitude) = feature.properties, feature.geometry.coordinates
    pages = {
        ActorKind.COMPANY: f"/companies/{actor.company_id}",
        ActorKind.ASSOCIATION: f"/associations/{feature.id}",
        ActorKind.SCHOOL: "",
    }
    return PlaceShown(
        id=f"{actor.kind}-{feature.id}",
        layer=Layer(actor.kind),
        title=actor.name,
        href=pages[actor.kind],
        commune=actor.commune,
        department=actor.department,
        lines=_themes(actor.themes),
        state=actor.state,
        fictional=actor.fictional,
        longitude=longitude,
        latitude=latitude,
    )


def _action(feature: ActionFeature) -> PlaceShown:
    action, (longitude, latitude) = feature.properties, feature.geometry.coordinates
    pages = {
        ActionKind.VISITS: f"/companies/{action.company_id}",
        ActionKind.MEDIATION: f"/capacities/{feature.id}",
        ActionKind.PARTNERSHIP: f"/partnerships/{feature.id}",
    }
    lines = {
        ActionKind.VISITS: (
            ngettext("%(num)s créneau ouvert", "%(num)s créneaux ouverts", action.slots_open),
            *((_("prochaine date : %(day)s", day=short_day(action.next_slot_at)),) if action.next_slot_at else ()),
            ngettext("%(num)s visite confirmée", "%(num)s visites confirmées", action.visits_confirmed),
            ngettext("%(num)s visite réalisée", "%(num)s visites réalisées", action.visits_completed),
        ),
        ActionKind.MEDIATION: (
            ngettext("%(num)s intervention possible", "%(num)s interventions possibles", action.interventions),
        ),
        ActionKind.PARTNERSHIP: (),
    }
    return PlaceShown(
        id=f"{action.kind}-{feature.id}",
        layer=Layer(action.kind),
        title=action.name,
        href=pages[action.kind],
        commune=action.commune,
        department=action.department,
        lines=(*lines[action.kind], *_themes(action.themes)),
        fictional=action.fictional,
        longitude=longitude,
        latitude=latitude,
    )


def _themes(themes: tuple[Theme, ...]) -> tuple[str, ...]:
    return (", ".join(label(theme) for theme in themes),) if themes else ()


def counted(places: list[PlaceShown]) -> str:
    """How many places are shown, in words."""
    return ngettext("%(total)s lieu", "%(total)s lieux", len(places), total=number(len(places)))
