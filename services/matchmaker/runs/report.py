"""What a match tells of itself: its certificate, its equity, its churn, whom it could not serve."""

from datetime import datetime
from uuid import UUID

import msgspec
import numpy as np

from contracts.matchmaker.match_runs import Churn, MatchRun, ShardReport, Unserved
from services.matchmaker.matching.cells import shard_of
from services.matchmaker.matching.explaining.unserved import why_unserved
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.shards import ShardSolution
from services.matchmaker.matching.visits import VisitPlan
from services.matchmaker.runs.new_proposals import Origin

UNSERVED_LISTED = 100
POINTS = 1000


def empty_run(origin: Origin, trigger: str, now: datetime) -> MatchRun:
    """A run that has found nothing so far."""
    return MatchRun(
        id=origin.run_id,
        trigger=trigger,
        policy_version=origin.policy_version,
        class_requests=0,
        slots=0,
        capacities=0,
        pairs=0,
        visits_proposed=0,
        visits_withdrawn=0,
        visits_kept=0,
        partnerships_proposed=0,
        objective=0.0,
        partnership_objective=0.0,
        loading_ms=0.0,
        solving_ms=0.0,
        storing_ms=0.0,
        started_at=now,
    )


def with_plan(run: MatchRun, facts: VisitFacts, plan: VisitPlan) -> MatchRun:
    """The run with all that its plan says; pure, and long for a whole region."""
    return msgspec.structs.replace(
        run,
        pairs=int(plan.candidates.points.size),
        visits_kept=sum(match.stays for match in plan.matches),
        objective=plan.value / POINTS,
        bound=plan.bound / POINTS,
        gap=gap_of(plan.value, plan.bound),
        limited=plan.limited,
        equity=plan.equity,
        churn=churn_of(plan),
        boundary_pairs=_boundary_pairs(plan),
        unserved=list_unserved({wish.id: wish.school_uai for wish in facts.wishes}, plan),
        unserved_count=len(plan.unserved),
    )


def gap_of(value: float, bound: float) -> float:
    """The share of the bound that the value misses, 0 where both are nothing."""
    return max(0.0, (bound - value) / bound) if bound > 0 else 0.0


def churn_of(plan: VisitPlan) -> Churn:
    """Of the proposals that waited and are still possible, how many the plan keeps."""
    stays = plan.candidates.pairs.stays
    return Churn(valid=int(np.count_nonzero(stays)), kept=int(np.count_nonzero(stays & plan.chosen)))


def shard_report(shard: str, facts: VisitFacts, solution: ShardSolution, solving_ms: float) -> ShardReport:
    """What one territory's part gave."""
    return ShardReport(
        shard=shard,
        class_requests=len(facts.wishes),
        slots=len(facts.openings),
        pairs=solution.pairs,
        value=float(solution.value),
        bound=float(solution.bound),
        solving_ms=solving_ms,
    )


def list_unserved(schools: dict[UUID, str], plan: VisitPlan) -> tuple[Unserved, ...]:
    """Some classes that get nothing, and why; `schools` gives each class's school."""
    listed = []
    for wish_id in plan.unserved[:UNSERVED_LISTED]:
        reason = why_unserved(plan, wish_id)
        listed.append(
            Unserved(
                class_request_id=wish_id,
                school_uai=schools[wish_id],
                obstacles={obstacle.gate or "taken": obstacle.openings for obstacle in reason.obstacles},
                explanation=reason.words,
            )
        )
    return tuple(listed)


def _boundary_pairs(plan: VisitPlan) -> int:
    """How many candidate pairs have their class in one shard and their slot in another."""
    pairs, tables = plan.candidates.pairs, plan.tables
    of_class = np.array([shard_of(wish.department) for wish in tables.wishes.wishes], dtype=object)
    of_slot = np.array([shard_of(opening.department) for opening in tables.openings.openings], dtype=object)
    return int(np.count_nonzero(of_class[pairs.c] != of_slot[pairs.s])) if pairs.c.size else 0
