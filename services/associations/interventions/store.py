"""The tables `intervention` and `booking`, the copy of what interventions depend on.

Whoever decides on the interventions of a booking holds its row, and its capacity's where one is to be taken.
"""

from datetime import date
from uuid import UUID

from contracts.associations.interventions import Intervention
from contracts.local_time import local_day
from contracts.machines import LIVE_INTERVENTION_STATES
from contracts.message import decoder_of
from services.associations.interventions.rules import Visit
from services.work import Connection

_INTERVENTION = "select document from intervention where id = $1"


async def keep_visit(connection: Connection, visit: Visit) -> bool:
    """Keep a booking unless a later version is there already; whether it was kept, its row is locked."""
    kept = await connection.execute(
        "insert into booking (id, version, state, starts_at, ends_at) values ($1, $2, $3, $4, $5)"
        " on conflict (id) do update set version = excluded.version, state = excluded.state,"
        " starts_at = excluded.starts_at, ends_at = excluded.ends_at where excluded.version > booking.version",
        visit.id,
        visit.version,
        visit.state,
        visit.starts_at,
        visit.ends_at,
    )
    return kept != "INSERT 0 0"


async def find_visit(connection: Connection, booking_id: UUID) -> Visit | None:
    """What is known of a booking; locked."""
    row = await connection.fetchrow(
        "select id, version, state, starts_at, ends_at from booking where id = $1 for update", booking_id
    )
    return Visit(**dict(row)) if row else None


async def find_intervention(
    connection: Connection, intervention_id: UUID, *, lock: bool = False
) -> Intervention | None:
    """One intervention; locked until the transaction ends where it is about to change."""
    query = f"{_INTERVENTION} for update" if lock else _INTERVENTION
    text = await connection.fetchval(query, intervention_id)
    return decoder_of(Intervention).decode(text) if text else None


async def find_live_intervention(connection: Connection, booking_id: UUID) -> Intervention | None:
    """The live intervention of a booking; locked."""
    text = await connection.fetchval(
        "select document from intervention where booking_id = $1 and state = any($2) for update",
        booking_id,
        list(LIVE_INTERVENTION_STATES),
    )
    return decoder_of(Intervention).decode(text) if text else None


async def has_intervention(connection: Connection, booking_id: UUID, association_id: UUID) -> bool:
    """Whether an association was asked for a booking before."""
    known: bool = await connection.fetchval(
        "select exists (select from intervention where booking_id = $1 and association_id = $2)",
        booking_id,
        association_id,
    )
    return known


async def list_live_days(connection: Connection, capacity_id: UUID) -> tuple[date, ...]:
    """The days of a capacity's live interventions."""
    rows = await connection.fetch(
        "select visit_day from intervention where capacity_id = $1 and state = any($2) order by visit_day",
        capacity_id,
        list(LIVE_INTERVENTION_STATES),
    )
    return tuple(row["visit_day"] for row in rows)


async def insert_intervention(connection: Connection, intervention: Intervention) -> None:
    """Keep a new intervention."""
    await connection.execute(
        "insert into intervention (id, version, booking_id, association_id, capacity_id, visit_day, state, document)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        intervention.id,
        intervention.version,
        intervention.booking_id,
        intervention.association_id,
        intervention.capacity_id,
        local_day(intervention.starts_at),
        intervention.state,
        intervention,
    )


async def update_intervention(connection: Connection, intervention: Intervention) -> None:
    """Write the next version of an intervention that is locked."""
    await connection.execute(
        "update intervention set version = $2, visit_day = $3, state = $4, document = $5"
        " where id = $1 and version = $2 - 1",
        intervention.id,
        intervention.version,
        local_day(intervention.starts_at),
        intervention.state,
        intervention,
    )
