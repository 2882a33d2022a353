"""Class requests: what schools wish for their classes."""

from uuid import UUID

from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody

from contracts.caller import Scope
from contracts.gateway.actions import ActionDetails
from contracts.matchmaker.class_requests import (
    ChangeClassRequest,
    ClassRequest,
    ClassRequestChange,
    GetClassRequest,
    MoveClassRequest,
    NewClassRequest,
    SubmitClassRequest,
)
from contracts.matchmaker.explanations import WhyNot
from contracts.matchmaker.proposals import ExplainWhyNot
from contracts.matchmaker.schools import GetSchool
from contracts.message import Page
from services.gateway.api.asking import CREATED, Ask, Change, Tell, created
from services.gateway.api.listing import Listing, StateFilter

TAGS = ["Class requests"]
# The whole region is matched for the answer.
WHY_NOT_TIMEOUT_S = 60.0


@post("/v1/schools/{uai:str}/class-requests", scope=Scope.REQUESTS, tags=TAGS, response_headers=CREATED)
async def submit_class_request(
    uai: FromPath[str], data: JSONBody[NewClassRequest], tell: Tell
) -> Response[ClassRequest]:
    """Ask for visits for one class of a school."""
    command = SubmitClassRequest(school_uai=uai.upper(), class_request=data)
    return created(await tell(command), "/v1/class-requests")


@get("/v1/schools/{uai:str}/class-requests", scope=Scope.READ, tags=TAGS)
async def list_class_requests_of_school(
    uai: FromPath[str], ask: Ask, listing: Listing, in_state: StateFilter = None
) -> Page[ClassRequest]:
    """A school's class requests, newest first, for itself and the Region."""
    school = await ask(GetSchool(uai=uai.upper()))
    return await listing(ClassRequest, parent=school.uai, state=in_state)


@get("/v1/class-requests", scope=Scope.READ, tags=TAGS)
async def list_class_requests(listing: Listing, in_state: StateFilter = None) -> Page[ClassRequest]:
    """The caller's class requests, newest first; a coordinator's list has everybody's."""
    return await listing(ClassRequest, state=in_state)


@get("/v1/class-requests/{class_request_id:uuid}", scope=Scope.READ, tags=TAGS)
async def get_class_request(class_request_id: FromPath[UUID], ask: Ask) -> ClassRequest:
    """One class request, for its school and the Region."""
    return await ask(GetClassRequest(class_request_id=class_request_id))


@get("/v1/class-requests/{class_request_id:uuid}/why-not/{slot_id:uuid}", scope=Scope.READ, tags=TAGS)
async def explain_why_not(class_request_id: FromPath[UUID], slot_id: FromPath[UUID], ask: Ask) -> WhyNot:
    """Why a slot is not proposed to a class, or that it is, with the figures of now; for its school and the Region."""
    query = ExplainWhyNot(class_request_id=class_request_id, slot_id=slot_id)
    return await ask(query, timeout_s=WHY_NOT_TIMEOUT_S)


@patch("/v1/class-requests/{class_request_id:uuid}", scope=Scope.REQUESTS, tags=TAGS)
async def change_class_request(
    class_request_id: FromPath[UUID], data: JSONBody[ClassRequestChange], change: Change
) -> ClassRequest:
    """Change some fields of a class request."""
    return await change(ChangeClassRequest(class_request_id=class_request_id, change=data))


@post("/v1/class-requests/{class_request_id:uuid}/{action:str}", scope=Scope.REQUESTS, tags=TAGS, status_code=200)
async def move_class_request(
    class_request_id: FromPath[UUID], action: FromPath[str], change: Change, data: JSONBody[ActionDetails | None] = None
) -> ClassRequest:
    """`withdraw` a class request."""
    reason = data.reason if data else ""
    return await change(MoveClassRequest(class_request_id=class_request_id, action=action, reason=reason))


routes = (
    submit_class_request,
    list_class_requests_of_school,
    list_class_requests,
    get_class_request,
    explain_why_not,
    change_class_request,
    move_class_request,
)
