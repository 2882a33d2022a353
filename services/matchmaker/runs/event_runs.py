"""Matches between two matches of the whole region: what changed is taken up in turns, and only what it must is moved.

Any replica may take any turn. A turn takes up all that changed since the one before, however many changes that are,
and says which class requests it moved, so that a replica that was not there can catch up on it.
"""

import asyncio
import time

from contracts.local_time import local_day
from contracts.matchmaker.match_runs import MatchRun, MatchRunCompleted
from contracts.matchmaker.policies import Policy, PolicySettings
from services.matchmaker.matching.explain import explain_visit
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.visits import VisitPlan, match_visits
from services.matchmaker.policy.store import find_policy
from services.matchmaker.runs import change_store, store
from services.matchmaker.runs.change_store import Change
from services.matchmaker.runs.changes import ChangeKind
from services.matchmaker.runs.region import facts_of, load_region
from services.matchmaker.runs.region_parts import Touched, touched_by
from services.matchmaker.runs.visit_changes import Written, moves_of, write_moves
from services.work import Work


class EventRuns:
    """Owns what one replica keeps in memory between two turns."""

    async def match_visits(self, _region: str, work: Work) -> None:
        """Something changed: match visits again around it (durable timer)."""
        began = time.perf_counter()
        await change_store.lock_turns(work.connection)
        turn = await change_store.insert_turn(work.connection, work.now, whole=False)
        changes = await change_store.take_waiting_changes(work.connection, turn)
        policy = await find_policy(work.connection)
        touched = await touched_by(work.connection, changes)
        await self._match_whole(work, policy, touched, turn, began)

    async def _match_whole(self, work: Work, policy: Policy, touched: Touched, turn: int, began: float) -> None:
        region = await load_region(work.connection, work.now)
        loaded = time.perf_counter()
        facts = await asyncio.to_thread(facts_of, region, policy.settings, local_day(work.now))
        plan = await asyncio.to_thread(_solve, facts, policy.settings)
        solved = time.perf_counter()
        run_id = work.new_id()
        moves = moves_of(plan, region.waiting)
        written = await write_moves(work, region, moves, lambda match: explain_visit(plan, match), run_id)
        if not written.classes:
            return
        await _note_moved(work, written, turn)
        run = MatchRun(
            id=run_id,
            trigger="event",
            policy_version=policy.version,
            class_requests=len(region.requests),
            slots=len(region.slots),
            capacities=len(region.capacities),
            pairs=int(plan.candidates.points.size),
            visits_proposed=len(written.made),
            visits_withdrawn=len(written.withdrawn),
            visits_kept=sum(match.stays for match in plan.matches),
            partnerships_proposed=0,
            objective=plan.value / 1000,
            partnership_objective=0.0,
            unserved_count=len(plan.unserved),
            loading_ms=_ms(began, loaded),
            solving_ms=_ms(loaded, solved),
            storing_ms=_ms(solved, time.perf_counter()),
            started_at=work.now,
        )
        await store.insert_match_run(work.connection, run)
        work.announce(MatchRunCompleted(match_run=run))


def _solve(facts: VisitFacts, settings: PolicySettings) -> VisitPlan:
    return match_visits(facts.wishes, facts.openings, facts.mediations, facts.standing, settings.weights, facts.today)


async def _note_moved(work: Work, written: Written, turn: int) -> None:
    """Tell whoever catches up on this turn which classes it moved."""
    moved = [Change(ChangeKind.CLASS_REQUEST, str(request_id)) for request_id in sorted(written.classes)]
    await change_store.insert_changes(work.connection, moved, turn)


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1000, 1)
