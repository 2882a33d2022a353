"""What another policy would change: the whole region is matched by both, and nothing is written."""

import asyncio
from datetime import date, datetime

from contracts.local_time import local_day
from contracts.matchmaker.policies import PolicyEffect, PolicyOutcome, PolicySettings
from services.matchmaker.matching.inputs import StandingState, VisitFacts
from services.matchmaker.matching.visits import VisitPlan, match_visits
from services.matchmaker.runs.region import Region, facts_of, load_region
from services.work import Connection


async def try_settings(
    connection: Connection, in_force: PolicySettings, tried: PolicySettings, now: datetime
) -> PolicyEffect:
    """The effect of putting `tried` in the place of the settings in force, on the region as it is now."""
    reserving = max(in_force.reserved_share, tried.reserved_share) > 0
    region = await load_region(connection, now, reserving=reserving)
    return await asyncio.to_thread(compare, region, in_force, tried, local_day(now))


def compare(region: Region, in_force: PolicySettings, tried: PolicySettings, today: date) -> PolicyEffect:
    """What both settings give, and what becomes of the proposals that wait."""
    facts = facts_of(region, in_force, today)
    before = _outcome(facts, match_visits(facts, in_force))
    facts = facts_of(region, tried, today)
    plan = match_visits(facts, tried)
    waiting = {(one.wish_id, one.slot_id) for one in facts.standing if one.state is StandingState.PROPOSED}
    proposed = {(match.wish_id, match.slot_id) for match in plan.matches}
    return PolicyEffect(
        before=before,
        after=_outcome(facts, plan),
        kept=len(waiting & proposed),
        withdrawn=len(waiting - proposed),
        made=len(proposed - waiting),
    )


def _outcome(facts: VisitFacts, plan: VisitPlan) -> PolicyOutcome:
    """What a plan gives together with the visits that classes accepted or booked."""
    classes = {wish.id for wish in facts.wishes}
    firm = [one.wish_id for one in facts.standing if one.state is not StandingState.PROPOSED and one.wish_id in classes]
    return PolicyOutcome(
        visits=len(firm) + len(plan.matches),
        classes_served=sum(cell.served for cell in plan.equity.cells),
        gap=plan.gap,
        equity=plan.equity,
    )
