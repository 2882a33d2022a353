"""A month as a calendar table shows it: the school week's days in rows, what lies on each, and why schools are closed.

Visits take place on school days alone, so that a week goes from Monday to Friday. Pure; today comes in as an argument.
The table itself is the macro `month_table` of shell/templates/months.html.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

import msgspec

from contracts.errors import Wording
from contracts.local_time import start_of_day
from contracts.reference.calendar import COVERS, why_not_school_day

ThingT = TypeVar("ThingT")

SCHOOL_WEEK = 5
_WRITTEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class Day(msgspec.Struct, Generic[ThingT], frozen=True):
    """One day of the table: whether it is of the month, why schools are closed (None: they are open), what it has."""

    date: date
    inside: bool
    closed: Wording | None
    things: tuple[ThingT, ...]
    today: bool

    @property
    def look(self) -> str:
        """The classes of its cell (static/README.md)."""
        looks = {"outside": not self.inside, "closed": self.closed is not None, "nothing": not self.things}
        return " ".join(name for name, wanted in looks.items() if wanted)


class Month(msgspec.Struct, Generic[ThingT], frozen=True):
    """A month's weeks, and the months beside it, None where the school calendar does not reach that far."""

    first: date
    weeks: tuple[tuple[Day[ThingT], ...], ...]
    before: date | None
    after: date | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies on any of its days."""
        return not any(day.things for week in self.weeks for day in week)

    @property
    def weekdays(self) -> tuple[date, ...]:
        """A Monday to a Friday, for the table's head."""
        return tuple(day.date for day in self.weeks[0])


def read_month(text: str, today: date) -> date:
    """The first day of the month that an address names (`2026-11`), of today's where it names none that is known."""
    written = _WRITTEN.fullmatch(text)
    named = date(int(written[1]), int(written[2]), 1) if written else None
    return named if named and _is_known(named) else today.replace(day=1)


def write_month(first: date) -> str:
    """`2026-11`, as addresses name a month."""
    return f"{first:%Y-%m}"


def bounds(first: date) -> tuple[datetime, datetime]:
    """When a month begins and when the next one does, in UTC."""
    return start_of_day(first), start_of_day(_next(first))


def month_of(first: date, things: Iterable[ThingT], day_of: Callable[[ThingT], date], today: date) -> Month[ThingT]:
    """The month that begins on `first`, with the things that lie in it, in the order in which they come."""
    by_day: dict[date, list[ThingT]] = {}
    for thing in things:
        by_day.setdefault(day_of(thing), []).append(thing)
    monday = first - timedelta(days=first.weekday())
    # A month that begins on a weekend begins with the Monday after it.
    begins = monday if first.weekday() < SCHOOL_WEEK else monday + timedelta(weeks=1)
    after = _next(first)
    weeks = []
    while begins < after:
        dates = [begins + timedelta(days=passed) for passed in range(SCHOOL_WEEK)]
        weeks.append(tuple(_day(one, first, by_day, today) for one in dates))
        begins += timedelta(weeks=1)
    before = (first - timedelta(days=1)).replace(day=1)
    return Month(
        first=first,
        weeks=tuple(weeks),
        before=before if _is_known(before) else None,
        after=after if _is_known(after) else None,
    )


def _day(day: date, first: date, by_day: dict[date, list[ThingT]], today: date) -> Day[ThingT]:
    inside = day.month == first.month
    return Day(
        date=day,
        inside=inside,
        closed=closed_on(day),
        things=tuple(by_day.get(day, ())) if inside else (),
        today=day == today,
    )


def closed_on(day: date) -> Wording | None:
    """Why schools are closed that day; None where they are open, or where nobody knows yet."""
    if not COVERS.first <= day <= COVERS.last:
        return None
    reason = why_not_school_day(day)
    return Wording(reason.en, reason.fr) if reason else None


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _is_known(first: date) -> bool:
    return COVERS.first <= first <= COVERS.last
