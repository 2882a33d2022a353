"""Partnerships: what companies and associations agreed."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, JSONBody

from contracts.associations.partnerships import GetPartnership, MovePartnership, Partnership
from contracts.caller import Scope
from contracts.gateway.actions import ActionDetails
from contracts.message import Page
from services.gateway.api.asking import Ask, Change
from services.gateway.api.listing import Listing, StateFilter

TAGS = ["Partnerships"]


@get("/v1/partnerships", scope=Scope.READ, tags=TAGS)
async def list_partnerships(listing: Listing, in_state: StateFilter = None) -> Page[Partnership]:
    """The caller's partnerships, newest first; a coordinator's list has everybody's."""
    return await listing(Partnership, state=in_state)


@get("/v1/partnerships/{partnership_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_partnership(partnership_id: FromPath[UUID], ask: Ask) -> Partnership:
    """One partnership, for its two sides and the Region."""
    return await ask(GetPartnership(partnership_id=partnership_id))


@post("/v1/partnerships/{partnership_id:uuid}/{action:str}", scope=Scope.PROPOSALS, tags=TAGS, status_code=200)
async def move_partnership(
    partnership_id: FromPath[UUID], action: FromPath[str], change: Change, data: JSONBody[ActionDetails | None] = None
) -> Partnership:
    """`start` or `close` a partnership; the reason of closing is its outcome."""
    reason = data.reason if data else ""
    return await change(MovePartnership(partnership_id=partnership_id, action=action, reason=reason))


routes = (list_partnerships, get_partnership, move_partnership)
