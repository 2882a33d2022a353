"""Which schools too few visits reach, as the policy says. Pure."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import numpy as np

from contracts.companies.profiles import Site
from contracts.matchmaker.explanations import UnderReachedReason
from contracts.matchmaker.policies import PolicySettings
from contracts.matchmaker.schools import School
from contracts.place import Place
from contracts.vocabulary import PriorityEducation
from services.matchmaker.matching.arrays import Floats
from services.matchmaker.matching.inputs import Wish
from services.matchmaker.matching.travel import coach_minutes, is_mountain, straight_km

Reasons = frozenset[UnderReachedReason]


def reasons_by_school(schools: Iterable[School], sites: Iterable[Site], settings: PolicySettings) -> dict[str, Reasons]:
    """Why each school's classes count as under-reached, by UAI; no reason where they do not."""
    listed = tuple(schools)
    counted = frozenset(settings.under_reached_by)
    far = _far_from_industry(listed, sites, settings.far_from_industry_minutes)
    return {school.uai: _reasons(school, far) & counted for school in listed}


def _reasons(school: School, far: frozenset[str]) -> Reasons:
    flags = {
        UnderReachedReason.PRIORITY_EDUCATION: school.priority is not PriorityEducation.NONE,
        UnderReachedReason.RURAL: school.rural,
        UnderReachedReason.FAR_FROM_INDUSTRY: school.uai in far,
    }
    return frozenset(reason for reason, holds in flags.items() if holds)


def _far_from_industry(homes: tuple[School, ...], sites: Iterable[Site], limit_minutes: int) -> frozenset[str]:
    """The schools from which no company's site is so near; none where there is no site at all."""
    works = tuple(sites)
    if not homes or not works:
        return frozenset()
    home, work = _points(school.place for school in homes), _points(site.place for site in works)
    distance_km = straight_km(home[:, :1], home[:, 1:2], work[:, 0], work[:, 1])
    mountain = (home[:, 2:] + work[:, 2]) > 0
    nearest = coach_minutes(distance_km, mountain).min(axis=1)
    return frozenset(school.uai for school, minutes in zip(homes, nearest, strict=True) if minutes > limit_minutes)


def within_reach(wishes: Sequence[Wish], places: Iterable[Place], limit_minutes: int) -> frozenset[UUID]:
    """The classes from which one of these places is so near."""
    work = _points(places)
    home = np.array([(w.latitude, w.longitude, is_mountain(w.department)) for w in wishes], float).reshape(-1, 3)
    distance_km = straight_km(home[:, :1], home[:, 1:2], work[:, 0], work[:, 1])
    near = (coach_minutes(distance_km, (home[:, 2:] + work[:, 2]) > 0) <= limit_minutes).any(axis=1)
    return frozenset(wishes[row].id for row in np.flatnonzero(near).tolist())


def _points(places: Iterable[Place]) -> Floats:
    """Rows of latitude, longitude (degrees) and 1 where roads are mountain roads."""
    return np.array([(p.latitude, p.longitude, is_mountain(p.department)) for p in places], float)
