"""The queries about live changes: what the directory kept, in the order in which it became visible."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from services.gateway.live.hearing_rules import Change, Ears
from services.work import Connection

# Parties are words parted by spaces, as in upsert_entries.sql.
_INSERT = """
insert into live_change (kind, thing_id, version, state, parties, public, former_parties, was_public)
select kind, thing_id, version, state, string_to_array(parties, ' '), public, string_to_array(former, ' '), was_public
from unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::bool[], $7::text[], $8::bool[])
    as noted (kind, thing_id, version, state, parties, public, former, was_public)
"""
_COLUMNS = "id, kind, thing_id, version, state, parties, public, former_parties, was_public"


class Numbered(NamedTuple):
    """A change with its number: who has seen one has seen all with lower numbers."""

    number: int
    change: Change


class Kept(NamedTuple):
    """The numbers of the oldest and the latest change that are kept; 1 and 0 where nothing ever changed."""

    oldest: int
    latest: int


async def insert_changes(connection: "Connection[Any]", changes: Iterable[Change]) -> None:
    """Number changes.

    The last statement of its transaction that may have to wait for another one: from here to the commit others wait
    for this one.
    """
    rows = [
        (
            change.kind,
            change.thing_id,
            change.version,
            change.state,
            " ".join(change.parties),
            change.public,
            " ".join(change.former_parties),
            change.was_public,
        )
        for change in changes
    ]
    if rows:
        await connection.execute(_INSERT, *zip(*rows, strict=True))


async def list_changes(connection: "Connection[Any]", after: int, limit: int) -> list[Numbered]:
    """What changed after a number, for whomever."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from live_change where id > $1 order by id limit {limit:d}",  # noqa: S608  constants
        after,
    )
    return [_numbered(row) for row in rows]


async def list_changes_for(
    connection: "Connection[Any]", ears: Ears, after: int, until: int, limit: int
) -> list[Numbered]:
    """What changed after one number up to another, as far as it may be for these ears (`hearing_rules.heard`)."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from live_change where id > $1 and id <= $2"  # noqa: S608  constants
        " and ($4 or public or was_public or parties && $3::text[] or former_parties && $3::text[])"
        f" order by id limit {limit:d}",
        after,
        until,
        sorted(ears.parties),
        ears.coordinator,
    )
    return [_numbered(row) for row in rows]


async def find_kept(connection: "Connection[Any]") -> Kept:
    """Which changes are kept."""
    row = await connection.fetchrow("select min(id) as oldest, max(id) as latest from live_change")
    return Kept(row["oldest"] or 1, row["latest"] or 0) if row else Kept(1, 0)


async def delete_changes(connection: "Connection[Any]", before: datetime) -> None:
    """Forget old changes, but for the latest of all: by its number one knows what was forgotten."""
    await connection.execute("delete from live_change where at < $1 and id < (select max(id) from live_change)", before)


def _numbered(row: Any) -> Numbered:
    return Numbered(
        row["id"],
        Change(
            kind=row["kind"],
            thing_id=row["thing_id"],
            version=row["version"],
            state=row["state"],
            parties=tuple(row["parties"]),
            public=row["public"],
            former_parties=tuple(row["former_parties"]),
            was_public=row["was_public"],
        ),
    )
