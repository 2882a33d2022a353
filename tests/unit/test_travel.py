"""How long a coach takes: the table, its order, its inverse, and its error against computed road times."""

import csv
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.place import Place
from contracts.reference.travel import (
    car_minutes,
    coach_minutes_over,
    farthest_straight_km,
    road_km,
    straight_km,
)
from tests.roads import coach_minutes

KM = st.floats(min_value=0, max_value=2_000)


def place(department: str, latitude: float, longitude: float) -> Place:
    """A point in some commune of the department."""
    return Place(
        commune=f"{department}001",
        commune_name="Somewhere",
        department=department,
        latitude=latitude,
        longitude=longitude,
    )


TOULOUSE = place("31", 43.6045, 1.4440)
MONTAUBAN = place("82", 44.0176, 1.3549)
FOIX = place("09", 42.9653, 1.6053)


@pytest.mark.parametrize(
    ("straight", "road"),
    [(0, 0), (10, 12.8), (60, 76.8), (80, 80 * 1.255), (100, 123), (200, 246)],
)
def test_the_detour_shrinks_with_distance(straight: float, road: float):
    """1.28 up to 60 km, 1.23 from 100 km, in a line between."""
    assert road_km(straight) == pytest.approx(road)


@pytest.mark.parametrize(
    ("straight", "minutes"),
    [
        (0, 4),
        (5, 4 + 7),
        (10, 4 + 7 + 5.5),
        (15, 4 + 7 + 11),
        (30, 4 + 7 + 11 + 13.95),
        (60, 4 + 7 + 11 + 13.95 + 24.9),
        (100, 4 + 7 + 11 + 13.95 + 24.9 + 29.6),
    ],
)
def test_the_table_of_car_minutes_is_kept(straight: float, minutes: float):
    """Each stretch of the way costs what the calibration says."""
    assert car_minutes(straight) == pytest.approx(minutes)


def test_distance_is_the_great_circle():
    """A quarter of the meridian is a quarter of the circumference; Toulouse to Montauban is 46 km."""
    quarter = straight_km(0, 0, 90, 0)
    neighbours = straight_km(TOULOUSE.latitude, TOULOUSE.longitude, MONTAUBAN.latitude, MONTAUBAN.longitude)

    assert quarter == pytest.approx(10_007.557, abs=0.001)
    assert neighbours == pytest.approx(46.5, abs=0.1)


def test_the_opposite_point_of_the_earth_has_a_distance():
    """Rounding never leaves the domain of the arc sine."""
    assert straight_km(43.6, 1.4, -43.6, -178.6) == pytest.approx(20_015.115, abs=0.01)


def test_a_coach_is_slower_in_the_mountains():
    """One end in Ariège is enough, whichever it is."""
    there, back = coach_minutes(TOULOUSE, FOIX), coach_minutes(FOIX, TOULOUSE)
    on_the_plain = coach_minutes(TOULOUSE, place("31", FOIX.latitude, FOIX.longitude))

    assert there == back
    assert there == pytest.approx(1.2 * on_the_plain)


def test_a_coach_takes_longer_than_a_car():
    """By 15 %, over the distance of the two points."""
    distance = straight_km(TOULOUSE.latitude, TOULOUSE.longitude, MONTAUBAN.latitude, MONTAUBAN.longitude)

    assert coach_minutes(TOULOUSE, MONTAUBAN) == pytest.approx(1.15 * car_minutes(distance))


@given(KM, KM, st.booleans())
def test_farther_never_takes_less(one: float, other: float, mountain: bool):
    """Road, car and coach all grow with the straight distance."""
    near, far = sorted((one, other))

    assert road_km(near) <= road_km(far)
    assert coach_minutes_over(near, mountain=mountain) <= coach_minutes_over(far, mountain=mountain)


@given(KM)
def test_the_farthest_distance_is_the_inverse(distance: float):
    """What takes the longest allowed time lies at the farthest allowed distance."""
    minutes = coach_minutes_over(distance, mountain=False)

    assert farthest_straight_km(minutes) == pytest.approx(distance, abs=1e-6)


@given(KM, st.floats(min_value=0, max_value=600), st.booleans())
def test_sifting_by_distance_loses_no_reachable_pair(distance: float, allowed: float, mountain: bool):
    """Whatever arrives in time lies within the farthest distance."""
    in_time = coach_minutes_over(distance, mountain=mountain) <= allowed

    assert not in_time or distance <= farthest_straight_km(allowed) + 1e-6


def test_no_time_reaches_nowhere():
    """Below the minutes that any journey takes the distance is 0, never negative."""
    assert farthest_straight_km(0) == 0
    assert farthest_straight_km(3) == 0


def test_the_error_on_real_roads_is_the_one_we_quote(real_data: Callable[[str], Path]):
    """14 % mean error and no bias in minutes, 10 % in km, on 56 pairs of towns of Occitanie."""
    with real_data("osrm_villes_occitanie.csv").open(encoding="utf-8", newline="") as file:
        pairs = [
            (float(row["km_vol"]), float(row["km_route"]), float(row["min_voiture"])) for row in csv.DictReader(file)
        ]

    minutes = [car_minutes(straight) / measured - 1 for straight, _, measured in pairs]
    kilometres = [road_km(straight) / measured - 1 for straight, measured, _ in pairs]

    assert len(pairs) == 56
    assert mean(map(abs, minutes)) == pytest.approx(0.14, abs=0.01)
    assert mean(minutes) == pytest.approx(0, abs=0.01)
    assert mean(map(abs, kilometres)) == pytest.approx(0.10, abs=0.01)


def test_the_calibration_holds_over_the_country(real_data: Callable[[str], Path]):
    """Between 10 and 300 km the median minutes per straight km are met within 5 %."""
    with real_data("trajets_calibration.csv").open(encoding="utf-8", newline="") as file:
        bands = [row for row in csv.DictReader(file) if row["perimetre"] == "hors IDF-IDF" and row["km_vol_min"] != "3"]

    for band in bands:
        middle = (float(band["km_vol_min"]) + float(band["km_vol_max"])) / 2
        assert car_minutes(middle) / middle == pytest.approx(float(band["min_par_km_vol"]), rel=0.05)
