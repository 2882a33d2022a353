"""One territory of a run, solved by whichever replica JetStream gives it to; a lost replica's goes to another.

Told twice, late or in any order it has one effect: only a wanted shard of a run that is solving is solved, and whoever
stores the last one, with the run's row locked, sets the merging going.
"""

import asyncio
import time

import msgspec

from contracts.matchmaker.match_runs import MatchRunProgressed, MatchShardWanted, ShardReport
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.shards import solve_shard, split
from services.matchmaker.runs import run_store
from services.matchmaker.runs.keeping import pack, unpack
from services.matchmaker.runs.report import shard_report
from services.matchmaker.runs.stages import FACTS_TAKEN, SHARDS_SOLVED, all_solved, keep
from services.work import Work


async def solve_wanted(event: MatchShardWanted, work: Work) -> None:
    """Solve a territory, unless that is done or nobody wants it any more."""
    run_id, shard = event.match_shard.match_run_id, event.match_shard.shard
    told = await run_store.find_facts(work.connection, run_id)
    if told is None or not await run_store.is_wanted(work.connection, run_id, shard):
        return
    await run_store.allow_long_thought(work.connection)
    solution, report = await asyncio.to_thread(_solve, told, shard)

    run = await run_store.lock_run(work.connection, run_id)
    if run is None or run.state != "solving":
        return
    if not await run_store.keep_solution(work.connection, run_id, shard, solution, report):
        return
    number, wanted = await run_store.count_shards(work.connection, run_id)
    run = msgspec.structs.replace(
        run,
        progress=FACTS_TAKEN + (SHARDS_SOLVED - FACTS_TAKEN) * (number - wanted) / number,
        shards=await run_store.list_reports(work.connection, run_id),
        solving_ms=round(run.solving_ms + report.solving_ms, 1),
    )
    run = msgspec.structs.replace(run, version=run.version + 1) if wanted else all_solved(run, work)
    await keep(run, work, MatchRunProgressed)


def _solve(told: run_store.Facts, shard: str) -> tuple[bytes, ShardReport]:
    began = time.perf_counter()
    facts = split(unpack(told.packed, VisitFacts))[shard]
    solution = solve_shard(facts, told.settings)
    solving_ms = round((time.perf_counter() - began) * 1000, 1)
    return pack(solution), shard_report(shard, facts, solution, solving_ms)
