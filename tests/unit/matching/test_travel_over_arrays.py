"""The formula of the reference over arrays: the same minutes, pair by pair."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contracts.reference import travel as reference
from services.matchmaker.matching import travel
from tests.unit.matching.facts import ALBI, FOIX, TOULOUSE, a_wish, an_opening, at

_LATITUDES = st.floats(42.3, 45.1)
_LONGITUDES = st.floats(-0.4, 4.9)


@given(st.lists(st.tuples(_LATITUDES, _LONGITUDES, _LATITUDES, _LONGITUDES, st.booleans()), min_size=1, max_size=20))
def test_arrays_give_the_reference_minutes(rows: list[tuple[float, float, float, float, bool]]) -> None:
    """Whatever the two points and the mountains, whole minutes equal the reference's rounded up."""
    mountain = np.array([row[4] for row in rows])

    km = travel.straight_km(*(np.array([row[place] for row in rows]) for place in range(4)))
    found = travel.coach_minutes(km, mountain)

    expected = [
        math.ceil(round(reference.coach_minutes_over(reference.straight_km(*row[:4]), mountain=row[4]), 6))
        for row in rows
    ]
    assert found.tolist() == expected


@given(st.floats(0, 900))
def test_every_stretch_of_road_counts(km: float) -> None:
    """Also far beyond the region the two formulas agree."""
    found = travel.coach_minutes(np.array([km]), np.array([False]))

    assert found.tolist() == [math.ceil(round(reference.coach_minutes_over(km, mountain=False), 6))]


def test_one_end_in_the_mountains_is_enough() -> None:
    """A school of Foix travels at the mountain's pace, whichever end it is."""
    from_foix = travel.minutes_between(a_wish(**at(FOIX)), an_opening(**at(TOULOUSE)))
    to_foix = travel.minutes_between(a_wish(**at(TOULOUSE)), an_opening(**at(FOIX)))

    assert from_foix == to_foix
    assert from_foix > travel.minutes_between(a_wish(**at(ALBI)), an_opening(**at(TOULOUSE)))
