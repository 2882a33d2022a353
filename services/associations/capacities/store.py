"""The table `capacity`."""

from uuid import UUID

from contracts.associations.capacities import Capacity
from contracts.message import decoder_of
from services.work import Connection


async def find_capacity(
    connection: Connection, capacity_id: UUID, *, lock: bool = False
) -> tuple[Capacity, str] | None:
    """One capacity and its association's state; the capacity is locked where it is about to change."""
    query = (
        "select capacity.document, association.state from capacity"
        " join association on association.id = capacity.association_id where capacity.id = $1"
    )
    row = await connection.fetchrow(f"{query} for update of capacity" if lock else query, capacity_id)
    return (decoder_of(Capacity).decode(row["document"]), row["state"]) if row else None


async def list_published(connection: Connection, association_id: UUID) -> list[Capacity]:
    """What an association gives now; locked, the oldest first."""
    rows = await connection.fetch(
        "select document from capacity where association_id = $1 and state = 'published' order by id for update",
        association_id,
    )
    return [decoder_of(Capacity).decode(row["document"]) for row in rows]


async def insert_capacity(connection: Connection, capacity: Capacity) -> None:
    """Keep a new capacity."""
    await connection.execute(
        "insert into capacity (id, version, association_id, state, document) values ($1, $2, $3, $4, $5)",
        capacity.id,
        capacity.version,
        capacity.association_id,
        capacity.state,
        capacity,
    )


async def update_capacity(connection: Connection, capacity: Capacity) -> None:
    """Write the next version of a capacity that is locked."""
    await connection.execute(
        "update capacity set version = $2, state = $3, document = $4 where id = $1 and version = $2 - 1",
        capacity.id,
        capacity.version,
        capacity.state,
        capacity,
    )
