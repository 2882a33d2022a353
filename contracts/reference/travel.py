"""How long a class is on the road: an estimate from two points, so that no map server is needed.

Fitted on 2 756 pairs of French towns whose road times OSRM 6.0 computed on OpenStreetMap of November 2025 (free flow,
few pairs under 40 km): 8 % mean error on car minutes, no bias; 14 % on the 56 pairs between towns of Occitanie, whose
valleys cost more. Minutes are fitted on straight km, detours included: put on road km they would be a quarter too long.
The two factors of a coach are judgement, not measurement. Good enough to choose visits that a class can reach within a
school day, not to plan a journey.

Everything is pure. Distances are in km, times in minutes, coordinates in degrees (WGS 84).
"""

from math import asin, cos, hypot, radians, sin, sqrt

# Mean radius of the Earth (IUGG).
EARTH_RADIUS_KM = 6371.0088

# Road km per straight km: 1.28 up to 60 km, falling in a line to 1.23 at 100 km, 1.23 beyond.
DETOUR_NEAR, DETOUR_FAR = 1.28, 1.23
DETOUR_FALLS_FROM_KM, DETOUR_FALLS_TO_KM = 60.0, 100.0

# Getting out of one place and into the other, whatever the distance.
CAR_START_MINUTES = 4.0

# Minutes per straight km, each up to a straight distance, then beyond the last: streets, roads, motorways.
CAR_MINUTES_PER_KM = ((5.0, 1.40), (15.0, 1.10), (30.0, 0.93), (60.0, 0.83))
CAR_MINUTES_PER_KM_BEYOND = 0.74

# A coach is slower than a car, and slower again in the mountains.
COACH_FACTOR = 1.15
MOUNTAIN_FACTOR = 1.2

# Ariège, Aveyron, Lozère, Hautes-Pyrénées: one end there is enough.
MOUNTAIN_DEPARTMENTS = frozenset({"09", "12", "48", "65"})


def straight_km(latitude1: float, longitude1: float, latitude2: float, longitude2: float) -> float:
    """The great-circle distance in km between two points in degrees (haversine)."""
    phi1, phi2 = radians(latitude1), radians(latitude2)
    half_chord = hypot(
        sin((phi2 - phi1) / 2),
        sqrt(cos(phi1) * cos(phi2)) * sin(radians(longitude2 - longitude1) / 2),
    )
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, half_chord))


def road_km(straight_km: float) -> float:
    """The road distance to expect for a straight distance, to show to people; both in km (10 % mean error)."""
    fallen = (straight_km - DETOUR_FALLS_FROM_KM) / (DETOUR_FALLS_TO_KM - DETOUR_FALLS_FROM_KM)
    return straight_km * (DETOUR_NEAR - (DETOUR_NEAR - DETOUR_FAR) * min(max(fallen, 0.0), 1.0))


def car_minutes(straight_km: float) -> float:
    """Free-flow minutes by car for a straight distance in km."""
    minutes, begins_at = CAR_START_MINUTES, 0.0
    for ends_at, per_km in CAR_MINUTES_PER_KM:
        if straight_km <= ends_at:
            return minutes + (straight_km - begins_at) * per_km
        minutes += (ends_at - begins_at) * per_km
        begins_at = ends_at
    return minutes + (straight_km - begins_at) * CAR_MINUTES_PER_KM_BEYOND


def coach_minutes_over(straight_km: float, *, mountain: bool) -> float:
    """Minutes by coach for a straight distance in km, with or without the mountain factor."""
    return car_minutes(straight_km) * COACH_FACTOR * (MOUNTAIN_FACTOR if mountain else 1.0)


def farthest_straight_km(max_coach_minutes: float) -> float:
    """The straight distance in km beyond which no coach arrives in time, even outside the mountains.

    The inverse of the most favourable case, to sift pairs by distance before timing them; 0 where no time is left.
    """
    left, begins_at = max_coach_minutes / COACH_FACTOR - CAR_START_MINUTES, 0.0
    for ends_at, per_km in CAR_MINUTES_PER_KM:
        stretch = (ends_at - begins_at) * per_km
        if left <= stretch:
            return max(0.0, begins_at + left / per_km)
        left -= stretch
        begins_at = ends_at
    return begins_at + left / CAR_MINUTES_PER_KM_BEYOND
