"""Proposals: their answers, their deadlines, and what became of the accepted ones."""

from uuid import UUID

import msgspec

from contracts.companies.bookings import Booking
from contracts.errors import NotFound
from contracts.matchmaker.explanations import Explanation
from contracts.matchmaker.proposals import (
    AnswerPartnershipProposal,
    AnswerVisitProposal,
    ExplainPartnershipProposal,
    ExplainVisitProposal,
    GetPartnershipProposal,
    GetVisitProposal,
    PartnershipProposal,
    PartnershipProposalAgreed,
    PartnershipProposalAnswered,
    PartnershipProposalClosed,
    VisitProposal,
    VisitProposalAccepted,
    VisitProposalBooked,
    VisitProposalClosed,
)
from services.matchmaker.proposals import rules, store
from services.matchmaker.requests.store import find_class_request
from services.matchmaker.runs.changes import ChangeKind, note_change, note_for_later
from services.matchmaker.runs.triggers import rematch_partnerships
from services.matchmaker.supply.store import find_booking
from services.work import Work

EXPIRE_VISIT = "expire_visit_proposal"
EXPIRE_PARTNERSHIP = "expire_partnership_proposal"


# ------------------------------------------------------------------------------------- visits


async def answer_visit(request: AnswerVisitProposal, work: Work) -> VisitProposal:
    """A school accepts (the slot is then booked by its owner) or declines (the next best comes)."""
    proposal = await _find_visit(work, request.proposal_id)
    actors = rules.visit_actors(work.caller, proposal)
    work.expect(proposal)
    answered = rules.answer_visit(proposal, request, actors, work.now)
    await store.update_visit_proposal(work.connection, answered)
    await work.cancel_timer(EXPIRE_VISIT, answered.id)
    if answered.state == "accepted":
        work.announce(VisitProposalAccepted(visit_proposal=answered))
        note_for_later(work, ChangeKind.CLASS_REQUEST, answered.class_request_id)
        note_for_later(work, ChangeKind.SLOT, answered.slot_id)
    else:
        work.announce(VisitProposalClosed(visit_proposal=answered))
        note_change(work, ChangeKind.CLASS_REQUEST, answered.class_request_id)
    return answered


async def get_visit(request: GetVisitProposal, work: Work) -> VisitProposal:
    """One visit proposal, for its school, its company, its mediator and the Region."""
    return await _find_visit(work, request.proposal_id, lock=False)


async def explain_visit(request: ExplainVisitProposal, work: Work) -> Explanation:
    """Why this visit was proposed; the same words for both sides."""
    await _find_visit(work, request.proposal_id, lock=False)
    explanation = await store.find_visit_explanation(work.connection, request.proposal_id)
    if explanation is None:
        raise NotFound(thing="explanation", id=str(request.proposal_id))
    return explanation


async def expire_visit(proposal_id: str, work: Work) -> None:
    """The school did not answer in time (durable timer)."""
    proposal = await store.find_visit_proposal(work.connection, UUID(proposal_id), lock=True)
    expired = rules.expire_visit(proposal, work.now) if proposal else None
    if expired:
        await _close_visit(work, expired)


async def follow_booking(booking: Booking, work: Work) -> None:
    """What became of a booking: the accepted proposal is booked, or the class needs another."""
    story = await _story_of(booking, work)
    proposal_id = story[0].proposal_id
    if proposal_id is None:
        return
    proposal = await store.find_visit_proposal(work.connection, proposal_id, lock=True)
    followed = rules.follow_booking(proposal, story, work.now) if proposal else None
    if followed is None:
        return
    if followed.state == "booked":
        await store.update_visit_proposal(work.connection, followed)
        work.announce(VisitProposalBooked(visit_proposal=followed))
    else:
        await _close_visit(work, followed)


async def _story_of(booking: Booking, work: Work) -> list[Booking]:
    """The first booking of a visit and those that it moved to, as far as those moves were heard of."""
    first = booking
    while (before := first.rescheduled_from) and (earlier := await find_booking(work.connection, before)):
        first = earlier
    story = [first]
    while (after := story[-1].rescheduled_to) and (later := await find_booking(work.connection, after)):
        story.append(later)
    return story


async def withdraw_of_request(work: Work, request_id: UUID, why: str) -> None:
    """Withdraw what still waits for an answer about a class request that is closed."""
    for proposal in await store.list_standing_of_request(work.connection, request_id):
        withdrawn = rules.withdraw_visit(proposal, why, work.now)
        if withdrawn:
            await _close_visit(work, withdrawn)


async def _close_visit(work: Work, closed: VisitProposal) -> None:
    await store.update_visit_proposal(work.connection, closed)
    await work.cancel_timer(EXPIRE_VISIT, closed.id)
    work.announce(VisitProposalClosed(visit_proposal=closed))
    note_change(work, ChangeKind.CLASS_REQUEST, closed.class_request_id)


async def _find_visit(work: Work, proposal_id: UUID, *, lock: bool = True) -> VisitProposal:
    """The proposal, where the caller has to do with it.

    To change it, its class request is locked first: a match run that is about to propose
    something else to the same class waits, and then sees the answer.
    """
    proposal = await store.find_visit_proposal(work.connection, proposal_id)
    if proposal is None or not rules.visit_actors(work.caller, proposal):
        raise NotFound(thing="visit proposal", id=str(proposal_id))
    if not lock:
        return proposal
    await find_class_request(work.connection, proposal.class_request_id, lock=True)
    locked = await store.find_visit_proposal(work.connection, proposal_id, lock=True)
    return locked or proposal


# ------------------------------------------------------------------------------- partnerships


async def answer_partnership(request: AnswerPartnershipProposal, work: Work) -> PartnershipProposal:
    """One side accepts or declines; once both accepted, the partnership is made by its owner."""
    proposal = await _find_partnership(work, request.proposal_id, lock=True)
    actors = rules.partnership_actors(work.caller, proposal)
    work.expect(proposal)
    answered = rules.answer_partnership(proposal, request, actors, work.now)
    await store.update_partnership_proposal(work.connection, answered)
    if answered.state == "agreed":
        await work.cancel_timer(EXPIRE_PARTNERSHIP, answered.id)
        work.announce(PartnershipProposalAgreed(partnership_proposal=answered))
    elif answered.state == "declined":
        await work.cancel_timer(EXPIRE_PARTNERSHIP, answered.id)
        work.announce(PartnershipProposalClosed(partnership_proposal=answered))
        rematch_partnerships(work)
    else:
        work.announce(PartnershipProposalAnswered(partnership_proposal=answered))
    return await _with_contacts(work, answered)


async def get_partnership(request: GetPartnershipProposal, work: Work) -> PartnershipProposal:
    """One partnership proposal, for its two sides and the Region."""
    return await _with_contacts(work, await _find_partnership(work, request.proposal_id))


async def explain_partnership(request: ExplainPartnershipProposal, work: Work) -> Explanation:
    """Why this partnership was proposed; the same words for both sides."""
    await _find_partnership(work, request.proposal_id)
    explanation = await store.find_partnership_explanation(work.connection, request.proposal_id)
    if explanation is None:
        raise NotFound(thing="explanation", id=str(request.proposal_id))
    return explanation


async def expire_partnership(proposal_id: str, work: Work) -> None:
    """A side did not answer in time (durable timer)."""
    proposal = await store.find_partnership_proposal(work.connection, UUID(proposal_id), lock=True)
    expired = rules.expire_partnership(proposal, work.now) if proposal else None
    if expired:
        await store.update_partnership_proposal(work.connection, expired)
        work.announce(PartnershipProposalClosed(partnership_proposal=expired))
        rematch_partnerships(work)


async def _find_partnership(work: Work, proposal_id: UUID, *, lock: bool = False) -> PartnershipProposal:
    proposal = await store.find_partnership_proposal(work.connection, proposal_id, lock=lock)
    if proposal is None or not rules.partnership_actors(work.caller, proposal):
        raise NotFound(thing="partnership proposal", id=str(proposal_id))
    return proposal


async def _with_contacts(work: Work, proposal: PartnershipProposal) -> PartnershipProposal:
    """Contact details show only once both accepted."""
    if proposal.state != "agreed":
        return proposal
    company, association = await store.find_contacts(work.connection, proposal.company_id, proposal.association_id)
    return msgspec.structs.replace(proposal, company_contact=company, association_contact=association)
