"""The hard conditions of a visit, each evaluated on many pairs of wishes and openings at once.

Every gate takes rows `c` of wishes and rows `s` of openings, as arrays of any shapes that broadcast, and
returns which pairs pass. `checks.py` says the same of one pair, with the value, the limit and words; a
test holds the two against each other. A gate that concerns only the site (travel, adults, access, age) is
passed without question where the class and the offer can also meet in class or remotely.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from contracts.matchmaker.explanations import GateCode
from services.matchmaker.matching import travel
from services.matchmaker.matching.arrays import Bools, Ints
from services.matchmaker.matching.masks import ON_SITE
from services.matchmaker.matching.tables import DAY_CODES, Tables

PairGate = Callable[[Tables, Ints, Ints], Bools]


def _any_bit(mask: Ints) -> Bools:
    found: Bools = mask != 0
    return found


def _level(tables: Tables, c: Ints, s: Ints) -> Bools:
    return _any_bit(tables.openings.levels[s] >> tables.wishes.level[c] & 1)


def _theme(tables: Tables, c: Ints, s: Ints) -> Bools:
    return _any_bit(tables.openings.themes[s] & tables.wishes.themes[c])


def _format(tables: Tables, c: Ints, s: Ints) -> Bools:
    return _any_bit(tables.openings.formats[s] & tables.wishes.formats[c])


def _date_window(tables: Tables, c: Ints, s: Ints) -> Bools:
    day = tables.openings.day[s]
    return (day >= tables.wishes.from_day[c]) & (day <= tables.wishes.until_day[c])


def _weekday(tables: Tables, c: Ints, s: Ints) -> Bools:
    return _any_bit(tables.openings.weekday[s] & tables.wishes.weekdays[c])


def _school_day(tables: Tables, c: Ints, s: Ints) -> Bools:
    return tables.openings.school_day[s] & np.ones_like(c, np.bool_)


def _lead_time(tables: Tables, c: Ints, s: Ints) -> Bools:
    return (tables.openings.day[s] >= tables.openings.first_day_to_propose[s]) & np.ones_like(c, np.bool_)


def places_needed(tables: Tables, c: Ints, s: Ints) -> Ints:
    """Return what each pair takes of its slot: one group, two where a class is split, its pupils where pooled."""
    pupils, openings = tables.wishes.pupils[c], tables.openings
    groups = 1 + (openings.splitting[s] & (pupils > openings.pupils_per_group[s]))
    return np.where(openings.pooled[s], pupils, groups)


def _capacity(tables: Tables, c: Ints, s: Ints) -> Bools:
    return tables.openings.places_free[s] >= places_needed(tables, c, s)


def _reserved(tables: Tables, c: Ints, s: Ints) -> Bools:
    openings = tables.openings
    kept = np.where(tables.wishes.under_reached[c], 0, openings.reserved[s])
    suffices: Bools = kept <= np.maximum(openings.places_free[s] - places_needed(tables, c, s), 0)
    return suffices


def _one_a_day(tables: Tables, c: Ints, s: Ints) -> Bools:
    return ~np.isin(c * DAY_CODES + tables.openings.day[s], tables.taken)


def _not_declined(tables: Tables, c: Ints, s: Ints) -> Bools:
    return ~np.isin(c * len(tables.openings.openings) + s, tables.declined)


def _group_max(tables: Tables, c: Ints, s: Ints) -> Bools:
    return tables.wishes.pupils[c] <= tables.openings.pupils_per_group[s] * (1 + tables.openings.splitting[s])


def _group_min(tables: Tables, c: Ints, s: Ints) -> Bools:
    return tables.wishes.pupils[c] >= tables.openings.pupils_min[s]


def _adults_enough(tables: Tables, c: Ints, s: Ints) -> Bools:
    return tables.wishes.pupils[c] <= tables.wishes.adults[c] * tables.openings.pupils_per_adult[s]


def _access_given(tables: Tables, c: Ints, s: Ints) -> Bools:
    return ~_any_bit(tables.wishes.access_needs[c] & ~tables.openings.access[s])


def _old_enough(tables: Tables, c: Ints, s: Ints) -> Bools:
    return tables.wishes.age[c] >= tables.openings.minimum_age[s]


def _near_enough(tables: Tables, c: Ints, s: Ints) -> Bools:
    return minutes(tables, c, s) <= tables.wishes.max_travel_minutes[c]


def _within_school_hours(tables: Tables, c: Ints, s: Ints) -> Bools:
    return minutes(tables, c, s) <= _longest_journey(tables, c, s)


def _longest_journey(tables: Tables, c: Ints, s: Ints) -> Ints:
    """`school_hours.longest_journey` over arrays."""
    wishes, openings = tables.wishes, tables.openings
    before, after = openings.starts_minute[s] - wishes.day_begins[c], wishes.day_ends[c] - openings.ends_minute[s]
    longest: Ints = np.minimum(before, after)
    return longest


def _mediation(tables: Tables, c: Ints, s: Ints) -> Bools:
    able: Bools = np.any(tables.wishes.mediators[c] & tables.openings.mediators[s], axis=-1)
    return able | ~tables.is_mediated(c, s)


def _at_site(condition: PairGate) -> PairGate:
    """Return the gate that asks the condition only of pairs that have no other way to meet than at the site."""

    def gate(tables: Tables, c: Ints, s: Ints) -> Bools:
        elsewhere = _any_bit(tables.openings.formats[s] & tables.wishes.formats[c] & ~ON_SITE)
        return elsewhere | condition(tables, c, s)

    return gate


# In the order in which they are shown and, for the first block of `candidates.py`, evaluated.
GATES: Final[dict[GateCode, PairGate]] = {
    GateCode.LEVEL: _level,
    GateCode.THEME: _theme,
    GateCode.FORMAT: _format,
    GateCode.DATE_WINDOW: _date_window,
    GateCode.WEEKDAY: _weekday,
    GateCode.SCHOOL_DAY: _school_day,
    GateCode.LEAD_TIME: _lead_time,
    GateCode.CAPACITY: _capacity,
    GateCode.RESERVED: _reserved,
    GateCode.GROUP_MAX: _group_max,
    GateCode.GROUP_MIN: _group_min,
    GateCode.ADULTS: _at_site(_adults_enough),
    GateCode.ACCESS: _at_site(_access_given),
    GateCode.MINIMUM_AGE: _at_site(_old_enough),
    GateCode.TRAVEL: _at_site(_near_enough),
    GateCode.SCHOOL_HOURS: _at_site(_within_school_hours),
    GateCode.ONE_A_DAY: _one_a_day,
    GateCode.NOT_DECLINED: _not_declined,
    GateCode.MEDIATION: _mediation,
}

# These look at the slot alone: a slot that fails one is nobody's.
SLOT_GATES: Final = (GateCode.SCHOOL_DAY, GateCode.LEAD_TIME)
# These are a few integer operations: they are evaluated on every pair of a block.
CHEAP_GATES: Final = (
    GateCode.THEME,
    GateCode.DATE_WINDOW,
    GateCode.WEEKDAY,
    GateCode.FORMAT,
    GateCode.GROUP_MAX,
    GateCode.GROUP_MIN,
)
# These cost more: they are evaluated, in this order, on what the cheap ones let through.
COSTLY_GATES: Final = (
    GateCode.CAPACITY,
    GateCode.RESERVED,
    GateCode.ADULTS,
    GateCode.ACCESS,
    GateCode.MINIMUM_AGE,
    GateCode.ONE_A_DAY,
    GateCode.NOT_DECLINED,
    GateCode.TRAVEL,
    GateCode.SCHOOL_HOURS,
    GateCode.MEDIATION,
)


def _in_box(tables: Tables, c: Ints, s: Ints) -> Bools:
    """Say which sites are in the box that a class's longest journey cannot leave."""
    wishes, openings = tables.wishes, tables.openings
    km = wishes.max_travel_minutes[c] / travel.LEAST_MINUTES_PER_KM
    widest = np.abs(np.r_[wishes.latitude, openings.latitude]).max()
    north = np.abs(wishes.latitude[c] - openings.latitude[s]) * travel.LEAST_KM_PER_DEGREE
    east = np.abs(wishes.longitude[c] - openings.longitude[s]) * travel.LEAST_KM_PER_DEGREE * np.cos(np.radians(widest))
    near: Bools = (north <= km) & (east <= km)
    return near


# What lets through all that the gate of travel does, for a few operations: most sites of a country are far away.
within_box: Final = _at_site(_in_box)


def minutes(tables: Tables, c: Ints, s: Ints) -> Ints:
    """Return the minutes by coach, one way and rounded up, from the schools of `c` to the places of `s`."""
    wishes, openings = tables.wishes, tables.openings
    distance_km = travel.straight_km(
        wishes.latitude[c], wishes.longitude[c], openings.latitude[s], openings.longitude[s]
    )
    return travel.coach_minutes(distance_km, wishes.mountain[c] | openings.mountain[s])


def is_on_site(tables: Tables, c: Ints, s: Ints, journey: Ints) -> Bools:
    """Say which of these passing pairs meet at the site: those that may and whose class can come there.

    `journey` is the `minutes` of the pairs, which cost too much to be found twice.
    """
    at_site = _any_bit(tables.openings.formats[s] & tables.wishes.formats[c] & ON_SITE)
    for condition in (_adults_enough, _access_given, _old_enough):
        at_site &= condition(tables, c, s)
    return at_site & (journey <= np.minimum(tables.wishes.max_travel_minutes[c], _longest_journey(tables, c, s)))
