"""What there is to find when the search is measured: an invented region of 100 000 slots on real communes.

Everything is drawn from one seed, so that every run measures the same. Who searches is in `search_crowd.py`.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import accumulate

import msgspec

from contracts.caller import SCOPES_OF_ROLE
from contracts.companies.profiles import Company, Site
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import Accessibility, VisitOffer
from contracts.local_time import PARIS
from contracts.matchmaker.schools import School
from contracts.place import Place
from contracts.reference.calendar import is_school_day
from contracts.reference.places import DEPARTMENTS, Commune, communes_of
from contracts.vocabulary import AccessNeed, Level, OrganisationKind, Role, SchoolKind, Theme, VisitFormat
from services.gateway.auth.rules import hash_secret, write_secret
from tests.benchmarks.bookable import numbered, uai_of

COMPANIES = 500
OFFERS = 2_000
SLOTS_EACH = 50
SCHOOLS = 300
SCHOOL_DAYS = 150
HOURS = (9, 10, 13, 14)
NOW = datetime.now(UTC).replace(microsecond=0)
_LEVELS = tuple(Level)[:12]
_THEMES = tuple(Theme)


class Stock(msgspec.Struct, frozen=True):
    """Everything there is."""

    companies: list[Company]
    sites: list[Site]
    offers: list[VisitOffer]
    slots: list[Slot]
    schools: list[School]


@cache
def stock() -> Stock:
    """The region, made once."""
    draw = random.Random(2027)
    companies = [_company(number) for number in range(COMPANIES)]
    places = _places(draw)
    sites = [
        Site(id=numbered(12, number), company_id=companies[number % COMPANIES].id, name="Usine", place=next(places))
        for number in range(OFFERS)
    ]
    offers = [_offer(draw, number, companies[number % COMPANIES], site) for number, site in enumerate(sites)]
    days = _school_days()
    slots = [
        _slot(draw, OFFERS * turn + number, offer, draw.choice(days))
        for turn in range(SLOTS_EACH)
        for number, offer in enumerate(offers)
    ]
    schools = [_school(draw, number, next(places)) for number in range(SCHOOLS)]
    return Stock(companies, sites, offers, slots, schools)


@cache
def keys() -> tuple[str, ...]:
    """The keys of the schools, in their order; no secrets, since their servers live for minutes on the loopback."""
    return tuple(write_secret(numbered(15, number), number.to_bytes(32)) for number in range(SCHOOLS))


def key_rows() -> Iterator[tuple[object, ...]]:
    """The schools' keys as rows of `api_key`: id, hash, role, organisation, its id, scopes, time, maker."""
    for number, secret in enumerate(keys()):
        scopes = [scope.value for scope in SCOPES_OF_ROLE[Role.TEACHER]]
        school = (Role.TEACHER.value, OrganisationKind.SCHOOL.value, uai_of(number))
        yield numbered(15, number), hash_secret(secret), *school, scopes, NOW, "bench"


def _places(draw: random.Random) -> Iterator[Place]:
    """Places as people live: many in towns, some in every corner."""
    communes = [each for department in DEPARTMENTS for each in communes_of(department)]
    weights = list(accumulate(each.population + 500 for each in communes))
    while True:
        yield _near(draw, draw.choices(communes, cum_weights=weights)[0])


def _near(draw: random.Random, commune: Commune) -> Place:
    return Place(
        commune=commune.code,
        commune_name=commune.name,
        department=commune.department,
        latitude=round(commune.latitude + draw.uniform(-0.02, 0.02), 5),
        longitude=round(commune.longitude + draw.uniform(-0.02, 0.02), 5),
    )


def _company(number: int) -> Company:
    return Company(
        id=numbered(11, number),
        siren=f"{number:09}",
        name=f"Ateliers de mesure {number}",
        state="approved",
        created_at=NOW,
        changed_at=NOW,
    )


def _offer(draw: random.Random, number: int, company: Company, site: Site) -> VisitOffer:
    first = draw.randrange(len(_LEVELS) - 2)
    return VisitOffer(
        id=numbered(13, number),
        company_id=company.id,
        company_name=company.name,
        site_id=site.id,
        site_name=site.name,
        place=site.place,
        title=f"Visite de l'atelier {number}",
        description="De la pièce brute à la pièce montée : usinage, contrôle, assemblage.",
        meeting_point="Accueil, bâtiment A",
        themes=tuple(draw.sample(_THEMES, draw.randint(1, 3))),
        rome_codes=("H2903",),
        levels=_LEVELS[first : first + draw.randint(2, 6)],
        formats=(VisitFormat.ON_SITE,),
        duration_minutes=90,
        pupils_min=1,
        pupils_max=30,
        pupils_per_adult=15,
        lead_time_days=draw.choice((7, 14, 21)),
        accessibility=Accessibility(needs=tuple(AccessNeed) if draw.random() < 0.5 else ()),
        needs_mediation=False,
        state="published",
        created_at=NOW,
        changed_at=NOW,
    )


def _slot(draw: random.Random, number: int, offer: VisitOffer, day: datetime) -> Slot:
    starts_at = (day + timedelta(hours=draw.choice(HOURS))).astimezone(UTC)
    return Slot(
        id=numbered(14, number),
        visit_offer_id=offer.id,
        company_id=offer.company_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        groups=draw.randint(1, 2),
        pupils_per_group=30,
        state="open",
    )


def _school(draw: random.Random, number: int, place: Place) -> School:
    kind = draw.choice((SchoolKind.COLLEGE, SchoolKind.LYCEE))
    return School(id=numbered(16, number), uai=uai_of(number), name=f"Collège {number}", kind=kind, place=place)


def _school_days() -> list[datetime]:
    day, days = (NOW + timedelta(days=25)).date(), list[datetime]()
    while len(days) < SCHOOL_DAYS:
        if is_school_day(day):
            days.append(datetime.combine(day, time(), PARIS))
        day += timedelta(days=1)
    return days
