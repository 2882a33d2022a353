"""How long the matcher takes, and what it reaches, on invented regions of two sizes.

S is a demo region, M about a real year of Occitanie (MATCHING sizes). The facts are drawn from a fixed seed. The
figures inform; goals for them belong to the matcher's own issue.
"""

import random
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from contracts.matchmaker.policies import Weights
from contracts.vocabulary import AccessNeed, Level, Theme, Weekday
from services.matchmaker.matching.inputs import (
    AssociationProfile,
    CompanyProfile,
    Mediation,
    Opening,
    Place,
    Wish,
)
from services.matchmaker.matching.partnerships import match_partnerships
from services.matchmaker.matching.visits import VisitPlan, match_visits
from tests.benchmarks.figures import Figure, informative

TODAY = date(2026, 9, 1)
# Slots, classes, associations, companies.
SIZES = {"S": (300, 500, 60, 120), "M": (3_000, 5_000, 400, 1_200)}

# Towns of the region, a weight each: half of everything happens around the two metropoles.
_TOWNS = (
    (43.6045, 1.4440, "31", 30),
    (43.6108, 3.8767, "34", 22),
    (43.8367, 4.3601, "30", 10),
    (42.6986, 2.8956, "66", 8),
    (43.9289, 2.1464, "81", 7),
    (44.0181, 1.3558, "82", 6),
    (43.2130, 2.3491, "11", 6),
    (43.2328, 0.0781, "65", 5),
    (44.3510, 2.5728, "12", 5),
    (43.6465, 0.5855, "32", 4),
    (44.4480, 1.4410, "46", 4),
    (42.9650, 1.6070, "09", 3),
    (44.5180, 3.5010, "48", 2),
)
_LEVELS = tuple(Level)
_THEMES = tuple(Theme)


async def measure() -> list[Figure]:
    """The figures of both sizes; they inform."""
    return [informative(figure["name"], figure["value"], figure["unit"]) for size in SIZES for figure in _measure(size)]


def _measure(size: str) -> Iterator[dict[str, Any]]:
    slots, classes, associations, companies = SIZES[size]
    draw = random.Random(20260210)
    openings = list(islice(_openings(draw), slots))
    wishes = list(islice(_wishes(draw), classes))
    capacities = list(islice(_mediations(draw), associations))
    begins = time.perf_counter()
    plan = match_visits(wishes, openings, capacities, (), Weights(), TODAY)
    yield _figure(f"match_first_form_seconds_{size}", time.perf_counter() - begins, "s")
    yield _figure(f"match_first_form_gap_{size}", 1 - plan.value / plan.bound, "share")
    yield _figure(f"match_first_form_pairs_{size}", plan.candidates.points.size, "pairs")
    yield _figure(f"match_first_form_served_{size}", _served(plan, classes), "share")
    profiles = list(islice(_companies(draw), companies))
    partners = [
        AssociationProfile(
            association_id=capacity.association_id, version=1, capacities=(capacity,), partners_possible=3
        )
        for capacity in capacities
    ]
    begins = time.perf_counter()
    match_partnerships(profiles, partners, (), Weights(), TODAY)
    yield _figure(f"partnership_first_form_seconds_{size}", time.perf_counter() - begins, "s")


def _figure(name: str, value: float, unit: str) -> dict[str, Any]:
    return {"name": name, "value": round(value, 4), "unit": unit, "goal": None, "ok": True}


def _served(plan: VisitPlan, classes: int) -> float:
    return len({match.wish_id for match in plan.matches}) / classes


def _place(draw: random.Random) -> tuple[float, float, str]:
    latitude, longitude, department, _ = draw.choices(_TOWNS, [town[3] for town in _TOWNS])[0]
    return latitude + draw.gauss(0, 0.15), longitude + draw.gauss(0, 0.2), department


def _id(draw: random.Random) -> UUID:
    return UUID(int=draw.getrandbits(128))


def _some(draw: random.Random, words: tuple[Any, ...], most: int) -> frozenset[Any]:
    return frozenset(draw.sample(words, draw.randint(1, most)))


def _neighbouring_levels(draw: random.Random) -> frozenset[Level]:
    first = draw.randrange(len(_LEVELS))
    return frozenset(_LEVELS[first : first + draw.randint(2, 8)])


def _openings(draw: random.Random) -> Iterator[Opening]:
    while True:
        latitude, longitude, department = _place(draw)
        yield Opening(
            slot_id=_id(draw),
            offer_id=_id(draw),
            company_id=_id(draw),
            latitude=latitude,
            longitude=longitude,
            department=department,
            day=TODAY + timedelta(days=draw.randint(20, 260)),
            starts_minute=540,
            ends_minute=660,
            groups_free=draw.randint(1, 3),
            pupils_min=draw.choice((1, 10, 15)),
            pupils_per_group=draw.choice((20, 25, 30, 35)),
            pupils_per_adult=draw.choice((None, 10, 15)),
            levels=_neighbouring_levels(draw),
            themes=_some(draw, _THEMES, 3),
            access=frozenset(AccessNeed) if draw.random() < 0.6 else frozenset(),
            minimum_age=draw.choice((None, None, 11, 14)),
            needs_mediation=draw.random() < 0.3,
            role_model=draw.random() < 0.3,
            confirmed_on=TODAY - timedelta(days=draw.randint(0, 200)),
        )


def _wishes(draw: random.Random) -> Iterator[Wish]:
    while True:
        latitude, longitude, department = _place(draw)
        begins = TODAY + timedelta(days=draw.randint(0, 120))
        yield Wish(
            id=_id(draw),
            version=1,
            school_uai="0310000A",
            level=draw.choice(_LEVELS),
            pupils=draw.randint(14, 34),
            adults=draw.randint(2, 4),
            from_date=begins,
            until_date=begins + timedelta(days=draw.randint(30, 180)),
            weekdays=frozenset(draw.sample(tuple(Weekday), draw.randint(2, 5))),
            themes=_some(draw, _THEMES, 4) if draw.random() < 0.7 else frozenset(),
            max_travel_minutes=draw.choice((30, 45, 60, 75, 90)),
            access_needs=frozenset({AccessNeed.MOTOR}) if draw.random() < 0.1 else frozenset(),
            visits_wanted=draw.choices((1, 2, 3), (8, 2, 1))[0],
            wants_mediation=draw.random() < 0.1,
            wants_role_model=draw.random() < 0.2,
            priority_education=draw.random() < 0.2,
            rural=draw.random() < 0.3,
            far_from_industry=draw.random() < 0.15,
            latitude=latitude,
            longitude=longitude,
            department=department,
        )


def _mediations(draw: random.Random) -> Iterator[Mediation]:
    while True:
        latitude, longitude, department = _place(draw)
        yield Mediation(
            id=_id(draw),
            association_id=_id(draw),
            from_date=TODAY,
            until_date=TODAY + timedelta(days=300),
            interventions_left=draw.randint(3, 15),
            group_size_max=draw.choice((25, 30, 35)),
            themes=_some(draw, _THEMES, 6),
            levels=_neighbouring_levels(draw) if draw.random() < 0.7 else frozenset(),
            latitude=latitude,
            longitude=longitude,
            departments=frozenset({department}),
            radius_km=draw.choice((None, 40.0, 80.0)),
        )


def _companies(draw: random.Random) -> Iterator[CompanyProfile]:
    while True:
        yield CompanyProfile(
            company_id=_id(draw),
            version=1,
            sites=tuple(Place(*_place(draw)) for _ in range(draw.randint(1, 3))),
            partners_wanted=draw.randint(0, 2),
            themes=_some(draw, _THEMES, 3),
            levels=_neighbouring_levels(draw),
            mediation_share=draw.random(),
            job_needs=draw.randint(0, 12),
        )
