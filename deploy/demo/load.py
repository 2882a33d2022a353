"""Loads the demo region by the same commands that everybody's software uses, some at a time.

Every command carries an idempotency key made from seed, day and place in the region, so that a load that was cut short
can simply be repeated.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from contracts.associations.capacities import PublishCapacity
from contracts.associations.profiles import RegisterAssociation
from contracts.companies.job_needs import AddJobNeed
from contracts.companies.profiles import AddSite, RegisterCompany
from contracts.companies.slots import OpenSlot
from contracts.companies.visit_offers import AddVisitOffer
from contracts.errors import PasserelleError
from contracts.matchmaker.class_requests import SubmitClassRequest
from contracts.matchmaker.schools import ChangeSchoolSettings, ImportSchools
from contracts.message import Command
from deploy.demo.model import Association, Company, Offer, Region, School, Site
from deploy.imports.sending import BATCH_TIMEOUT_S, reason_of
from deploy.operator import OPERATOR
from services.bus import Bus

AnswerT = TypeVar("AnswerT")
OnProgress = Callable[[str, int, int], None]

# Enough to keep two cores busy, well below what one service answers at once.
AT_ONCE = 12


class LoadFailed(Exception):
    """Something of the region was refused or not answered; the message names it."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the region now, and the ids that the main job needs."""

    companies: int
    sites: int
    job_needs: int
    visit_offers: int
    slots: int
    associations: int
    capacities: int
    schools: int
    class_requests: int
    story_company: UUID
    story_site: UUID


@dataclass
class Sender:
    """Sends commands, a few at once, and counts what is done of the phase that runs."""

    bus: Bus
    prefix: str
    on_progress: OnProgress
    gate: asyncio.Semaphore
    phase: str = ""
    total: int = 0
    done: int = 0

    async def send(self, command: Command[AnswerT], key: str) -> AnswerT:
        """The answer to one command; raises LoadFailed."""
        async with self.gate:
            try:
                answer = await self.bus.ask(
                    command, OPERATOR, idempotency_key=f"{self.prefix}/{key}", timeout_s=BATCH_TIMEOUT_S
                )
            except PasserelleError as error:
                raise LoadFailed(f"{key} of the demo region was not loaded: {reason_of(error.problem)}") from error
        self.done += 1
        self.on_progress(self.phase, self.done, self.total)
        return answer

    async def run(self, phase: str, total: int, work: Iterable[Coroutine[Any, Any, AnswerT]]) -> list[AnswerT]:
        """Do one phase's work side by side; `total` is the number of its commands."""
        self.phase, self.total, self.done = phase, total, 0
        self.on_progress(phase, 0, total)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(each) for each in work]
        except* LoadFailed as errors:
            raise errors.exceptions[0] from None
        return [task.result() for task in tasks]


async def load(region: Region, bus: Bus, on_progress: OnProgress) -> Loaded:
    """Load all but the story's offer; `on_progress` hears phase, done and total. Raises LoadFailed."""
    sender = Sender(bus, f"demo-{region.seed}-{region.today}", on_progress, asyncio.Semaphore(AT_ONCE))
    sites = [site for company in region.companies for site in company.sites]
    offers = [offer for site in sites for offer in site.offers]
    counts = {
        "companies": len(region.companies),
        "sites": len(sites),
        "job_needs": sum(len(site.job_needs) for site in sites),
        "visit_offers": len(offers),
        "slots": sum(len(offer.slots) for offer in offers),
        "associations": len(region.associations),
        "capacities": sum(len(each.capacities) for each in region.associations),
        "schools": len(region.schools),
        "class_requests": sum(len(each.class_requests) for each in region.schools),
    }
    companies = await sender.run(
        "Companies and their visits",
        sum(counts[kind] for kind in ("companies", "sites", "job_needs", "visit_offers", "slots")),
        (load_company(sender, company) for company in region.companies),
    )
    await sender.run(
        "Associations and what they give",
        counts["associations"] + counts["capacities"],
        (load_association(sender, association) for association in region.associations),
    )
    await sender.run("Schools", 1 + counts["schools"], [load_schools(sender, region.schools)])
    await sender.run(
        "Wishes of their classes",
        counts["class_requests"],
        (load_wishes(sender, school) for school in region.schools),
    )
    company_id, first_site = companies[[each.company.siren for each in region.companies].index(region.story.siren)]
    return Loaded(**counts, story_company=company_id, story_site=first_site)


async def load_company(sender: Sender, company: Company) -> tuple[UUID, UUID]:
    """One company with all it has; its id and its first site's."""
    own = company.company.siren
    registered = await sender.send(RegisterCompany(company=company.company), own)
    sites = [
        await load_site(sender, registered.id, site, f"{own}/site-{number}")
        for number, site in enumerate(company.sites, 1)
    ]
    return registered.id, sites[0]


async def load_site(sender: Sender, company_id: UUID, site: Site, key: str) -> UUID:
    """One site, its needs and its offers."""
    added = await sender.send(AddSite(company_id=company_id, site=site.site), key)
    for number, need in enumerate(site.job_needs, 1):
        placed = msgspec.structs.replace(need, site_id=added.id)
        await sender.send(AddJobNeed(company_id=company_id, job_need=placed), f"{key}/need-{number}")
    for number, offer in enumerate(site.offers, 1):
        await load_offer(sender, company_id, added.id, offer, f"{key}/offer-{number}")
    return added.id


async def load_offer(sender: Sender, company_id: UUID, site_id: UUID, offer: Offer, key: str) -> None:
    """One offer and its slots."""
    placed = msgspec.structs.replace(offer.visit_offer, site_id=site_id)
    added = await sender.send(AddVisitOffer(company_id=company_id, visit_offer=placed), key)
    for number, slot in enumerate(offer.slots, 1):
        await sender.send(OpenSlot(visit_offer_id=added.id, slot=slot), f"{key}/slot-{number}")


async def load_association(sender: Sender, association: Association) -> None:
    """One association and what it can give."""
    key = association.association.rna
    registered = await sender.send(RegisterAssociation(association=association.association), key)
    for number, capacity in enumerate(association.capacities, 1):
        command = PublishCapacity(association_id=registered.id, capacity=capacity)
        await sender.send(command, f"{key}/capacity-{number}")


async def load_schools(sender: Sender, schools: tuple[School, ...]) -> None:
    """All schools at once, then what each decides for itself; any that is refused is a defect of the region."""
    report = await sender.send(ImportSchools(schools=tuple(each.school for each in schools)), "schools")
    for refused in report.refused[:1]:
        uai = schools[refused.row].school.uai
        raise LoadFailed(f"The school {uai} of the demo region was not loaded: {refused.reason}")
    async with asyncio.TaskGroup() as group:
        for school in schools:
            uai = school.school.uai
            group.create_task(sender.send(ChangeSchoolSettings(uai=uai, settings=school.settings), f"{uai}/settings"))


async def load_wishes(sender: Sender, school: School) -> None:
    """What one school's classes wish."""
    uai = school.school.uai
    for number, request in enumerate(school.class_requests, 1):
        command = SubmitClassRequest(school_uai=uai, class_request=request)
        await sender.send(command, f"{uai}/wish-{number}")
