"""What a match has before it: the region as the tables hold it, and the same as facts for the mathematics."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from contracts.associations.capacities import Capacity
from contracts.companies.profiles import Site
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.local_time import local_day
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.policies import PolicySettings
from contracts.matchmaker.proposals import VisitProposal
from contracts.matchmaker.schools import School
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.mediations.store import Promised, list_promised
from services.matchmaker.runs import store
from services.matchmaker.runs import visit_facts as facts
from services.matchmaker.runs.reach import reasons_by_school
from services.matchmaker.runs.reserve_store import load_reserve
from services.matchmaker.runs.reserving import Reserve, with_reserved
from services.work import Connection


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """What one match has before it."""

    requests: dict[UUID, ClassRequest]
    schools: dict[str, School]
    sites: tuple[Site, ...]
    slots: dict[UUID, Slot]
    offers: dict[UUID, VisitOffer]
    capacities: tuple[Capacity, ...]
    waiting: tuple[tuple[VisitProposal, UUID | None], ...]
    held: tuple[store.Held, ...]
    promised: tuple[Promised, ...]
    ended: tuple[store.Ended, ...]
    reserve: Reserve = Reserve()


async def load_region(connection: Connection, now: datetime, *, reserving: bool = True) -> Region:
    """The whole region, as it is now; whether the policy is `reserving` places may be said to spare the look-up."""
    today = local_day(now)
    requests, schools = await store.list_open_requests(connection, today)
    slots, offers = await store.list_open_slots(connection, now)
    return Region(
        requests={request.id: request for request in requests},
        schools=schools,
        sites=await store.list_sites(connection),
        slots={slot.id: slot for slot in slots},
        offers=offers,
        capacities=await store.list_published_capacities(connection, today),
        waiting=await store.list_waiting_proposals(connection),
        held=await store.list_held_visits(connection),
        promised=await list_promised(connection),
        ended=await store.list_ended_visits(connection),
        reserve=await load_reserve(connection, offers) if reserving else Reserve(),
    )


def facts_of(region: Region, settings: PolicySettings, today: date) -> VisitFacts:
    """The region as matching is told of it: whom the policy calls under-reached, and what it reserves for them."""
    takers = {taker.school.uai: taker.school for taker in region.reserve.takers}
    reasons = reasons_by_school((takers | region.schools).values(), region.sites, settings)
    openings = facts.openings_of(region.slots.values(), region.offers)
    return VisitFacts(
        wishes=facts.wishes_of(region.requests.values(), region.schools, reasons, region.ended),
        openings=with_reserved(openings, region.reserve, reasons, settings, today),
        mediations=facts.mediations_of(region.capacities, region.promised),
        standing=facts.standing_of(region.waiting, region.held),
        today=today,
    )
