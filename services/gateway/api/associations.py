"""Associations."""

from uuid import UUID

from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody

from contracts.associations.profiles import (
    Association,
    AssociationChange,
    ChangeAssociation,
    GetAssociation,
    MoveAssociation,
    NewAssociation,
    RegisterAssociation,
)
from contracts.caller import Scope
from contracts.gateway.actions import ActionDetails
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Change, Tell, created
from services.gateway.api.listing import Department, Listing, Search, StateFilter, ThemeFilter, tags_of

TAGS = ["Associations"]


@post("/v1/associations", scope=Scope.PROFILE, tags=TAGS, response_headers=CREATED)
async def register_association(data: JSONBody[NewAssociation], tell: Tell) -> Response[Association]:
    """Register an association; by a coordinator."""
    return created(await tell(RegisterAssociation(association=data)), "/v1/associations")


@get("/v1/associations", scope=Scope.READ, tags=TAGS)
async def list_associations(
    listing: Listing,
    q: Search = None,
    department: Department = None,
    theme: ThemeFilter = None,
    in_state: StateFilter = None,
) -> Page[Association]:
    """Associations from A to Z."""
    return await listing(Association, search=q, department=department, tags=tags_of(theme=theme), state=in_state)


@get("/v1/associations/{association_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_association(association_id: FromPath[UUID], ask: Ask) -> Association:
    """One association; its contact only for itself and the Region."""
    return await ask(GetAssociation(association_id=association_id))


@patch("/v1/associations/{association_id:uuid}", scope=Scope.PROFILE, tags=TAGS)
async def change_association(
    association_id: FromPath[UUID], data: JSONBody[AssociationChange], change: Change
) -> Association:
    """Change some fields of an association."""
    return await change(ChangeAssociation(association_id=association_id, change=data))


@post("/v1/associations/{association_id:uuid}/{action:str}", scope=Scope.PROFILE, tags=TAGS, status_code=200)
async def move_association(
    association_id: FromPath[UUID], action: FromPath[str], change: Change, data: JSONBody[ActionDetails | None] = None
) -> Association:
    """`approve` or `suspend` an association; by a coordinator."""
    reason = data.reason if data else ""
    return await change(MoveAssociation(association_id=association_id, action=action, reason=reason))


routes = (register_association, list_associations, get_association, change_association, move_association)
