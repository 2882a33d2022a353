"""The table `association`."""

from uuid import UUID

import msgspec

from contracts.associations.profiles import Association, NewAssociation
from contracts.message import decoder_of
from services.work import Connection


class Known(msgspec.Struct, frozen=True):
    """An association with the row that it was last imported from."""

    association: Association
    imported: NewAssociation | None


async def lock_identities(connection: Connection) -> None:
    """Wait until nobody else registers or imports: two at once could each miss the other's association."""
    await connection.execute("select pg_advisory_xact_lock(hashtext('association identities'))")


async def find_association(connection: Connection, association_id: UUID, *, lock: bool = False) -> Association | None:
    """One association; locked until the transaction ends where it is about to change or must not."""
    query = "select document from association where id = $1"
    text = await connection.fetchval(f"{query} for update" if lock else query, association_id)
    return decoder_of(Association).decode(text) if text else None


async def list_candidates(connection: Connection, association: Association, name_key: str) -> list[Known]:
    """Those that share a number, or name and commune, with the one given; locked, the oldest first."""
    rows = await connection.fetch(
        "select document, imported from association"
        " where (rna = $1 and rna <> '') or (siren = $2 and siren <> '') or (name_key = $3 and commune = $4)"
        " order by id for update",
        association.rna,
        association.siren,
        name_key,
        association.place.commune,
    )
    return [
        Known(
            decoder_of(Association).decode(row["document"]),
            decoder_of(NewAssociation).decode(row["imported"]) if row["imported"] else None,
        )
        for row in rows
    ]


async def insert_association(
    connection: Connection, association: Association, name_key: str, imported: NewAssociation | None = None
) -> None:
    """Keep a new association, with the row that it came from."""
    await connection.execute(
        "insert into association (id, version, state, rna, siren, name_key, commune, imported, document)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        association.id,
        association.version,
        association.state,
        association.rna,
        association.siren,
        name_key,
        association.place.commune,
        imported,
        association,
    )


async def update_association(connection: Connection, association: Association) -> None:
    """Write the next version of an association that is locked."""
    await connection.execute(
        "update association set version = $2, state = $3, document = $4 where id = $1 and version = $2 - 1",
        association.id,
        association.version,
        association.state,
        association,
    )


async def update_imported(
    connection: Connection, association: Association, name_key: str, imported: NewAssociation
) -> None:
    """Write the next version of a locked association, and the row that it was imported from."""
    await connection.execute(
        "update association set version = $2, rna = $3, siren = $4, name_key = $5, commune = $6, imported = $7,"
        " document = $8 where id = $1 and version = $2 - 1",
        association.id,
        association.version,
        association.rna,
        association.siren,
        name_key,
        association.place.commune,
        imported,
        association,
    )
