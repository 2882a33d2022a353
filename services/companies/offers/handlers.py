"""Visit offers: a company writes, publishes and confirms, a coordinator reviews; pauses and belief end by themselves.

Slots and bookings stand whatever happens to their offer: a change, a pause, its end.
"""

from uuid import UUID

from msgspec.structs import replace

from contracts.companies.profiles import Company, Site
from contracts.companies.visit_offers import (
    AddVisitOffer,
    ChangeVisitOffer,
    ConfirmVisitOffer,
    GetVisitOffer,
    MoveVisitOffer,
    VisitOffer,
)
from contracts.errors import AlreadyExists, NotFound
from contracts.local_time import start_of_day
from services.companies.actors import actors_of, require_owner
from services.companies.offers import rules, store
from services.companies.profiles.rules import check_may_open, own_site
from services.companies.profiles.store import find_site, get_company
from services.companies.waiting import handlers as waiting
from services.work import Work

PAUSE_OVER = "visit_offer_pause_over"
STALE = "visit_offer_stale"
# What still shows its company's name and its site's place to somebody.
CURRENT_STATES = ("draft", "in_review", "published", "paused", "rejected")


async def add(request: AddVisitOffer, work: Work) -> VisitOffer:
    """Add an offer; raises NotFound, NotYours, TransitionRefused, Invalid, AlreadyExists with the id of the other."""
    company = await get_company(work.connection, request.company_id, "share")
    require_owner(work.caller, company.id)
    check_may_open(company, "add")
    site = own_site(company, await find_site(work.connection, request.visit_offer.site_id))
    offer = rules.new_offer(request.visit_offer, company, site, work.new_id(), work.now)
    if not await store.insert_offer(work.connection, offer):
        other = await store.find_id_by_external_id(work.connection, company.id, offer.external_id)
        raise AlreadyExists(thing="visit offer", key=f"external_id {offer.external_id}", id=str(other))
    work.announce(rules.announced(offer))
    await _set_question(offer, work)
    return offer


async def change(request: ChangeVisitOffer, work: Work) -> VisitOffer:
    """Change some fields of an offer; raises NotFound, NotYours, Outdated, TransitionRefused, Invalid."""
    offer = await _find(request.visit_offer_id, work, lock=True)
    work.expect(offer)
    changed = rules.changed_offer(offer, request.change, actors_of(work.caller, offer.company_id), work.now)
    return offer if changed is offer else await _rewrite(changed, work)


async def confirm(request: ConfirmVisitOffer, work: Work) -> VisitOffer:
    """Say that an offer still holds as it stands; raises NotFound, NotYours, Outdated, TransitionRefused."""
    offer = await _find(request.visit_offer_id, work, lock=True)
    work.expect(offer)
    return await _rewrite(rules.confirmed_offer(offer, actors_of(work.caller, offer.company_id), work.now), work)


async def move(request: MoveVisitOffer, work: Work) -> VisitOffer:
    """Publish, approve, reject, pause, resume or archive.

    Raises NotFound, NotYours, Outdated, TransitionRefused, Invalid.
    """
    company = await get_company(work.connection, (await _find(request.visit_offer_id, work)).company_id, "share")
    check_may_open(company, request.action)
    offer = await _find(request.visit_offer_id, work, lock=True)
    work.expect(offer)
    return await _move(offer, request, company, work)


async def get(request: GetVisitOffer, work: Work) -> VisitOffer:
    """One offer; a draft only for the company itself and the Region. Raises NotFound."""
    return await _find(request.visit_offer_id, work)


async def end_pause(offer_id: str, work: Work) -> None:
    """Publish a paused offer whose day has come (timer); one that was resumed or paused anew since is left."""
    company = await get_company(work.connection, (await _find(UUID(offer_id), work)).company_id, "share")
    offer = await _find(UUID(offer_id), work, lock=True)
    if not rules.pause_is_over(offer, work.now):
        return
    if company.state == "suspended":
        # From now on it is the suspension that keeps it closed, and its end that opens it.
        await _write(replace(offer, version=offer.version + 1, **_SUSPENSION), work)
    else:
        await _move(offer, MoveVisitOffer(visit_offer_id=offer.id, action="resume"), company, work)


async def question(offer_id: str, work: Work) -> None:
    """Mark an offer stale that nobody has stood for long enough (timer), once until somebody does again."""
    offer = await _find(UUID(offer_id), work, lock=True)
    stale = rules.questioned_offer(offer, work.now)
    if stale is not offer:
        await store.update_offer(work.connection, stale)
        work.announce(rules.stale_event(stale))


async def set_missing_questions(work: Work) -> None:
    """Set the clock of the offers that have none, such as those from before there was one."""
    for offer in await store.list_unquestioned(work.connection, rules.QUESTIONED_STATES, STALE):
        work.set_timer(STALE, offer.id, rules.stale_at(offer))


# ------------------------------------------------------------ what follows from the company

_SUSPENSION = {"state": "paused", "reason": rules.COMPANY_SUSPENDED, "paused_until": None}


async def publish_waiting(company: Company, work: Work) -> None:
    """Publish what waited for the company's approval, and what its suspension had paused."""
    for offer in await store.list_offers(work.connection, company.id, ("in_review", "paused")):
        if offer.state == "in_review":
            await _move(offer, MoveVisitOffer(visit_offer_id=offer.id, action="approve"), company, work)
        elif offer.reason == rules.COMPANY_SUSPENDED:
            await _move(offer, MoveVisitOffer(visit_offer_id=offer.id, action="resume"), company, work)


async def pause_published(company: Company, work: Work) -> None:
    """Pause what is published, so that nobody proposes or books it while the company is suspended."""
    for offer in await store.list_offers(work.connection, company.id, ("published",)):
        await _write(replace(offer, version=offer.version + 1, changed_at=work.now, **_SUSPENSION), work)


async def rename_company(company: Company, work: Work) -> None:
    """Carry a company's new name to its offers."""
    for offer in await store.list_offers(work.connection, company.id, CURRENT_STATES):
        await _refresh(replace(offer, company_name=company.name), work)


async def move_site(site: Site, work: Work) -> None:
    """Carry a site's new name and place to its offers."""
    for offer in await store.list_offers(work.connection, site.company_id, CURRENT_STATES):
        if offer.site_id == site.id:
            await _refresh(replace(offer, site_name=site.name, place=site.place), work)


async def _refresh(offer: VisitOffer, work: Work) -> None:
    refreshed = replace(offer, version=offer.version + 1)
    await store.update_offer(work.connection, refreshed)
    work.announce(rules.changed_event(refreshed))


async def _rewrite(offer: VisitOffer, work: Work) -> VisitOffer:
    """Store an offer that its company has just stood for, and tell of it."""
    await store.update_offer(work.connection, offer)
    work.announce(rules.changed_event(offer))
    await _set_question(offer, work)
    return offer


async def _move(offer: VisitOffer, request: MoveVisitOffer, company: Company, work: Work) -> VisitOffer:
    actors = actors_of(work.caller, company.id)
    return await _write(rules.moved_offer(offer, request, company, actors, work.now), work)


async def _write(offer: VisitOffer, work: Work) -> VisitOffer:
    """Store an offer in the state that it has come to, tell of it, and set its clocks."""
    await store.update_offer(work.connection, offer)
    work.announce(rules.announced(offer))
    await work.cancel_timer(PAUSE_OVER, offer.id)
    if offer.paused_until is not None:
        work.set_timer(PAUSE_OVER, offer.id, start_of_day(offer.paused_until))
    await _set_question(offer, work)
    if offer.state == "published":
        await waiting.fill_slots(offer, work)
    return offer


async def _set_question(offer: VisitOffer, work: Work) -> None:
    """Set the clock for asking whether an offer still holds, where it has not been asked already."""
    await work.cancel_timer(STALE, offer.id)
    if offer.state in rules.QUESTIONED_STATES and not offer.stale:
        work.set_timer(STALE, offer.id, rules.stale_at(offer))


async def _find(offer_id: UUID, work: Work, *, lock: bool = False) -> VisitOffer:
    offer = await store.find_offer(work.connection, offer_id, lock=lock)
    hidden = offer is None or (offer.state in rules.PRIVATE_STATES and not actors_of(work.caller, offer.company_id))
    if offer is None or hidden:
        raise NotFound(thing="visit offer", id=str(offer_id))
    return offer
