"""Visit proposals: what a school is to answer, and what companies, associations and the Region may look at."""

import asyncio
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from contracts.caller import Scope
from contracts.errors import PasserelleError
from contracts.gateway.actions import ProposalAnswer
from contracts.machines import OPEN_VISIT_PROPOSAL_STATES
from contracts.matchmaker.explanations import Explanation
from contracts.matchmaker.proposals import (
    AnswerVisitProposal,
    DeclineReason,
    ExplainVisitProposal,
    GetVisitProposal,
    VisitProposal,
)
from services.gateway.api.asking import Ask, Asking
from services.gateway.api.listing import Lister, Listing, StateFilter
from services.gateway.api.versions import Answer
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.language import _, mark
from services.gateway.web.page import Act, AnyRequest, Go, Page, Pages, Sent, asks_for_part, go
from services.gateway.web.proposals import partnership_proposals, why_not
from services.gateway.web.proposals.endings import ending

TO_ANSWER = "proposed"
# The states by which the list is narrowed, what is to be done first; nothing stands for all.
TABS = (
    (TO_ANSWER, mark("À répondre")),
    ("accepted", mark("En cours de réservation")),
    ("booked", mark("Réservées")),
    ("declined", mark("Déclinées")),
    ("expired", mark("Sans réponse à temps")),
    ("withdrawn", mark("Retirées")),
    ("", mark("Toutes")),
)


@get("/visit-proposals", scope=Scope.READ)
async def show_visit_proposals(
    listing: Listing,
    page: Page,
    in_state: StateFilter = TO_ANSWER,
    class_request: FromQuery[UUID | None] = None,
) -> Go:
    """The reader's visit proposals: those that wait for an answer, or those in another state."""
    found = await listing(VisitProposal, state=in_state or None, parent=class_request)
    return page(
        "proposals/visit_proposals.html",
        fragment="proposals/_visit_list.html",
        proposals=found,
        tabs_of=TABS,
        reasons=options(DeclineReason),
        chosen=in_state or "",
        class_request=class_request,
    )


@get("/visit-proposals/{proposal_id:uuid}", scope=Scope.READ)
async def show_visit_proposal(proposal_id: FromPath[UUID], ask: Ask, listing: Listing, page: Page) -> Go:
    """One visit proposal, with why."""
    return await visit_page(ask, listing, page, proposal_id, Form())


@get("/visit-proposals/{proposal_id:uuid}/explanation", scope=Scope.READ)
async def give_visit_explanation(proposal_id: FromPath[UUID], ask: Ask) -> Response[Explanation]:
    """The explanation as data, as the API gives it to software."""
    return Answer(await ask(ExplainVisitProposal(proposal_id=proposal_id)))


@get("/visit-proposals/{proposal_id:uuid}/booking", scope=Scope.READ)
async def follow_to_booking(
    proposal_id: FromPath[UUID], ask: Ask, page: Page, request: AnyRequest
) -> Go | Response[None]:
    """On to the booking that an accepted proposal became; a page that waits for it until then."""
    proposal = await ask(GetVisitProposal(proposal_id=proposal_id))
    if proposal.state == "accepted":
        return page("proposals/on_its_way.html", proposal=proposal)
    booked = proposal.state == "booked" and proposal.booking_id
    target = f"/bookings/{proposal.booking_id}" if booked else f"/visit-proposals/{proposal.id}"
    # A script that waits has to lead its reader on, not to fill the page at hand.
    return Response(None, headers={"HX-Redirect": target}) if asks_for_part(request) else go(target)


@post("/visit-proposals/{proposal_id:uuid}/{action:str}", scope=Scope.PROPOSALS)
async def send_visit_answer(
    proposal_id: FromPath[UUID], action: FromPath[str], ask: Ask, listing: Listing, act: Act, page: Page, form: Sent
) -> Go:
    """`accept`, which books, or `decline` with a reason."""
    try:
        answer = form.read(ProposalAnswer)
        await act(
            AnswerVisitProposal(proposal_id=proposal_id, action=action, reason=answer.reason, remark=answer.remark)
        )
    except PasserelleError as refused:
        form.refuse(refused)
        return await visit_page(ask, listing, page, proposal_id, form)
    if action == "accept":
        return go(f"/visit-proposals/{proposal_id}/booking", _("Proposition acceptée."))
    return go(
        f"/visit-proposals/{proposal_id}",
        _("Proposition déclinée. Votre réponse aide à en trouver une meilleure."),
    )


async def visit_page(ask: Asking, listing: Lister, page: Pages, proposal_id: UUID, form: Form) -> Go:
    """The sheet of a proposal; where it came to nothing, with what is proposed to the class now."""
    proposal, why = await asyncio.gather(
        ask(GetVisitProposal(proposal_id=proposal_id)), ask(ExplainVisitProposal(proposal_id=proposal_id))
    )
    over = proposal.state not in OPEN_VISIT_PROPOSAL_STATES | {"booked"}
    following = await listing(VisitProposal, state=TO_ANSWER, parent=proposal.class_request_id) if over else None
    return page(
        "proposals/visit_proposal.html",
        form=form,
        proposal=proposal,
        why=why,
        reasons=options(DeclineReason),
        ending=ending(proposal.why),
        following=[each for each in following.items if each.id != proposal.id] if following else [],
        over=over,
    )


routes = (
    show_visit_proposals,
    show_visit_proposal,
    give_visit_explanation,
    follow_to_booking,
    send_visit_answer,
    *partnership_proposals.routes,
    *why_not.routes,
)
