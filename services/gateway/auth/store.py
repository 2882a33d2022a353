"""The queries about API keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from contracts.caller import Scope
from contracts.gateway.keys import ApiKey
from contracts.vocabulary import OrganisationKind, Role
from services.work import Connection

Pool = asyncpg.Pool
# A list that nobody scrolls through; more keys than this are a script's.
LIST_LIMIT = 1000

_COLUMNS = "id, role, organisation, organisation_id, label, scopes, created_at, last_used_at, revoked_at"


class StoredKey(msgspec.Struct, frozen=True):
    """A key with the hash of its secret, as authentication needs it."""

    key: ApiKey
    secret_hash: bytes


async def insert_key(connection: "Connection[Any]", key: ApiKey, secret_hash: bytes, created_by: str) -> None:
    """Store a new key."""
    await connection.execute(
        "insert into api_key"
        " (id, secret_hash, role, organisation, organisation_id, label, scopes, created_at, created_by)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        key.id,
        secret_hash,
        key.role,
        key.organisation,
        key.organisation_id,
        key.label,
        list(key.scopes),
        key.created_at,
        created_by,
    )


async def find_key(connection: "Connection[Any]", key_id: UUID) -> StoredKey | None:
    """One key, revoked or not."""
    row = await connection.fetchrow(f"select {_COLUMNS}, secret_hash from api_key where id = $1", key_id)  # noqa: S608  constants
    return StoredKey(_key(row), row["secret_hash"]) if row else None


async def list_keys(
    connection: "Connection[Any]", organisation: OrganisationKind | None, organisation_id: str
) -> tuple[ApiKey, ...]:
    """The keys of one organisation, or all (None), newest first."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from api_key"  # noqa: S608  constants
        " where $1::text is null or (organisation = $1 and organisation_id = $2)"
        " order by id desc limit $3",
        organisation,
        organisation_id,
        LIST_LIMIT,
    )
    return tuple(_key(row) for row in rows)


async def update_revoked(connection: "Connection[Any]", key_id: UUID, now: datetime) -> ApiKey | None:
    """Revoke a key; the moment of an earlier revocation stays. None where there is no such key."""
    row = await connection.fetchrow(
        f"update api_key set revoked_at = coalesce(revoked_at, $2) where id = $1 returning {_COLUMNS}",  # noqa: S608  constants
        key_id,
        now,
    )
    return _key(row) if row else None


async def update_last_used(connection: "Connection[Any]", key_id: UUID) -> None:
    """Note that a key is in use, to the minute: a busy key must not write its row with every request."""
    await connection.execute(
        "update api_key set last_used_at = now()"
        " where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')",
        key_id,
    )


def _key(row: "asyncpg.Record") -> ApiKey:
    return ApiKey(
        id=row["id"],
        role=Role(row["role"]),
        organisation=OrganisationKind(row["organisation"]),
        organisation_id=row["organisation_id"],
        label=row["label"],
        scopes=tuple(Scope(scope) for scope in row["scopes"]),
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
