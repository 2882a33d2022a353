"""The table `school`."""

from collections.abc import Iterable

from contracts.matchmaker.schools import School
from contracts.message import decoder_of
from services.work import Connection


async def find_school(connection: Connection, uai: str, *, lock: bool = False) -> School | None:
    """One school by its UAI; locked until the transaction ends where it is about to change."""
    query = "select document from school where uai = $1"
    text = await connection.fetchval(f"{query} for update" if lock else query, uai)
    return decoder_of(School).decode(text) if text else None


async def list_schools(connection: Connection, uais: Iterable[str]) -> dict[str, School]:
    """The schools among these, by UAI; locked in the order of UAI."""
    rows = await connection.fetch(
        "select uai, document from school where uai = any($1::text[]) order by uai for update",
        list(uais),
    )
    return {row["uai"]: decoder_of(School).decode(row["document"]) for row in rows}


async def upsert_schools(connection: Connection, schools: Iterable[School]) -> None:
    """Write new schools, and those that changed."""
    await connection.executemany(
        "insert into school (uai, id, version, document) values ($1, $2, $3, $4)"
        " on conflict (uai) do update set version = excluded.version, document = excluded.document",
        [(school.uai, school.id, school.version, school) for school in schools],
    )
