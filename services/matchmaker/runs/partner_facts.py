"""From the resources that the matchmaker keeps to the flat facts that matching partnerships is told. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from contracts.associations.profiles import Association
from contracts.companies.profiles import Company, Site
from contracts.companies.visit_offers import VisitOffer
from contracts.local_time import local_day
from services.matchmaker.matching.inputs import AssociationProfile, CompanyProfile, Mediation, Place
from services.matchmaker.matching.partners.rules import PartnerHistory
from services.matchmaker.runs.partner_store import Dealings
from services.matchmaker.runs.store import JobNeeds


def histories_of(dealings: Iterable[Dealings]) -> dict[UUID, PartnerHistory]:
    """How companies and associations dealt with earlier proposals, by id; nobody else was proposed anything."""
    return {
        one.actor_id: PartnerHistory(
            answered=one.answered,
            unanswered=one.unanswered,
            contacts=tuple(local_day(instant) for instant in one.contacted_at),
        )
        for one in dealings
    }


def company_profiles_of(
    companies: Iterable[Company],
    sites: Iterable[Site],
    offers: Iterable[VisitOffer],
    needs: Iterable[JobNeeds],
    partners: Mapping[UUID, int],
    histories: Mapping[UUID, PartnerHistory],
) -> tuple[CompanyProfile, ...]:
    """The companies that have something for a partner to work with: a published offer or job need."""
    places: dict[UUID, list[Place]] = defaultdict(list)
    for site in sites:
        at = site.place
        places[site.company_id].append(Place(at.latitude, at.longitude, at.department))
    shown: dict[UUID, list[VisitOffer]] = defaultdict(list)
    for offer in offers:
        shown[offer.company_id].append(offer)
    recruiting = {need.company_id: need.number for need in needs}
    return tuple(
        CompanyProfile(
            company_id=company.id,
            version=company.version,
            sites=tuple(places[company.id]),
            partners_wanted=max(0, company.partners_wanted - partners.get(company.id, 0)),
            themes=frozenset(theme for offer in shown[company.id] for theme in offer.themes),
            levels=frozenset(level for offer in shown[company.id] for level in offer.levels),
            mediation_share=_share(offer.needs_mediation for offer in shown[company.id]),
            job_needs=recruiting.get(company.id, 0),
            has_partner=partners.get(company.id, 0) > 0,
            history=histories.get(company.id, PartnerHistory()),
        )
        for company in companies
        if shown[company.id] or company.id in recruiting
    )


def _share(flags: Iterable[bool]) -> float:
    listed = list(flags)
    return sum(listed) / len(listed) if listed else 0.0


def association_profiles_of(
    associations: Iterable[Association],
    mediations: Iterable[Mediation],
    partners: Mapping[UUID, int],
    histories: Mapping[UUID, PartnerHistory],
) -> tuple[AssociationProfile, ...]:
    """The associations that have a capacity to give."""
    given: dict[UUID, list[Mediation]] = defaultdict(list)
    for mediation in mediations:
        given[mediation.association_id].append(mediation)
    return tuple(
        AssociationProfile(
            association_id=one.id,
            version=one.version,
            capacities=tuple(given[one.id]),
            partners_possible=max(0, one.partners_wanted - partners.get(one.id, 0)),
            has_partner=partners.get(one.id, 0) > 0,
            history=histories.get(one.id, PartnerHistory()),
        )
        for one in associations
        if given[one.id]
    )
