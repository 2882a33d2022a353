"""A match of the whole region, stage by stage, each in one transaction; a crash repeats the stage it fell into.

1. Somebody asks: the run is `requested`, one at a time.
2. Its facts and the policy in force are kept; it is `solving`, and each territory is wanted (`shard_work.py`).
3. The last territory that is solved makes it `sweeping`: all are merged, and every proposal is written together with
   the run that is `completed`.

Before that no proposal is touched. What failed for good, or takes longer than any run may, is `failed` and says why.
"""

import asyncio
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from contracts.local_time import local_day
from contracts.machines import ENDED_MATCH_RUN_STATES, MATCH_RUN, SYSTEM
from contracts.matchmaker.explanations import Explanation
from contracts.matchmaker.match_runs import (
    MatchRun,
    MatchRunCompleted,
    MatchRunFailed,
    MatchRunProgressed,
    MatchRunStarted,
    MatchShard,
    MatchShardWanted,
)
from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.explaining.explain import explain_visit
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.shards import ShardSolution, merge, split
from services.matchmaker.matching.visits import VisitPlan
from services.matchmaker.policy.store import find_policy
from services.matchmaker.runs import run_store
from services.matchmaker.runs.change_store import find_turns, lock_turns
from services.matchmaker.runs.changes import ChangeKind, end_whole_match, note_change
from services.matchmaker.runs.keeping import digest_of, pack, told_by_plan, unpack
from services.matchmaker.runs.meanwhile import Possible, moved_on, possible
from services.matchmaker.runs.new_proposals import Origin
from services.matchmaker.runs.partnerships import run_partnerships
from services.matchmaker.runs.region import Region, facts_of, load_region
from services.matchmaker.runs.report import empty_run, with_plan
from services.matchmaker.runs.triggers import END_RUN, MERGE_RUN, TAKE_FACTS
from services.matchmaker.runs.visit_changes import moves_of, write_moves
from services.matchmaker.unmet.handlers import measure_unmet
from services.work import Work

# France takes a minute; whatever holds a run up for this long will not let it go on.
LONGEST_RUN = timedelta(hours=1)
# Where a run stands when its facts are taken, and when its territories are solved.
FACTS_TAKEN, SHARDS_SOLVED = 0.1, 0.7


async def ask_for_run(work: Work, trigger: str) -> MatchRun:
    """Begin a run and give it as it begins; the one that goes on, where one does."""
    await run_store.lock_start(work.connection)
    going_on = await run_store.find_run_going_on(work.connection)
    if going_on is not None:
        return going_on
    policy = await find_policy(work.connection)
    begun = empty_run(Origin(work.new_id(), policy.version), trigger, work.now)
    run = msgspec.structs.replace(begun, state="requested", stage="facts", progress=0.0)
    await run_store.insert_run(work.connection, run)
    work.announce(MatchRunStarted(match_run=run))
    work.set_timer(TAKE_FACTS, run.id, work.now)
    work.set_timer(END_RUN, run.id, work.now + LONGEST_RUN)
    return run


async def take_facts(key: str, work: Work) -> None:
    """Keep what the run is told, and want its territories solved (durable timer)."""
    run = await run_store.lock_run(work.connection, UUID(key))
    if run is None or run.state != "requested":
        return
    began = time.perf_counter()
    await run_store.allow_long_thought(work.connection)
    # No match may change proposals while the tables are read one after another; what else changes meanwhile is found
    # when the run writes, by comparing.
    await lock_turns(work.connection)
    turns = await find_turns(work.connection)
    policy = await find_policy(work.connection)
    region = await load_region(work.connection, work.now)
    facts = await asyncio.to_thread(facts_of, region, policy.settings, local_day(work.now))
    packed, digest, shards = await asyncio.to_thread(_prepare, facts, policy.settings)
    told = run_store.Facts(packed=packed, settings=policy.settings, since_turn=turns.last)
    await run_store.insert_facts(work.connection, run.id, told, work.now)
    run = moved(
        run,
        "solve",
        stage="shards",
        progress=FACTS_TAKEN,
        policy_version=policy.version,
        class_requests=len(facts.wishes),
        slots=len(facts.openings),
        capacities=len(facts.mediations),
        digest=digest,
        loading_ms=_ms_since(began),
    )
    await run_store.insert_shards(work.connection, run.id, shards)
    work.announce(
        *(MatchShardWanted(match_shard=MatchShard(id=work.new_id(), match_run_id=run.id, shard=one)) for one in shards)
    )
    if not shards:
        run = all_solved(run, work)
    await keep(run, work, MatchRunProgressed)


def _prepare(facts: VisitFacts, settings: PolicySettings) -> tuple[bytes, str, list[str]]:
    return pack(facts), digest_of(facts, settings), list(split(facts))


def all_solved(run: MatchRun, work: Work) -> MatchRun:
    """The run, about to be merged as soon as this commits."""
    work.set_timer(MERGE_RUN, run.id, work.now)
    return moved(run, "sweep", stage="merge", progress=SHARDS_SOLVED)


async def merge_run(key: str, work: Work) -> None:
    """Merge what the territories found, and write all that this changes with the completed run (durable timer)."""
    run_id = UUID(key)
    run = await run_store.find_run(work.connection, run_id)
    told = await run_store.find_facts(work.connection, run_id)
    if run is None or told is None or run.state != "sweeping":
        return
    await run_store.allow_long_thought(work.connection)
    solutions = await run_store.list_solutions(work.connection, run_id)
    began = time.perf_counter()
    facts, plan = await asyncio.to_thread(_merge, told, solutions)
    sweeping_ms = _ms_since(began)
    reported = await asyncio.to_thread(with_plan, run, facts, plan)
    explained = await asyncio.to_thread(_explain_new, facts, plan)

    began = time.perf_counter()
    await lock_turns(work.connection)
    run = await run_store.lock_run(work.connection, run_id)
    if run is None or run.state != "sweeping":
        return
    region = await load_region(work.connection, work.now)
    left = await asyncio.to_thread(_still_possible, region, told.settings, facts, plan)
    origin = Origin(run_id, run.policy_version)
    written = await write_moves(work, region, left.moves, lambda match: explained[match.wish_id, match.slot_id], origin)
    # What was matched or changed since the facts were taken is looked at once more, knowing what this run made.
    note_change(work, ChangeKind.CLASS_REQUEST, *sorted(left.left_out))
    await end_whole_match(work, told.since_turn)
    await measure_unmet(work, region, plan, run_id)
    # By the policy in force: they are matched on what is known now, not on the facts that the run keeps.
    partnerships = await run_partnerships(work, run.trigger)
    await run_store.keep_outcome(work.connection, run_id, await asyncio.to_thread(pack, told_by_plan(plan)))
    await work.cancel_timer(END_RUN, run_id)
    run = moved(
        msgspec.structs.replace(reported, version=run.version, state=run.state),
        "complete",
        stage="",
        progress=1.0,
        visits_proposed=len(written.made),
        visits_withdrawn=len(written.withdrawn),
        partnerships_proposed=partnerships.partnerships_proposed if partnerships else 0,
        partnership_objective=partnerships.partnership_objective if partnerships else 0.0,
        sweeping_ms=sweeping_ms,
        storing_ms=_ms_since(began),
        replayable=True,
        ended_at=work.now,
    )
    await keep(run, work, MatchRunCompleted)


def _merge(told: run_store.Facts, solutions: dict[str, bytes]) -> tuple[VisitFacts, VisitPlan]:
    facts = unpack(told.packed, VisitFacts)
    found = {shard: unpack(packed, ShardSolution) for shard, packed in solutions.items()}
    return facts, merge(facts, told.settings, found)


def _explain_new(facts: VisitFacts, plan: VisitPlan) -> dict[tuple[UUID, UUID], Explanation]:
    """The explanations of what is not proposed yet: most of the work of writing, done before others have to wait."""
    known = {(stands.wish_id, stands.slot_id) for stands in facts.standing}
    return {
        (match.wish_id, match.slot_id): explain_visit(plan, match)
        for match in plan.matches
        if (match.wish_id, match.slot_id) not in known
    }


def _still_possible(region: Region, settings: PolicySettings, facts: VisitFacts, plan: VisitPlan) -> Possible:
    present = facts_of(region, settings, facts.today)
    return possible(moves_of(plan, region.waiting), moved_on(facts, present), facts.standing)


async def end_overdue(key: str, work: Work) -> None:
    """A run that has not ended by now never will (durable timer)."""
    await fail_run(UUID(key), f"it did not end within {LONGEST_RUN.seconds // 60} minutes", work)


async def fail_run(run_id: UUID, reason: str, work: Work) -> None:
    """Give a run up, unless it has ended."""
    run = await run_store.lock_run(work.connection, run_id)
    if run is None or run.state in ENDED_MATCH_RUN_STATES:
        return
    await run_store.delete_facts(work.connection, run_id)
    await work.cancel_timer(END_RUN, run_id)
    await keep(moved(run, "fail", reason=reason, ended_at=work.now), work, MatchRunFailed)


async def give_up_timer(key: str, error: Exception, work: Work) -> None:
    """One of its stages failed for good."""
    await fail_run(UUID(key), f"a stage failed again and again ({type(error).__name__})", work)


async def give_up_shard(event: MatchShardWanted, error: Exception, work: Work) -> None:
    """One of its territories failed for good."""
    shard = event.match_shard
    reason = f"the territory {shard.shard} could not be solved ({type(error).__name__})"
    await fail_run(shard.match_run_id, reason, work)


def moved(run: MatchRun, action: str, **changes: Any) -> MatchRun:
    """The run after a move of its machine; raises TransitionRefused."""
    state = MATCH_RUN.step(run.state, action, [SYSTEM])
    return msgspec.structs.replace(run, version=run.version + 1, state=state, **changes)


async def keep(
    run: MatchRun,
    work: Work,
    event: type[MatchRunProgressed] | type[MatchRunCompleted] | type[MatchRunFailed],
) -> None:
    """Write how far a run is, and tell it."""
    await run_store.update_run(work.connection, run)
    work.announce(event(match_run=run))


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
