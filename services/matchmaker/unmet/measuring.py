"""How many classes within reach of each place asked for a visit and got nothing. Pure.

A place is a company's site or, for classes that no site is in reach of, the commune of their school. All pairs of a
class and a site are looked at: some millions, so that they are arrays, a block of classes at a time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Final
from uuid import UUID

import msgspec
import numpy as np

from contracts.companies.profiles import Site
from contracts.matchmaker.unmet_demand import Unanswered
from contracts.vocabulary import Level, Theme
from services.matchmaker.matching.arrays import Bools, Floats, bools, floats, ints
from services.matchmaker.matching.inputs import Wish
from services.matchmaker.matching.travel import coach_minutes, is_mountain, straight_km

# Classes a block: with a thousand sites, some megabytes at a time.
_BLOCK: Final = 256
# What a row may be about; None is a class that asked for any theme.
_ASKED: Final = tuple(product((*Theme, None), Level))
_PLACE_OF: Final = {asked: place for place, asked in enumerate(_ASKED)}


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How many classes asked in vain, each counted once, and for what; the most asked for first."""

    classes: int
    under_reached: int
    rows: tuple[Unanswered, ...]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of every site that some class can reach, and of every commune with classes that can reach none."""

    sites: dict[UUID, Figures]
    communes: dict[str, Figures]


def measure(wishes: Sequence[Wish], communes: Sequence[str], sites: Sequence[Site]) -> Measured:
    """Count the classes of `wishes`, all of which got nothing; `communes` are those of their schools, in their order.

    A site is within reach of a class that may travel that long, by coach and one way.
    """
    if not wishes:
        return Measured(sites={}, communes={})
    asked = _asked(wishes)
    under: Bools = bools(bool(wish.under_reached) for wish in wishes)
    by_site = np.zeros((2, len(sites), len(_ASKED) + 1))
    stranded: Bools = np.ones(len(wishes), np.bool_)
    for reached, rows in _blocks(wishes, sites):
        stranded[rows] = ~reached.any(axis=1)
        by_site[0] += reached.T @ asked[rows]
        by_site[1] += reached.T @ (asked[rows] * under[rows, None])
    names = np.array(communes)
    by_commune = {
        str(name): _figures(asked[here].sum(axis=0), asked[here & under].sum(axis=0))
        for name in np.unique(names[stranded])
        for here in [stranded & (names == name)]
    }
    return Measured(
        sites={
            site.id: _figures(by_site[0, row], by_site[1, row]) for row, site in enumerate(sites) if by_site[0, row, -1]
        },
        communes=by_commune,
    )


def _asked(wishes: Sequence[Wish]) -> Floats:
    """What each class asked for, (C, A + 1): 1 in the column of each theme with its level, and in the last one."""
    asked = np.zeros((len(wishes), len(_ASKED) + 1))
    asked[:, -1] = 1
    for row, wish in enumerate(wishes):
        for theme in wish.themes or (None,):
            asked[row, _PLACE_OF[theme, wish.level]] = 1
    return asked


def _blocks(wishes: Sequence[Wish], sites: Sequence[Site]) -> Iterable[tuple[Floats, slice]]:
    """Yield blocks of classes, each with 1 where a class reaches a site, (classes, S)."""
    latitude, longitude, mountain = _points(wishes, lambda wish: (wish.latitude, wish.longitude, wish.department))
    to_latitude, to_longitude, to_mountain = _points(
        sites, lambda site: (site.place.latitude, site.place.longitude, site.place.department)
    )
    longest = ints(wish.max_travel_minutes for wish in wishes)
    for start in range(0, len(wishes), _BLOCK):
        rows = slice(start, start + _BLOCK)
        distance_km = straight_km(latitude[rows, None], longitude[rows, None], to_latitude, to_longitude)
        minutes = coach_minutes(distance_km, mountain[rows, None] | to_mountain)
        yield (minutes <= longest[rows, None]).astype(np.float64), rows


def _points(
    things: Sequence[Wish] | Sequence[Site], where: Callable[..., tuple[float, float, str]]
) -> tuple[Floats, Floats, Bools]:
    found = [where(thing) for thing in things]
    return (
        floats(point[0] for point in found),
        floats(point[1] for point in found),
        bools(is_mountain(point[2]) for point in found),
    )


def _figures(counts: Floats, under_reached: Floats) -> Figures:
    number, of_them = counts.astype(int).tolist(), under_reached.astype(int).tolist()
    most_first = Counter({place: count for place, count in enumerate(number[:-1]) if count}).most_common()
    return Figures(
        classes=number[-1],
        under_reached=of_them[-1],
        rows=tuple(
            Unanswered(theme=_ASKED[place][0], level=_ASKED[place][1], classes=count, under_reached=of_them[place])
            for place, count in most_first
        ),
    )
