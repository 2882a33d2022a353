"""Which days a class can travel and an office can answer: school holidays of zone C and French public holidays.

The academies of Toulouse and Montpellier are both in zone C, so that one calendar serves all of Occitanie. A school's
own closed days (a rector may move some) are not known here. The days themselves are in `data/calendar.json`, made by
`build_calendar.py`; they are read at the first question.
"""

from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

_FILE = Path(__file__).with_name("data") / "calendar.json"
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class Span(NamedTuple):
    """From a first day to a last one, both included."""

    first: date
    last: date


# As far as the published calendars go; `build_calendar.py` complains where they have come to reach farther.
COVERS = Span(date(2024, 9, 1), date(2028, 8, 31))


class OutsideCalendar(LookupError):
    """The calendar does not know the day; nobody may guess whether schools are open then."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} lies outside the school calendar: choose a day from {COVERS.first} to {COVERS.last}.")
        self.day = day
        self.fr = f"Le {day} est hors du calendrier scolaire : choisissez un jour du {COVERS.first} au {COVERS.last}."


class ClosedKind(StrEnum):
    """Why schools are closed."""

    PUBLIC_HOLIDAY = "public_holiday"
    SCHOOL_HOLIDAY = "school_holiday"
    WEEKEND = "weekend"


class ClosedDay(msgspec.Struct, frozen=True):
    """Why a day is no school day, in both languages."""

    kind: ClosedKind
    en: str
    fr: str


class ClosedSpan(msgspec.Struct, frozen=True, array_like=True):
    """A row of the data file: the days from first to last, both included, and their name."""

    first: date
    last: date
    en: str
    fr: str


class CalendarFile(msgspec.Struct, frozen=True, kw_only=True):
    """What `data/calendar.json` holds."""

    sources: tuple[str, ...]
    public_holidays: tuple[ClosedSpan, ...]
    school_holidays: tuple[ClosedSpan, ...]


_WEEKEND = ClosedDay(ClosedKind.WEEKEND, "weekend", "week-end")


def is_school_day(day: date) -> bool:
    """Whether classes meet that day; Wednesdays count, though many schools close at noon. Raises OutsideCalendar."""
    return why_not_school_day(day) is None


def why_not_school_day(day: date) -> ClosedDay | None:
    """The reason why schools are closed that day, None where they are open; raises OutsideCalendar.

    The most telling reason wins: public holiday, then school holiday, then weekend.
    """
    if not COVERS.first <= day <= COVERS.last:
        raise OutsideCalendar(day)
    return _closed_days().get(day) or (_WEEKEND if day.weekday() >= _SATURDAY else None)


def is_working_day(day: date) -> bool:
    """Whether offices work: Monday to Friday but no public holiday, school holidays too. Raises OutsideCalendar."""
    closed = why_not_school_day(day)
    return day.weekday() < _SATURDAY and (closed is None or closed.kind is not ClosedKind.PUBLIC_HOLIDAY)


@lru_cache(maxsize=1_000)
def add_working_days(day: date, count: int) -> date:
    """The count-th working day after a day, or before it where count is negative; the day itself for 0.

    Raises OutsideCalendar where the answer would lie there.
    """
    step = _ONE_DAY if count > 0 else -_ONE_DAY
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after start and up to end, so that `add_working_days(start, n)` is n away.

    Raises ValueError where end comes before start, OutsideCalendar.
    """
    if end < start:
        raise ValueError(f"{end} comes before {start}: give the earlier day first.")
    return sum(is_working_day(start + timedelta(days=days)) for days in range(1, (end - start).days + 1))


@cache
def _closed_days() -> dict[date, ClosedDay]:
    calendar = msgspec.json.decode(_FILE.read_bytes(), type=CalendarFile)
    spans = (
        (ClosedKind.SCHOOL_HOLIDAY, calendar.school_holidays),
        (ClosedKind.PUBLIC_HOLIDAY, calendar.public_holidays),  # last, so that its name wins inside a holiday
    )
    return {
        span.first + timedelta(days=days): ClosedDay(kind, span.en, span.fr)
        for kind, closed in spans
        for span in closed
        for days in range((span.last - span.first).days + 1)
    }
