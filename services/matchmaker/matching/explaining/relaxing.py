"""What would have to be different for a failed gate to be passed: the smallest change, and who could make it.

Each change comes with the class and the slot as they would then be, so that the same gates can be asked again. What a
school, a company or an association could not reasonably change (level, age, access, the calendar) has none.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

import msgspec

from contracts.errors import Wording
from contracts.matchmaker.class_requests import LONGEST_TRAVEL_MINUTES
from contracts.matchmaker.explanations import Change, ChangeCode, Gate, GateCode
from contracts.reference.school_hours import hours_of
from services.matchmaker.matching.checks import adults_needed, places_needed_of, pupils_at_most
from services.matchmaker.matching.explaining import relaxing_words as said
from services.matchmaker.matching.inputs import Opening, Wish
from services.matchmaker.matching.masks import FORMATS, THEMES, WEEKDAYS
from services.matchmaker.matching.tables import places_free
from services.matchmaker.matching.travel import minutes_between

FactT = TypeVar("FactT", Wish, Opening)


class Relaxed(msgspec.Struct, frozen=True):
    """A change after which a pair would pass a gate, and the class and the slot as they would then be."""

    gate: GateCode
    change: Change
    wish: Wish
    opening: Opening


class _Remedy(msgspec.Struct, frozen=True):
    words: Wording
    wish: Wish
    opening: Opening
    code: ChangeCode = ChangeCode.LIMIT_RELAXED


def relaxations(wish: Wish, opening: Opening, gates: Iterable[Gate]) -> Iterator[Relaxed]:
    """Yield the smallest change for each failed gate of the pair that has one, in the order of the gates."""
    for gate in gates:
        if not gate.passed and (find := _REMEDIES.get(gate.code)) and (remedy := find(wish, opening)):
            yield Relaxed(gate.code, Change(code=remedy.code, words=remedy.words), remedy.wish, remedy.opening)


def _theme(wish: Wish, opening: Opening) -> _Remedy:
    shown = tuple(theme for theme in THEMES if theme in opening.themes)
    return _Remedy(said.theme(shown), _with(wish, themes=wish.themes | {shown[0]}), opening)


def _format(wish: Wish, opening: Opening) -> _Remedy:
    ways = tuple(way for way in FORMATS if way in opening.formats)
    return _Remedy(said.visit_format(ways), _with(wish, formats=wish.formats | {ways[0]}), opening)


def _date_window(wish: Wish, opening: Opening) -> _Remedy:
    if opening.day < wish.from_date:
        return _Remedy(said.begins(opening.day), _with(wish, from_date=opening.day), opening)
    return _Remedy(said.lasts(opening.day), _with(wish, until_date=opening.day), opening)


def _weekday(wish: Wish, opening: Opening) -> _Remedy | None:
    if opening.day.weekday() >= len(WEEKDAYS):
        return None
    weekday = WEEKDAYS[opening.day.weekday()]
    return _Remedy(said.weekday(weekday), _with(wish, weekdays=wish.weekdays | {weekday}), opening)


def _capacity(wish: Wish, opening: Opening) -> _Remedy:
    missing = places_needed_of(wish, opening) - places_free(opening)
    freed = (
        _with(opening, pupils_free=opening.pupils_free + missing)
        if opening.pooled
        else _with(opening, groups_free=opening.groups_free + missing)
    )
    return _Remedy(said.places(missing, in_pupils=opening.pooled), wish, freed, ChangeCode.PLACE_FREED)


def _reserved(wish: Wish, opening: Opening) -> _Remedy:
    return _Remedy(said.released(), wish, _with(opening, reserved=0))


def _group_max(wish: Wish, opening: Opening) -> _Remedy:
    most = pupils_at_most(opening)
    return _Remedy(said.fewer_pupils(most), _with(wish, pupils=most), opening)


def _group_min(wish: Wish, opening: Opening) -> _Remedy:
    return _Remedy(said.more_pupils(opening.pupils_min), _with(wish, pupils=opening.pupils_min), opening)


def _adults(wish: Wish, opening: Opening) -> _Remedy:
    needed = adults_needed(wish, opening)
    return _Remedy(said.adults(needed), _with(wish, adults=needed), opening)


def _travel(wish: Wish, opening: Opening) -> _Remedy | None:
    minutes = minutes_between(wish, opening)
    if minutes > LONGEST_TRAVEL_MINUTES:
        return None
    return _Remedy(said.travel(minutes), _with(wish, max_travel_minutes=minutes), opening)


def _school_hours(wish: Wish, opening: Opening) -> _Remedy | None:
    hours, minutes = hours_of(wish.level), minutes_between(wish, opening)
    earliest, latest = hours.begins + minutes, hours.ends - minutes
    length = opening.ends_minute - opening.starts_minute
    if earliest + length > latest:
        return None
    starts = min(max(opening.starts_minute, earliest), latest - length)
    moved = _with(opening, starts_minute=starts, ends_minute=starts + length)
    return _Remedy(said.hours(earliest, latest), wish, moved)


def _one_a_day(wish: Wish, opening: Opening) -> _Remedy:
    return _Remedy(said.day_free(opening.day), _with(wish, taken_dates=wish.taken_dates - {opening.day}), opening)


def _not_declined(wish: Wish, opening: Opening) -> _Remedy:
    asked = _with(
        wish,
        declined_slots=wish.declined_slots - {opening.slot_id},
        declined_offers=wish.declined_offers - {opening.offer_id},
    )
    return _Remedy(said.asked_again(), asked, opening)


def _mediation(wish: Wish, opening: Opening) -> _Remedy | None:
    if opening.needs_mediation:
        return None
    return _Remedy(said.without_mediation(), _with(wish, wants_mediation=False), opening)


def _with(fact: FactT, **changes: object) -> FactT:
    return msgspec.structs.replace(fact, **changes)


_REMEDIES: Final[dict[GateCode, Callable[[Wish, Opening], _Remedy | None]]] = {
    GateCode.THEME: _theme,
    GateCode.FORMAT: _format,
    GateCode.DATE_WINDOW: _date_window,
    GateCode.WEEKDAY: _weekday,
    GateCode.CAPACITY: _capacity,
    GateCode.RESERVED: _reserved,
    GateCode.GROUP_MAX: _group_max,
    GateCode.GROUP_MIN: _group_min,
    GateCode.ADULTS: _adults,
    GateCode.TRAVEL: _travel,
    GateCode.SCHOOL_HOURS: _school_hours,
    GateCode.ONE_A_DAY: _one_a_day,
    GateCode.NOT_DECLINED: _not_declined,
    GateCode.MEDIATION: _mediation,
}
