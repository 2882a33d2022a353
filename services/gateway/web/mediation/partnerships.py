"""Partnerships: what a company and an association agreed, whom to write to, and how it went."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath

from contracts.associations.partnerships import GetPartnership, MovePartnership, Partnership
from contracts.caller import Scope
from contracts.errors import PasserelleError
from contracts.gateway.actions import ActionDetails
from contracts.matchmaker.proposals import GetPartnershipProposal
from services.gateway.api.asking import Ask, Asking
from services.gateway.api.listing import Listing, StateFilter
from services.gateway.web.forms import Form
from services.gateway.web.language import _, mark
from services.gateway.web.page import Act, Go, Page, Pages, Sent, go

# The states by which the list is narrowed; nothing stands for all.
TABS = (
    ("", mark("Tous")),
    ("agreed", mark("Convenus")),
    ("active", mark("En cours")),
    ("closed", mark("Terminés")),
)


@get("/partnerships", scope=Scope.READ)
async def show_partnerships(listing: Listing, page: Page, in_state: StateFilter = "") -> Go:
    """The reader's partnerships, newest first; a coordinator's list has everybody's."""
    return page(
        "mediation/partnerships.html",
        partnerships=await listing(Partnership, state=in_state or None),
        tabs_of=TABS,
        chosen=in_state or "",
    )


@get("/partnerships/{partnership_id:uuid}", scope=Scope.READ)
async def show_partnership(partnership_id: FromPath[UUID], ask: Ask, page: Page) -> Go:
    """One partnership."""
    return await partnership_page(partnership_id, ask, page, Form())


async def partnership_page(partnership_id: UUID, ask: Asking, page: Pages, form: Form) -> Go:
    """The sheet of a partnership; its contacts are those of the proposal that both sides accepted."""
    partnership = await ask(GetPartnership(partnership_id=partnership_id))
    proposal = await ask(GetPartnershipProposal(proposal_id=partnership.proposal_id))
    return page("mediation/partnership.html", form=form, partnership=partnership, proposal=proposal)


@post("/partnerships/{partnership_id:uuid}/{action:str}", scope=Scope.PROPOSALS)
async def move_one_partnership(
    partnership_id: FromPath[UUID], action: FromPath[str], ask: Ask, act: Act, page: Page, form: Sent
) -> Go:
    """`start` a partnership, or `close` it with its outcome."""
    try:
        reason = form.read(ActionDetails).reason
        moved = await act(MovePartnership(partnership_id=partnership_id, action=action, reason=reason))
    except PasserelleError as refused:
        form.refuse(refused)
        return await partnership_page(partnership_id, ask, page, form)
    said = _("Partenariat démarré.") if moved.state == "active" else _("Partenariat terminé. Son bilan est conservé.")
    return go(f"/partnerships/{partnership_id}", said)


routes = (show_partnerships, show_partnership, move_one_partnership)
