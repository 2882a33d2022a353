"""Job needs: a company writes, publishes, fills or withdraws one; what nobody confirms expires by itself."""

from uuid import UUID

from msgspec.structs import replace

from contracts.companies.job_needs import AddJobNeed, ChangeJobNeed, GetJobNeed, JobNeed, MoveJobNeed
from contracts.companies.profiles import Company, Site
from contracts.errors import AlreadyExists, NotFound
from contracts.machines import SYSTEM
from services.companies.actors import actors_of, require_owner
from services.companies.needs import rules, store
from services.companies.profiles.rules import check_may_open, own_site
from services.companies.profiles.store import find_site, get_company
from services.work import Work

EXPIRY = "job_need_expires"
# What still shows its company's name and its site's place to somebody.
CURRENT_STATES = ("draft", "in_review", "published")


async def add(request: AddJobNeed, work: Work) -> JobNeed:
    """Add a job need; raises NotFound, NotYours, Invalid, TransitionRefused, AlreadyExists with the id of the other."""
    company = await get_company(work.connection, request.company_id, "share")
    require_owner(work.caller, company.id)
    check_may_open(company, "add")
    site = own_site(company, await find_site(work.connection, request.job_need.site_id))
    need = rules.new_need(request.job_need, company, site, work.new_id(), work.now)
    if not await store.insert_need(work.connection, need):
        other = await store.find_id_by_external_id(work.connection, company.id, need.external_id)
        raise AlreadyExists(thing="job need", key=f"external_id {need.external_id}", id=str(other))
    work.announce(rules.announced(need))
    await _set_expiry(need, work)
    return need


async def change(request: ChangeJobNeed, work: Work) -> JobNeed:
    """Change some fields of a job need; raises NotFound, NotYours, Outdated, TransitionRefused, Invalid."""
    need = await _find(request.job_need_id, work, lock=True)
    work.expect(need)
    changed = rules.changed_need(need, request.change, actors_of(work.caller, need.company_id), work.now)
    if changed is not need:
        await store.update_need(work.connection, changed)
        work.announce(rules.changed_event(changed))
        await _set_expiry(changed, work)
    return changed


async def move(request: MoveJobNeed, work: Work) -> JobNeed:
    """Publish, approve, fill or withdraw a job need; raises NotFound, NotYours, Outdated, TransitionRefused."""
    company = await get_company(work.connection, (await _find(request.job_need_id, work)).company_id, "share")
    check_may_open(company, request.action)
    need = await _find(request.job_need_id, work, lock=True)
    work.expect(need)
    return await _move(need, request.action, request.reason, company, actors_of(work.caller, company.id), work)


async def get(request: GetJobNeed, work: Work) -> JobNeed:
    """One job need; a draft only for the company itself and the Region. Raises NotFound."""
    return await _find(request.job_need_id, work)


async def expire(need_id: str, work: Work) -> None:
    """Close a need that has stood long enough (timer); one that was closed or published again since is left."""
    company = await get_company(work.connection, (await _find(UUID(need_id), work)).company_id, "share")
    need = await _find(UUID(need_id), work, lock=True)
    if rules.is_due(need, work.now):
        await _move(need, "expire", "", company, frozenset({SYSTEM}), work)


# ------------------------------------------------------------ what follows from the company


async def publish_waiting(company: Company, work: Work) -> None:
    """Publish what waited for the company's approval."""
    for need in await store.list_needs(work.connection, company.id, ("in_review",)):
        await _move(need, "approve", "", company, actors_of(work.caller, company.id), work)


async def take_back_published(company: Company, work: Work) -> None:
    """Put what is published back in review, so that nobody sees it while the company is suspended."""
    for need in await store.list_needs(work.connection, company.id, ("published",)):
        await _refresh(rules.back_in_review(need), work)
        await work.cancel_timer(EXPIRY, need.id)


async def rename_company(company: Company, work: Work) -> None:
    """Carry a company's new name to its needs."""
    for need in await store.list_needs(work.connection, company.id, CURRENT_STATES):
        await _refresh(replace(need, company_name=company.name), work)


async def move_site(site: Site, work: Work) -> None:
    """Carry a site's new place to its needs."""
    for need in await store.list_needs(work.connection, site.company_id, CURRENT_STATES):
        if need.site_id == site.id and need.place != site.place:
            await _refresh(replace(need, place=site.place), work)


async def _refresh(need: JobNeed, work: Work) -> None:
    refreshed = replace(need, version=need.version + 1)
    await store.update_need(work.connection, refreshed)
    work.announce(rules.changed_event(refreshed))


async def _move(
    need: JobNeed, action: str, reason: str, company: Company, actors: frozenset[str], work: Work
) -> JobNeed:
    moved = rules.moved_need(need, action, reason, company, actors, work.now)
    await store.update_need(work.connection, moved)
    work.announce(rules.announced(moved))
    await _set_expiry(moved, work)
    return moved


async def _set_expiry(need: JobNeed, work: Work) -> None:
    await work.cancel_timer(EXPIRY, need.id)
    if need.expires_at is not None:
        work.set_timer(EXPIRY, need.id, need.expires_at)


async def _find(need_id: UUID, work: Work, *, lock: bool = False) -> JobNeed:
    need = await store.find_need(work.connection, need_id, lock=lock)
    hidden = need is None or (need.state in rules.PRIVATE_STATES and not actors_of(work.caller, need.company_id))
    if need is None or hidden:
        raise NotFound(thing="job need", id=str(need_id))
    return need
