"""How proposals move: who answers, until when, and what an answer means."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from contracts.caller import Caller
from contracts.companies.bookings import Booking
from contracts.errors import Conflict, Invalid, Wording
from contracts.machines import (
    ASSOCIATION,
    COMPANY,
    COORDINATOR,
    LIVE_BOOKING_STATES,
    PARTNERSHIP_PROPOSAL,
    SCHOOL,
    SYSTEM,
    VISIT_PROPOSAL,
)
from contracts.matchmaker.proposals import (
    AnswerPartnershipProposal,
    AnswerVisitProposal,
    DeclineReason,
    PartnershipProposal,
    VisitProposal,
)
from contracts.vocabulary import OrganisationKind

# A school has this long to answer, and never longer than the offer's lead time allows.
VISIT_ANSWER = timedelta(days=14)
# PRODUCT, partnership proposals: expiry at day 21.
PARTNERSHIP_ANSWER = timedelta(days=21)
# Declined for one of these reasons, no other slot of the same offer is worth proposing.
OFFER_IS_WRONG: frozenset[str] = frozenset(
    {
        DeclineReason.DISTANCE,
        DeclineReason.THEME,
        DeclineReason.COST,
        DeclineReason.ALREADY_DONE,
        "group_does_not_fit",
        "safety",
    }
)
ProposalT = TypeVar("ProposalT", VisitProposal, PartnershipProposal)


class DeadlinePassed(Conflict):
    """The answer comes after the proposal's deadline."""

    slug = "deadline-passed"
    sentence = Wording(
        "This proposal could be answered until {expires_at}.",
        "Cette proposition attendait une réponse jusqu'au {expires_at}.",
    )


def visit_actors(caller: Caller, proposal: VisitProposal) -> set[str]:
    """As whom the caller acts towards a visit proposal; a company or association only looks."""
    actors = set()
    if caller.acts_for(OrganisationKind.SCHOOL, proposal.school_uai):
        actors.add(SCHOOL)
    if caller.acts_for(OrganisationKind.COMPANY, proposal.company_id):
        actors.add(COMPANY)
    if caller.acts_for(OrganisationKind.ASSOCIATION, proposal.association_id):
        actors.add(ASSOCIATION)
    if caller.is_coordinator:
        actors.add(COORDINATOR)
    return actors


def partnership_actors(caller: Caller, proposal: PartnershipProposal) -> set[str]:
    """As whom the caller acts towards a partnership proposal."""
    actors = set()
    if caller.acts_for(OrganisationKind.COMPANY, proposal.company_id):
        actors.add(COMPANY)
    if caller.acts_for(OrganisationKind.ASSOCIATION, proposal.association_id):
        actors.add(ASSOCIATION)
    if caller.is_coordinator:
        actors.add(COORDINATOR)
    return actors


def answer_visit(
    proposal: VisitProposal, answer: AnswerVisitProposal, actors: set[str], now: datetime
) -> VisitProposal:
    """The proposal after the school's answer."""
    state = VISIT_PROPOSAL.move(proposal.state, answer.action, actors)
    return _answered(proposal, answer, state, now)


def answer_partnership(
    proposal: PartnershipProposal,
    answer: AnswerPartnershipProposal,
    actors: set[str],
    now: datetime,
) -> PartnershipProposal:
    """The proposal after one side's answer; agreed once both said yes."""
    state = PARTNERSHIP_PROPOSAL.move(proposal.state, answer.action, actors)
    sides = tuple(OrganisationKind(side) for side in (COMPANY, ASSOCIATION) if side in actors)
    answered = _answered(proposal, answer, state, now)
    return msgspec.structs.replace(answered, answered_by=proposal.answered_by + sides)


def _answered(
    proposal: ProposalT,
    answer: AnswerVisitProposal | AnswerPartnershipProposal,
    state: str,
    now: datetime,
) -> ProposalT:
    if now >= proposal.expires_at:
        raise DeadlinePassed(expires_at=proposal.expires_at.isoformat(timespec="minutes"))
    if answer.action == "decline" and answer.reason is None:
        words = ", ".join(DeclineReason)
        raise Invalid.field(
            "reason",
            f"Say why: one of {words}.",
            f"Indiquez pourquoi : l'un de {words}.",
        )
    why = answer.reason or "" if answer.action == "decline" else proposal.why
    return moved(proposal, state, why, now)


def moved(proposal: ProposalT, state: str, why: str, now: datetime) -> ProposalT:
    """The proposal in its next state."""
    return msgspec.structs.replace(proposal, version=proposal.version + 1, state=state, why=why, changed_at=now)


def expire_visit(proposal: VisitProposal, now: datetime) -> VisitProposal | None:
    """The proposal expired, or None where it was answered in time."""
    if proposal.state != "proposed" or now < proposal.expires_at:
        return None
    return moved(proposal, VISIT_PROPOSAL.step(proposal.state, "expire", {SYSTEM}), "no_answer", now)


def expire_partnership(proposal: PartnershipProposal, now: datetime) -> PartnershipProposal | None:
    """The proposal expired, or None where it was answered in time."""
    if "expire" not in PARTNERSHIP_PROPOSAL.allowed(proposal.state, {SYSTEM}):
        return None
    if now < proposal.expires_at:
        return None
    return moved(proposal, "expired", "no_answer", now)


def withdraw_visit(proposal: VisitProposal, why: str, now: datetime) -> VisitProposal | None:
    """The proposal withdrawn while it waits for an answer; None where it was answered, or has ended.

    What a school accepted is on its way to be booked: only its booking can still end it.
    """
    if proposal.state != "proposed":
        return None
    return moved(proposal, VISIT_PROPOSAL.step(proposal.state, "withdraw", {SYSTEM}), why, now)


def follow_booking(proposal: VisitProposal, story: Sequence[Booking], now: datetime) -> VisitProposal | None:
    """What a booking means for the proposal that it came from; None where nothing.

    `story` is that booking and what it was rescheduled to, the first one first. Where the school moved it, the visit
    stays the one it had said yes to; where somebody else did, that is an offer of its own.
    """
    last = story[-1]
    for earlier in story[:-1]:
        if earlier.ended_by != SCHOOL:
            return _fallen_through(proposal, earlier, now)
    if last.state in {"waitlisted", "rescheduled"}:
        return None
    if last.state not in LIVE_BOOKING_STATES:
        return _fallen_through(proposal, last, now)
    if proposal.state not in {"proposed", "accepted", "booked"} or proposal.booking_id == last.id:
        return None
    return msgspec.structs.replace(moved(proposal, "booked", "", now), booking_id=last.id)


def _fallen_through(proposal: VisitProposal, booking: Booking, now: datetime) -> VisitProposal | None:
    if "withdraw" not in VISIT_PROPOSAL.allowed(proposal.state, {SYSTEM}):
        return None
    return moved(proposal, "withdrawn", f"booking_{booking.state}: {booking.reason or booking.state}", now)


def visit_deadline(starts_at: datetime, lead_time_days: int, now: datetime) -> datetime:
    """Until when a school may answer: 14 days, and before the offer's lead time runs out."""
    return min(now + VISIT_ANSWER, starts_at - timedelta(days=lead_time_days))
