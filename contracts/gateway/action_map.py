"""The map of actions as GeoJSON (RFC 7946): what happens where. Who stands where is in actors.py."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec

from contracts.gateway.actors import Point
from contracts.message import Instant
from contracts.vocabulary import Level, Theme


class ActionKind(StrEnum):
    """What happens: visits at a company's site, mediation that an association gives, a cooperation of both."""

    VISITS = "visits"
    MEDIATION = "mediation"
    PARTNERSHIP = "partnership"


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What the map says of what happens at one place.

    Visits are counted for the site: open slots from now on, visits that are confirmed, visits that took place.
    Mediation is one capacity, at its association's seat, with how many `interventions` it can give; a partnership
    stands there too. `state` is the capacity's or partnership's.
    """

    kind: ActionKind
    name: str
    department: str
    commune: str
    themes: tuple[Theme, ...] = ()
    levels: tuple[Level, ...] = ()
    company_id: UUID | None = None
    association_id: UUID | None = None
    visit_offers: int = 0
    slots_open: int = 0
    next_slot_at: Instant | None = None
    visits_confirmed: int = 0
    visits_completed: int = 0
    interventions: int = 0
    state: str = ""
    fictional: bool = False


class ActionFeature(msgspec.Struct, frozen=True, kw_only=True):
    """One action at one place; `id` is the site's, capacity's or partnership's."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: Point
    properties: Action


class ActionMap(msgspec.Struct, frozen=True, kw_only=True):
    """All actions that pass the filters."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: tuple[ActionFeature, ...]
