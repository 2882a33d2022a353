"""How a match becomes the proposal that a school reads."""

from typing import NamedTuple
from uuid import UUID

from contracts.matchmaker.explanations import Explanation
from contracts.matchmaker.proposals import VisitProposal
from services.matchmaker.matching.visits import VisitMatch
from services.matchmaker.proposals.rules import visit_deadline
from services.matchmaker.runs.region import Region
from services.work import Work


class Origin(NamedTuple):
    """Which run makes proposals, and by which version of the policy."""

    run_id: UUID
    policy_version: int


def new_proposal(
    work: Work,
    region: Region,
    match: VisitMatch,
    explanation: Explanation,
    origin: Origin,
    replaces_id: UUID | None,
) -> VisitProposal:
    """The proposal of a match, with what request, slot and offer say today.

    It replaces what the same match withdraws of the class, else what the class last saw come to nothing.
    """
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
        association_name=association_name(region, match),
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
        replaces_id=replaces_id or _last_ended(region, request.id),
        match_run_id=origin.run_id,
        policy_version=origin.policy_version,
        expires_at=visit_deadline(slot.starts_at, offer.lead_time_days, work.now),
        created_at=work.now,
        changed_at=work.now,
    )


def association_name(region: Region, match: VisitMatch) -> str:
    """Who mediates it, empty where nobody does."""
    names = (each.association_name for each in region.capacities if each.id == match.mediation_id)
    return next(names, "")


def _last_ended(region: Region, request_id: UUID) -> UUID | None:
    ended = [end.proposal_id for end in region.ended if end.class_request_id == request_id and end.proposal_id]
    return max(ended, default=None)
