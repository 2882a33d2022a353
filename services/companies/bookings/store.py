"""The table `booking`. Whoever changes a booking holds its slot's row, so that slot and bookings agree."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from contracts.companies.bookings import Booking
from contracts.local_time import local_day
from contracts.machines import LIVE_BOOKING_STATES
from contracts.message import decoder_of
from services.companies.bookings.wish_rules import class_key_of
from services.database import Connection

_INSERT = """
insert into booking (id, version, slot_id, company_id, school_uai, class_key, visit_day, proposal_id, state, due_at,
    document)
select * from unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::date[], $8::uuid[],
    $9::text[], $10::timestamptz[], $11::jsonb[])
on conflict do nothing
returning id
"""
_UPDATE = """
update booking set version = told.version, visit_day = told.visit_day, state = told.state, due_at = told.due_at,
    document = told.document
from unnest($1::uuid[], $2::int[], $3::date[], $4::text[], $5::timestamptz[], $6::jsonb[])
    as told (id, version, visit_day, state, due_at, document)
where booking.id = told.id
"""
# The states are written out, so that the partial indexes serve.
_LIVE = ", ".join(f"'{state}'" for state in sorted(LIVE_BOOKING_STATES))
_STANDING = f"select document from booking where slot_id = $1 and state in ({_LIVE}, 'waitlisted') order by id"  # noqa: S608  so
# A class's live bookings of a day, and its place in a slot's waiting list.
_HOLDINGS = f"""
select booking.id, booking.slot_id, booking.class_key, booking.visit_day, false as waits
from unnest($1::uuid[], $2::text[], $3::date[]) as wanted (slot_id, class_key, day)
join booking on booking.class_key = wanted.class_key and booking.visit_day = wanted.day and booking.state in ({_LIVE})
union
select booking.id, booking.slot_id, booking.class_key, booking.visit_day, true
from unnest($1::uuid[], $2::text[], $3::date[]) as wanted (slot_id, class_key, day)
join booking on booking.slot_id = wanted.slot_id and booking.class_key = wanted.class_key
    and booking.state = 'waitlisted'
order by waits, id
"""  # noqa: S608  the states are constants


class Wanted(NamedTuple):
    """A class that wants to come to a slot on a day."""

    slot_id: UUID
    class_key: str
    day: date


class Holding(NamedTuple):
    """The booking by which a class has a place on a slot, or waits for one."""

    booking_id: UUID
    slot_id: UUID
    class_key: str
    day: date
    waits: bool


async def find_booking(connection: Connection, booking_id: UUID) -> Booking | None:
    """One booking."""
    text = await connection.fetchval("select document from booking where id = $1", booking_id)
    return decoder_of(Booking).decode(text) if text else None


async def has_booking_of_proposal(connection: Connection, proposal_id: UUID) -> bool:
    """Whether an accepted proposal was booked already, or found impossible."""
    known: bool = await connection.fetchval("select exists (select from booking where proposal_id = $1)", proposal_id)
    return known


async def list_holdings(connection: Connection, wanted: Sequence[Wanted]) -> tuple[Holding, ...]:
    """What stands against other bookings of these classes: live ones of that day, and places in the slot's list."""
    rows = await connection.fetch(
        _HOLDINGS, [one.slot_id for one in wanted], [one.class_key for one in wanted], [one.day for one in wanted]
    )
    return tuple(Holding(*row) for row in rows)


async def list_standing(connection: Connection, slot_id: UUID) -> tuple[Booking, ...]:
    """A slot's live and waiting bookings, oldest first."""
    rows = await connection.fetch(_STANDING, slot_id)
    return tuple(decoder_of(Booking).decode(row["document"]) for row in rows)


async def list_slots_waited_for(connection: Connection, offer_id: UUID) -> tuple[UUID, ...]:
    """The slots of an offer that have a waiting list."""
    rows = await connection.fetch(
        "select id from slot where visit_offer_id = $1"
        " and exists (select from booking where slot_id = slot.id and booking.state = 'waitlisted') order by id",
        offer_id,
    )
    return tuple(row["id"] for row in rows)


async def list_overdue(connection: Connection, now: datetime) -> tuple[UUID, ...]:
    """The bookings that the system has to look at now."""
    rows = await connection.fetch("select id from booking where due_at <= $1 order by due_at, id", now)
    return tuple(row["id"] for row in rows)


async def find_overdue(connection: Connection, booking_id: UUID, now: datetime) -> Booking | None:
    """One booking, where its time is up."""
    text = await connection.fetchval("select document from booking where id = $1 and due_at <= $2", booking_id, now)
    return decoder_of(Booking).decode(text) if text else None


async def insert_bookings(
    connection: Connection, bookings: Sequence[Booking], due: Iterable[datetime | None]
) -> set[UUID]:
    """Write new bookings; returns those written: a class that got a live one meanwhile is left out.

    One that is being written elsewhere at the same time is waited for.
    """
    rows = await connection.fetch(
        _INSERT,
        [booking.id for booking in bookings],
        [booking.version for booking in bookings],
        [booking.slot_id for booking in bookings],
        [booking.company_id for booking in bookings],
        [booking.school_uai for booking in bookings],
        [class_key_of(booking) for booking in bookings],
        [local_day(booking.starts_at) for booking in bookings],
        [booking.proposal_id for booking in bookings],
        [booking.state for booking in bookings],
        list(due),
        list(bookings),
    )
    return {row["id"] for row in rows}


async def update_bookings(connection: Connection, bookings: Sequence[Booking], due: Iterable[datetime | None]) -> None:
    """Write bookings that were read with their slots' rows locked."""
    await connection.execute(
        _UPDATE,
        [booking.id for booking in bookings],
        [booking.version for booking in bookings],
        [local_day(booking.starts_at) for booking in bookings],
        [booking.state for booking in bookings],
        list(due),
        list(bookings),
    )
