"""API keys, and who the caller is."""

import secrets
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from contracts.caller import Caller, Scope
from contracts.gateway.keys import ApiKey, IssueApiKey, IssuedApiKey, Me, NewApiKey
from contracts.message import Page
from services.database import transaction
from services.gateway.api.asking import CREATED, Ask, KeyHolder
from services.gateway.api.existing import check_exists
from services.gateway.api.once import Once
from services.gateway.auth.guard import ANY_KEY, secret_of
from services.gateway.auth.handlers import issue_key, revoke_key
from services.gateway.auth.rules import SECRET_BYTES, decide_grant, derive_random, write_secret
from services.gateway.auth.store import list_keys

TAGS = ["Keys"]


class Issued(msgspec.Struct, frozen=True):
    """What is kept of a key that was made, to answer the same request again: never its secret."""

    key: ApiKey
    salt: bytes


@post("/v1/api-keys", scope=Scope.KEYS, tags=TAGS, response_headers=CREATED)
async def issue_api_key(
    data: JSONBody[NewApiKey], ask: Ask, once: Once, request: Request[None, Caller, State]
) -> Response[IssuedApiKey]:
    """Make a key. Its secret is in this answer only; keep it, nobody can show it again."""
    grant = decide_grant(data, ask.caller)
    if ask.caller.is_coordinator:
        await check_exists(grant, ask)
    # The new secret is derived from the caller's own: only its holder can be told it again.
    own = secret_of(request.headers["authorization"])
    async with transaction(request.app.state.running.pool) as connection:

        async def issue() -> Issued:
            salt = secrets.token_bytes(SECRET_BYTES)
            key = await issue_key(connection, data, ask.caller, datetime.now(UTC), derive_random(own, salt))
            return Issued(ApiKey(**{name: getattr(key, name) for name in ApiKey.__struct_fields__}), salt)

        issued = await once.within(connection, IssueApiKey(api_key=data), Issued, issue)
    secret = write_secret(issued.key.id, derive_random(own, issued.salt))
    answer = IssuedApiKey(**msgspec.structs.asdict(issued.key), secret=secret)
    return Response(answer, status_code=201, headers={"Location": f"/v1/api-keys/{answer.id}"})


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


routes = (issue_api_key, list_api_keys, revoke_api_key, get_me)
