"""Travel between many pairs of points at once: the formula of `contracts.reference.travel` over arrays.

Kept apart because a join looks at hundreds of thousands of pairs, where one call per pair would cost
seconds. The constants are the reference's own, and a test holds the two formulas against each other.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from contracts.reference import travel as reference
from services.matchmaker.matching.arrays import Bools, Floats, Ints
from services.matchmaker.matching.inputs import Opening, Wish

# Minutes are cut to this many decimals before rounding up, so that 30 min + 1e-13 stays 30.
_DECIMALS = 6

_ENDS_KM = (0.0, *(end for end, _ in reference.CAR_MINUTES_PER_KM), math.inf)
_PER_KM = (*(per_km for _, per_km in reference.CAR_MINUTES_PER_KM), reference.CAR_MINUTES_PER_KM_BEYOND)
# From and to which straight km a car takes how many minutes per km.
_SEGMENTS = tuple(zip(_ENDS_KM, _ENDS_KM[1:], _PER_KM, strict=False))


# No coach needs less for a straight km, and no degree of latitude is shorter.
LEAST_MINUTES_PER_KM = min(_PER_KM) * reference.COACH_FACTOR
LEAST_KM_PER_DEGREE = 110.5


def minutes_between(wish: Wish, opening: Opening) -> int:
    """Return the minutes by coach, one way, from a school to an opening's place, rounded up."""
    distance_km = reference.straight_km(wish.latitude, wish.longitude, opening.latitude, opening.longitude)
    mountain = is_mountain(wish.department) or is_mountain(opening.department)
    return math.ceil(round(reference.coach_minutes_over(distance_km, mountain=mountain), _DECIMALS))


def is_mountain(department: str) -> bool:
    """Say whether roads of the department are slower for a coach."""
    return department in reference.MOUNTAIN_DEPARTMENTS


def straight_km(latitude1: ArrayLike, longitude1: ArrayLike, latitude2: ArrayLike, longitude2: ArrayLike) -> Floats:
    """Return great-circle distances in km between points in degrees; arrays of any shapes that fit together."""
    phi1, phi2 = np.radians(latitude1), np.radians(latitude2)
    half_chord: Floats = np.hypot(
        np.sin((phi2 - phi1) / 2),
        np.sqrt(np.cos(phi1) * np.cos(phi2)) * np.sin(np.radians(np.subtract(longitude2, longitude1)) / 2),
    )
    return 2 * reference.EARTH_RADIUS_KM * np.arcsin(np.minimum(half_chord, 1.0))


def coach_minutes(distance_km: Floats, mountain: Bools) -> Ints:
    """Return whole minutes by coach, rounded up, for straight distances in km, slower where flagged as mountain."""
    minutes = np.full(distance_km.shape, reference.CAR_START_MINUTES)
    for begins_at, ends_at, per_km in _SEGMENTS:
        minutes += np.clip(distance_km - begins_at, 0.0, ends_at - begins_at) * per_km
    minutes *= np.where(mountain, reference.COACH_FACTOR * reference.MOUNTAIN_FACTOR, reference.COACH_FACTOR)
    return np.ceil(np.round(minutes, _DECIMALS)).astype(np.int64)
