"""Which intervention a booking has heard of last."""

from uuid import UUID

from services.database import Connection


async def find_heard(connection: Connection, booking_id: UUID) -> tuple[UUID, int] | None:
    """Id and version of the last intervention that was heard of."""
    row = await connection.fetchrow(
        "select intervention_id, intervention_version from booking where id = $1 and intervention_id is not null",
        booking_id,
    )
    return None if row is None else (row["intervention_id"], row["intervention_version"])


async def update_heard(connection: Connection, booking_id: UUID, intervention_id: UUID, version: int) -> None:
    """Note the last intervention that was heard of."""
    await connection.execute(
        "update booking set intervention_id = $2, intervention_version = $3 where id = $1",
        booking_id,
        intervention_id,
        version,
    )
