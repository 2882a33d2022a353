"""The table `unmet_demand`."""

from collections.abc import Sequence
from uuid import UUID

from contracts.matchmaker.unmet_demand import UnmetDemand
from contracts.message import decoder_of
from services.work import Connection


async def list_unmet_demand(connection: Connection) -> dict[UUID, UnmetDemand]:
    """What is known of every place."""
    rows = await connection.fetch("select document from unmet_demand")
    decode = decoder_of(UnmetDemand).decode
    return {demand.id: demand for demand in (decode(row["document"]) for row in rows)}


async def upsert_unmet_demand(connection: Connection, demands: Sequence[UnmetDemand]) -> None:
    """Write the places whose figures changed."""
    await connection.executemany(
        "insert into unmet_demand (id, version, classes, document) values ($1, $2, $3, $4)"
        " on conflict (id) do update set version = excluded.version, classes = excluded.classes,"
        " document = excluded.document",
        [(demand.id, demand.version, demand.classes, demand) for demand in demands],
    )
