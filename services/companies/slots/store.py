"""The table `slot`. Whoever changes a slot locks its row first: its groups are counted one after another."""

from uuid import UUID

import asyncpg
import msgspec

from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.message import decoder_of
from services.database import Connection

_COLUMNS = (
    "s.id, s.version, s.fictional, s.visit_offer_id, s.company_id, s.starts_at, s.ends_at, s.groups, s.groups_taken,"
    " s.pupils_per_group, s.external_id, s.state, s.reason, s.pooled, s.pupils_taken"
)
_WITH_OFFER = f"select {_COLUMNS}, o.document as offer from slot s join visit_offer o on o.id = s.visit_offer_id"  # noqa: S608 - constants
_FIND = {
    False: f"{_WITH_OFFER} where s.id = $1",
    True: f"{_WITH_OFFER} where s.id = $1 for no key update of s",
}
_INSERT = """
insert into slot (id, version, fictional, visit_offer_id, company_id, starts_at, ends_at, groups, groups_taken,
    pupils_per_group, external_id, state, reason, pooled, pupils_taken)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict (company_id, external_id) where external_id <> '' do nothing
returning true
"""


class OfferedSlot(msgspec.Struct, frozen=True):
    """A slot with its offer."""

    slot: Slot
    offer: VisitOffer


async def find_slot(connection: Connection, slot_id: UUID, *, lock: bool = False) -> OfferedSlot | None:
    """One slot with its offer; `lock` holds the slot's row until the end of the transaction."""
    row = await connection.fetchrow(_FIND[lock], slot_id)
    return None if row is None else OfferedSlot(_slot_of(row), decoder_of(VisitOffer).decode(row["offer"]))


async def find_id_by_external_id(connection: Connection, company_id: UUID, external_id: str) -> UUID | None:
    """The slot that a company's own software knows by that id."""
    found: UUID | None = await connection.fetchval(
        "select id from slot where company_id = $1 and external_id = $2", company_id, external_id
    )
    return found


async def insert_slot(connection: Connection, slot: Slot) -> bool:
    """Write a new slot; False where the company has one of the same external id."""
    written: bool | None = await connection.fetchval(
        _INSERT,
        slot.id,
        slot.version,
        slot.fictional,
        slot.visit_offer_id,
        slot.company_id,
        slot.starts_at,
        slot.ends_at,
        slot.groups,
        slot.groups_taken,
        slot.pupils_per_group,
        slot.external_id,
        slot.state,
        slot.reason,
        slot.pooled,
        slot.pupils_taken,
    )
    return bool(written)


async def update_slot(connection: Connection, slot: Slot) -> None:
    """Write a slot that was read with its row locked."""
    await connection.execute(
        "update slot set version = $2, groups_taken = $3, pupils_taken = $4, state = $5, reason = $6, starts_at = $7,"
        " ends_at = $8, groups = $9, pupils_per_group = $10 where id = $1",
        slot.id,
        slot.version,
        slot.groups_taken,
        slot.pupils_taken,
        slot.state,
        slot.reason,
        slot.starts_at,
        slot.ends_at,
        slot.groups,
        slot.pupils_per_group,
    )


def _slot_of(row: asyncpg.Record) -> Slot:
    return Slot(**{name: value for name, value in row.items() if name != "offer"})
