"""How long a class of one school rides to each place of the directory.

Places never change and are never dropped (0002_directory.sql): a copy in memory is whole as long as their number is
the database's. From a school every place is timed once, however many come later.
"""

import math
import sys
import time
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import msgspec

from contracts.place import Place
from contracts.reference.travel import MOUNTAIN_DEPARTMENTS, coach_minutes_over, road_km, straight_km
from services.gateway.directory.travel_store import Point, count_points, find_school, list_points
from services.work import Connection

# Schools whose journeys are kept: some 20 KB each where there are 2 000 places.
REMEMBERED_SCHOOLS = 512
# Places in the innermost ring of a search by travel, which mostly holds a page already, and how much wider the next is.
FIRST_RING = 64
WIDER = 16
# A new place is found after this long at most; a school that moved, or a new one, is where it is after that long.
PLACES_FRESH_S = 0.2
SCHOOLS_FRESH_S = 10.0
# Stands for a place that was not there yet.
UNTIMED = 0xFFFF
# Minutes are cut to this many decimals before rounding up, so that 30 min + 1e-13 stays 30.
_DECIMALS = 6


class Journeys(msgspec.Struct, frozen=True):
    """From one school to all places, one way.

    `minutes` by coach, nearest first, for as many `places` as there are. By the place's number: `minutes_to`,
    `km_to` (by road), and `minutes_by_place` as PostgreSQL reads it, two bytes each, the higher first.
    """

    school: Place
    places: int
    minutes: "array[int]"
    minutes_to: "array[int]"
    km_to: "array[float]"
    minutes_by_place: bytes

    def to(self, place: int) -> tuple[int, float] | None:
        """Minutes and kilometres to a place, None where it was not there yet when these journeys were timed."""
        if place >= len(self.minutes_to) or self.minutes_to[place] == UNTIMED:
            return None
        return self.minutes_to[place], round(self.km_to[place], 1)

    def rings(self, from_minutes: int, max_minutes: int | None) -> Iterator[tuple[int, int]]:
        """The least and the most minutes of ever wider rings around the school, each with some places in it.

        Places equally far are in one ring, so that whatever lies in one comes before all of the next.
        """
        begin = bisect_left(self.minutes, from_minutes)
        end = len(self.minutes) if max_minutes is None else bisect_right(self.minutes, max_minutes)
        width = FIRST_RING
        while begin < end:
            most = self.minutes[min(begin + width, end) - 1]
            yield self.minutes[begin], most
            begin, width = bisect_right(self.minutes, most), WIDER * width


class Atlas:
    """Owns the copy of the places, and the journeys of the schools that searched last."""

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._points_until = 0.0
        self._journeys: OrderedDict[str, tuple[float, Journeys]] = OrderedDict()

    async def journeys_from(self, connection: "Connection[Any]", uai: str) -> Journeys | None:
        """All journeys from a school; None where the directory does not know the school."""
        await self._look_at_places(connection)
        until, journeys = self._journeys.get(uai, (0.0, None))
        if journeys is None or until <= time.monotonic():
            school = await find_school(connection, uai)
            if school is None:
                return None
            known = journeys if journeys and journeys.school == school.place else None
            until = time.monotonic() + SCHOOLS_FRESH_S
            journeys = known or time_journeys(school.place, self._points)
        if journeys.places < len(self._points):
            journeys = time_journeys(journeys.school, self._points, journeys)
        self._remember(uai, until, journeys)
        return journeys

    async def _look_at_places(self, connection: "Connection[Any]") -> None:
        if self._points_until <= time.monotonic():
            # Before the look, so that whoever searches meanwhile does not look too; but nobody goes without any place.
            self._points_until = time.monotonic() + PLACES_FRESH_S if self._points else 0.0
            if await count_points(connection) != len(self._points):
                self._points = await list_points(connection)

    def _remember(self, uai: str, until: float, journeys: Journeys) -> None:
        self._journeys[uai] = until, journeys
        self._journeys.move_to_end(uai)
        if len(self._journeys) > REMEMBERED_SCHOOLS:
            self._journeys.popitem(last=False)


def time_journey(school: Place, to: Place) -> tuple[int, float]:
    """Minutes and kilometres from a school to one place, the very ones that its `Journeys` have."""
    distance_km = straight_km(school.latitude, school.longitude, to.latitude, to.longitude)
    return _minutes(school, to, distance_km), round(road_km(distance_km), 1)


def time_journeys(school: Place, points: list[Point], known: Journeys | None = None) -> Journeys:
    """The journeys from a school's place to these points; those that are known are not timed again."""
    minutes_to, km_to = (known.minutes_to, known.km_to) if known else (array("H"), array("f"))
    missing = max((point.number + 1 for point in points), default=0) - len(minutes_to)
    minutes_to = minutes_to + array("H", [UNTIMED]) * missing
    km_to = km_to + array("f", [0]) * missing
    for point in points:
        if minutes_to[point.number] == UNTIMED:
            distance_km = straight_km(school.latitude, school.longitude, point.latitude, point.longitude)
            minutes_to[point.number] = _minutes(school, point, distance_km)
            km_to[point.number] = road_km(distance_km)
    nearest_first = array("H", sorted(minutes_to[point.number] for point in points))
    return Journeys(school, len(points), nearest_first, minutes_to, km_to, _high_first(minutes_to))


def _high_first(minutes: "array[int]") -> bytes:
    swapped = minutes[:]
    if sys.byteorder == "little":
        swapped.byteswap()
    return swapped.tobytes()


def _minutes(school: Place, point: Point | Place, distance_km: float) -> int:
    mountain = not MOUNTAIN_DEPARTMENTS.isdisjoint((school.department, point.department))
    return math.ceil(round(coach_minutes_over(distance_km, mountain=mountain), _DECIMALS))
