"""How long matching partnerships takes on an invented region of 1 200 companies and 400 associations, and its gap."""

import random
import time
from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from contracts.matchmaker.policies import Weights
from services.matchmaker.matching.inputs import AssociationProfile, CompanyProfile, Place
from services.matchmaker.matching.partners.partnerships import match_partnerships
from tests.benchmarks.figures import Figure, informative
from tests.benchmarks.regions import TODAY, invent, some_levels, some_place, some_themes

COMPANIES = 1_200


def measure_partnerships() -> list[Figure]:
    """The figures; they inform."""
    draw = random.Random(20260210)
    profiles = list(islice(_companies(draw), COMPANIES))
    partners = [
        AssociationProfile(
            association_id=capacity.association_id, version=1, capacities=(capacity,), partners_possible=3
        )
        for capacity in invent("M").mediations
    ]
    begins = time.perf_counter()
    plan = match_partnerships(profiles, partners, (), Weights(), TODAY)
    seconds = time.perf_counter() - begins
    return [
        informative("partnership_seconds_M", seconds, "s"),
        informative("partnership_gap_M", 1 - plan.value / plan.bound, "share"),
    ]


def _companies(draw: random.Random) -> Iterator[CompanyProfile]:
    while True:
        yield CompanyProfile(
            company_id=UUID(int=draw.getrandbits(128)),
            version=1,
            sites=tuple(Place(*some_place(draw)) for _ in range(draw.randint(1, 3))),
            partners_wanted=draw.randint(0, 2),
            themes=some_themes(draw, 4),
            levels=some_levels(draw, 8),
            mediation_share=draw.random(),
            job_needs=draw.randint(0, 12),
        )
