"""The table `slot`. Whoever changes a slot locks its row first: its groups are counted one after another."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
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
_INSERTED = _COLUMNS.replace("s.", "")
_WITH_OFFER = f"select {_COLUMNS}, o.document as offer from slot s join visit_offer o on o.id = s.visit_offer_id"  # noqa: S608 - constants
_FIND = {
    False: f"{_WITH_OFFER} where s.id = $1",
    True: f"{_WITH_OFFER} where s.id = $1 for no key update of s",
}
_LOCK_ALL = f"{_WITH_OFFER} where s.id = any($1::uuid[]) order by s.id for no key update of s"
_UPDATE_COUNTS = """
update slot set version = told.version, groups_taken = told.groups_taken, pupils_taken = told.pupils_taken,
    state = told.state
from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::text[])
    as told (id, version, groups_taken, pupils_taken, state)
where slot.id = told.id
"""
# A slot's fields are the table's columns, so that its JSON is a row.
_INSERT = f"""
insert into slot ({_INSERTED})
select {_INSERTED} from jsonb_populate_recordset(null::slot, $1)
on conflict (company_id, external_id) where external_id <> '' do nothing
returning id
"""  # noqa: S608 - constants


class OfferedSlot(msgspec.Struct, frozen=True):
    """A slot with its offer."""

    slot: Slot
    offer: VisitOffer


@lru_cache(maxsize=256)
def decoded_offer(document: str) -> VisitOffer:
    """An offer as its document says; what many slots show is read once."""
    offer: VisitOffer = decoder_of(VisitOffer).decode(document)
    return offer


async def find_slot(connection: Connection, slot_id: UUID, *, lock: bool = False) -> OfferedSlot | None:
    """One slot with its offer; `lock` holds the slot's row until the end of the transaction."""
    row = await connection.fetchrow(_FIND[lock], slot_id)
    return None if row is None else OfferedSlot(_slot_of(row), decoded_offer(row["offer"]))


async def list_slots(connection: Connection, slot_ids: Collection[UUID]) -> dict[UUID, OfferedSlot]:
    """Slots with their offers."""
    rows = await connection.fetch(f"{_WITH_OFFER} where s.id = any($1::uuid[])", list(slot_ids))
    return {row["id"]: OfferedSlot(_slot_of(row), decoded_offer(row["offer"])) for row in rows}


async def lock_slots(connection: Connection, slot_ids: Collection[UUID]) -> dict[UUID, OfferedSlot]:
    """Slots with their offers, their rows held until the end of the transaction; locked in the order of their ids."""
    rows = await connection.fetch(_LOCK_ALL, list(slot_ids))
    return {row["id"]: OfferedSlot(_slot_of(row), decoded_offer(row["offer"])) for row in rows}


async def list_ids_by_external_id(
    connection: Connection, company_id: UUID, external_ids: Iterable[str]
) -> dict[str, UUID]:
    """The slots that a company's own software knows by these ids; the empty id is nobody's."""
    rows = await connection.fetch(
        "select external_id, id from slot where company_id = $1 and external_id = any($2) and external_id <> ''",
        company_id,
        list(external_ids),
    )
    return {row["external_id"]: row["id"] for row in rows}


async def list_unfinished(connection: Connection, now: datetime) -> tuple[UUID, ...]:
    """The slots whose time is over and that nobody has said so of."""
    rows = await connection.fetch(
        "select id from slot where ends_at <= $1 and state in ('open', 'full', 'closed') order by ends_at", now
    )
    return tuple(row["id"] for row in rows)


async def insert_slots(connection: Connection, slots: Sequence[Slot]) -> bool:
    """Write new slots; False where the company has one of the same external id, and then not all were written.

    A slot of that external id that is being written elsewhere at the same time is waited for.
    """
    return len(await connection.fetch(_INSERT, slots)) == len(slots)


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


async def update_counts(connection: Connection, slots: Sequence[Slot]) -> None:
    """Write how full slots are, which were read with their rows locked."""
    await connection.execute(
        _UPDATE_COUNTS,
        [slot.id for slot in slots],
        [slot.version for slot in slots],
        [slot.groups_taken for slot in slots],
        [slot.pupils_taken for slot in slots],
        [slot.state for slot in slots],
    )


def _slot_of(row: asyncpg.Record) -> Slot:
    return Slot(**{name: value for name, value in row.items() if name != "offer"})
