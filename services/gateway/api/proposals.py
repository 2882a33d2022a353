"""Proposals of both kinds: what the matchmaker proposes, why, and the answers."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody

from contracts.caller import Scope
from contracts.gateway.actions import ProposalAnswer
from contracts.matchmaker.explanations import Explanation
from contracts.matchmaker.proposals import (
    AnswerPartnershipProposal,
    AnswerVisitProposal,
    ExplainPartnershipProposal,
    ExplainVisitProposal,
    GetPartnershipProposal,
    GetVisitProposal,
    PartnershipProposal,
    VisitProposal,
)
from contracts.message import Page
from services.gateway.api.asking import Ask, Change
from services.gateway.api.listing import Listing, StateFilter

VISITS, PARTNERSHIPS = ["Visit proposals"], ["Partnership proposals"]


@get("/v1/visit-proposals", scope=Scope.READ, tags=VISITS)
async def list_visit_proposals(
    listing: Listing, in_state: StateFilter = None, class_request: FromQuery[UUID | None] = None
) -> Page[VisitProposal]:
    """The caller's visit proposals, newest first; `class_request` narrows them to one class."""
    return await listing(VisitProposal, state=in_state, parent=class_request)


@get("/v1/visit-proposals/{proposal_id:uuid}", scope=Scope.READ, tags=VISITS)
async def get_visit_proposal(proposal_id: FromPath[UUID], ask: Ask) -> VisitProposal:
    """One visit proposal."""
    return await ask(GetVisitProposal(proposal_id=proposal_id))


@get("/v1/visit-proposals/{proposal_id:uuid}/explanation", scope=Scope.READ, tags=VISITS)
async def explain_visit_proposal(proposal_id: FromPath[UUID], ask: Ask) -> Explanation:
    """Why this visit was proposed; both sides read the same."""
    return await ask(ExplainVisitProposal(proposal_id=proposal_id))


@post("/v1/visit-proposals/{proposal_id:uuid}/{action:str}", scope=Scope.PROPOSALS, tags=VISITS, status_code=200)
async def answer_visit_proposal(
    proposal_id: FromPath[UUID], action: FromPath[str], change: Change, data: JSONBody[ProposalAnswer | None] = None
) -> VisitProposal:
    """`accept` (which books) or `decline` a visit proposal."""
    answer = data or ProposalAnswer()
    return await change(
        AnswerVisitProposal(proposal_id=proposal_id, action=action, reason=answer.reason, remark=answer.remark)
    )


@get("/v1/partnership-proposals", scope=Scope.READ, tags=PARTNERSHIPS)
async def list_partnership_proposals(listing: Listing, in_state: StateFilter = None) -> Page[PartnershipProposal]:
    """The caller's partnership proposals, newest first."""
    return await listing(PartnershipProposal, state=in_state)


@get("/v1/partnership-proposals/{proposal_id:uuid}", scope=Scope.READ, tags=PARTNERSHIPS)
async def get_partnership_proposal(proposal_id: FromPath[UUID], ask: Ask) -> PartnershipProposal:
    """One partnership proposal; with both contacts once both sides accepted."""
    return await ask(GetPartnershipProposal(proposal_id=proposal_id))


@get("/v1/partnership-proposals/{proposal_id:uuid}/explanation", scope=Scope.READ, tags=PARTNERSHIPS)
async def explain_partnership_proposal(proposal_id: FromPath[UUID], ask: Ask) -> Explanation:
    """Why this partnership was proposed; both sides read the same."""
    return await ask(ExplainPartnershipProposal(proposal_id=proposal_id))


@post(
    "/v1/partnership-proposals/{proposal_id:uuid}/{action:str}",
    scope=Scope.PROPOSALS,
    tags=PARTNERSHIPS,
    status_code=200,
)
async def answer_partnership_proposal(
    proposal_id: FromPath[UUID], action: FromPath[str], change: Change, data: JSONBody[ProposalAnswer | None] = None
) -> PartnershipProposal:
    """`accept` or `decline` a partnership proposal."""
    answer = data or ProposalAnswer()
    return await change(
        AnswerPartnershipProposal(proposal_id=proposal_id, action=action, reason=answer.reason, remark=answer.remark)
    )


routes = (
    list_visit_proposals,
    get_visit_proposal,
    explain_visit_proposal,
    answer_visit_proposal,
    list_partnership_proposals,
    get_partnership_proposal,
    explain_partnership_proposal,
    answer_partnership_proposal,
)
