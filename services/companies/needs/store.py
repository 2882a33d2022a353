"""The table `job_need`."""

from collections.abc import Iterable
from uuid import UUID

from contracts.companies.job_needs import JobNeed
from contracts.message import decoder_of
from services.database import Connection

_FIND = {
    False: "select document from job_need where id = $1",
    True: "select document from job_need where id = $1 for no key update",
}
_INSERT = """
insert into job_need (id, version, company_id, site_id, external_id, state, document)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (company_id, external_id) where external_id <> '' do nothing
returning true
"""


async def find_need(connection: Connection, need_id: UUID, *, lock: bool = False) -> JobNeed | None:
    """One job need; `lock` holds its row until the end of the transaction."""
    text = await connection.fetchval(_FIND[lock], need_id)
    return decoder_of(JobNeed).decode(text) if text else None


async def find_id_by_external_id(connection: Connection, company_id: UUID, external_id: str) -> UUID | None:
    """The need that a company's own software knows by that id."""
    found: UUID | None = await connection.fetchval(
        "select id from job_need where company_id = $1 and external_id = $2", company_id, external_id
    )
    return found


async def list_needs(connection: Connection, company_id: UUID, states: Iterable[str]) -> tuple[JobNeed, ...]:
    """A company's needs in these states, locked in the order of their ids."""
    rows = await connection.fetch(
        "select document from job_need where company_id = $1 and state = any($2) order by id for no key update",
        company_id,
        list(states),
    )
    return tuple(decoder_of(JobNeed).decode(row["document"]) for row in rows)


async def insert_need(connection: Connection, need: JobNeed) -> bool:
    """Write a new need; False where the company has one of the same external id."""
    written: bool | None = await connection.fetchval(
        _INSERT, need.id, need.version, need.company_id, need.site_id, need.external_id, need.state, need
    )
    return bool(written)


async def update_need(connection: Connection, need: JobNeed) -> None:
    """Write a need that was read with its row locked."""
    await connection.execute(
        "update job_need set version = $2, state = $3, document = $4 where id = $1",
        need.id,
        need.version,
        need.state,
        need,
    )
