"""One match of visits: the region's facts in, new and withdrawn proposals out, in one transaction.

The solver works on what was true when the run began. What an answer changed meanwhile is seen when
the run's own changes are written: the class request is locked, and a pair whose class or slot has
moved on is left to the next run, which that very change has already called.
"""

import asyncio
import time
from datetime import date, datetime
from uuid import UUID

import msgspec

from contracts.associations.capacities import Capacity
from contracts.companies.profiles import Site
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.local_time import local_day
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.explanations import Explanation
from contracts.matchmaker.match_runs import MatchRun, MatchRunCompleted, Unserved
from contracts.matchmaker.proposals import (
    VisitProposal,
    VisitProposalChanged,
    VisitProposalClosed,
    VisitProposalMade,
)
from contracts.matchmaker.schools import School
from services.matchmaker.matching.explain import explain_visit
from services.matchmaker.matching.score import Weights
from services.matchmaker.matching.unserved import why_unserved
from services.matchmaker.matching.visits import VisitMatch, VisitPlan, match_visits
from services.matchmaker.proposals.handlers import EXPIRE_VISIT
from services.matchmaker.proposals.rules import visit_deadline, withdraw_visit
from services.matchmaker.proposals.store import insert_visit_proposal, update_visit_proposal
from services.matchmaker.runs import store
from services.matchmaker.runs import visit_facts as facts
from services.work import Work

# A run that nobody asked for lists nobody unserved: the nightly one does, as does one on demand.
UNSERVED_LISTED = 100


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """What one run has before it."""

    requests: dict[UUID, ClassRequest]
    schools: dict[str, School]
    sites: tuple[Site, ...]
    slots: dict[UUID, Slot]
    offers: dict[UUID, VisitOffer]
    capacities: tuple[Capacity, ...]
    waiting: tuple[tuple[VisitProposal, UUID | None], ...]
    held: tuple[store.Held, ...]
    ended: tuple[store.Ended, ...]


async def run_visits(work: Work, trigger: str) -> MatchRun | None:
    """Match, and write what changes; None where nobody asked and nothing changed."""
    began = time.perf_counter()
    await work.connection.execute("select pg_advisory_xact_lock(hashtext('match visits'))")
    region = await _load(work)
    loaded = time.perf_counter()
    plan = await asyncio.to_thread(_solve, region, local_day(work.now))
    solved = time.perf_counter()
    run_id = work.new_id()
    withdrawn = await _withdraw(work, region, plan)
    made = await _make(work, region, plan, run_id, withdrawn)
    if trigger == "event" and not made and not withdrawn:
        return None
    unserved = () if trigger == "event" else await asyncio.to_thread(_list_unserved, region, plan)
    run = MatchRun(
        id=run_id,
        trigger=trigger,
        class_requests=len(region.requests),
        slots=len(region.slots),
        capacities=len(region.capacities),
        pairs=int(plan.candidates.points.size),
        visits_proposed=made,
        visits_withdrawn=len(withdrawn),
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


def _solve(region: Region, today: date) -> VisitPlan:
    return match_visits(
        facts.wishes_of(region.requests.values(), region.schools, region.sites, region.ended),
        facts.openings_of(region.slots.values(), region.offers),
        facts.mediations_of(region.capacities, region.held),
        facts.standing_of(region.waiting, region.held),
        Weights(),
        today,
    )


async def _load(work: Work) -> Region:
    connection, today = work.connection, local_day(work.now)
    requests, schools = await store.list_open_requests(connection, today)
    slots, offers = await store.list_open_slots(connection, work.now)
    return Region(
        requests={request.id: request for request in requests},
        schools=schools,
        sites=await store.list_sites(connection),
        slots={slot.id: slot for slot in slots},
        offers=offers,
        capacities=await store.list_published_capacities(connection, today),
        waiting=await store.list_waiting_proposals(connection),
        held=await store.list_held_visits(connection),
        ended=await store.list_ended_proposals(connection),
    )


async def _withdraw(work: Work, region: Region, plan: VisitPlan) -> dict[UUID, UUID]:
    """Withdraw what is no longer in the plan; gives the withdrawn proposal of each class."""
    chosen = {(match.wish_id, match.slot_id): match for match in plan.matches}
    withdrawn: dict[UUID, UUID] = {}
    for proposal, capacity_id in region.waiting:
        if proposal.state != "proposed":
            continue
        match = chosen.get((proposal.class_request_id, proposal.slot_id))
        if match is None:
            why = "better_match" if proposal.slot_id in plan.slot_rows else "slot_unavailable"
            closed = withdraw_visit(proposal, why, work.now)
            if closed and await update_visit_proposal(work.connection, closed):
                await work.cancel_timer(EXPIRE_VISIT, closed.id)
                work.announce(VisitProposalClosed(visit_proposal=closed))
                withdrawn[closed.class_request_id] = closed.id
        elif match.mediation_id != capacity_id:
            await _change_mediator(work, region, proposal, match)
    return withdrawn


async def _change_mediator(work: Work, region: Region, proposal: VisitProposal, match: VisitMatch) -> None:
    changed = msgspec.structs.replace(
        proposal,
        version=proposal.version + 1,
        association_id=match.association_id,
        association_name=_association_name(region, match),
        changed_at=work.now,
    )
    if await update_visit_proposal(work.connection, changed, match.mediation_id):
        work.announce(VisitProposalChanged(visit_proposal=changed))


async def _make(work: Work, region: Region, plan: VisitPlan, run_id: UUID, withdrawn: dict[UUID, UUID]) -> int:
    """Write the proposals that are new, each with its explanation; gives their number."""
    standing = {(p.class_request_id, p.slot_id) for p, _ in region.waiting}
    new = [match for match in plan.matches if (match.wish_id, match.slot_id) not in standing]
    classes = sorted({match.wish_id for match in new})
    versions = await store.lock_requests(work.connection, classes)
    claims = await store.count_claims(work.connection, classes)
    slots = await store.list_slot_versions(work.connection, [match.slot_id for match in new])
    made = 0
    for match in new:
        request, slot = region.requests[match.wish_id], region.slots[match.slot_id]
        if versions.get(request.id) != request.version or slots.get(slot.id) != slot.version:
            continue
        if claims.get(request.id, 0) >= request.visits_wanted:
            continue
        claims[request.id] = claims.get(request.id, 0) + 1
        explanation = explain_visit(plan, match)
        proposal = _write(work, region, match, explanation, run_id, withdrawn)
        if proposal.expires_at <= work.now:
            continue
        await insert_visit_proposal(work.connection, proposal, match.mediation_id, explanation)
        work.set_timer(EXPIRE_VISIT, proposal.id, proposal.expires_at)
        work.announce(VisitProposalMade(visit_proposal=proposal))
        made += 1
    return made


def _write(
    work: Work,
    region: Region,
    match: VisitMatch,
    explanation: Explanation,
    run_id: UUID,
    withdrawn: dict[UUID, UUID],
) -> VisitProposal:
    request, slot = region.requests[match.wish_id], region.slots[match.slot_id]
    offer = region.offers[slot.visit_offer_id]
    return VisitProposal(
        id=work.new_id(),
        fictional=request.fictional or offer.fictional,
        class_request_id=request.id,
        school_uai=request.school_uai,
        school_name=request.school_name,
        slot_id=slot.id,
        visit_offer_id=offer.id,
        visit_offer_title=offer.title,
        company_id=offer.company_id,
        company_name=offer.company_name,
        association_id=match.association_id,
        association_name=_association_name(region, match),
        level=request.level,
        pupils=request.pupils,
        adults=request.adults,
        class_name=request.class_name,
        needs=request.needs,
        themes=offer.themes,
        place=offer.place,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        travel_minutes=match.travel_minutes,
        price_cents=offer.price_cents,
        score=round(match.quality, 3),
        summary_en=explanation.words.en,
        summary_fr=explanation.words.fr,
        state="proposed",
        replaces_id=withdrawn.get(request.id) or _last_ended(region, request.id),
        match_run_id=run_id,
        expires_at=_deadline(slot, offer, work.now),
        created_at=work.now,
        changed_at=work.now,
    )


def _last_ended(region: Region, request_id: UUID) -> UUID | None:
    ended = [end.proposal_id for end in region.ended if end.class_request_id == request_id]
    return max(ended, default=None)


def _deadline(slot: Slot, offer: VisitOffer, now: datetime) -> datetime:
    return visit_deadline(slot.starts_at, offer.lead_time_days, now)


def _association_name(region: Region, match: VisitMatch) -> str:
    names = (c.association_name for c in region.capacities if c.id == match.mediation_id)
    return next(names, "")


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
