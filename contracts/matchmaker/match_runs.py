"""Match runs: what one optimisation had before it, found, and how long it took."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from contracts.errors import Wording
from contracts.matchmaker.equity import EquityTable
from contracts.message import Command, Event, Instant, Query, Resource


class Unserved(msgspec.Struct, frozen=True, kw_only=True):
    """A class that got nothing, and how many slots each gate alone kept from it."""

    class_request_id: UUID
    school_uai: str
    obstacles: dict[str, int] = {}
    explanation: Wording


class Churn(msgspec.Struct, frozen=True, kw_only=True):
    """Of the proposals that waited and were still possible (`valid`), how many the run kept."""

    valid: int = 0
    kept: int = 0


class ShardReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one territory's part of the run gave: values in points of score, time in milliseconds."""

    shard: str
    class_requests: int
    slots: int
    pairs: int
    value: float
    bound: float
    solving_ms: float


class MatchRun(Resource, frozen=True, kw_only=True):
    """One optimisation. `objective` is the sum of the scores chosen; times in milliseconds.

    State as in `machines.MATCH_RUN`; `stage` is what is being done: `facts` are taken, `shards` are solved, then comes
    their `merge`; `progress` is a share, 0 to 1. `gap` is certified: no choice could be worth more than
    `objective` / (1 - gap). `limited` says that the time was over before the search was, and the best found stands.
    `digest` names the facts that it had before it: run again on the same it gives the same, as long as they are kept
    (`replayable`). `solving_ms` is that of all shards together, `sweeping_ms` that of merging them.
    `visits_moved` are those withdrawn after an event that had touched neither their class nor their slot.
    """

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
    state: str = "completed"
    stage: str = ""
    progress: float = 1.0
    reason: str = ""
    policy_version: int = 1
    bound: float = 0.0
    gap: float = 0.0
    limited: bool = False
    equity: EquityTable | None = None
    churn: Churn = Churn()
    shards: Annotated[tuple[ShardReport, ...], Meta(max_length=100)] = ()
    boundary_pairs: int = 0
    digest: str = ""
    replayable: bool = False
    sweeping_ms: float = 0.0
    ended_at: Instant | None = None
    visits_moved: int = 0


class MatchShard(Resource, frozen=True, kw_only=True):
    """One territory's part of a match run: `wanted` until it is `solved`."""

    match_run_id: UUID
    shard: str
    state: str = "wanted"


class StartMatchRun(Command[MatchRun], frozen=True, kw_only=True):
    """Run the matcher over the whole region now; by a coordinator.

    The answer is the run as it begins; where one goes on already it is that one, and no other begins.
    """


class GetMatchRun(Query[MatchRun], frozen=True, kw_only=True):
    """One match run."""

    match_run_id: UUID


class MatchRunStarted(Event, frozen=True, kw_only=True):
    """A match run over the whole region was asked for."""

    match_run: MatchRun


class MatchRunProgressed(Event, frozen=True, kw_only=True):
    """A match run went on: `stage` and `progress` say how far."""

    match_run: MatchRun


class MatchRunCompleted(Event, frozen=True, kw_only=True):
    """A match run is done and its proposals are out."""

    match_run: MatchRun


class MatchRunFailed(Event, frozen=True, kw_only=True):
    """A match run came to nothing, for the reason that it carries; no proposal was touched."""

    match_run: MatchRun


class MatchShardWanted(Event, frozen=True, kw_only=True):
    """A territory waits for whoever solves it: the matchmaker's replicas share these out among themselves."""

    match_shard: MatchShard
