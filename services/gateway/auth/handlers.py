"""Making, listing and revoking keys: the same for the HTTP API and for the operator's command.

Who may use a key once it exists is decided in guard.py.
"""

import secrets
from typing import Any
from uuid import UUID

import msgspec

from contracts.caller import Caller
from contracts.errors import NotFound
from contracts.gateway.keys import ApiKey, IssueApiKey, IssuedApiKey, ListApiKeys, NewApiKey, RevokeApiKey
from contracts.identifiers import uuid7
from services.gateway.auth.rules import SECRET_BYTES, decide_grant, hash_secret, write_secret
from services.gateway.auth.store import find_key, insert_key, list_keys, update_revoked
from services.work import Connection, Work


async def issue_key(
    connection: "Connection[Any]", new: NewApiKey, caller: Caller, now: Any, random: bytes = b""
) -> IssuedApiKey:
    """Make a key and store its hash; the answer is the only place where the secret ever stands.

    `random` are the secret's 32 bytes where its maker has to be able to make it again.
    Raises Invalid naming the field, Forbidden or ScopeMissing. Whether the organisation exists is for the asker to
    see to: only its owner knows for sure.
    """
    grant = decide_grant(new, caller)
    key_id = uuid7()
    secret = write_secret(key_id, random or secrets.token_bytes(SECRET_BYTES))
    key = ApiKey(
        id=key_id,
        role=grant.role,
        organisation=grant.organisation,
        organisation_id=grant.organisation_id,
        label=new.label,
        scopes=grant.scopes,
        created_at=now,
    )
    await insert_key(connection, key, hash_secret(secret), caller.key_id)
    return IssuedApiKey(**msgspec.structs.asdict(key), secret=secret)


async def revoke_key(connection: "Connection[Any]", key_id: UUID, caller: Caller, now: Any) -> ApiKey:
    """End a key of the caller's organisation (a coordinator: of any); raises NotFound for everybody else's."""
    found = await find_key(connection, key_id)
    if found is None or not (
        caller.is_coordinator or caller.acts_for(found.key.organisation, found.key.organisation_id)
    ):
        raise NotFound(thing="API key", id=str(key_id))
    revoked = await update_revoked(connection, key_id, now)
    return revoked or found.key


async def issue(request: IssueApiKey, work: Work) -> IssuedApiKey:
    """Make a key for the operator."""
    return await issue_key(work.connection, request.api_key, work.caller, work.now)


async def show_all(_request: ListApiKeys, work: Work) -> tuple[ApiKey, ...]:
    """All keys, for the operator."""
    return await list_keys(work.connection, None, "")


async def revoke(request: RevokeApiKey, work: Work) -> ApiKey:
    """End a key for the operator."""
    return await revoke_key(work.connection, request.api_key_id, work.caller, work.now)
