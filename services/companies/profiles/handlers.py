"""Companies and their sites: registering, changing, approving, suspending, showing.

Approval and suspension reach what the company has published: offers and job needs are told here, in one transaction.
"""

from uuid import UUID

from contracts.companies.profiles import (
    AddSite,
    ChangeCompany,
    Company,
    CompanyChanged,
    CompanyRegistered,
    GetCompany,
    GetSite,
    MoveCompany,
    RegisterCompany,
    Site,
    SiteAdded,
)
from contracts.errors import AlreadyExists, Forbidden, NotFound
from services.companies.actors import actors_of, require_owner
from services.companies.needs import handlers as needs
from services.companies.offers import handlers as offers
from services.companies.profiles import rules, store
from services.companies.profiles.store import Lock
from services.work import Work


async def register(request: RegisterCompany, work: Work) -> Company:
    """Register a company, approved at once; raises Forbidden, Invalid, AlreadyExists with the id of the other."""
    if not work.caller.is_coordinator:
        raise Forbidden()
    company = rules.new_company(request.company, work.new_id(), "approved", work.now)
    await store.lock_identities(work.connection)
    if known := await store.find_company_by_siren(work.connection, company.siren):
        raise AlreadyExists(thing="company", key=f"SIREN {company.siren}", id=str(known.id))
    await store.insert_company(work.connection, company)
    work.announce(CompanyRegistered(company=company))
    return company


async def change(request: ChangeCompany, work: Work) -> Company:
    """Change some fields of a company; raises NotFound, NotYours, Outdated, TransitionRefused, Invalid."""
    company = await _find(request.company_id, work, "change")
    work.expect(company)
    changed = rules.changed_company(company, request.change, actors_of(work.caller, company.id), work.now)
    if changed is not company:
        await store.update_company(work.connection, changed)
        work.announce(CompanyChanged(company=changed))
        await rename_what_it_shows(company, changed, work)
    return changed


async def rename_what_it_shows(company: Company, changed: Company, work: Work) -> None:
    """Carry a company's new name to its offers and job needs."""
    if changed.name != company.name:
        await offers.rename_company(changed, work)
        await needs.rename_company(changed, work)


async def move(request: MoveCompany, work: Work) -> Company:
    """Approve or suspend a company; raises NotFound, NotYours, Outdated, TransitionRefused.

    Approving publishes what waited for it, and what suspending had paused; suspending pauses the published offers and
    puts the published job needs back in review.
    """
    company = await _find(request.company_id, work, "change")
    work.expect(company)
    moved = rules.moved_company(company, request.action, request.reason, actors_of(work.caller, company.id), work.now)
    await store.update_company(work.connection, moved)
    work.announce(rules.MOVES[request.action](company=moved))
    if moved.state == "approved":
        await offers.publish_waiting(moved, work)
        await needs.publish_waiting(moved, work)
    else:
        await offers.pause_published(moved, work)
        await needs.take_back_published(moved, work)
    return moved


async def get(request: GetCompany, work: Work) -> Company:
    """One company as the caller may see it; raises NotFound."""
    company = await _find(request.company_id, work)
    return rules.shown_to(company, actors_of(work.caller, company.id))


async def add_site(request: AddSite, work: Work) -> Site:
    """Add a site; raises NotFound, NotYours, TransitionRefused, Invalid, AlreadyExists with the id of the other."""
    company = await _find(request.company_id, work, "share")
    require_owner(work.caller, company.id)
    rules.check_may_open(company, "add")
    site = rules.new_site(request.site, company, work.new_id())
    await store.lock_identities(work.connection)
    if site.siret and (known := await store.find_site_by_siret(work.connection, site.siret)):
        raise AlreadyExists(thing="site", key=f"SIRET {site.siret}", id=str(known.id))
    await store.insert_site(work.connection, site)
    work.announce(SiteAdded(site=site))
    return site


async def get_site(request: GetSite, work: Work) -> Site:
    """One site; raises NotFound."""
    site = await store.find_site(work.connection, request.site_id)
    if site is None:
        raise NotFound(thing="site", id=str(request.site_id))
    return site


async def _find(company_id: UUID, work: Work, lock: Lock = "none") -> Company:
    company = await store.get_company(work.connection, company_id, lock)
    rules.shown_to(company, actors_of(work.caller, company_id))
    return company
