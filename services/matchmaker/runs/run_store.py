"""The tables `match_run`, `match_run_facts` and `match_shard`: where a run is, what it was told, who found what."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.matchmaker.equity import EquityTable
from contracts.matchmaker.match_runs import MatchRun, ShardReport
from contracts.matchmaker.policies import PolicySettings
from contracts.message import decoder_of
from services.work import Connection

# A run can be repeated as long as it is one of the last so many: more than a day, where something happens every hour.
KEPT = 30


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was told: its facts as they are kept (`keeping.py`), and the last turn that they know of."""

    packed: bytes
    settings: PolicySettings
    since_turn: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run is repeated from, and what came of it then."""

    facts: Facts
    solutions: dict[str, bytes]
    outcome: bytes


async def lock_start(connection: Connection) -> None:
    """Let nobody else begin a run before this transaction ends."""
    await connection.execute("select pg_advisory_xact_lock(hashtext('start match run'))")


async def allow_long_thought(connection: Connection) -> None:
    """Keep the server from taking this transaction for forgotten while a solver runs."""
    await connection.execute("set local idle_in_transaction_session_timeout = '30min'")


async def insert_run(connection: Connection, run: MatchRun) -> None:
    """Keep a run that begins, or that began and ended in this transaction."""
    await connection.execute(
        "insert into match_run (id, version, state, started_at, document) values ($1, $2, $3, $4, $5)",
        run.id,
        run.version,
        run.state,
        run.started_at,
        run,
    )


async def update_run(connection: Connection, run: MatchRun) -> None:
    """Say how far a run is; its row is locked."""
    await connection.execute(
        "update match_run set version = $2, state = $3, document = $4 where id = $1",
        run.id,
        run.version,
        run.state,
        run,
    )


async def find_run_going_on(connection: Connection) -> MatchRun | None:
    """The run that goes on, if one does."""
    text = await connection.fetchval(
        "select document from match_run where state in ('requested', 'solving', 'sweeping')"
    )
    return decoder_of(MatchRun).decode(text) if text else None


async def lock_run(connection: Connection, run_id: UUID) -> MatchRun | None:
    """A run, while nobody else moves it."""
    text = await connection.fetchval("select document from match_run where id = $1 for update", run_id)
    return decoder_of(MatchRun).decode(text) if text else None


async def find_run(connection: Connection, run_id: UUID) -> MatchRun | None:
    """A run; `replayable` says whether its facts are still kept, which a document from when it ended cannot know."""
    row = await connection.fetchrow(
        "select document, exists (select from match_run_facts where run_id = id and outcome is not null) as kept"
        " from match_run where id = $1",
        run_id,
    )
    if row is None:
        return None
    run: MatchRun = decoder_of(MatchRun).decode(row["document"])
    return msgspec.structs.replace(run, replayable=row["kept"])


async def find_last_equity(connection: Connection) -> EquityTable | None:
    """What the last match of the whole region said of equity; None before the first one."""
    # No other run has any: none after an event, nor the match of partnerships that ends with it, nor one that failed.
    text = await connection.fetchval(
        "select document -> 'equity' from match_run where jsonb_typeof(document -> 'equity') = 'object'"
        " order by started_at desc limit 1"
    )
    return decoder_of(EquityTable).decode(text) if text else None


async def has_news(connection: Connection) -> bool:
    """Whether anything was matched, or waits to be, since the whole region was matched last."""
    news: bool = await connection.fetchval(
        "select exists (select from match_change where turn is null)"
        " or exists (select from match_change where turn > coalesce("
        "(select max(turn) from match_turn where whole), 0))"
    )
    return news


async def insert_facts(connection: Connection, run_id: UUID, facts: Facts, now: datetime) -> None:
    """Keep what a run is told."""
    await connection.execute(
        "insert into match_run_facts (run_id, facts, settings, since_turn, taken_at) values ($1, $2, $3, $4, $5)",
        run_id,
        facts.packed,
        facts.settings,
        facts.since_turn,
        now,
    )


async def find_facts(connection: Connection, run_id: UUID) -> Facts | None:
    """What a run was told, if that is still kept."""
    row = await connection.fetchrow("select facts, settings, since_turn from match_run_facts where run_id = $1", run_id)
    if row is None:
        return None
    settings = decoder_of(PolicySettings).decode(row["settings"])
    return Facts(packed=row["facts"], settings=settings, since_turn=row["since_turn"])


async def insert_shards(connection: Connection, run_id: UUID, shards: list[str]) -> None:
    """Want these shards solved."""
    await connection.execute(
        "insert into match_shard (run_id, shard, state) select $1, unnest($2::text[]), 'wanted'", run_id, shards
    )


async def is_wanted(connection: Connection, run_id: UUID, shard: str) -> bool:
    """Whether a shard still waits to be solved."""
    wanted: bool = await connection.fetchval(
        "select exists (select from match_shard where run_id = $1 and shard = $2 and state = 'wanted')", run_id, shard
    )
    return wanted


async def keep_solution(connection: Connection, run_id: UUID, shard: str, solution: bytes, report: ShardReport) -> bool:
    """Keep what was found for a shard; False where somebody else was faster."""
    done = await connection.fetchval(
        "update match_shard set state = 'solved', solution = $3, report = $4"
        " where run_id = $1 and shard = $2 and state = 'wanted' returning true",
        run_id,
        shard,
        solution,
        report,
    )
    return bool(done)


async def count_shards(connection: Connection, run_id: UUID) -> tuple[int, int]:
    """How many shards a run has, and how many of them wait to be solved."""
    row = await connection.fetchrow(
        "select count(*) as number, count(*) filter (where state = 'wanted') as wanted"
        " from match_shard where run_id = $1",
        run_id,
    )
    return (row["number"], row["wanted"]) if row else (0, 0)


async def list_solutions(connection: Connection, run_id: UUID) -> dict[str, bytes]:
    """What was found for each shard, as it is kept."""
    rows = await connection.fetch(
        "select shard, solution from match_shard where run_id = $1 and state = 'solved' order by shard", run_id
    )
    return {row["shard"]: row["solution"] for row in rows}


async def list_reports(connection: Connection, run_id: UUID) -> tuple[ShardReport, ...]:
    """What each shard gave so far."""
    rows = await connection.fetch(
        "select report from match_shard where run_id = $1 and state = 'solved' order by shard", run_id
    )
    return tuple(decoder_of(ShardReport).decode(row["report"]) for row in rows)


async def keep_outcome(connection: Connection, run_id: UUID, outcome: bytes) -> None:
    """Keep what came of a run, and forget what older ones were told."""
    await connection.execute("update match_run_facts set outcome = $2 where run_id = $1", run_id, outcome)
    await connection.execute(
        "delete from match_run_facts where run_id not in"
        " (select run_id from match_run_facts order by taken_at desc, run_id desc limit $1)",
        KEPT,
    )


async def delete_facts(connection: Connection, run_id: UUID) -> None:
    """Forget what a run was told: it came to nothing."""
    await connection.execute("delete from match_run_facts where run_id = $1", run_id)


async def find_kept(connection: Connection, run_id: UUID) -> Kept | None:
    """What a run is repeated from, if it ended well and that is still kept."""
    outcome = await connection.fetchval("select outcome from match_run_facts where run_id = $1", run_id)
    facts = await find_facts(connection, run_id)
    if outcome is None or facts is None:
        return None
    return Kept(facts=facts, solutions=await list_solutions(connection, run_id), outcome=outcome)
