"""API keys, and who the caller is."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from contracts.associations.profiles import GetAssociation
from contracts.caller import Caller, Scope
from contracts.companies.profiles import GetCompany
from contracts.errors import Invalid, Kind, RequestRefused
from contracts.gateway.keys import ApiKey, IssuedApiKey, Me, NewApiKey
from contracts.matchmaker.schools import GetSchool
from contracts.message import Page
from contracts.vocabulary import OrganisationKind
from services.gateway.api.asking import CREATED, Ask, Asking, KeyHolder
from services.gateway.auth.guard import ANY_KEY
from services.gateway.auth.handlers import issue_key, revoke_key
from services.gateway.auth.rules import Grant, decide_grant
from services.gateway.auth.store import list_keys

TAGS = ["Keys"]


@post("/v1/api-keys", scope=Scope.KEYS, tags=TAGS, response_headers=CREATED)
async def issue_api_key(
    data: JSONBody[NewApiKey], ask: Ask, request: Request[None, Caller, State]
) -> Response[IssuedApiKey]:
    """Make a key. Its secret is in this answer only; keep it, nobody can show it again."""
    grant = decide_grant(data, ask.caller)
    if ask.caller.is_coordinator:
        await _check_exists(grant, ask)
    async with request.app.state.running.pool.acquire() as connection:
        key = await issue_key(connection, data, ask.caller, datetime.now(UTC))
    return Response(key, status_code=201, headers={"Location": f"/v1/api-keys/{key.id}"})


@get("/v1/api-keys", scope=Scope.KEYS, tags=TAGS)
async def list_api_keys(caller: KeyHolder, request: Request[None, Caller, State]) -> Page[ApiKey]:
    """The keys of the caller's organisation, without their secrets; a coordinator's list has everybody's."""
    organisation = None if caller.is_coordinator else caller.organisation
    async with request.app.state.running.pool.acquire() as connection:
        return Page(items=await list_keys(connection, organisation, caller.organisation_id))


@delete("/v1/api-keys/{key_id:uuid}", scope=Scope.KEYS, tags=TAGS)
async def revoke_api_key(key_id: FromPath[UUID], caller: KeyHolder, request: Request[None, Caller, State]) -> None:
    """Revoke a key: it stops working within seconds, and for good."""
    async with request.app.state.running.pool.acquire() as connection:
        await revoke_key(connection, key_id, caller, datetime.now(UTC))
    request.app.state.key_ring.forget(key_id)


@get("/v1/me", scope=ANY_KEY, tags=TAGS)
async def get_me(caller: KeyHolder) -> Me:
    """Who the key's holder is."""
    return msgspec.convert(caller, Me, from_attributes=True)


async def _check_exists(grant: Grant, ask: Asking) -> None:
    """Only the owner knows for sure whether an organisation exists; raises Invalid where it does not."""
    try:
        match grant.organisation:
            case OrganisationKind.SCHOOL:
                await ask(GetSchool(uai=grant.organisation_id))
            case OrganisationKind.COMPANY:
                await ask(GetCompany(company_id=UUID(grant.organisation_id)))
            case OrganisationKind.ASSOCIATION:
                await ask(GetAssociation(association_id=UUID(grant.organisation_id)))
            case OrganisationKind.REGION:
                pass
    except RequestRefused as refused:
        if refused.problem.kind is not Kind.NOT_FOUND:
            raise
        raise Invalid.field(
            "organisation_id",
            f"No {grant.organisation} has the id {grant.organisation_id}: register it first.",
            f"Aucune organisation n'a l'identifiant {grant.organisation_id} : enregistrez-la d'abord.",
        ) from refused


routes = (issue_api_key, list_api_keys, revoke_api_key, get_me)
