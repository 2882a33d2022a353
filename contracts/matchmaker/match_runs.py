"""Match runs: what one optimisation had before it, found, and how long it took."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from contracts.errors import Wording
from contracts.message import Command, Event, Instant, Query, Resource


class Unserved(msgspec.Struct, frozen=True, kw_only=True):
    """A class that got nothing, and how many slots each gate alone kept from it."""

    class_request_id: UUID
    school_uai: str
    obstacles: dict[str, int] = {}
    explanation: Wording


class MatchRun(Resource, frozen=True, kw_only=True):
    """One optimisation. `objective` is the sum of the scores chosen; times in milliseconds."""

    trigger: str
    class_requests: int
    slots: int
    capacities: int
    pairs: int
    visits_proposed: int
    visits_withdrawn: int
    visits_kept: int
    partnerships_proposed: int
    objective: float
    partnership_objective: float
    unserved: Annotated[tuple[Unserved, ...], Meta(max_length=100)] = ()
    unserved_count: int = 0
    loading_ms: float
    solving_ms: float
    storing_ms: float
    started_at: Instant


class StartMatchRun(Command[MatchRun], frozen=True, kw_only=True):
    """Run the matcher over the whole region now; by a coordinator."""


class GetMatchRun(Query[MatchRun], frozen=True, kw_only=True):
    """One match run."""

    match_run_id: UUID


class MatchRunCompleted(Event, frozen=True, kw_only=True):
    """A match run is done and its proposals are out."""

    match_run: MatchRun
