"""What a match of visits changes: proposals withdrawn, moved to another mediator, made; all in the run's transaction.

The class requests concerned are locked before anything is written, as an answer locks them before it
looks at its proposal. A pair whose class or slot has moved on since the run began is left to the next
run, which that very change has already called.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.matchmaker.explanations import Explanation
from contracts.matchmaker.proposals import (
    VisitProposal,
    VisitProposalChanged,
    VisitProposalClosed,
    VisitProposalMade,
)
from services.matchmaker.matching.explain import explain_visit
from services.matchmaker.matching.visits import VisitMatch, VisitPlan
from services.matchmaker.proposals.handlers import EXPIRE_VISIT
from services.matchmaker.proposals.rules import visit_deadline, withdraw_visit
from services.matchmaker.proposals.store import insert_visit_proposal, update_visit_proposal
from services.matchmaker.runs import store
from services.matchmaker.runs.region import Region
from services.work import Work


async def write_changes(work: Work, region: Region, plan: VisitPlan, run_id: UUID) -> tuple[int, int]:
    """Write what the plan changes; gives how many proposals were made and how many withdrawn."""
    chosen = {(match.wish_id, match.slot_id): match for match in plan.matches}
    standing = {(proposal.class_request_id, proposal.slot_id) for proposal, _ in region.waiting}
    new = [match for pair, match in chosen.items() if pair not in standing]
    moving = [
        (proposal, match)
        for proposal, capacity_id in region.waiting
        if proposal.state == "proposed"
        and (
            (match := chosen.get((proposal.class_request_id, proposal.slot_id))) is None
            or match.mediation_id != capacity_id
        )
    ]
    concerned = {match.wish_id for match in new} | {proposal.class_request_id for proposal, _ in moving}
    versions = await store.lock_requests(work.connection, sorted(concerned))
    withdrawn = await _withdraw(work, region, plan, moving)
    made = await _make(work, region, plan, run_id, new, versions, withdrawn)
    return made, len(withdrawn)


async def _withdraw(
    work: Work, region: Region, plan: VisitPlan, moving: list[tuple[VisitProposal, VisitMatch | None]]
) -> dict[UUID, UUID]:
    """Withdraw what is no longer in the plan; gives the withdrawn proposal of each class."""
    withdrawn: dict[UUID, UUID] = {}
    for proposal, match in moving:
        if match is not None:
            await _change_mediator(work, region, proposal, match)
            continue
        why = "better_match" if proposal.slot_id in plan.slot_rows else "slot_unavailable"
        closed = withdraw_visit(proposal, why, work.now)
        if closed and await update_visit_proposal(work.connection, closed):
            await work.cancel_timer(EXPIRE_VISIT, closed.id)
            work.announce(VisitProposalClosed(visit_proposal=closed))
            withdrawn[closed.class_request_id] = closed.id
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


async def _make(
    work: Work,
    region: Region,
    plan: VisitPlan,
    run_id: UUID,
    new: list[VisitMatch],
    versions: dict[UUID, int],
    withdrawn: dict[UUID, UUID],
) -> int:
    """Write the proposals that are new, each with its explanation; gives their number."""
    claims = await store.count_claims(work.connection, sorted({match.wish_id for match in new}))
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
    ended = [end.proposal_id for end in region.ended if end.class_request_id == request_id and end.proposal_id]
    return max(ended, default=None)


def _deadline(slot: Slot, offer: VisitOffer, now: datetime) -> datetime:
    return visit_deadline(slot.starts_at, offer.lead_time_days, now)


def _association_name(region: Region, match: VisitMatch) -> str:
    names = (c.association_name for c in region.capacities if c.id == match.mediation_id)
    return next(names, "")
