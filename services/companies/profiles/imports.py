"""Loading companies and sites from rows: the good ones are loaded, the bad ones named with their reason."""

from msgspec.structs import replace

from contracts.companies.profiles import (
    Company,
    CompanyChanged,
    CompanyRegistered,
    ImportCompanies,
    SiteAdded,
    SiteChanged,
)
from contracts.errors import Forbidden, Invalid
from contracts.message import ImportReport, RefusedRow
from services.companies.needs import handlers as needs
from services.companies.offers import handlers as offers
from services.companies.profiles import rules, store
from services.companies.profiles.handlers import rename_what_it_shows
from services.companies.profiles.rules import ReadRow
from services.work import Work


async def load(request: ImportCompanies, work: Work) -> ImportReport:
    """Load rows; a company that nobody knows becomes a shadow. Raises Forbidden."""
    if not work.caller.is_coordinator:
        raise Forbidden()
    await store.lock_identities(work.connection)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    refused: list[RefusedRow] = []
    seen: set[str] = set()
    for number, row in enumerate(request.rows):
        try:
            read = rules.read_row(row, seen, work.new_id(), work.new_id(), work.now)
        except Invalid as error:
            refused.append(RefusedRow(row=number, reason=rules.reason_of(error)))
            continue
        seen.add(read.site.siret)
        company, became = await _load_company(read, work)
        outcomes = {became, await _load_site(read, company, work)}
        counts[next(outcome for outcome in counts if outcome in outcomes)] += 1
    return ImportReport(**counts, refused=tuple(refused))


async def _load_company(read: ReadRow, work: Work) -> tuple[Company, str]:
    siret, said = read.site.siret, read.company_said
    known = await store.find_known_company(work.connection, read.company.siren)
    if known is None:
        await store.insert_company(work.connection, read.company)
        await store.update_company_said(work.connection, read.company.id, siret, said)
        work.announce(CompanyRegistered(company=read.company))
        return read.company, "created"
    if known.imported_from != siret:
        return known.company, "unchanged"
    renewed = rules.renew(known.company, known.said, said)
    if renewed is known.company:
        return renewed, "unchanged"
    renewed = replace(renewed, changed_at=work.now)
    await store.update_company(work.connection, renewed)
    await store.update_company_said(work.connection, renewed.id, siret, said)
    work.announce(CompanyChanged(company=renewed))
    await rename_what_it_shows(known.company, renewed, work)
    return renewed, "changed"


async def _load_site(read: ReadRow, company: Company, work: Work) -> str:
    known = await store.find_known_site(work.connection, read.site.siret)
    if known is None:
        site = replace(read.site, company_id=company.id, fictional=company.fictional)
        await store.insert_site(work.connection, site)
        await store.update_imported_site(work.connection, site, read.site_said)
        work.announce(SiteAdded(site=site))
        return "created"
    renewed = rules.renew(known.site, known.said, read.site_said)
    if renewed is known.site:
        return "unchanged"
    await store.update_imported_site(work.connection, renewed, read.site_said)
    work.announce(SiteChanged(site=renewed))
    await offers.move_site(renewed, work)
    await needs.move_site(renewed, work)
    return "changed"
