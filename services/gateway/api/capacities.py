"""Capacities: the mediation that associations can give."""

from uuid import UUID

from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody

from contracts.associations.capacities import (
    Capacity,
    CapacityChange,
    ChangeCapacity,
    GetCapacity,
    MoveCapacity,
    NewCapacity,
    PublishCapacity,
)
from contracts.associations.profiles import GetAssociation
from contracts.caller import Scope
from contracts.gateway.actions import ActionDetails
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Change, Tell, created
from services.gateway.api.listing import Department, Listing, StateFilter, ThemeFilter, tags_of

TAGS = ["Capacities"]


@post("/v1/associations/{association_id:uuid}/capacities", scope=Scope.CAPACITIES, tags=TAGS, response_headers=CREATED)
async def publish_capacity(
    association_id: FromPath[UUID], data: JSONBody[NewCapacity], tell: Tell
) -> Response[Capacity]:
    """Publish what an association can give in a period."""
    return created(await tell(PublishCapacity(association_id=association_id, capacity=data)), "/v1/capacities")


@get("/v1/associations/{association_id:uuid}/capacities", scope=Scope.READ, tags=TAGS)
async def list_capacities_of_association(
    association_id: FromPath[UUID], ask: Ask, listing: Listing, in_state: StateFilter = None
) -> Page[Capacity]:
    """An association's capacities, newest first; to others only the published ones."""
    await ask(GetAssociation(association_id=association_id))
    return await listing(Capacity, parent=association_id, state=in_state)


@get("/v1/capacities", scope=Scope.READ, tags=TAGS)
async def list_capacities(listing: Listing, department: Department = None, theme: ThemeFilter = None) -> Page[Capacity]:
    """All published capacities, newest first; `department` is that of the association's seat."""
    return await listing(Capacity, department=department, tags=tags_of(theme=theme))


@get("/v1/capacities/{capacity_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_capacity(capacity_id: FromPath[UUID], ask: Ask) -> Capacity:
    """One capacity."""
    return await ask(GetCapacity(capacity_id=capacity_id))


@patch("/v1/capacities/{capacity_id:uuid}", scope=Scope.CAPACITIES, tags=TAGS)
async def change_capacity(capacity_id: FromPath[UUID], data: JSONBody[CapacityChange], change: Change) -> Capacity:
    """Change some fields of a capacity."""
    return await change(ChangeCapacity(capacity_id=capacity_id, change=data))


@post("/v1/capacities/{capacity_id:uuid}/{action:str}", scope=Scope.CAPACITIES, tags=TAGS, status_code=200)
async def move_capacity(
    capacity_id: FromPath[UUID], action: FromPath[str], change: Change, data: JSONBody[ActionDetails | None] = None
) -> Capacity:
    """`withdraw` a capacity."""
    return await change(MoveCapacity(capacity_id=capacity_id, action=action, reason=data.reason if data else ""))


routes = (
    publish_capacity,
    list_capacities_of_association,
    list_capacities,
    get_capacity,
    change_capacity,
    move_capacity,
)
