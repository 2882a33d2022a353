"""The queries about sessions of browsers."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.gateway.auth.account_store import COLUMNS, account_of
from services.gateway.auth.session_rules import Session, caller_of
from services.work import Connection

_SELECT = f"""
select web_session.id as session_id, device, web_session.created_at as opened_at, seen_at, {COLUMNS}
from web_session join account on account.id = account_id
"""  # noqa: S608  constants


async def insert_session(connection: "Connection[Any]", session: Session, token_hash: bytes) -> None:
    """Store a new session."""
    await connection.execute(
        "insert into web_session (id, token_hash, account_id, device, created_at, seen_at)"
        " values ($1, $2, $3, $4, $5, $6)",
        session.id,
        token_hash,
        session.account.id,
        session.device,
        session.created_at,
        session.seen_at,
    )


async def find_session(connection: "Connection[Any]", token_hash: bytes) -> Session | None:
    """The session of a token, also one that has ended by itself; its account is a live one."""
    row = await connection.fetchrow(f"{_SELECT} where token_hash = $1 and closed_at is null", token_hash)
    return _session(row) if row else None


async def list_sessions(connection: "Connection[Any]", account_id: UUID) -> tuple[Session, ...]:
    """The sessions of an account, the one last seen first."""
    rows = await connection.fetch(f"{_SELECT} where account_id = $1 order by seen_at desc, session_id", account_id)
    return tuple(_session(row) for row in rows)


async def update_seen(connection: "Connection[Any]", session_id: UUID, now: datetime) -> None:
    """Note that a session is in use."""
    await connection.execute("update web_session set seen_at = greatest(seen_at, $2) where id = $1", session_id, now)


async def delete_session(connection: "Connection[Any]", account_id: UUID, session_id: UUID) -> bool:
    """End one session of an account; False where it has no such session."""
    deleted = await connection.fetchval(
        "delete from web_session where id = $1 and account_id = $2 returning true", session_id, account_id
    )
    return bool(deleted)


async def delete_sessions(connection: "Connection[Any]", account_id: UUID) -> None:
    """End all sessions of an account."""
    await connection.execute("delete from web_session where account_id = $1", account_id)


async def delete_sessions_of_email(connection: "Connection[Any]", email: str) -> tuple[UUID, ...]:
    """End all sessions of all accounts of an address; the accounts that had any."""
    rows = await connection.fetch(
        "delete from web_session using account"
        " where account.id = account_id and lower(email) = lower($1) returning account_id",
        email,
    )
    return tuple({row["account_id"] for row in rows})


async def delete_old_sessions(connection: "Connection[Any]", seen_before: datetime, opened_before: datetime) -> None:
    """Forget sessions that have ended by themselves."""
    await connection.execute(
        "delete from web_session where seen_at < $1 or created_at < $2", seen_before, opened_before
    )


def _session(row: "asyncpg.Record") -> Session:
    account = account_of(row)
    return Session(
        id=row["session_id"],
        account=account,
        caller=caller_of(account),
        device=row["device"],
        created_at=row["opened_at"],
        seen_at=row["seen_at"],
    )
