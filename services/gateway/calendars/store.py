"""The queries of calendars: their addresses, and what the directory has for them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.message import Resource, decoder_of
from services.gateway.directory.entries import kind_of, soonest_first
from services.work import Connection

ResourceT = TypeVar("ResourceT", bound=Resource)
# More than any organisation has in a year, few enough for a calendar program.
EVENTS_MAX = 1000


async def upsert_calendar(connection: "Connection[Any]", party: str, token_hash: bytes, now: datetime) -> None:
    """Give an organisation's calendar an address; the one before is dead."""
    await connection.execute(
        "insert into calendar (party, token_hash, created_at) values ($1, $2, $3)"
        " on conflict (party) do update set token_hash = excluded.token_hash, created_at = excluded.created_at",
        party,
        token_hash,
        now,
    )


async def delete_calendar(connection: "Connection[Any]", party: str) -> None:
    """End an organisation's calendar."""
    await connection.execute("delete from calendar where party = $1", party)


async def find_party(connection: "Connection[Any]", token_hash: bytes) -> str | None:
    """Whose calendar that is, None where nobody's (any more)."""
    party: str | None = await connection.fetchval("select party from calendar where token_hash = $1", token_hash)
    return party


async def list_from(
    connection: "Connection[Any]", kind: type[ResourceT], party: str, since: datetime
) -> list[ResourceT]:
    """What an organisation is a party of, of one dated kind, from a day on, soonest first."""
    rows = await connection.fetch(
        "select document from entry where kind = $1 and parties @> array[$2::text] and sort_key >= $3"
        " order by sort_key, id limit $4",
        kind_of(kind),
        party,
        soonest_first(since),
        EVENTS_MAX,
    )
    decode = decoder_of(kind).decode
    return [decode(row["document"]) for row in rows]


async def list_open_slots(connection: "Connection[Any]", party: str, since: datetime) -> list[Slot]:
    """The open slots of a company from a moment on, soonest first."""
    rows = await connection.fetch(
        "select document from entry where kind = 'slot' and state = 'open' and parties @> array[$1::text]"
        " and sort_key >= $2 order by sort_key, id limit $3",
        party,
        soonest_first(since),
        EVENTS_MAX,
    )
    return [decoder_of(Slot).decode(row["document"]) for row in rows]


async def list_offers(connection: "Connection[Any]", ids: Iterable[UUID]) -> dict[UUID, VisitOffer]:
    """Offers by their ids, as far as the directory has them."""
    rows = await connection.fetch(
        "select id, document from entry where kind = 'visit-offer' and id = any($1)", list(set(ids))
    )
    return {row["id"]: decoder_of(VisitOffer).decode(row["document"]) for row in rows}


async def list_school_names(connection: "Connection[Any]", uais: Iterable[str]) -> dict[str, str]:
    """Schools' names by their UAI, as far as the directory has them."""
    rows = await connection.fetch(
        "select parent, document->>'name' as name from entry where kind = 'school' and parent = any($1)",
        list(set(uais)),
    )
    return {row["parent"]: row["name"] for row in rows}


async def find_name(connection: "Connection[Any]", kind: str, organisation_id: str) -> str:
    """An organisation's name, or its id where the directory does not know it."""
    found = await connection.fetchval(
        "select document->>'name' from entry where kind = $1 and (id::text = $2 or ($1 = 'school' and parent = $2))",
        kind,
        organisation_id,
    )
    return str(found or organisation_id)
