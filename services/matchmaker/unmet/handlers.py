"""Unmet demand: what classes asked for in vain, counted after each match of the whole region and told where it changed.

It is told to everybody: it names places and numbers of classes, no school.
"""

import asyncio
from collections.abc import Iterator, Mapping
from uuid import UUID

from contracts.companies.profiles import Company, Site
from contracts.matchmaker.unmet_demand import UnmetDemand, UnmetDemandChanged
from contracts.place import place_of
from services.matchmaker.matching.inputs import Wish
from services.matchmaker.matching.visits import VisitPlan
from services.matchmaker.runs.region import Region
from services.matchmaker.runs.store import count_claims, list_companies
from services.matchmaker.unmet import rules, store
from services.matchmaker.unmet.measuring import Measured, measure
from services.work import Connection, Work


async def measure_unmet(work: Work, region: Region, plan: VisitPlan, run_id: UUID) -> int:
    """Count what nobody serves once a run has written its proposals; gives near how many places that changed."""
    unserved = await _unserved(work.connection, region, plan)
    companies = {company.id: company for company in await list_companies(work.connection)}
    sites = {site.id: site for site in region.sites if site.company_id in companies}
    communes = [_commune(region, wish) for wish in unserved]
    measured = await asyncio.to_thread(measure, unserved, communes, tuple(sites.values()))
    known = await store.list_unmet_demand(work.connection)
    fictional = {_commune(region, wish) for wish in unserved if region.requests[wish.id].fictional}
    told = {each.id: each for each in _told(measured, sites, companies, fictional, run_id, work)}
    told |= {each.id: rules.emptied(each, run_id, work.now) for each in known.values() if each.id not in told}
    changed = [
        after for place_id in sorted(told) if (after := rules.news(known.get(place_id), told[place_id])) is not None
    ]
    await store.upsert_unmet_demand(work.connection, changed)
    work.announce(*(UnmetDemandChanged(unmet_demand=demand) for demand in changed))
    return len(changed)


async def _unserved(connection: Connection, region: Region, plan: VisitPlan) -> list[Wish]:
    """The classes that the run knew and that have neither a visit nor a proposal now."""
    claims = await count_claims(connection, list(region.requests))
    visits = {held.class_request_id for held in region.held}
    return [
        wish
        for wish in plan.tables.wishes.wishes
        if wish.id in region.requests and wish.id not in claims and wish.id not in visits
    ]


def _commune(region: Region, wish: Wish) -> str:
    return region.schools[region.requests[wish.id].school_uai].place.commune


def _told(
    measured: Measured,
    sites: Mapping[UUID, Site],
    companies: Mapping[UUID, Company],
    fictional: set[str],
    run_id: UUID,
    work: Work,
) -> Iterator[UnmetDemand]:
    for site_id, figures in measured.sites.items():
        site = sites[site_id]
        yield UnmetDemand(
            id=site_id,
            fictional=site.fictional,
            site_id=site_id,
            company_id=site.company_id,
            company_name=companies[site.company_id].name,
            place=site.place,
            classes=figures.classes,
            under_reached=figures.under_reached,
            rows=figures.rows,
            match_run_id=run_id,
            measured_at=work.now,
        )
    for commune, figures in measured.communes.items():
        yield UnmetDemand(
            id=rules.commune_id(commune),
            fictional=commune in fictional,
            # The town hall's point: that of the school would name it.
            place=place_of(commune, None, None),
            classes=figures.classes,
            under_reached=figures.under_reached,
            rows=figures.rows,
            match_run_id=run_id,
            measured_at=work.now,
        )
