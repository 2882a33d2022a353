"""Unmet demand: how many classes within reach of a place asked for a visit and got nothing."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from contracts.message import Event, Instant, Resource
from contracts.place import Place
from contracts.vocabulary import Level, Theme


class Unanswered(msgspec.Struct, frozen=True, kw_only=True):
    """Classes of one level that asked for one theme (None: for any) and got nothing."""

    theme: Theme | None
    level: Level
    classes: int
    under_reached: int


class UnmetDemand(Resource, frozen=True, kw_only=True):
    """What classes within reach of one place asked for in vain, as of the last match run.

    A place is a company's site (`site_id`, `company_id`) or, where no site is, a commune. Within reach: the class may
    travel that far. `classes` counts each class once, `rows` once for every theme that it asked for, the most first.
    """

    site_id: UUID | None = None
    company_id: UUID | None = None
    company_name: str = ""
    place: Place
    classes: int
    under_reached: int
    rows: Annotated[tuple[Unanswered, ...], Meta(max_length=126)] = ()
    match_run_id: UUID
    measured_at: Instant


class UnmetDemandChanged(Event, frozen=True, kw_only=True):
    """After a match run, other classes than before ask in vain for visits near this place."""

    unmet_demand: UnmetDemand
