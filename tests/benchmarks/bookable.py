"""What there is to book when bookings are measured: one company's offers and slots, and the schools that book them.

Everything is told from a number, so that whoever books knows ids and keys without asking, and place `n` lies in the
same slot for each of those that are compared.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from uuid import UUID

from contracts.caller import SCOPES_OF_ROLE
from contracts.companies.profiles import Company, Site
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.local_time import PARIS
from contracts.place import place_of
from contracts.reference.calendar import is_school_day
from contracts.vocabulary import Level, OrganisationKind, Role, Theme, VisitFormat
from services.gateway.auth.rules import hash_secret, write_secret

OFFERS = 300
SCHOOLS = 400
# A multiple of 3, since slots hold one, two and three groups in turn.
SLOTS = 120_000
PLACES = 2 * SLOTS
# Has no factor in common with PLACES: neighbouring places lie in slots far apart, and every place comes once.
STRIDE = 104_729
PUPILS_PER_GROUP = 30
# Beyond any lead time, within the published school calendar.
FIRST_DAY = timedelta(days=60)
DAYS = 60
HOURS = (9, 10, 11, 14, 15)

NOW = datetime.now(UTC).replace(microsecond=0)
_UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_LEVELS = (Level.QUATRIEME, Level.TROISIEME, Level.SECONDE_GT)


def numbered(kind: int, number: int) -> UUID:
    """The id of the so-manyth thing of a kind."""
    return UUID(int=(0x0190 << 112) | (kind << 96) | (0x7000 << 64) | (0x8 << 60) | number)


COMPANY_ID = numbered(1, 1)
SITE_ID = numbered(2, 1)


def offer_id(number: int) -> UUID:
    """The id of an offer."""
    return numbered(3, number)


def slot_id(number: int) -> UUID:
    """The id of a slot."""
    return numbered(4, number)


def slot_of_place(place: int) -> int:
    """The slot in which a place lies: each slot has as many places as groups."""
    block, rest = divmod(place * STRIDE % PLACES, 6)
    return 3 * block + (0, 1, 1, 2, 2, 2)[rest]


def uai_of(number: int) -> str:
    """The UAI of a school."""
    digits = 310_000 + number
    return f"{digits:07}{_UAI_LETTERS[digits % 23]}"


@cache
def keys() -> tuple[str, ...]:
    """The keys of the schools, in their order; no secrets, since their servers live for minutes on the loopback."""
    return tuple(
        write_secret(numbered(5, number), hashlib.sha256(str(number).encode()).digest()) for number in range(SCHOOLS)
    )


def key_rows() -> Iterator[tuple[object, ...]]:
    """The schools' keys: id, hash, role, organisation, its id, scopes, time."""
    for number, secret in enumerate(keys()):
        yield (
            numbered(5, number),
            hash_secret(secret),
            Role.TEACHER.value,
            OrganisationKind.SCHOOL.value,
            uai_of(number),
            [scope.value for scope in SCOPES_OF_ROLE[Role.TEACHER]],
            NOW,
        )


def company() -> Company:
    """The company that receives the classes."""
    return Company(
        id=COMPANY_ID, siren="732829320", name="Ateliers de mesure", state="approved", created_at=NOW, changed_at=NOW
    )


def site() -> Site:
    """Its site."""
    return Site(id=SITE_ID, company_id=COMPANY_ID, name="Toulouse", place=place_of("31555", None, None))


def offer(number: int) -> VisitOffer:
    """A published offer for the levels that book."""
    return VisitOffer(
        id=offer_id(number),
        company_id=COMPANY_ID,
        company_name=company().name,
        site_id=SITE_ID,
        site_name=site().name,
        place=site().place,
        title=f"Visite de l'atelier {number}",
        description="De la pièce brute à la pièce montée : usinage, contrôle, assemblage.",
        meeting_point="Accueil, bâtiment A",
        themes=(Theme.AEROSPACE, Theme.MECHANICS_METAL),
        levels=_LEVELS,
        formats=(VisitFormat.ON_SITE,),
        duration_minutes=90,
        pupils_min=10,
        pupils_max=PUPILS_PER_GROUP,
        pupils_per_adult=15,
        lead_time_days=14,
        state="published",
        created_at=NOW,
        changed_at=NOW,
    )


def slots() -> Iterator[Slot]:
    """Every slot, in order."""
    days = _school_days()
    for number in range(SLOTS):
        day = days[number % DAYS]
        starts_at = datetime.combine(day, time(HOURS[number // DAYS % len(HOURS)]), PARIS).astimezone(UTC)
        yield Slot(
            id=slot_id(number),
            visit_offer_id=offer_id(number % OFFERS),
            company_id=COMPANY_ID,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=90),
            groups=1 + number % 3,
            pupils_per_group=PUPILS_PER_GROUP,
            state="open",
        )


def _school_days() -> list[date]:
    day, days = (NOW + FIRST_DAY).date(), list[date]()
    while len(days) < DAYS:
        if is_school_day(day):
            days.append(day)
        day += timedelta(days=1)
    return days
