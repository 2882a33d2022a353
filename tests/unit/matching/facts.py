"""Small facts to match on: one class in Toulouse, one slot near by, one mediator; and random neighbours of them.

Everything given here fits together, so that a test says only what differs.
"""

from datetime import date, timedelta
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


_PLACES = st.sampled_from([TOULOUSE, BLAGNAC, ALBI, FOIX])
_LEVELS = (Level.CM2, Level.QUATRIEME, Level.TROISIEME, Level.BTS1)
_THEMES = (Theme.AEROSPACE, Theme.DIGITAL, Theme.ENERGY)
# Few days, among them a Saturday, a school holiday and two days too near.
_DAYS = (
    date(2026, 9, 4),
    date(2026, 9, 10),
    date(2026, 10, 22),
    VISIT_DAY,
    date(2026, 11, 14),
    date(2026, 11, 17),
)


@st.composite
def wishes(draw: st.DrawFn, most: int = 4) -> list[Wish]:
    """A few wishes with ids of their own."""
    return [draw(_wish(number(10 + place))) for place in range(draw(st.integers(0, most)))]


@st.composite
def _wish(draw: st.DrawFn, wish_id: UUID) -> Wish:
    return a_wish(
        id=wish_id,
        level=draw(st.sampled_from(_LEVELS)),
        pupils=draw(st.integers(5, 36)),
        adults=draw(st.integers(1, 4)),
        from_date=draw(st.sampled_from(_DAYS)),
        until_date=draw(st.sampled_from([VISIT_DAY, date(2027, 6, 30)])),
        weekdays=draw(subsets(Weekday, 5)),
        themes=draw(subsets(_THEMES)),
        formats=draw(subsets(VisitFormat)),
        access_needs=draw(subsets(AccessNeed, 1)),
        max_travel_minutes=draw(st.sampled_from([15, 45, 90, 120])),
        visits_wanted=draw(st.integers(1, 3)),
        wants_mediation=draw(st.booleans()),
        wants_role_model=draw(st.booleans()),
        rural=draw(st.booleans()),
        declined_slots=frozenset(draw(st.lists(st.sampled_from([number(30), number(31)]), max_size=1))),
        declined_offers=frozenset(draw(st.lists(st.just(number(101)), max_size=1))),
        taken_dates=frozenset(draw(st.lists(st.sampled_from(_DAYS), max_size=1))),
        **at(draw(_PLACES)),
    )


@st.composite
def openings(draw: st.DrawFn, most: int = 4) -> list[Opening]:
    """A few openings with ids of their own."""
    return [draw(_opening(number(30 + place))) for place in range(draw(st.integers(0, most)))]


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
            day=draw(st.sampled_from([VISIT_DAY, date(2026, 11, 17)])),
            pupils_per_group=draw(st.sampled_from([28, 36])),
            groups_free=draw(st.integers(1, 2)),
        )
        for place in range(draw(st.integers(1, most)))
    ]


@st.composite
def openings_of_any_kind(draw: st.DrawFn, most: int = 4) -> list[Opening]:
    """A few openings, of which some pool their places, split large classes, or keep places for under-reached ones."""
    kinds: list[dict[str, Any]] = [
        {},
        {"splitting": True},
        {"pooled": True, "pupils_free": draw(st.sampled_from([0, 15, 40, 70]))},
    ]
    return [
        msgspec.structs.replace(
            opening, reserved=draw(st.sampled_from([0, 0, 1, 2, 20])), **draw(st.sampled_from(kinds))
        )
        for opening in draw(openings(most))
    ]


@st.composite
def _opening(draw: st.DrawFn, slot_id: UUID) -> Opening:
    starts_minute = draw(st.sampled_from([480, 555, 660]))
    return an_opening(
        slot_id=slot_id,
        offer_id=draw(st.sampled_from([number(100), number(101)])),
        day=draw(st.sampled_from(_DAYS)),
        starts_minute=starts_minute,
        ends_minute=starts_minute + draw(st.sampled_from([60, 240])),
        groups_free=draw(st.integers(0, 2)),
        pupils_min=draw(st.sampled_from([1, 20])),
        pupils_per_group=draw(st.sampled_from([20, 36])),
        pupils_per_adult=draw(st.sampled_from([None, 8, 15])),
        levels=draw(subsets(_LEVELS, 4)),
        themes=draw(subsets(_THEMES)),
        formats=draw(subsets(VisitFormat)),
        access=draw(subsets(AccessNeed, 4)),
        minimum_age=draw(st.sampled_from([None, 13, 15])),
        needs_mediation=draw(st.booleans()),
        role_model=draw(st.booleans()),
        lead_time_days=draw(st.sampled_from([1, 14, 90])),
        confirmed_on=TODAY - timedelta(days=draw(st.sampled_from([-1, 0, 37, 400]))),
        **at(draw(_PLACES)),
    )


@st.composite
def mediations(draw: st.DrawFn, most: int = 3) -> list[Mediation]:
    """A few mediators with ids of their own."""
    return [draw(_mediation(number(50 + place))) for place in range(draw(st.integers(0, most)))]


@st.composite
def _mediation(draw: st.DrawFn, mediation_id: UUID) -> Mediation:
    latitude, longitude, _ = draw(_PLACES)
    return a_mediation(
        id=mediation_id,
        association_id=number(300 + mediation_id.int),
        from_date=draw(st.sampled_from([TODAY, VISIT_DAY])),
        until_date=draw(st.sampled_from([VISIT_DAY, date(2027, 6, 30)])),
        interventions_left=draw(st.integers(0, 2)),
        group_size_max=draw(st.sampled_from([20, 36])),
        themes=draw(subsets(_THEMES)),
        levels=draw(subsets(_LEVELS)),
        weekdays=draw(subsets(Weekday, 5)),
        formats=draw(subsets(VisitFormat)),
        departments=draw(subsets(["31", "81"], 2)),
        radius_km=draw(st.sampled_from([None, 10.0, 80.0])),
        latitude=latitude,
        longitude=longitude,
        taken_dates=frozenset(draw(st.lists(st.sampled_from(_DAYS), max_size=1))),
    )
