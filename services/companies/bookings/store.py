"""The table `booking`. Whoever writes a booking holds its slot's row, so that slot and bookings agree."""

from uuid import UUID

from contracts.companies.bookings import Booking
from contracts.local_time import local_day
from contracts.machines import LIVE_BOOKING_STATES
from contracts.message import decoder_of
from services.database import Connection

_INSERT = """
insert into booking (id, version, slot_id, company_id, school_uai, class_key, visit_day, proposal_id, state, document)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict do nothing
returning true
"""


async def find_booking(connection: Connection, booking_id: UUID) -> Booking | None:
    """One booking."""
    text = await connection.fetchval("select document from booking where id = $1", booking_id)
    return decoder_of(Booking).decode(text) if text else None


async def has_booking_of_proposal(connection: Connection, proposal_id: UUID) -> bool:
    """Whether an accepted proposal was booked already, or found impossible."""
    known: bool = await connection.fetchval("select exists (select from booking where proposal_id = $1)", proposal_id)
    return known


async def find_live_booking(connection: Connection, class_key: str, booking: Booking) -> tuple[UUID, UUID] | None:
    """Id and slot of a class's live booking on the day of this one."""
    row = await connection.fetchrow(
        "select id, slot_id from booking where class_key = $1 and visit_day = $2 and state = any($3)",
        class_key,
        local_day(booking.starts_at),
        list(LIVE_BOOKING_STATES),
    )
    return None if row is None else (row["id"], row["slot_id"])


async def list_live_bookings(connection: Connection, slot_id: UUID) -> tuple[Booking, ...]:
    """A slot's live bookings, oldest first."""
    rows = await connection.fetch(
        "select document from booking where slot_id = $1 and state = any($2) order by id",
        slot_id,
        list(LIVE_BOOKING_STATES),
    )
    return tuple(decoder_of(Booking).decode(row["document"]) for row in rows)


async def insert_booking(connection: Connection, class_key: str, booking: Booking) -> bool:
    """Write a new booking; False where the class has a live one of this slot or day.

    A booking that is being written elsewhere at the same time is waited for.
    """
    written: bool | None = await connection.fetchval(
        _INSERT,
        booking.id,
        booking.version,
        booking.slot_id,
        booking.company_id,
        booking.school_uai,
        class_key,
        local_day(booking.starts_at),
        booking.proposal_id,
        booking.state,
        booking,
    )
    return bool(written)


async def update_booking(connection: Connection, booking: Booking) -> None:
    """Write a booking that was read with its slot's row locked."""
    await connection.execute(
        "update booking set version = $2, state = $3, document = $4 where id = $1",
        booking.id,
        booking.version,
        booking.state,
        booking,
    )
