"""How long a class of one school rides to each place of the directory.

Places never change and are never dropped (0002_directory.sql): a copy in memory is whole as long as their number is
the database's. From a school every place is timed once; asking again costs one look at that number.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from contracts.place import Place
from contracts.reference.travel import MOUNTAIN_DEPARTMENTS, coach_minutes_over, road_km, straight_km
from services.gateway.directory.travel_store import Point, find_school_and_count, list_points
from services.work import Connection

# Schools whose journeys are kept: some 20 KB each where there are 2 000 places.
REMEMBERED_SCHOOLS = 512
# Places in the innermost ring of a search by travel: it mostly holds a page already.
FIRST_RING = 32
# Minutes are cut to this many decimals before rounding up, so that 30 min + 1e-13 stays 30.
_DECIMALS = 6


class Journeys(msgspec.Struct, frozen=True):
    """From one school: the numbers of all places and the minutes there by coach, one way, nearest first.

    `minutes_to` and `km_to` (by road) are the same by the place's number.
    """

    school: Place
    places: "array[int]"
    minutes: "array[int]"
    minutes_to: "array[int]"
    km_to: "array[float]"

    def within(self, max_minutes: int | None) -> Sequence[int]:
        """The places no farther than that."""
        return self.places if max_minutes is None else self.places[: bisect_right(self.minutes, max_minutes)]

    def rings(self, from_minutes: int, max_minutes: int | None) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        """The places in between, and their minutes, in ever wider rings around the school.

        Places equally far are in one ring, so that whatever lies in one comes before all of the next.
        """
        begin = bisect_left(self.minutes, from_minutes)
        end = len(self.minutes) if max_minutes is None else bisect_right(self.minutes, max_minutes)
        width = FIRST_RING
        while begin < end:
            edge = bisect_right(self.minutes, self.minutes[min(begin + width, end) - 1])
            yield self.places[begin:edge], self.minutes[begin:edge]
            begin, width = edge, 4 * width


class Atlas:
    """Owns the copy of the places, and the journeys of the schools that searched last."""

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._journeys: OrderedDict[str, tuple[int, Journeys]] = OrderedDict()

    async def journeys_from(self, connection: "Connection[Any]", uai: str) -> Journeys | None:
        """All journeys from a school; None where the directory does not know the school."""
        found = await find_school_and_count(connection, uai)
        if found is None:
            return None
        school, places = found
        if places != len(self._points):
            self._points = await list_points(connection)
        known = self._journeys.get(uai)
        if known is None or known[0] != len(self._points) or known[1].school != school.place:
            known = (len(self._points), time_journeys(school.place, self._points))
            self._journeys[uai] = known
            if len(self._journeys) > REMEMBERED_SCHOOLS:
                self._journeys.popitem(last=False)
        self._journeys.move_to_end(uai)
        return known[1]


def time_journeys(school: Place, points: list[Point]) -> Journeys:
    """The journeys from a school's place to these points."""
    size = max((point.number for point in points), default=0) + 1
    minutes_to, km_to = array("H", bytes(2 * size)), array("f", bytes(4 * size))
    for point in points:
        distance_km = straight_km(school.latitude, school.longitude, point.latitude, point.longitude)
        minutes_to[point.number] = _minutes(school, point, distance_km)
        km_to[point.number] = road_km(distance_km)
    places = array("i", sorted((point.number for point in points), key=lambda number: (minutes_to[number], number)))
    return Journeys(school, places, array("H", (minutes_to[number] for number in places)), minutes_to, km_to)


def _minutes(school: Place, point: Point, distance_km: float) -> int:
    mountain = not MOUNTAIN_DEPARTMENTS.isdisjoint((school.department, point.department))
    return math.ceil(round(coach_minutes_over(distance_km, mountain=mountain), _DECIMALS))
