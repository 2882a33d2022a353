"""The table `mediation`, the copy `intervention`, and what both promise of capacities."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from contracts.associations.interventions import Intervention
from contracts.machines import LIVE_INTERVENTION_STATES
from contracts.matchmaker.mediations import Mediation
from contracts.message import decoder_of
from services.matchmaker.mediations.rules import REFUSALS
from services.work import Connection

_MEDIATION = "select document from mediation where id = $1"


class Promised(msgspec.Struct, frozen=True):
    """One intervention of a capacity that is taken, and when."""

    capacity_id: UUID
    starts_at: datetime


async def find_mediation(connection: Connection, booking_id: UUID) -> Mediation | None:
    """The mediation of a booking."""
    text = await connection.fetchval(_MEDIATION, booking_id)
    return decoder_of(Mediation).decode(text) if text else None


async def has_mediation(connection: Connection, booking_id: UUID) -> bool:
    """Whether a mediator was ever looked for."""
    known: bool = await connection.fetchval("select exists (select from mediation where id = $1)", booking_id)
    return known


async def upsert_mediation(connection: Connection, mediation: Mediation) -> None:
    """Write a mediation's next version; whoever does is alone (`handlers.name_mediator`)."""
    await connection.execute(
        "insert into mediation (id, version, state, capacity_id, starts_at, document)"
        " values ($1, $2, $3, $4, $5, $6)"
        " on conflict (id) do update set version = excluded.version, state = excluded.state,"
        " capacity_id = excluded.capacity_id, starts_at = excluded.starts_at, document = excluded.document",
        mediation.id,
        mediation.version,
        mediation.state,
        mediation.capacity_id,
        mediation.starts_at,
        mediation,
    )


async def list_not_found(connection: Connection, now: datetime) -> tuple[UUID, ...]:
    """The bookings ahead for which nobody was found."""
    rows = await connection.fetch(
        "select id from mediation where state = 'not_found' and starts_at > $1 order by id", now
    )
    return tuple(row["id"] for row in rows)


async def keep_intervention(connection: Connection, intervention: Intervention) -> bool:
    """Keep an association's answer unless a later one is there already; whether it was kept."""
    kept = await connection.execute(
        "insert into intervention (id, version, booking_id, association_id, capacity_id, starts_at, state)"
        " values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (id) do update set version = excluded.version, starts_at = excluded.starts_at,"
        " state = excluded.state where excluded.version > intervention.version",
        intervention.id,
        intervention.version,
        intervention.booking_id,
        intervention.association_id,
        intervention.capacity_id,
        intervention.starts_at,
        intervention.state,
    )
    return kept != "INSERT 0 0"


async def list_refusing(connection: Connection, booking_id: UUID) -> tuple[UUID, ...]:
    """The associations that said no to a booking, or nothing in time; the first to be asked first."""
    rows = await connection.fetch(
        "select association_id from intervention where booking_id = $1 and state = any($2) order by id",
        booking_id,
        list(REFUSALS),
    )
    return tuple(row["association_id"] for row in rows)


async def list_promised(connection: Connection, besides: Collection[UUID] = ()) -> tuple[Promised, ...]:
    """The interventions that booked visits take, those of some bookings left out.

    Who is named for a visit takes one before it has answered, and as long as its own answer stands.
    """
    rows = await connection.fetch(
        "select distinct on (booking_id, capacity_id) capacity_id, starts_at from ("
        " select id as booking_id, capacity_id, starts_at from mediation where state = 'named'"
        " union all"
        " select booking_id, capacity_id, starts_at from intervention where state = any($1)"
        ") taken where booking_id <> all($2::uuid[]) order by booking_id, capacity_id",
        list(LIVE_INTERVENTION_STATES),
        list(besides),
    )
    return tuple(Promised(*row) for row in rows)


async def list_promised_by_proposals(connection: Connection, besides: UUID | None) -> tuple[Promised, ...]:
    """The interventions that accepted proposals will take once they are booked; that of one proposal left out."""
    rows = await connection.fetch(
        "select capacity_id, (document ->> 'starts_at')::timestamptz as starts_at from visit_proposal"
        " where state = 'accepted' and capacity_id is not null and id is distinct from $1 order by id",
        besides,
    )
    return tuple(Promised(*row) for row in rows)


async def find_proposed_capacity(connection: Connection, proposal_id: UUID) -> UUID | None:
    """The capacity with which a visit was proposed."""
    capacity_id: UUID | None = await connection.fetchval(
        "select capacity_id from visit_proposal where id = $1", proposal_id
    )
    return capacity_id
