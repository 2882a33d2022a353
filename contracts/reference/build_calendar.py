"""Makes `data/calendar.json` from the packages that carry the official calendars; run by `make reference`.

Not imported at run time: its packages are in requirements/reference.in only.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import version

import holidays
import msgspec
from vacances_scolaires_france import SchoolHolidayDates

from contracts.reference.calendar import COVERS, CalendarFile, ClosedSpan

ZONE = "C"

ENGLISH = {
    "Vacances de la Toussaint": "autumn holidays",
    "Vacances de Noël": "Christmas holidays",
    "Vacances d'hiver": "winter holidays",
    "Vacances de printemps": "spring holidays",
    "Pont de l'Ascension": "Ascension bridge",
    "Vacances d'été": "summer holidays",
}

# The package misses these bridges, in which all three zones had no class (Friday and Saturday after Ascension).
MISSING_BRIDGES = (
    (date(2025, 5, 30), date(2025, 5, 31)),
    (date(2026, 5, 15), date(2026, 5, 16)),
)


def calendar() -> bytes:
    """The data file's bytes, one span a line; raises SystemExit where the sources now reach another day than COVERS."""
    file = CalendarFile(
        sources=(
            f"vacances-scolaires-france {version('vacances-scolaires-france')}",
            f"holidays {version('holidays')}",
            "Ascension bridges of 2025 and 2026: ministry's school calendar",
        ),
        public_holidays=tuple(_public_holidays()),
        school_holidays=tuple(sorted(_school_holidays(), key=lambda span: span.first)),
    )
    return (
        msgspec.json.format(msgspec.json.encode(file), indent=1).replace(b"\n   ", b"").replace(b"\n  ]", b"]") + b"\n"
    )


def _public_holidays() -> Iterator[ClosedSpan]:
    years = range(COVERS.first.year, COVERS.last.year + 1)
    french, english = (holidays.France(years=years, language=language) for language in ("fr", "en_US"))
    for day in sorted(french):
        if COVERS.first <= day <= COVERS.last:
            yield ClosedSpan(day, day, english[day], french[day])


def _school_holidays() -> Iterator[ClosedSpan]:
    source = SchoolHolidayDates()
    if max(source.data) != COVERS.last:
        raise SystemExit(f"The school calendar reaches {max(source.data)}: set COVERS in calendar.py to that day.")
    for first, last in MISSING_BRIDGES:
        yield ClosedSpan(first, last, ENGLISH["Pont de l'Ascension"], "Pont de l'Ascension")
    days = (
        (day, row["nom_vacances"])
        for day, row in sorted(source.data.items())
        if COVERS.first <= day and source.is_holiday_for_zone(day, ZONE)
    )
    first, name = next(days)
    last = first
    for day, next_name in days:
        if (day, next_name) != (last + timedelta(days=1), name):
            yield ClosedSpan(first, last, ENGLISH[name], name)
            first, name = day, next_name
        last = day
    yield ClosedSpan(first, last, ENGLISH[name], name)
