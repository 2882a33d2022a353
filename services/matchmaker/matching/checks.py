"""The same hard conditions as `gates.py`, asked of one class and one slot: what was found, what was allowed, in words.

This is written for reading, `gates.py` for speed; a test holds the two against each other.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from math import ceil
from typing import Final

import msgspec

from contracts.matchmaker.explanations import Gate, GateCode, GateValue
from contracts.reference.school_hours import hours_of, longest_journey
from contracts.vocabulary import LEVEL_AGES, VisitFormat
from services.matchmaker.matching import mediation, travel
from services.matchmaker.matching.explaining import gate_words, words
from services.matchmaker.matching.inputs import Mediation, Opening, Wish
from services.matchmaker.matching.masks import ACCESS, FORMATS, LEVELS, THEMES, WEEKDAYS, codes
from services.matchmaker.matching.tables import is_school_day, lead_days, places_free


class Finding(msgspec.Struct, frozen=True):
    """What a gate found in one pair."""

    passed: bool
    value: GateValue
    limit: GateValue
    # Whether value and limit count pupils where they would count groups.
    in_pupils: bool = False


class Pair(msgspec.Struct, frozen=True):
    """One class, one slot, the mediators there are, and the day on which the question is asked."""

    wish: Wish
    opening: Opening
    mediations: tuple[Mediation, ...]
    today: date

    @property
    def meets_elsewhere(self) -> bool:
        """Whether class and offer can also meet in class or remotely."""
        return bool(_common_formats(self.wish, self.opening) - {VisitFormat.ON_SITE})


def check_pair(wish: Wish, opening: Opening, mediations: Iterable[Mediation], today: date) -> tuple[Gate, ...]:
    """Return every gate of the pair, passed or not, with its value, its limit and words in both languages.

    What earlier proposals hold is taken into account where the facts come from `standing.settle`.
    """
    pair = Pair(wish, opening, tuple(mediations), today)
    return tuple(_shown(code, check(pair)) for code, check in CHECKS.items())


def largest_class(opening: Opening) -> int:
    """Return how many pupils a class may have for which the slot has places today."""
    if opening.pooled:
        return min(opening.pupils_per_group, opening.pupils_free)
    return min(pupils_at_most(opening), opening.pupils_per_group * opening.groups_free)


def pupils_at_most(opening: Opening) -> int:
    """Return how many pupils a class may have at all: those of a group, or of two where large classes are split."""
    return opening.pupils_per_group * (2 if opening.splitting else 1)


def places_needed_of(wish: Wish, opening: Opening) -> int:
    """Return what the class takes of the slot, as `gates.places_needed` says it of many pairs."""
    if opening.pooled:
        return wish.pupils
    return 2 if opening.splitting and wish.pupils > opening.pupils_per_group else 1


def adults_needed(wish: Wish, opening: Opening) -> int:
    """Return how many adults have to come with the class."""
    return ceil(wish.pupils / opening.pupils_per_adult) if opening.pupils_per_adult else 0


def _shown(code: GateCode, found: Finding) -> Gate:
    return Gate(
        code=code,
        passed=found.passed,
        value=found.value,
        limit=found.limit,
        words=gate_words.of_gate(code, found.value, found.limit, passed=found.passed, in_pupils=found.in_pupils),
    )


def _level(pair: Pair) -> Finding:
    levels = pair.opening.levels
    return Finding(not levels or pair.wish.level in levels, pair.wish.level.value, codes(levels, LEVELS))


def _theme(pair: Pair) -> Finding:
    asked, given = pair.wish.themes, pair.opening.themes
    return Finding(not asked or not given or bool(asked & given), codes(asked, THEMES), codes(given, THEMES))


def _format(pair: Pair) -> Finding:
    common = _common_formats(pair.wish, pair.opening)
    return Finding(bool(common), codes(pair.wish.formats, FORMATS), codes(pair.opening.formats, FORMATS))


def _date_window(pair: Pair) -> Finding:
    window = (pair.wish.from_date, pair.wish.until_date)
    day = pair.opening.day
    return Finding(window[0] <= day <= window[1], day.isoformat(), (window[0].isoformat(), window[1].isoformat()))


def _weekday(pair: Pair) -> Finding:
    passed = mediation.weekday_suits(pair.wish.weekdays, pair.opening.day)
    return Finding(passed, words.weekday_code(pair.opening.day), codes(pair.wish.weekdays, WEEKDAYS))


def _school_day(pair: Pair) -> Finding:
    return Finding(is_school_day(pair.opening.day), pair.opening.day.isoformat(), "school_day")


def _lead_time(pair: Pair) -> Finding:
    first_day = pair.today + timedelta(days=lead_days(pair.opening))
    return Finding(pair.opening.day >= first_day, pair.opening.day.isoformat(), first_day.isoformat())


def _one_a_day(pair: Pair) -> Finding:
    taken = tuple(day.isoformat() for day in sorted(pair.wish.taken_dates))
    return Finding(pair.opening.day not in pair.wish.taken_dates, pair.opening.day.isoformat(), taken)


def _capacity(pair: Pair) -> Finding:
    free, needed = places_free(pair.opening), places_needed_of(pair.wish, pair.opening)
    return Finding(free >= needed, free, needed, in_pupils=pair.opening.pooled)


def _reserved(pair: Pair) -> Finding:
    kept = 0 if pair.wish.under_reached else pair.opening.reserved
    can_be_kept = max(places_free(pair.opening) - places_needed_of(pair.wish, pair.opening), 0)
    return Finding(kept <= can_be_kept, kept, can_be_kept, in_pupils=pair.opening.pooled)


def _group_max(pair: Pair) -> Finding:
    most = pupils_at_most(pair.opening)
    return Finding(pair.wish.pupils <= most, pair.wish.pupils, most)


def _group_min(pair: Pair) -> Finding:
    return Finding(pair.wish.pupils >= pair.opening.pupils_min, pair.wish.pupils, pair.opening.pupils_min)


def _adults(pair: Pair) -> Finding:
    needed = adults_needed(pair.wish, pair.opening)
    return Finding(pair.meets_elsewhere or pair.wish.adults >= needed, pair.wish.adults, needed)


def _access(pair: Pair) -> Finding:
    needs, given = pair.wish.access_needs, pair.opening.access
    return Finding(pair.meets_elsewhere or needs <= given, codes(needs, ACCESS), codes(given, ACCESS))


def _minimum_age(pair: Pair) -> Finding:
    age, limit = LEVEL_AGES[pair.wish.level], pair.opening.minimum_age or 0
    return Finding(pair.meets_elsewhere or age >= limit, age, limit)


def _travel(pair: Pair) -> Finding:
    minutes = travel.minutes_between(pair.wish, pair.opening)
    return Finding(
        pair.meets_elsewhere or minutes <= pair.wish.max_travel_minutes, minutes, pair.wish.max_travel_minutes
    )


def _school_hours(pair: Pair) -> Finding:
    opening, hours = pair.opening, hours_of(pair.wish.level)
    minutes = travel.minutes_between(pair.wish, opening)
    fits = minutes <= longest_journey(hours, opening.starts_minute, opening.ends_minute)
    away = (opening.starts_minute - minutes, opening.ends_minute + minutes)
    return Finding(pair.meets_elsewhere or fits, _clock(away), _clock(hours))


def _clock(minutes: tuple[int, int]) -> tuple[str, ...]:
    """Write minutes of a day as hours; a very long journey begins the day before, or ends the day after."""
    return tuple(f"{minute // 60 % 24:02d}:{minute % 60:02d}" for minute in minutes)


def _not_declined(pair: Pair) -> Finding:
    declined = pair.opening.slot_id in pair.wish.declined_slots or pair.opening.offer_id in pair.wish.declined_offers
    return Finding(not declined, int(declined), 0)


def _mediation(pair: Pair) -> Finding:
    needed = int(pair.opening.needs_mediation or pair.wish.wants_mediation)
    # There may be hundreds: whom nobody needs nobody counts.
    if not needed:
        return Finding(True, 0, 0)
    able = sum(
        mediation.suits_slot(capacity, pair.opening)
        and mediation.suits_class(capacity, pair.wish.level, pair.wish.pupils)
        for capacity in pair.mediations
    )
    return Finding(able >= needed, able, needed)


CHECKS: Final[dict[GateCode, Callable[[Pair], Finding]]] = {
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
    GateCode.ADULTS: _adults,
    GateCode.ACCESS: _access,
    GateCode.MINIMUM_AGE: _minimum_age,
    GateCode.TRAVEL: _travel,
    GateCode.SCHOOL_HOURS: _school_hours,
    GateCode.ONE_A_DAY: _one_a_day,
    GateCode.NOT_DECLINED: _not_declined,
    GateCode.MEDIATION: _mediation,
}


def _common_formats(wish: Wish, opening: Opening) -> frozenset[VisitFormat]:
    any_format = frozenset(VisitFormat)
    return (wish.formats or any_format) & (opening.formats or any_format)
