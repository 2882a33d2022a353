"""The table `partnership`."""

from uuid import UUID

from contracts.associations.partnerships import Partnership
from contracts.message import decoder_of
from services.work import Connection


async def find_partnership(connection: Connection, partnership_id: UUID, *, lock: bool = False) -> Partnership | None:
    """One partnership; locked until the transaction ends where it is about to change."""
    query = "select document from partnership where id = $1"
    text = await connection.fetchval(f"{query} for update" if lock else query, partnership_id)
    return decoder_of(Partnership).decode(text) if text else None


async def insert_partnership(connection: Connection, partnership: Partnership) -> bool:
    """Keep a new partnership; False where its proposal already became one."""
    inserted = await connection.fetchval(
        "insert into partnership (id, version, proposal_id, state, document) values ($1, $2, $3, $4, $5)"
        " on conflict (proposal_id) do nothing returning true",
        partnership.id,
        partnership.version,
        partnership.proposal_id,
        partnership.state,
        partnership,
    )
    return inserted is True


async def update_partnership(connection: Connection, partnership: Partnership) -> None:
    """Write the next version of a partnership that is locked."""
    await connection.execute(
        "update partnership set version = $2, state = $3, document = $4 where id = $1 and version = $2 - 1",
        partnership.id,
        partnership.version,
        partnership.state,
        partnership,
    )
