"""The queries about codes to sign in with."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.auth.code_rules import FOR_CLIENT_SHORTLY, FOR_EMAIL_A_DAY, Asked, SignInCode
from services.work import Connection


async def lock_asking(connection: "Connection[Any]", email: str, client: str) -> None:
    """Let nobody else ask for this address, or from this client, until the transaction ends: both are counted."""
    # One after the other, and always in this order.
    await connection.execute("select pg_advisory_xact_lock(hashtextextended('sign-in for ' || $1, 0))", email)
    await connection.execute("select pg_advisory_xact_lock(hashtextextended('sign-in by ' || $1, 0))", client)


async def find_asked(connection: "Connection[Any]", email: str, client: str, since: datetime) -> Asked:
    """When codes were asked for, newest first, as many as the limits look at."""
    for_email = await connection.fetch(
        "select created_at from sign_in_code where email = $1 and created_at > $2 order by created_at desc limit $3",
        email,
        since,
        FOR_EMAIL_A_DAY,
    )
    by_client = await connection.fetch(
        "select created_at from sign_in_code where client = $1 and created_at > $2 order by created_at desc limit $3",
        client,
        since,
        FOR_CLIENT_SHORTLY,
    )
    return Asked(
        for_email=tuple(row["created_at"] for row in for_email),
        by_client=tuple(row["created_at"] for row in by_client),
    )


async def insert_code(connection: "Connection[Any]", code: SignInCode, client: str) -> None:
    """Store a new code."""
    await connection.execute(
        "insert into sign_in_code (id, email, client, salt, code_hash, created_at) values ($1, $2, $3, $4, $5, $6)",
        code.id,
        code.email,
        client,
        code.salt,
        code.code_hash,
        code.created_at,
    )


async def find_code(connection: "Connection[Any]", code_id: UUID) -> SignInCode | None:
    """One code, locked: nobody else tries it until the transaction ends."""
    row = await connection.fetchrow(
        "select id, email, salt, code_hash, created_at, wrong_tries, used_at"
        " from sign_in_code where id = $1 for update",
        code_id,
    )
    return SignInCode(**dict(row)) if row else None


async def find_asked_email(connection: "Connection[Any]", code_id: UUID, since: datetime) -> str | None:
    """The address that a code was asked for, None where that was longer ago."""
    email: str | None = await connection.fetchval(
        "select email from sign_in_code where id = $1 and created_at > $2", code_id, since
    )
    return email


async def update_wrong_tries(connection: "Connection[Any]", code_id: UUID) -> int:
    """Count one wrong try; how many there are now."""
    tries: int = await connection.fetchval(
        "update sign_in_code set wrong_tries = wrong_tries + 1 where id = $1 returning wrong_tries", code_id
    )
    return tries


async def update_used(connection: "Connection[Any]", code_id: UUID, now: datetime) -> None:
    """Let nobody use a code again."""
    await connection.execute("update sign_in_code set used_at = $2 where id = $1", code_id, now)


async def delete_old_codes(connection: "Connection[Any]", before: datetime) -> None:
    """Forget codes, with the addresses that asked for them, that no limit counts any more."""
    await connection.execute("delete from sign_in_code where created_at < $1", before)
