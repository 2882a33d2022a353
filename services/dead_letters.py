"""Dead letters: what could not be handled is kept with its error, and can be handled again."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from contracts.identifiers import uuid7
from contracts.message import decoder_of
from contracts.operations import DeadLetter
from services.work import Connection

LISTED = 200
# All that are listed together must fit into one answer.
SHOWN_CHARACTERS = 500


@dataclass(frozen=True)
class Letter:
    """A dead letter as it is handled again. Of a timer, `subject` is the kind and `body` the key."""

    source: str
    subject: str
    headers: dict[str, str]
    body: bytes


async def insert_dead_letter(
    connection: Connection,
    source: str,
    subject: str,
    headers: Mapping[str, str],
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
        # Whatever it was that came, keeping it must not fail: PostgreSQL's texts hold no NUL.
        {name: value.replace("\0", "") for name, value in headers.items()},
        body,
        error.replace("\0", ""),
    )
    return letter_id


async def list_dead_letters(connection: Connection) -> tuple[DeadLetter, ...]:
    """Those that wait, oldest first, LISTED at most, each shortened to be read."""
    rows = await connection.fetch(
        "select id, source, subject, error, body, failed_at from dead_letter"
        " where retried_at is null order by failed_at, id limit $1",
        LISTED,
    )
    return tuple(
        DeadLetter(
            id=row["id"],
            source=row["source"],
            subject=row["subject"],
            error=row["error"][:SHOWN_CHARACTERS],
            body=row["body"].decode(errors="replace")[:SHOWN_CHARACTERS],
            failed_at=row["failed_at"],
        )
        for row in rows
    )


async def find_dead_letter(connection: Connection, letter_id: UUID) -> Letter | None:
    """One that waits, and locks it."""
    row = await connection.fetchrow(
        "select source, subject, headers, body from dead_letter where id = $1 and retried_at is null for update",
        letter_id,
    )
    if row is None:
        return None
    headers: dict[str, str] = decoder_of(dict[str, str]).decode(row["headers"])
    return Letter(row["source"], row["subject"], headers, row["body"])


async def mark_retried(connection: Connection, letter_id: UUID) -> None:
    """Say that a dead letter was handled after all."""
    await connection.execute("update dead_letter set retried_at = now() where id = $1", letter_id)
