"""Partnership proposals: what a company and an association are to answer, why, and how they reach each other then."""

import asyncio
from dataclasses import replace
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from contracts.associations.partnerships import Partnership
from contracts.caller import Scope
from contracts.errors import PasserelleError
from contracts.gateway.actions import ProposalAnswer
from contracts.machines import OPEN_PARTNERSHIP_PROPOSAL_STATES
from contracts.matchmaker.explanations import Explanation
from contracts.matchmaker.proposals import (
    AnswerPartnershipProposal,
    DeclineReason,
    ExplainPartnershipProposal,
    GetPartnershipProposal,
    PartnershipProposal,
)
from contracts.vocabulary import OrganisationKind
from services.gateway.api.asking import Ask, Asking
from services.gateway.api.listing import Lister, Listing, StateFilter
from services.gateway.api.versions import Answer
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.language import _, mark
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go
from services.gateway.web.proposals.endings import ending

TO_ANSWER = "to-answer"
# The states by which the list is narrowed, what is to be done first; nothing stands for all.
TABS = (
    (TO_ANSWER, mark("À répondre")),
    ("agreed", mark("Conclus")),
    ("declined", mark("Déclinés")),
    ("expired", mark("Sans réponse à temps")),
    ("withdrawn", mark("Retirés")),
    ("", mark("Tous")),
)
OPEN = tuple(sorted(OPEN_PARTNERSHIP_PROPOSAL_STATES))
# Where the partnership of a proposal is looked for: among the reader's latest.
LATEST = 100


@get("/partnership-proposals", scope=Scope.READ)
async def show_partnership_proposals(listing: Listing, page: Page, in_state: StateFilter = TO_ANSWER) -> Go:
    """The reader's partnership proposals: those that wait for an answer, or those in another state."""
    waiting = in_state == TO_ANSWER
    narrowed = {"states": OPEN} if waiting else {"state": in_state or None}
    found = await listing(PartnershipProposal, **narrowed)
    mine = [each for each in found.items if not waiting or "accept" in each.allowed_actions]
    return page(
        "proposals/partnership_proposals.html",
        fragment="proposals/_partnership_list.html",
        # First those to which the other side said yes already.
        proposals=sorted(mine, key=lambda proposal: proposal.state == "proposed") if waiting else mine,
        others=[each for each in found.items if each not in mine],
        next_cursor=found.next_cursor,
        tabs_of=TABS,
        reasons=options(DeclineReason),
        chosen=in_state or "",
    )


@get("/partnership-proposals/{proposal_id:uuid}", scope=Scope.READ)
async def show_partnership_proposal(proposal_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Go:
    """One partnership proposal, with why; with both contacts once both sides accepted."""
    return await partnership_page(ask, listing, page, proposal_id, Form())


@get("/partnership-proposals/{proposal_id:uuid}/explanation", scope=Scope.READ)
async def give_partnership_explanation(proposal_id: FromPath[UUID], ask: Ask) -> Response[Explanation]:
    """The explanation as data, as the API gives it to software."""
    return Answer(await ask(ExplainPartnershipProposal(proposal_id=proposal_id)))


@post("/partnership-proposals/{proposal_id:uuid}/{action:str}", scope=Scope.PROPOSALS)
async def send_partnership_answer(
    proposal_id: FromPath[UUID], action: FromPath[str], ask: Ask, listing: Listing, act: Act, page: Page, form: Sent
) -> Go:
    """`accept`, or `decline` with a reason."""
    try:
        answer = form.read(ProposalAnswer)
        answered = await act(
            AnswerPartnershipProposal(
                proposal_id=proposal_id, action=action, reason=answer.reason, remark=answer.remark
            )
        )
    except PasserelleError as refused:
        form.refuse(refused)
        return await partnership_page(ask, listing, page, proposal_id, form)
    return go(f"/partnership-proposals/{proposal_id}", _said(answered))


def _said(answered: PartnershipProposal) -> str:
    if answered.state == "agreed":
        return _("Vous êtes d’accord tous les deux : voici comment vous joindre.")
    if answered.state == "declined":
        return _("Proposition déclinée. Cette même proposition ne reviendra pas avant 90 jours.")
    return _("Vous avez accepté. L’autre partie doit encore répondre.")


async def partnership_page(ask: Asking, listing: Lister, page: Pages, proposal_id: UUID, form: Form) -> Go:
    """The sheet of a proposal; once it is agreed, with the way to its partnership."""
    proposal, why = await asyncio.gather(
        ask(GetPartnershipProposal(proposal_id=proposal_id)),
        ask(ExplainPartnershipProposal(proposal_id=proposal_id)),
    )
    return page(
        "proposals/partnership_proposal.html",
        form=form,
        proposal=proposal,
        why=why,
        reasons=options(DeclineReason),
        ending=ending(proposal.why),
        partnership=await partnership_of(listing, proposal) if proposal.state == "agreed" else None,
        answered=answered_by(proposal),
    )


async def partnership_of(listing: Lister, proposal: PartnershipProposal) -> Partnership | None:
    """What was agreed, once the directory has heard of it."""
    found = await replace(listing, cursor=None, limit=LATEST)(Partnership)
    return next((each for each in found.items if each.proposal_id == proposal.id), None)


def answered_by(proposal: PartnershipProposal) -> tuple[tuple[OrganisationKind, str, bool], ...]:
    """Each side by its kind and name, and whether it has answered."""
    return tuple(
        (side, name, side in proposal.answered_by)
        for side, name in (
            (OrganisationKind.COMPANY, proposal.company_name),
            (OrganisationKind.ASSOCIATION, proposal.association_name),
        )
    )


routes = (
    show_partnership_proposals,
    show_partnership_proposal,
    give_partnership_explanation,
    send_partnership_answer,
)
