"""Invented regions of three sizes for the matcher's figures: classes and sites where people live, from a fixed seed.

S is a small start, M about a real year of Occitanie, L France's order: eight regions side by side, a few journeys
crossing their borders. Places are the real communes of Occitanie, drawn by population; everything else is invented.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from contracts.reference import calendar
from contracts.reference.places import DEPARTMENTS, Commune, communes_of, is_rural
from contracts.vocabulary import LEVEL_AGES, AccessNeed, Level, Theme, Weekday
from services.matchmaker.matching.inputs import Mediation, Opening, VisitFacts, Wish

TODAY = date(2026, 9, 1)


class Size(msgspec.Struct, frozen=True):
    """How many of each there are, and over how many regions they are spread."""

    slots: int
    classes: int
    mediations: int
    regions: int = 1


SIZES = {
    "S": Size(300, 500, 60),
    "M": Size(3_000, 5_000, 400),
    "L": Size(20_000, 40_000, 2_000, regions=8),
}
# Between them, for the curve of growth.
SIZES_BETWEEN = {
    "S_M": Size(950, 1_600, 150),
    "M_L": Size(8_000, 14_000, 900, regions=3),
}
# A region lies this far east of the one before: their edges touch.
REGION_WIDTH_DEGREES = 4.6
SLOTS_PER_OFFER = 5
# Pooled places are so many for each group that there would else be, for classes of up to so many.
POOLED_GROUP, LARGEST_CLASS = 30, 36

_LEVELS = tuple(Level)
_THEMES = tuple(Theme)
_WEEKDAYS = tuple(Weekday)


@cache
def _drawn_from() -> tuple[tuple[Commune, ...], tuple[int, ...]]:
    known = tuple(commune for department in DEPARTMENTS for commune in communes_of(department))
    # Industry and schools are in small towns too: a little of everything is spread evenly.
    return known, tuple(commune.population + 300 for commune in known)


@cache
def _school_days() -> tuple[date, ...]:
    days = (TODAY + timedelta(days=number) for number in range(30, 290))
    return tuple(day for day in days if calendar.is_school_day(day))


def invent(size: str, *, pooled: float = 0.1, seed: int = 20260210) -> VisitFacts:
    """Return a region of this size; `pooled` is the share of offers that pool their places, half as many split
    groups.
    """
    wanted, draw = (SIZES | SIZES_BETWEEN)[size], random.Random(seed)
    return VisitFacts(
        wishes=tuple(islice(_wishes(draw, wanted.regions), wanted.classes)),
        openings=tuple(islice(_openings(draw, wanted.regions, pooled), wanted.slots)),
        mediations=tuple(islice(_mediations(draw, wanted.regions), wanted.mediations)),
        standing=(),
        today=TODAY,
    )


def _id(draw: random.Random) -> UUID:
    return UUID(int=draw.getrandbits(128))


def _place(draw: random.Random, regions: int) -> tuple[float, float, str, Commune]:
    known, weights = _drawn_from()
    commune = draw.choices(known, weights)[0]
    region = draw.randrange(regions)
    department = commune.department if not region else f"{commune.department}.{region}"
    longitude = commune.longitude + region * REGION_WIDTH_DEGREES + draw.gauss(0, 0.02)
    return commune.latitude + draw.gauss(0, 0.015), longitude, department, commune


def some_themes(draw: random.Random, most: int) -> frozenset[Theme]:
    """Two themes and more."""
    return _some(draw, _THEMES, most)


def some_levels(draw: random.Random, most: int) -> frozenset[Level]:
    """Three neighbouring levels and more."""
    return _neighbouring_levels(draw, most)


def some_place(draw: random.Random) -> tuple[float, float, str]:
    """A point where people live, and its department."""
    latitude, longitude, department, _ = _place(draw, 1)
    return latitude, longitude, department


def _some(draw: random.Random, words: tuple[Any, ...], most: int) -> frozenset[Any]:
    return frozenset(draw.sample(words, draw.randint(2, most)))


def _neighbouring_levels(draw: random.Random, most: int) -> frozenset[Level]:
    first = draw.randrange(len(_LEVELS) - 1)
    return frozenset(_LEVELS[first : first + draw.randint(3, most)])


def _openings(draw: random.Random, regions: int, pooled: float) -> Iterator[Opening]:
    """Offers of several slots each, as companies publish them."""
    while True:
        latitude, longitude, department, _ = _place(draw, regions)
        kind = draw.random()
        pools, splits = kind < pooled, pooled <= kind < 1.5 * pooled
        levels = _neighbouring_levels(draw, 9)
        starts = draw.choice((540, 570, 600, 810, 840))
        offer = Opening(
            slot_id=_id(draw),
            offer_id=_id(draw),
            company_id=_id(draw),
            latitude=latitude,
            longitude=longitude,
            department=department,
            day=TODAY,
            starts_minute=starts,
            ends_minute=starts + draw.choice((90, 120)),
            groups_free=draw.choices((1, 2, 3), (5, 3, 2))[0],
            pupils_min=draw.choice((1, 1, 10, 15)) if not pools else 1,
            pupils_per_group=draw.choice((24, 28, 30, 32, 35)) if not pools else LARGEST_CLASS,
            pupils_per_adult=draw.choice((None, 10, 15)),
            levels=levels,
            themes=_some(draw, _THEMES, 4),
            access=frozenset(AccessNeed) if draw.random() < 0.6 else frozenset(),
            minimum_age=draw.choice((None, None, min(LEVEL_AGES[level] for level in levels) + 1)),
            needs_mediation=draw.random() < 0.2,
            role_model=draw.random() < 0.3,
            confirmed_on=TODAY - timedelta(days=draw.randint(0, 200)),
            splitting=splits,
        )
        for _ in range(draw.randint(1, 2 * SLOTS_PER_OFFER - 1)):
            own = {"slot_id": _id(draw), "day": draw.choice(_school_days())}
            if pools:
                own |= {"pooled": True, "pupils_free": offer.groups_free * POOLED_GROUP, "groups_free": 1}
            yield msgspec.structs.replace(offer, **own)


def _wishes(draw: random.Random, regions: int) -> Iterator[Wish]:
    """Schools of a few classes each."""
    while True:
        latitude, longitude, department, commune = _place(draw, regions)
        uai = f"{draw.randrange(10_000_000):07d}A"
        priority, far = draw.random() < 0.2, draw.random() < 0.1
        for _ in range(draw.randint(1, 4)):
            begins = TODAY + timedelta(days=draw.randint(0, 90))
            yield Wish(
                id=_id(draw),
                version=1,
                school_uai=uai,
                level=draw.choice(_LEVELS),
                pupils=draw.randint(14, 34),
                adults=draw.randint(2, 4),
                from_date=begins,
                until_date=begins + timedelta(days=draw.randint(60, 240)),
                weekdays=frozenset(draw.sample(_WEEKDAYS, draw.randint(2, 5))),
                themes=_some(draw, _THEMES, 5) if draw.random() < 0.5 else frozenset(),
                max_travel_minutes=draw.choice((45, 60, 75, 90, 120)),
                access_needs=frozenset({AccessNeed.MOTOR}) if draw.random() < 0.1 else frozenset(),
                visits_wanted=draw.choices((1, 2, 3), (8, 2, 1))[0],
                wants_mediation=draw.random() < 0.05,
                wants_role_model=draw.random() < 0.2,
                priority_education=priority,
                rural=is_rural(commune),
                far_from_industry=far,
                latitude=latitude,
                longitude=longitude,
                department=department,
            )


def _mediations(draw: random.Random, regions: int) -> Iterator[Mediation]:
    while True:
        latitude, longitude, department, _ = _place(draw, regions)
        yield Mediation(
            id=_id(draw),
            association_id=_id(draw),
            from_date=TODAY,
            until_date=TODAY + timedelta(days=300),
            interventions_left=draw.randint(3, 15),
            group_size_max=draw.choice((25, 30, 35)),
            themes=_some(draw, _THEMES, 6),
            levels=_neighbouring_levels(draw, 8) if draw.random() < 0.7 else frozenset(),
            latitude=latitude,
            longitude=longitude,
            departments=frozenset({department}),
            radius_km=draw.choice((None, 40.0, 80.0)),
        )
