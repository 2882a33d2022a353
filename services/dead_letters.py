"""Dead letters: what could not be handled is kept with its error, and can be handled again."""

from typing import Any
from uuid import UUID

import asyncpg

from contracts.identifiers import uuid7
from contracts.message import decoder_of
from contracts.operations import DeadLetter


async def insert_dead_letter(
    connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]",
    source: str,
    subject: str,
    headers: dict[str, str],
    body: bytes,
    error: str,
) -> UUID:
    """Keep an event (body as it came) or a timer (subject: its kind, body: its key)."""
    letter_id = uuid7()
    await connection.execute(
        "insert into dead_letter (id, source, subject, headers, body, error) values ($1, $2, $3, $4, $5, $6)",
        letter_id,
        source,
        subject,
        headers,
        body,
        error,
    )
    return letter_id


async def list_dead_letters(
    connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]",
) -> tuple[DeadLetter, ...]:
    """Those that wait, oldest first, 200 at most."""
    rows = await connection.fetch(
        "select id, source, subject, error, body, failed_at from dead_letter"
        " where retried_at is null order by failed_at limit 200"
    )
    return tuple(
        DeadLetter(
            id=row["id"],
            source=row["source"],
            subject=row["subject"],
            error=row["error"],
            body=row["body"].decode(errors="replace")[:2000],
            failed_at=row["failed_at"],
        )
        for row in rows
    )


async def find_dead_letter(
    connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]", letter_id: UUID
) -> tuple[str, str, dict[str, str], bytes] | None:
    """Source, subject, headers and body of one that waits; locks it."""
    row = await connection.fetchrow(
        "select source, subject, headers, body from dead_letter where id = $1 and retried_at is null for update",
        letter_id,
    )
    if row is None:
        return None
    headers: dict[str, Any] = decoder_of(dict[str, str]).decode(row["headers"])
    return row["source"], row["subject"], headers, row["body"]


async def mark_retried(connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]", letter_id: UUID) -> None:
    """Say that a dead letter was handled after all."""
    await connection.execute("update dead_letter set retried_at = now() where id = $1", letter_id)
