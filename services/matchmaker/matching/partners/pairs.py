"""Companies and associations that fit: hard gates and points of one pair, and of all pairs at once.

An association fits by one of its capacities: the same one must share a theme and a level, come to a site, be
in its period and have interventions left. A test holds the two ways of asking against each other.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec
import numpy as np

from contracts.matchmaker.explanations import PartCode, ScorePart
from contracts.matchmaker.policies import Weights
from contracts.reference.travel import straight_km
from services.matchmaker.matching import mediation, travel
from services.matchmaker.matching.arrays import Bools, Floats, Ints, bools, floats, ints
from services.matchmaker.matching.inputs import AssociationProfile, CompanyProfile, Mediation, Place
from services.matchmaker.matching.masks import LEVELS, THEMES, any_of
from services.matchmaker.matching.score import array_points, part

# From this straight distance on, closeness is worth nothing.
_FAR_KM: Final = 100.0
# From these numbers on, more of it is worth no more.
_MANY_JOB_NEEDS: Final = 10
_MANY_INTERVENTIONS: Final = 20
# The value of what two have in common where one of them names nothing.
_UNNAMED: Final = 0.5


def nearest_site(company: CompanyProfile, capacity: Mediation) -> tuple[Place, float]:
    """Return the company's site nearest to the mediator among those it comes to, or else among all, and the km."""
    reached = [site for site in company.sites if _comes_to(capacity, site)] or company.sites
    km, place = min(((_km(capacity, site), site) for site in reached), key=lambda found: found[0])
    return place, km


def fits(company: CompanyProfile, capacity: Mediation, today: date) -> tuple[bool, bool, bool, bool, bool]:
    """Say whether the two share a theme, a level, a territory, whether the period lasts, and interventions are left."""
    return (
        not company.themes or not capacity.themes or bool(company.themes & capacity.themes),
        not company.levels or not capacity.levels or bool(company.levels & capacity.levels),
        any(_comes_to(capacity, site) for site in company.sites),
        today <= capacity.until_date,
        capacity.interventions_left >= 1,
    )


def pair_parts(
    company: CompanyProfile, association: AssociationProfile, capacity: Mediation, weights: Weights
) -> tuple[ScorePart, ...]:
    """Return the parts that depend on the pair alone; parts worth nothing are left out."""
    km = nearest_site(company, capacity)[1]
    values = {
        PartCode.THEME: _share(company.themes, capacity.themes),
        PartCode.LEVEL: _share(company.levels, capacity.levels),
        PartCode.CLOSENESS: 1 - min(km / _FAR_KM, 1.0),
        PartCode.MEDIATION_NEED: company.mediation_share,
        PartCode.JOB_NEEDS: min(company.job_needs, _MANY_JOB_NEEDS) / _MANY_JOB_NEEDS,
        PartCode.AVAILABILITY: min(capacity.interventions_left, _MANY_INTERVENTIONS) / _MANY_INTERVENTIONS,
        # How likely it is that both will answer.
        PartCode.ANSWERS: company.history.responsiveness * association.history.responsiveness,
    }
    return tuple(part(code, value, weights) for code, value in values.items() if value)


def best_capacity(
    company: CompanyProfile, association: AssociationProfile, weights: Weights, today: date
) -> Mediation | None:
    """Return the association's capacity that fits best: most gates, then most points, then the first id, if any."""

    def rank(capacity: Mediation) -> tuple[int, int]:
        points = sum(found.points for found in pair_parts(company, association, capacity, weights))
        return -sum(fits(company, capacity, today)), -points

    return min(sorted(association.capacities, key=lambda capacity: capacity.id), key=rank, default=None)


class PartnerPairs(msgspec.Struct, frozen=True, eq=False):
    """P fitting pairs, each column (P,): company row, association row, points; sorted by both rows."""

    company: Ints
    association: Ints
    points: Ints


class _Companies(msgspec.Struct, frozen=True, eq=False):
    """Columns of the companies, (C,), and of their sites, (T,) with `starts` (C,)."""

    themes: Ints
    levels: Ints
    names_themes: Bools
    names_levels: Bools
    mediation_share: Floats
    job_needs: Floats
    latitude: Floats
    longitude: Floats
    department: np.ndarray[tuple[int], np.dtype[np.str_]]
    starts: Ints


def fitting_pairs(
    companies: Sequence[CompanyProfile], associations: Sequence[AssociationProfile], weights: Weights, today: date
) -> PartnerPairs:
    """Return all pairs that fit, with the points of their best capacity; every company has a site."""
    if not companies:
        return PartnerPairs(ints(()), ints(()), ints(()))
    columns = _columns(companies)
    found: list[tuple[Ints, Ints, Ints]] = []
    for row, association in enumerate(associations):
        best = np.full(len(companies), np.iinfo(np.int64).min)
        for capacity in association.capacities:
            if today <= capacity.until_date and capacity.interventions_left >= 1:
                fitting, points = _against(columns, capacity, weights)
                best = np.where(fitting, np.maximum(best, points), best)
        rows = np.flatnonzero(best > np.iinfo(np.int64).min)
        found.append((rows, np.full_like(rows, row), best[rows]))
    company, association_row, points = (
        np.concatenate([block[place] for block in found]) if found else ints(()) for place in range(3)
    )
    order = np.lexsort((association_row, company))
    company, association_row = company[order], association_row[order]
    # The same for all capacities of an association, so that it does not decide which one is best.
    company_answers = floats(one.history.responsiveness for one in companies)
    association_answers = floats(one.history.responsiveness for one in associations)
    answers = {PartCode.ANSWERS: company_answers[company] * association_answers[association_row]}
    return PartnerPairs(company, association_row, points[order] + array_points(answers, weights))


def _against(companies: _Companies, capacity: Mediation, weights: Weights) -> tuple[Bools, Ints]:
    """Return which companies a capacity fits, its period and interventions apart, and the points of each."""
    themes, levels = any_of(capacity.themes, THEMES), any_of(capacity.levels, LEVELS)
    km = travel.straight_km(capacity.latitude, capacity.longitude, companies.latitude, companies.longitude)
    comes = mediation.covers_places(capacity, companies.latitude, companies.longitude, companies.department)
    nearest_km = np.minimum.reduceat(np.where(comes, km, np.inf), companies.starts)
    fitting = np.isfinite(nearest_km) & (companies.themes & themes != 0) & (companies.levels & levels != 0)
    availability = min(capacity.interventions_left, _MANY_INTERVENTIONS) / _MANY_INTERVENTIONS
    values = {
        PartCode.THEME: _shares(companies.themes, themes, companies.names_themes & bool(capacity.themes)),
        PartCode.LEVEL: _shares(companies.levels, levels, companies.names_levels & bool(capacity.levels)),
        PartCode.CLOSENESS: 1 - np.minimum(nearest_km / _FAR_KM, 1.0),
        PartCode.MEDIATION_NEED: companies.mediation_share,
        PartCode.JOB_NEEDS: companies.job_needs,
        PartCode.AVAILABILITY: np.full(nearest_km.shape, availability),
    }
    return fitting, array_points(values, weights)


def _columns(companies: Sequence[CompanyProfile]) -> _Companies:
    sites = [site for company in companies for site in company.sites]
    return _Companies(
        themes=ints(any_of(company.themes, THEMES) for company in companies),
        levels=ints(any_of(company.levels, LEVELS) for company in companies),
        names_themes=bools(bool(company.themes) for company in companies),
        names_levels=bools(bool(company.levels) for company in companies),
        mediation_share=floats(company.mediation_share for company in companies),
        job_needs=floats(min(company.job_needs, _MANY_JOB_NEEDS) / _MANY_JOB_NEEDS for company in companies),
        latitude=floats(site.latitude for site in sites),
        longitude=floats(site.longitude for site in sites),
        department=np.array([site.department for site in sites], dtype=np.str_),
        starts=np.cumsum([0, *(len(company.sites) for company in companies[:-1])]),
    )


def _comes_to(capacity: Mediation, site: Place) -> bool:
    return mediation.covers(capacity, site.latitude, site.longitude, site.department)


def _km(capacity: Mediation, site: Place) -> float:
    return straight_km(capacity.latitude, capacity.longitude, site.latitude, site.longitude)


def _share(some: frozenset[str], others: frozenset[str]) -> float:
    """Return how much two sets have in common, 0 to 1 of the smaller one."""
    return len(some & others) / min(len(some), len(others)) if some and others else _UNNAMED


def _shares(some: Ints, others: int, named: Bools) -> Floats:
    common = np.bitwise_count(some & others) / np.minimum(np.bitwise_count(some), others.bit_count())
    return np.where(named, common, _UNNAMED)
