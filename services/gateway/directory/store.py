"""Reading one kind's list; the search is in search.py, the map in actors.py, writing in upserts.py."""

from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from contracts.caller import Caller
from contracts.message import Resource, decoder_of
from services.gateway.directory.entries import PRIVATE, kind_of, plain
from services.work import Connection

ResourceT = TypeVar("ResourceT", bound=Resource)


class ListPosition(NamedTuple):
    """The last item of a page."""

    sort_key: str
    id: UUID


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; None or empty narrows nothing.

    `party` is whose things they are (`company:0190…`); `since` and `before` bound the list's own order, which
    `last_first` turns round.
    """

    parent: object = None
    parents: tuple[object, ...] = ()
    party: str | None = None
    state: str | None = None
    states: tuple[str, ...] = ()
    since: str | None = None
    before: str | None = None
    department: str | None = None
    tags: tuple[str, ...] = ()
    search: str | None = None
    last_first: bool = False


async def find_entry(connection: "Connection[Any]", kind: type[ResourceT], entry_id: UUID) -> ResourceT | None:
    """One thing as the directory knows it, whoever may see it."""
    text = await connection.fetchval("select document from entry where kind = $1 and id = $2", kind_of(kind), entry_id)
    return decoder_of(kind).decode(text) if text else None


async def list_entries(
    connection: "Connection[Any]",
    kind: type[ResourceT],
    caller: Caller,
    filters: Filters,
    after: ListPosition | None,
    limit: int,
) -> list[tuple[ListPosition, ResourceT]]:
    """What the caller may see of one kind, in its order, with each item's position.

    Only the conditions that are wanted are written, so that PostgreSQL plans for just these.
    """
    conditions, values = ["kind = $1"], [kind_of(kind)]

    def want(condition: str, value: object) -> None:
        if value is not None:
            values.append(value)  # type: ignore[arg-type]
            conditions.append(condition.replace("?", f"${len(values)}"))

    if not caller.is_coordinator:
        mine = "parties @> array[?::text]"
        want(mine if kind in PRIVATE else f"(public or {mine})", caller.party)
    want("parent = ?", None if filters.parent is None else str(filters.parent))
    want("parties @> array[?::text]", filters.party)
    want("parent = any(?::text[])", [str(parent) for parent in filters.parents] or None)
    want("state = ?", filters.state)
    want("state = any(?::text[])", list(filters.states) or None)
    want("sort_key >= ?", filters.since)
    want("sort_key < ?", filters.before)
    want("department = ?", filters.department)
    want("tags @> ?::text[]", list(filters.tags) or None)
    want("strpos(label, ?) > 0", plain(filters.search) if filters.search else None)
    if after is not None:
        values.append(after.id)  # type: ignore[arg-type]
        beyond = "<" if filters.last_first else ">"
        want(f"(sort_key, id) {beyond} (?, ${len(values)})", after.sort_key)
    order = "sort_key desc, id desc" if filters.last_first else "sort_key, id"
    rows = await connection.fetch(
        f"select sort_key, id, document from entry where {' and '.join(conditions)}"  # noqa: S608  constants and $n
        f" order by {order} limit {limit:d}",
        *values,
    )
    decode = decoder_of(kind).decode
    return [(ListPosition(row["sort_key"], row["id"]), decode(row["document"])) for row in rows]
