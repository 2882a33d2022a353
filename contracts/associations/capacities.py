"""Capacities: the mediation that an association can give in a period."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from contracts.associations.territory import Departments
from contracts.fields import Name, Reason
from contracts.message import Command, Event, Input, Instant, Query, Resource
from contracts.place import Place
from contracts.vocabulary import Level, Theme, VisitFormat, Weekday

CapacityThemes = Annotated[tuple[Theme, ...], Meta(min_length=1, max_length=14)]
CapacityLevels = Annotated[tuple[Level, ...], Meta(min_length=1, max_length=19)]
Weekdays = Annotated[tuple[Weekday, ...], Meta(min_length=1, max_length=5)]
Interventions = Annotated[int, Meta(ge=1, le=500)]
RadiusKm = Annotated[float, Meta(gt=0, le=300, description="Straight-line kilometres.")]


class NewCapacity(Input, frozen=True, kw_only=True):
    """What an association can give: territory by departments, or by a radius around its seat."""

    title: Name
    themes: CapacityThemes
    levels: CapacityLevels
    from_date: date
    until_date: date
    weekdays: Weekdays = tuple(Weekday)
    interventions: Interventions
    pupils_max: Annotated[int, Meta(ge=1, le=200)] = 30
    formats: Annotated[tuple[VisitFormat, ...], Meta(min_length=1, max_length=3)] = (VisitFormat.ON_SITE,)
    departments: Departments = ()
    radius_km: RadiusKm | None = None


class CapacityChange(Input, frozen=True, kw_only=True):
    """The fields of a capacity to change; what is left out stays."""

    title: Name | UnsetType = UNSET
    themes: CapacityThemes | UnsetType = UNSET
    levels: CapacityLevels | UnsetType = UNSET
    until_date: date | UnsetType = UNSET
    weekdays: Weekdays | UnsetType = UNSET
    interventions: Interventions | UnsetType = UNSET
    departments: Departments | UnsetType = UNSET
    radius_km: RadiusKm | None | UnsetType = UNSET


class Capacity(Resource, frozen=True, kw_only=True):
    """What an association can give in a period; state as in `machines.CAPACITY`."""

    association_id: UUID
    association_name: str
    place: Place
    title: str
    themes: tuple[Theme, ...]
    levels: tuple[Level, ...]
    from_date: date
    until_date: date
    weekdays: tuple[Weekday, ...]
    interventions: int
    pupils_max: int
    formats: tuple[VisitFormat, ...]
    departments: tuple[str, ...] = ()
    radius_km: float | None = None
    state: str
    reason: str = ""
    created_at: Instant


class PublishCapacity(Command[Capacity], frozen=True, kw_only=True):
    """Publish a capacity of an association."""

    association_id: UUID
    capacity: NewCapacity


class ChangeCapacity(Command[Capacity], frozen=True, kw_only=True):
    """Change some fields of a capacity."""

    capacity_id: UUID
    change: CapacityChange


class MoveCapacity(Command[Capacity], frozen=True, kw_only=True):
    """Withdraw a capacity (`machines.CAPACITY`)."""

    capacity_id: UUID
    action: str
    reason: Reason = ""


class GetCapacity(Query[Capacity], frozen=True, kw_only=True):
    """One capacity."""

    capacity_id: UUID


class CapacityPublished(Event, frozen=True, kw_only=True):
    """An association can give more mediation."""

    capacity: Capacity


class CapacityChanged(Event, frozen=True, kw_only=True):
    """Some fields of a capacity changed."""

    capacity: Capacity


class CapacityWithdrawn(Event, frozen=True, kw_only=True):
    """A capacity is no longer given: withdrawn, or `expired` because its period has passed."""

    capacity: Capacity
