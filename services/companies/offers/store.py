"""The table `visit_offer`."""

from collections.abc import Iterable
from uuid import UUID

from contracts.companies.visit_offers import VisitOffer
from contracts.message import decoder_of
from services.database import Connection

_FIND = {
    False: "select document from visit_offer where id = $1",
    True: "select document from visit_offer where id = $1 for no key update",
}
_UNQUESTIONED = """
select document from visit_offer
where state = any($1) and document ->> 'stale' is distinct from 'true'
    and not exists (select from timer where kind = $2 and key = visit_offer.id::text)
order by id
"""
_INSERT = """
insert into visit_offer (id, version, company_id, site_id, external_id, state, document)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (company_id, external_id) where external_id <> '' do nothing
returning true
"""


async def find_offer(connection: Connection, offer_id: UUID, *, lock: bool = False) -> VisitOffer | None:
    """One offer; `lock` holds its row until the end of the transaction."""
    text = await connection.fetchval(_FIND[lock], offer_id)
    return decoder_of(VisitOffer).decode(text) if text else None


async def find_id_by_external_id(connection: Connection, company_id: UUID, external_id: str) -> UUID | None:
    """The offer that a company's own software knows by that id."""
    found: UUID | None = await connection.fetchval(
        "select id from visit_offer where company_id = $1 and external_id = $2", company_id, external_id
    )
    return found


async def list_offers(connection: Connection, company_id: UUID, states: Iterable[str]) -> tuple[VisitOffer, ...]:
    """A company's offers in these states, locked in the order of their ids."""
    rows = await connection.fetch(
        "select document from visit_offer where company_id = $1 and state = any($2) order by id for no key update",
        company_id,
        list(states),
    )
    return tuple(decoder_of(VisitOffer).decode(row["document"]) for row in rows)


async def list_unquestioned(connection: Connection, states: Iterable[str], timer: str) -> tuple[VisitOffer, ...]:
    """The offers in these states that are not stale, and for which no timer of that kind is set."""
    rows = await connection.fetch(_UNQUESTIONED, list(states), timer)
    return tuple(decoder_of(VisitOffer).decode(row["document"]) for row in rows)


async def insert_offer(connection: Connection, offer: VisitOffer) -> bool:
    """Write a new offer; False where the company has one of the same external id."""
    written: bool | None = await connection.fetchval(
        _INSERT, offer.id, offer.version, offer.company_id, offer.site_id, offer.external_id, offer.state, offer
    )
    return bool(written)


async def update_offer(connection: Connection, offer: VisitOffer) -> None:
    """Write an offer that was read with its row locked."""
    await connection.execute(
        "update visit_offer set version = $2, state = $3, document = $4 where id = $1",
        offer.id,
        offer.version,
        offer.state,
        offer,
    )
