"""Interventions: the mediation of a booked visit, and the association's answer."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, JSONBody

from contracts.associations.interventions import GetIntervention, Intervention, MoveIntervention
from contracts.caller import Scope
from contracts.gateway.actions import ActionDetails
from contracts.message import Page
from services.gateway.api.asking import Ask, Change
from services.gateway.api.listing import Listing, StateFilter

TAGS = ["Interventions"]


@get("/v1/interventions", scope=Scope.READ, tags=TAGS)
async def list_interventions(listing: Listing, in_state: StateFilter = None) -> Page[Intervention]:
    """The caller's interventions, soonest visit first; a coordinator's list has everybody's."""
    return await listing(Intervention, state=in_state)


@get("/v1/interventions/{intervention_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_intervention(intervention_id: FromPath[UUID], ask: Ask) -> Intervention:
    """One intervention, for its association, company and school, and the Region."""
    return await ask(GetIntervention(intervention_id=intervention_id))


@post("/v1/interventions/{intervention_id:uuid}/{action:str}", scope=Scope.PROPOSALS, tags=TAGS, status_code=200)
async def move_intervention(
    intervention_id: FromPath[UUID], action: FromPath[str], change: Change, data: JSONBody[ActionDetails | None] = None
) -> Intervention:
    """`accept` or `decline` an intervention, or `withdraw` from one that was accepted."""
    reason = data.reason if data else ""
    return await change(MoveIntervention(intervention_id=intervention_id, action=action, reason=reason))


routes = (list_interventions, get_intervention, move_intervention)
