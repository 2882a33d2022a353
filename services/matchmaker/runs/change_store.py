"""The tables `match_change` and `match_turn`.

Turns are taken one after another, by whoever holds the lock of matching visits: a turn is over before the next begins.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from services.work import Connection


class Change(NamedTuple):
    """A thing that is not as it was."""

    kind: str
    thing_id: str


class Turns(NamedTuple):
    """The last turn taken, and the last in which all of the region was matched; 0 where there was none."""

    last: int
    whole: int


async def lock_turns(connection: Connection) -> None:
    """Let nobody else take a turn, or change proposals by matching, before this transaction ends."""
    await connection.execute("select pg_advisory_xact_lock(hashtext('match visits'))")


async def insert_changes(connection: Connection, changes: Sequence[Change], turn: int | None = None) -> None:
    """Note changes: those that wait, or those that a turn made itself."""
    await connection.execute(
        "insert into match_change (kind, thing_id, turn) select *, $3 from unnest($1::text[], $2::text[])",
        [change.kind for change in changes],
        [change.thing_id for change in changes],
        turn,
    )


async def find_turns(connection: Connection) -> Turns:
    """How far matching is."""
    row = await connection.fetchrow(
        "select (select max(turn) from match_turn) as last, (select max(turn) from match_turn where whole) as whole"
    )
    return Turns(row["last"] or 0, row["whole"] or 0) if row else Turns(0, 0)


async def insert_turn(connection: Connection, now: datetime, *, whole: bool) -> int:
    """Begin the next turn."""
    turn: int = await connection.fetchval(
        "insert into match_turn (whole, taken_at) values ($1, $2) returning turn", whole, now
    )
    return turn


async def has_turn(connection: Connection, turn: int, taken_at: datetime) -> bool:
    """Whether the turn of that moment came to its end: one that was rolled back never was.

    After a crash of the database a number that nobody committed may be given once more; its moment is another.
    """
    known: bool = await connection.fetchval(
        "select exists (select from match_turn where turn = $1 and taken_at = $2)", turn, taken_at
    )
    return known


async def take_waiting_changes(connection: Connection, turn: int) -> tuple[Change, ...]:
    """Give what waits its turn."""
    rows = await connection.fetch("update match_change set turn = $1 where turn is null returning kind, thing_id", turn)
    return _each_once(rows)


async def list_changes(connection: Connection, after: int, last: int) -> tuple[Change, ...]:
    """What the turns after one and up to another took up, or made."""
    return _each_once(
        await connection.fetch(
            "select distinct kind, thing_id from match_change where turn > $1 and turn <= $2", after, last
        )
    )


async def wait_again(connection: Connection, turn: int) -> None:
    """Have what later turns took up wait for another one."""
    await connection.execute("update match_change set turn = null where turn > $1", turn)


async def delete_old_changes(connection: Connection) -> None:
    """Drop the changes and turns of two days ago; the last of each kind of turn stays and says how far matching is."""
    await connection.execute("delete from match_change where turn is not null and noted_at < now() - interval '2 days'")
    await connection.execute(
        "delete from match_turn where taken_at < now() - interval '2 days'"
        " and turn not in (select max(turn) from match_turn group by whole)"
    )


def _each_once(rows: Sequence[asyncpg.Record]) -> tuple[Change, ...]:
    return tuple(sorted({Change(row["kind"], row["thing_id"]) for row in rows}))
