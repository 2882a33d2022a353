"""Which mediators can take part in which visit: a slot's side and a class's side, joined by bits.

A mediator is one capacity of an association. Whether it suits a slot (theme, day, territory) and
whether it suits a class (level, size of the group) are independent, so each side carries one bit per
mediator and a pair's mediators are the bits that both have. Who gets which mediator is the flow's choice.
"""

from collections.abc import Sequence
from datetime import date

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.reference import travel as reference
from contracts.vocabulary import Level, Weekday
from services.matchmaker.matching.arrays import Bools, Bytes, Floats, Ints, floats, ints
from services.matchmaker.matching.inputs import Mediation, Opening, Wish
from services.matchmaker.matching.masks import FORMATS, LEVELS, THEMES, WEEKDAYS, any_of
from services.matchmaker.matching.travel import straight_km


def suits_slot(capacity: Mediation, opening: Opening) -> bool:
    """Say whether the mediator can come to the slot: interventions, theme, format, period, weekday, day, territory."""
    return (
        capacity.interventions_left > 0
        and (not capacity.themes or not opening.themes or bool(capacity.themes & opening.themes))
        and (not capacity.formats or not opening.formats or bool(capacity.formats & opening.formats))
        and capacity.from_date <= opening.day <= capacity.until_date
        and weekday_suits(capacity.weekdays, opening.day)
        and opening.day not in capacity.taken_dates
        and covers(capacity, opening.latitude, opening.longitude, opening.department)
    )


def weekday_suits(weekdays: frozenset[Weekday], day: date) -> bool:
    """Say whether the day is one of the weekdays, or of the school week where none is named."""
    return day.weekday() < len(WEEKDAYS) and (not weekdays or WEEKDAYS[day.weekday()] in weekdays)


def suits_class(capacity: Mediation, level: Level, pupils: int) -> bool:
    """Say whether the mediator can take a class: its level, and its pupils in one group."""
    return (not capacity.levels or level in capacity.levels) and pupils <= capacity.group_size_max


def covers(capacity: Mediation, latitude: float, longitude: float, department: str) -> bool:
    """Say whether a place lies in the mediator's territory; a capacity that names no territory goes anywhere."""
    if capacity.radius_km is None:
        return not capacity.departments or department in capacity.departments
    distance = reference.straight_km(capacity.latitude, capacity.longitude, latitude, longitude)
    return department in capacity.departments or distance <= capacity.radius_km


def covers_places(capacity: Mediation, latitude: Floats, longitude: Floats, department: NDArray[np.str_]) -> Bools:
    """Say which of N places lie in the mediator's territory, (N,): `covers` over arrays."""
    if capacity.radius_km is None and not capacity.departments:
        return np.ones(department.size, np.bool_)
    covered = np.isin(department, sorted(capacity.departments))
    if capacity.radius_km is not None:
        covered |= straight_km(capacity.latitude, capacity.longitude, latitude, longitude) <= capacity.radius_km
    return covered


def bits_for_classes(wishes: Sequence[Wish], mediations: Sequence[Mediation]) -> Bytes:
    """Return, for C wishes, the bits of the A mediators that suit each class: (C, ceil(A / 8)) bytes."""
    levels = ints(any_of(capacity.levels, LEVELS) for capacity in mediations)
    largest = ints(capacity.group_size_max for capacity in mediations)
    seen: dict[tuple[str, int], Bytes] = {}
    rows = np.zeros((len(wishes), (len(mediations) + 7) // 8), np.uint8)
    for row, wish in enumerate(wishes):
        key = (wish.level, wish.pupils)
        if key not in seen:
            # `suits_class` over all mediators at once.
            seen[key] = np.packbits((levels >> LEVELS.index(wish.level) & 1 == 1) & (wish.pupils <= largest))
        rows[row] = seen[key]
    return rows


class SlotColumns(msgspec.Struct, frozen=True, eq=False):
    """What mediators ask of S slots, each column (S,)."""

    day: Ints
    weekday: Ints
    themes: Ints
    formats: Ints
    latitude: Floats
    longitude: Floats
    department: NDArray[np.str_]


def slot_columns(openings: Sequence[Opening]) -> SlotColumns:
    """Return the columns of these openings."""
    return SlotColumns(
        day=ints(opening.day.toordinal() for opening in openings),
        weekday=ints(1 << opening.day.weekday() for opening in openings),
        themes=ints(any_of(opening.themes, THEMES) for opening in openings),
        formats=ints(any_of(opening.formats, FORMATS) for opening in openings),
        latitude=floats(opening.latitude for opening in openings),
        longitude=floats(opening.longitude for opening in openings),
        department=np.array([opening.department for opening in openings], dtype=np.str_),
    )


def suits_slots(capacity: Mediation, slots: SlotColumns) -> Bools:
    """Say to which of S slots the mediator can come, (S,): `suits_slot` over arrays."""
    suits: Bools = (
        covers_places(capacity, slots.latitude, slots.longitude, slots.department)
        & (slots.day >= capacity.from_date.toordinal())
        & (slots.day <= capacity.until_date.toordinal())
        & (slots.weekday & any_of(capacity.weekdays, WEEKDAYS) != 0)
        & (slots.themes & any_of(capacity.themes, THEMES) != 0)
        & (slots.formats & any_of(capacity.formats, FORMATS) != 0)
        & ~np.isin(slots.day, [taken.toordinal() for taken in capacity.taken_dates])
        & (capacity.interventions_left > 0)
    )
    return suits


def suits_classes(capacity: Mediation, level: Ints, pupils: Ints) -> Bools:
    """Say which of C classes, by the places of their levels in `LEVELS`, the mediator can take: `suits_class`, (C,)."""
    suits: Bools = (any_of(capacity.levels, LEVELS) >> level & 1 == 1) & (pupils <= capacity.group_size_max)
    return suits


def bits_for_slots(openings: Sequence[Opening], mediations: Sequence[Mediation]) -> Bytes:
    """Return, for S openings, the bits of the A mediators that can come to each: (S, ceil(A / 8)) bytes."""
    columns = slot_columns(openings)
    suits: Bools = np.zeros((len(openings), len(mediations)), np.bool_)
    for column, capacity in enumerate(mediations):
        suits[:, column] = suits_slots(capacity, columns)
    return np.packbits(suits, axis=1)
