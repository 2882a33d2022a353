"""The map of actors as GeoJSON (RFC 7946): companies by their sites, associations, schools."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec

from contracts.vocabulary import Theme


class ActorKind(StrEnum):
    """Who stands on the map."""

    COMPANY = "company"
    ASSOCIATION = "association"
    SCHOOL = "school"


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A position: longitude, then latitude, in degrees (WGS 84)."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """What the map says of one actor.

    `state` is the organisation's (`shadow`: imported, not yet claimed), empty for a school. `uai` is a
    school's, `company_id` a site's. A site's themes are those of its published offers.
    """

    kind: ActorKind
    name: str
    department: str
    commune: str
    themes: tuple[Theme, ...] = ()
    state: str = ""
    uai: str = ""
    company_id: UUID | None = None
    fictional: bool = False


class ActorFeature(msgspec.Struct, frozen=True, kw_only=True):
    """One actor at one place; `id` is the site's, association's or school's."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: Point
    properties: Actor


class ActorMap(msgspec.Struct, frozen=True, kw_only=True):
    """All actors that pass the filters."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: tuple[ActorFeature, ...]
