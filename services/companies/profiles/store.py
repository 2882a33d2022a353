"""The tables `company` and `site`, with what the last row of an import said of each.

Rows are locked in one order everywhere, a company before what it owns. `for no key update` lets others meanwhile
insert rows that refer to the locked one.
"""

from typing import Literal
from uuid import UUID

import msgspec

from contracts.companies.profiles import Company, Site
from contracts.errors import NotFound
from contracts.message import decoder_of
from services.companies.profiles.rules import CompanySaid, SiteSaid
from services.database import Connection

Lock = Literal["none", "share", "change"]
_FIND_COMPANY: dict[Lock, str] = {
    "none": "select document from company where id = $1",
    "share": "select document from company where id = $1 for share",
    "change": "select document from company where id = $1 for no key update",
}


class KnownCompany(msgspec.Struct, frozen=True):
    """A company, the SIRET whose rows speak for it, and what the last one said."""

    company: Company
    imported_from: str
    said: CompanySaid | None


class KnownSite(msgspec.Struct, frozen=True):
    """A site, and what the last row said of it."""

    site: Site
    said: SiteSaid | None


async def lock_identities(connection: Connection) -> None:
    """Let nobody else register a SIREN or SIRET until the end of the transaction."""
    await connection.execute("select pg_advisory_xact_lock(hashtext('identities of companies'))")


async def find_company(connection: Connection, company_id: UUID, lock: Lock = "none") -> Company | None:
    """One company; `share` keeps others from changing it meanwhile."""
    text = await connection.fetchval(_FIND_COMPANY[lock], company_id)
    return decoder_of(Company).decode(text) if text else None


async def get_company(connection: Connection, company_id: UUID, lock: Lock = "none") -> Company:
    """The company of an id; raises NotFound."""
    company = await find_company(connection, company_id, lock)
    if company is None:
        raise NotFound(thing="company", id=str(company_id))
    return company


async def find_company_by_siren(connection: Connection, siren: str) -> Company | None:
    """The company of a SIREN."""
    text = await connection.fetchval("select document from company where siren = $1", siren)
    return decoder_of(Company).decode(text) if text else None


async def insert_company(connection: Connection, company: Company) -> None:
    """Write a new company."""
    await connection.execute(
        "insert into company (id, version, siren, state, document) values ($1, $2, $3, $4, $5)",
        company.id,
        company.version,
        company.siren,
        company.state,
        company,
    )


async def update_company(connection: Connection, company: Company) -> None:
    """Write a company that was read with its row locked."""
    await connection.execute(
        "update company set version = $2, state = $3, document = $4 where id = $1",
        company.id,
        company.version,
        company.state,
        company,
    )


async def find_site(connection: Connection, site_id: UUID) -> Site | None:
    """One site."""
    text = await connection.fetchval("select document from site where id = $1", site_id)
    return decoder_of(Site).decode(text) if text else None


async def find_site_by_siret(connection: Connection, siret: str) -> Site | None:
    """The site of a SIRET."""
    text = await connection.fetchval("select document from site where siret = $1", siret)
    return decoder_of(Site).decode(text) if text else None


async def insert_site(connection: Connection, site: Site) -> None:
    """Write a new site."""
    await connection.execute(
        "insert into site (id, version, company_id, siret, document) values ($1, $2, $3, $4, $5)",
        site.id,
        site.version,
        site.company_id,
        site.siret,
        site,
    )


# ------------------------------------------------------------ what an import said


async def find_known_company(connection: Connection, siren: str) -> KnownCompany | None:
    """The company of a SIREN, its row locked."""
    row = await connection.fetchrow(
        "select document, imported_from, imported from company where siren = $1 for no key update", siren
    )
    if row is None:
        return None
    said = decoder_of(CompanySaid).decode(row["imported"]) if row["imported"] else None
    return KnownCompany(decoder_of(Company).decode(row["document"]), row["imported_from"], said)


async def find_known_site(connection: Connection, siret: str) -> KnownSite | None:
    """The site of a SIRET, its row locked."""
    row = await connection.fetchrow("select document, imported from site where siret = $1 for no key update", siret)
    if row is None:
        return None
    said = decoder_of(SiteSaid).decode(row["imported"]) if row["imported"] else None
    return KnownSite(decoder_of(Site).decode(row["document"]), said)


async def update_company_said(connection: Connection, company_id: UUID, siret: str, said: CompanySaid) -> None:
    """Remember what a row said of a company."""
    await connection.execute(
        "update company set imported_from = $2, imported = $3 where id = $1", company_id, siret, said
    )


async def update_imported_site(connection: Connection, site: Site, said: SiteSaid) -> None:
    """Write a site as it now stands, and what a row said of it."""
    await connection.execute(
        "update site set version = $2, document = $3, imported = $4 where id = $1", site.id, site.version, site, said
    )
