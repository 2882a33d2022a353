"""How the directory sorts, searches and measures."""

import itertools
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.place import Place
from contracts.vocabulary import AccessNeed, Level, Theme
from services.gateway.directory.entries import entry_of, newest_first, plain, soonest_first
from services.gateway.directory.masks import mask
from services.gateway.directory.travel import time_journeys
from services.gateway.directory.travel_store import Point
from tests.roads import coach_minutes

MOMENTS = st.datetimes(timezones=st.just(UTC))
TOULOUSE = Place(commune="31555", commune_name="Toulouse", department="31", latitude=43.6045, longitude=1.444)


@given(MOMENTS, MOMENTS)
def test_sort_words_sort_as_times_do(one, other):
    """Soonest first as time goes, newest first the other way, to the microsecond and in any zone."""
    elsewhere = one.astimezone(timezone(timedelta(hours=11))) if one.year < 9999 else one

    assert (soonest_first(elsewhere) < soonest_first(other)) == (one < other)
    assert (newest_first(elsewhere) < newest_first(other)) == (one > other)


@pytest.mark.parametrize(
    ("text", "searched"), [("Écrou", "ecrou"), ("NÎMES", "nimes"), ("Œuvre", "œuvre"), ("Straße", "strasse")]
)
def test_searching_forgives_case_and_accents(text, searched):
    """What people type without accents is found."""
    assert plain(text) == searched


def test_a_resource_that_the_directory_does_not_keep_is_a_defect():
    """An event of a new kind must be given its entry first."""
    with pytest.raises(TypeError, match="keeps no str"):
        entry_of("a text")


def test_bits_of_words_never_move():
    """Rows of the directory hold these bits: a word that moved in its list would be read as another."""
    assert [mask((level,)) for level in (Level.CM1, Level.TROISIEME, Level.BTS2)] == [1, 1 << 5, 1 << 18]
    assert [mask((theme,)) for theme in (Theme.AEROSPACE, Theme.WATER_WASTE)] == [1, 1 << 13]
    assert mask((AccessNeed.MOTOR, AccessNeed.MENTAL)) == 0b1001
    assert mask(()) == 0


POINTS = st.lists(
    st.tuples(st.floats(42.3, 45.1), st.floats(-0.4, 4.9), st.sampled_from(["31", "09", "34"])), max_size=200
)


@given(POINTS, st.integers(0, 120), st.one_of(st.none(), st.integers(0, 200)))
def test_rings_hold_every_place_in_reach_once_and_in_order(points, begin, most):
    """Whatever lies in one ring is nearer than all of the next."""
    journeys = time_journeys(TOULOUSE, [Point(number, *point) for number, point in enumerate(points)])
    expected = [minutes for minutes in journeys.minutes if begin <= minutes <= (200_000 if most is None else most)]

    rings = list(journeys.rings(begin, most))

    assert [minutes for least, most in rings for minutes in journeys.minutes if least <= minutes <= most] == expected
    assert all(nearer < farther for (_, nearer), (farther, _) in itertools.pairwise(rings))


@given(POINTS)
def test_minutes_are_the_reference_s_rounded_up(points):
    """The same minutes that the matchmaker finds for the same pair."""
    journeys = time_journeys(TOULOUSE, [Point(number, *point) for number, point in enumerate(points)])

    for number, (latitude, longitude, department) in enumerate(points):
        place = Place(commune="31555", commune_name="X", department=department, latitude=latitude, longitude=longitude)
        minutes = coach_minutes(TOULOUSE, place)
        timed, km = journeys.to(number)
        assert minutes - 1e-6 <= timed < minutes + 1
        assert int.from_bytes(journeys.minutes_by_place[2 * number : 2 * number + 2], "big") == timed
        assert km >= 0
    assert journeys.to(len(points)) is None


@given(POINTS, st.integers(0, 200))
def test_places_that_come_later_are_timed_like_the_first(points, first):
    """Whatever was known when: the journeys are the same in the end, and a gap in the numbers is no place."""
    numbered = [Point(2 * number, *point) for number, point in enumerate(points)]

    grown = time_journeys(TOULOUSE, numbered, time_journeys(TOULOUSE, numbered[:first]))

    assert grown == time_journeys(TOULOUSE, numbered)
    assert grown.to(1) is None
