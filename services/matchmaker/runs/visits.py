"""One match of visits: the region's facts in, new and withdrawn proposals out, in one transaction.

The solver works on what was true when the run began; what changed meanwhile is seen when its own
changes are written (`visit_changes.py`).
"""

import asyncio
import time

from contracts.local_time import local_day
from contracts.matchmaker.match_runs import MatchRun, MatchRunCompleted, Unserved
from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.unserved import why_unserved
from services.matchmaker.matching.visits import VisitPlan, match_visits
from services.matchmaker.policy.store import find_policy
from services.matchmaker.runs import store
from services.matchmaker.runs.region import Region, facts_of, load_region
from services.matchmaker.runs.visit_changes import write_changes
from services.work import Work

# A run that nobody asked for lists nobody unserved: the nightly one does, as does one on demand.
UNSERVED_LISTED = 100


async def run_visits(work: Work, trigger: str) -> MatchRun | None:
    """Match, and write what changes; None where nobody asked and nothing changed."""
    began = time.perf_counter()
    await work.connection.execute("select pg_advisory_xact_lock(hashtext('match visits'))")
    policy = await find_policy(work.connection)
    region = await load_region(work.connection, work.now, reserving=policy.settings.reserved_share > 0)
    loaded = time.perf_counter()
    facts = await asyncio.to_thread(facts_of, region, policy.settings, local_day(work.now))
    plan = await asyncio.to_thread(_solve, facts, policy.settings)
    solved = time.perf_counter()
    run_id = work.new_id()
    made, withdrawn = await write_changes(work, region, plan, run_id)
    if trigger == "event" and not made and not withdrawn:
        return None
    unserved = () if trigger == "event" else await asyncio.to_thread(_list_unserved, region, plan)
    run = MatchRun(
        id=run_id,
        trigger=trigger,
        policy_version=policy.version,
        class_requests=len(region.requests),
        slots=len(region.slots),
        capacities=len(region.capacities),
        pairs=int(plan.candidates.points.size),
        visits_proposed=made,
        visits_withdrawn=withdrawn,
        visits_kept=sum(match.stays for match in plan.matches),
        partnerships_proposed=0,
        objective=plan.value / 1000,
        partnership_objective=0.0,
        unserved=unserved,
        unserved_count=len(plan.unserved),
        loading_ms=_ms(began, loaded),
        solving_ms=_ms(loaded, solved),
        storing_ms=_ms(solved, time.perf_counter()),
        started_at=work.now,
    )
    await store.insert_match_run(work.connection, run)
    work.announce(MatchRunCompleted(match_run=run))
    return run


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1000, 1)


def _solve(facts: VisitFacts, settings: PolicySettings) -> VisitPlan:
    return match_visits(facts.wishes, facts.openings, facts.mediations, facts.standing, settings.weights, facts.today)


def _list_unserved(region: Region, plan: VisitPlan) -> tuple[Unserved, ...]:
    listed = []
    for wish_id in plan.unserved[:UNSERVED_LISTED]:
        reason = why_unserved(plan, wish_id)
        listed.append(
            Unserved(
                class_request_id=wish_id,
                school_uai=region.requests[wish_id].school_uai,
                obstacles={obstacle.gate or "taken": obstacle.openings for obstacle in reason.obstacles},
                explanation=reason.words,
            )
        )
    return tuple(listed)
