"""Writing the directory's rows, and reading one kind's list; the search is in search.py, the map in actors.py."""

from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from contracts.caller import Caller
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.message import Resource, decoder_of
from services.gateway.directory.entries import PRIVATE, Entry, kind_of, plain
from services.gateway.directory.masks import mask
from services.work import Connection

ResourceT = TypeVar("ResourceT", bound=Resource)

_UPSERT_ENTRY = """
insert into entry as held (kind, id, version, parties, public, parent, sort_key, state, department, tags, label,
    latitude, longitude, document)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (kind, id) do update set
    version = excluded.version, parties = excluded.parties, public = excluded.public, parent = excluded.parent,
    sort_key = excluded.sort_key, state = excluded.state, department = excluded.department, tags = excluded.tags,
    label = excluded.label, latitude = excluded.latitude, longitude = excluded.longitude,
    document = excluded.document
where excluded.version > held.version
"""

_UPSERT_OFFER = """
insert into search_offer as held (id, version, published, company_id, site_id, place, department, levels, themes,
    rome_codes, access_needs, needs_mediation, lead_time_days)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (id) do update set
    version = excluded.version, published = excluded.published, company_id = excluded.company_id,
    site_id = excluded.site_id, place = excluded.place, department = excluded.department, levels = excluded.levels,
    themes = excluded.themes, rome_codes = excluded.rome_codes, access_needs = excluded.access_needs,
    needs_mediation = excluded.needs_mediation, lead_time_days = excluded.lead_time_days
where excluded.version > held.version
"""

_UPSERT_SLOT = """
insert into search_slot as held (id, version, visit_offer_id, starts_at, bookable) values ($1, $2, $3, $4, $5)
on conflict (id) do update set
    version = excluded.version, starts_at = excluded.starts_at, bookable = excluded.bookable
where excluded.version > held.version
"""


class ListPosition(NamedTuple):
    """The last item of a page."""

    sort_key: str
    id: UUID


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; None or empty narrows nothing."""

    parent: object = None
    state: str | None = None
    department: str | None = None
    tags: tuple[str, ...] = ()
    search: str | None = None


async def upsert_entry(connection: "Connection[Any]", entry: Entry) -> None:
    """Keep a resource unless a later version is there already."""
    place = entry.place
    await connection.execute(
        _UPSERT_ENTRY,
        entry.kind,
        entry.id,
        entry.document.version,
        list(entry.parties),
        entry.public,
        entry.parent,
        entry.sort_key,
        entry.state,
        place.department if place else "",
        list(entry.tags),
        entry.label,
        place.latitude if place else None,
        place.longitude if place else None,
        entry.document,
    )


async def upsert_search_offer(connection: "Connection[Any]", offer: VisitOffer) -> None:
    """Keep what the search asks of an offer unless a later version is there already."""
    place = offer.place
    await connection.execute(
        _UPSERT_OFFER,
        offer.id,
        offer.version,
        offer.state == "published",
        offer.company_id,
        offer.site_id,
        await _number_of_place(connection, place.latitude, place.longitude, place.department),
        place.department,
        mask(offer.levels),
        mask(offer.themes),
        list(offer.rome_codes),
        mask(offer.accessibility.needs),
        offer.needs_mediation,
        offer.lead_time_days,
    )


async def _number_of_place(connection: "Connection[Any]", *place: float | str) -> int:
    find = "select number from place where latitude = $1 and longitude = $2 and department = $3"
    number = await connection.fetchval(find, *place)
    if number is None:
        await connection.execute(
            "insert into place (latitude, longitude, department) values ($1, $2, $3) on conflict do nothing", *place
        )
        number = await connection.fetchval(find, *place)
    return int(number)


async def upsert_search_slot(connection: "Connection[Any]", slot: Slot) -> None:
    """Keep what the search asks of a slot unless a later version is there already."""
    await connection.execute(
        _UPSERT_SLOT,
        slot.id,
        slot.version,
        slot.visit_offer_id,
        slot.starts_at,
        slot.state == "open" and slot.groups_left > 0,
    )


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
    want("state = ?", filters.state)
    want("department = ?", filters.department)
    want("tags @> ?::text[]", list(filters.tags) or None)
    want("strpos(label, ?) > 0", plain(filters.search) if filters.search else None)
    if after is not None:
        values.append(after.id)  # type: ignore[arg-type]
        want(f"(sort_key, id) > (?, ${len(values)})", after.sort_key)
    rows = await connection.fetch(
        f"select sort_key, id, document from entry where {' and '.join(conditions)}"  # noqa: S608  constants and $n
        f" order by sort_key, id limit {limit:d}",
        *values,
    )
    decode = decoder_of(kind).decode
    return [(ListPosition(row["sort_key"], row["id"]), decode(row["document"])) for row in rows]
