"""Small facts to match on: one class in Toulouse, one slot near by, one mediator; and random neighbours of them.

Everything given here fits together, so that a test says only what differs.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import strategies as st

from contracts.vocabulary import AccessNeed, Level, Theme, VisitFormat, Weekday
from services.matchmaker.matching.inputs import (
    AssociationProfile,
    CompanyProfile,
    Mediation,
    Opening,
    Place,
    Standing,
    StandingState,
    Wish,
)

TODAY = date(2026, 9, 1)
# A Thursday, no holiday.
VISIT_DAY = date(2026, 11, 12)
NEXT_TUESDAY = date(2026, 11, 17)

TOULOUSE = (43.6045, 1.4440, "31")
BLAGNAC = (43.6350, 1.3970, "31")
ALBI = (43.9289, 2.1464, "81")
FOIX = (42.9653, 1.6053, "09")


def number(value: int) -> UUID:
    """An id that sorts by its number."""
    return UUID(int=value)


def at(place: tuple[float, float, str]) -> dict[str, Any]:
    """The fields of a place."""
    return dict(zip(("latitude", "longitude", "department"), place, strict=True))


def a_wish(**changes: Any) -> Wish:
    """A class of 24 pupils of troisième in Toulouse that asks for little."""
    facts: dict[str, Any] = {
        "id": number(1),
        "version": 1,
        "school_uai": "0310001A",
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "from_date": date(2026, 10, 1),
        "until_date": date(2027, 6, 30),
        "max_travel_minutes": 60,
        **at(TOULOUSE),
    }
    return Wish(**facts | changes)


def an_opening(**changes: Any) -> Opening:
    """A slot for one group of 30 in Blagnac, for collège."""
    facts: dict[str, Any] = {
        "slot_id": number(1),
        "offer_id": number(100),
        "company_id": number(200),
        "day": VISIT_DAY,
        "starts_minute": 540,
        "ends_minute": 660,
        "groups_free": 1,
        "pupils_min": 10,
        "pupils_per_group": 30,
        "levels": frozenset({Level.QUATRIEME, Level.TROISIEME}),
        "themes": frozenset({Theme.AEROSPACE}),
        "confirmed_on": TODAY,
        "pupils_per_adult": 15,
        **at(BLAGNAC),
    }
    return Opening(**facts | changes)


def a_mediation(**changes: Any) -> Mediation:
    """A mediator of Toulouse who goes anywhere with anybody."""
    facts: dict[str, Any] = {
        "id": number(1),
        "association_id": number(300),
        "from_date": TODAY,
        "until_date": date(2027, 6, 30),
        "interventions_left": 5,
        "group_size_max": 35,
        "latitude": TOULOUSE[0],
        "longitude": TOULOUSE[1],
    }
    return Mediation(**facts | changes)


def standing(wish: Wish, opening: Opening, state: StandingState, mediation_id: UUID | None = None) -> Standing:
    """An earlier proposal of this slot to this class."""
    return Standing(wish_id=wish.id, slot_id=opening.slot_id, day=opening.day, state=state, mediation_id=mediation_id)


def a_company(**changes: Any) -> CompanyProfile:
    """A company of Blagnac that wants one partner for collège."""
    facts: dict[str, Any] = {
        "company_id": number(200),
        "version": 1,
        "sites": (Place(*BLAGNAC),),
        "partners_wanted": 1,
        "themes": frozenset({Theme.AEROSPACE, Theme.DIGITAL}),
        "levels": frozenset({Level.QUATRIEME, Level.TROISIEME}),
        "mediation_share": 0.5,
        "job_needs": 4,
    }
    return CompanyProfile(**facts | changes)


def an_association(**changes: Any) -> AssociationProfile:
    """An association of Toulouse with one capacity."""
    facts: dict[str, Any] = {
        "association_id": number(300),
        "version": 1,
        "capacities": (a_mediation(),),
        "partners_possible": 1,
    }
    return AssociationProfile(**facts | changes)


def subsets(words: Any, most: int = 3) -> st.SearchStrategy[frozenset[Any]]:
    """Sets of a few words, the empty one among them."""
    return st.frozensets(st.sampled_from(list(words)), max_size=most)


_PLACES = (TOULOUSE, BLAGNAC, ALBI, FOIX)
_LEVELS = (Level.CM2, Level.QUATRIEME, Level.TROISIEME, Level.BTS1)
_THEMES = (Theme.AEROSPACE, Theme.DIGITAL, Theme.ENERGY)
# Few days, among them a Saturday, a school holiday and two days too near.
_DAYS = (
    date(2026, 9, 4),
    date(2026, 9, 10),
    date(2026, 10, 22),
    VISIT_DAY,
    date(2026, 11, 14),
    NEXT_TUESDAY,
)


def _subsets_of(words: Iterable[Any], most: int = 3) -> list[frozenset[Any]]:
    """All sets of so many of the words at most."""
    given = list(words)
    return [frozenset(some) for size in range(most + 1) for some in combinations(given, size)]


_FEW_DATES = _subsets_of(_DAYS, 1)
_WISH_CHANGES: dict[str, Sequence[Any]] = {
    "level": _LEVELS,
    "adults": range(1, 5),
    "from_date": _DAYS,
    "until_date": [VISIT_DAY, date(2027, 6, 30)],
    "weekdays": _subsets_of(Weekday, 5),
    "themes": _subsets_of(_THEMES),
    "formats": _subsets_of(VisitFormat),
    "access_needs": _subsets_of(AccessNeed, 1),
    "max_travel_minutes": [15, 45, 90, 120],
    "wants_mediation": [True],
    "wants_role_model": [True],
    "declined_slots": _subsets_of([number(30), number(31)], 1),
    "declined_offers": [frozenset({number(101)})],
    "taken_dates": _FEW_DATES,
    "place": _PLACES,
}
_OPENING_CHANGES: dict[str, Sequence[Any]] = {
    "offer_id": [number(101)],
    "day": _DAYS,
    "hours": [(starts, starts + lasts) for starts in (480, 555, 660) for lasts in (60, 240)],
    "groups_free": [0, 2],
    "pupils_min": [1, 20],
    "pupils_per_adult": [None, 8, 15],
    "levels": _subsets_of(_LEVELS, 4),
    "themes": _subsets_of(_THEMES),
    "formats": _subsets_of(VisitFormat),
    "access": _subsets_of(AccessNeed, 4),
    "minimum_age": [13, 15],
    "needs_mediation": [True],
    "role_model": [True],
    "lead_time_days": [1, 14, 90],
    "confirmed_on": [TODAY - timedelta(days=ago) for ago in (-1, 37, 400)],
    "place": _PLACES,
}
_MEDIATION_CHANGES: dict[str, Sequence[Any]] = {
    "from_date": [VISIT_DAY],
    "until_date": [VISIT_DAY],
    "interventions_left": [0],
    "group_size_max": [20],
    "themes": _subsets_of(_THEMES),
    "levels": _subsets_of(_LEVELS),
    "weekdays": _subsets_of(Weekday, 5),
    "formats": _subsets_of(VisitFormat),
    "departments": _subsets_of(["31", "81"], 2),
    "radius_km": [10.0, 80.0],
    "taken_dates": _FEW_DATES,
}


def even_dice(draw: Callable[[st.SearchStrategy[int]], int]) -> Random:
    """Dice that are even: left to itself, Hypothesis likes what is first or empty best, and little fits."""
    return Random(draw(st.integers(0, 2**32 - 1)))


def a_few_of(dice: Random, changes: dict[str, Sequence[Any]], most: int = 3) -> dict[str, Any]:
    """A few changes: were everything different, hardly anything would fit anything else."""
    chosen = dice.sample(sorted(changes), dice.randint(0, most))
    return {name: dice.choice(changes[name]) for name in chosen}


@st.composite
def wishes(draw: st.DrawFn, most: int = 4) -> list[Wish]:
    """A few wishes with ids of their own."""
    dice = even_dice(draw)
    return [_wish(dice, number(10 + place)) for place in range(dice.randint(0, most))]


def _wish(dice: Random, wish_id: UUID) -> Wish:
    changes = a_few_of(dice, _WISH_CHANGES)
    changes |= at(changes.pop("place", TOULOUSE))
    pupils, visits, rural = dice.randint(5, 36), dice.randint(1, 3), dice.random() < 0.5
    return a_wish(id=wish_id, pupils=pupils, visits_wanted=visits, rural=rural, **changes)


@st.composite
def openings(draw: st.DrawFn, most: int = 4) -> list[Opening]:
    """A few openings with ids of their own."""
    dice = even_dice(draw)
    return [_opening(dice, number(30 + place)) for place in range(dice.randint(0, most))]


def _opening(dice: Random, slot_id: UUID) -> Opening:
    changes = {"day": dice.choice([VISIT_DAY, NEXT_TUESDAY])} | a_few_of(dice, _OPENING_CHANGES)
    changes |= at(changes.pop("place", BLAGNAC))
    starts, ends = changes.pop("hours", (555, 615))
    size = dice.choice([20, 36])
    return an_opening(slot_id=slot_id, starts_minute=starts, ends_minute=ends, pupils_per_group=size, **changes)


@st.composite
def mediations(draw: st.DrawFn, most: int = 3) -> list[Mediation]:
    """A few mediators with ids of their own."""
    dice = even_dice(draw)
    return [_mediation(dice, number(50 + place)) for place in range(dice.randint(0, most))]


def _mediation(dice: Random, mediation_id: UUID) -> Mediation:
    latitude, longitude, _ = dice.choice(_PLACES)
    changes = {"interventions_left": dice.randint(1, 2)} | a_few_of(dice, _MEDIATION_CHANGES)
    organisation = number(300 + mediation_id.int)
    return a_mediation(id=mediation_id, association_id=organisation, latitude=latitude, longitude=longitude, **changes)


@st.composite
def similar_wishes(draw: st.DrawFn, most: int = 4) -> list[Wish]:
    """A few classes that nearly all fit nearly everywhere: they want the same places."""
    return [
        a_wish(
            id=number(10 + place),
            pupils=draw(st.sampled_from([18, 24, 30])),
            visits_wanted=draw(st.integers(1, 2)),
            rural=draw(st.booleans()),
            wants_mediation=draw(st.sampled_from([False, False, True])),
            department=draw(st.sampled_from(["31", "81"])),
        )
        for place in range(draw(st.integers(1, most)))
    ]


@st.composite
def similar_openings(draw: st.DrawFn, most: int = 3) -> list[Opening]:
    """A few slots in which nearly every class fits."""
    return [
        an_opening(
            slot_id=number(30 + place),
            day=draw(st.sampled_from([VISIT_DAY, NEXT_TUESDAY])),
            pupils_per_group=draw(st.sampled_from([28, 36])),
            groups_free=draw(st.integers(1, 2)),
        )
        for place in range(draw(st.integers(1, most)))
    ]


@st.composite
def openings_of_any_kind(draw: st.DrawFn, most: int = 4) -> list[Opening]:
    """A few openings, of which some pool their places, split large classes, or keep places for under-reached ones."""
    dice = even_dice(draw)
    kinds: list[dict[str, Any]] = [
        {},
        {"splitting": True},
        {"pooled": True, "pupils_free": dice.choice([0, 15, 40, 70])},
    ]
    return [
        msgspec.structs.replace(opening, reserved=dice.choice([0, 0, 1, 2, 20]), **dice.choice(kinds))
        for opening in draw(openings(most))
    ]
