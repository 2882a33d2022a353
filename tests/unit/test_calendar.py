"""Which days classes meet and offices work, checked against the law's dates and the ministry's calendar."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.reference.calendar import (
    COVERS,
    ClosedDay,
    ClosedKind,
    OutsideCalendar,
    add_working_days,
    is_school_day,
    is_working_day,
    why_not_school_day,
    working_days_between,
)

DAYS = st.dates(COVERS.first, COVERS.last)


def test_an_ordinary_monday_and_wednesday_are_school_days():
    """Wednesdays count too."""
    assert is_school_day(date(2026, 11, 23))
    assert is_school_day(date(2026, 11, 25))


@pytest.mark.parametrize(
    ("day", "kind", "en", "fr"),
    [
        (date(2026, 11, 28), ClosedKind.WEEKEND, "weekend", "week-end"),
        (date(2026, 11, 11), ClosedKind.PUBLIC_HOLIDAY, "Armistice Day", "Armistice"),
        (date(2027, 2, 10), ClosedKind.SCHOOL_HOLIDAY, "winter holidays", "Vacances d'hiver"),
        (date(2026, 12, 25), ClosedKind.PUBLIC_HOLIDAY, "Christmas Day", "Noël"),
        (date(2027, 1, 2), ClosedKind.SCHOOL_HOLIDAY, "Christmas holidays", "Vacances de Noël"),
        (date(2027, 5, 7), ClosedKind.SCHOOL_HOLIDAY, "Ascension bridge", "Pont de l'Ascension"),
    ],
)
def test_a_closed_day_says_why(day: date, kind: ClosedKind, en: str, fr: str):
    """The most telling reason: public holiday before school holiday before weekend."""
    assert why_not_school_day(day) == ClosedDay(kind, en, fr)
    assert not is_school_day(day)


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_no_class_meets_on_the_bridge_of_ascension(year: int):
    """The Friday after Ascension is free every year, also where the package forgot it."""
    ascension = {2025: date(2025, 5, 29), 2026: date(2026, 5, 14), 2027: date(2027, 5, 6), 2028: date(2028, 5, 25)}[
        year
    ]

    assert not is_school_day(ascension)
    assert not is_school_day(ascension + timedelta(days=1))


@pytest.mark.parametrize("school_year", [2024, 2025, 2026, 2027])
def test_a_school_year_has_36_weeks(school_year: int):
    """The education code (L. 521-1) asks for at least 36 weeks of class."""
    first, last = date(school_year, 9, 1), date(school_year + 1, 8, 31)
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))

    weeks = {day.isocalendar()[:2] for day in days if is_school_day(day)}

    assert 36 <= len(weeks) <= 38


@pytest.mark.parametrize("day", [date(2024, 8, 31), date(2028, 9, 1), date(1, 1, 1), date(9999, 12, 31)])
@pytest.mark.parametrize("question", [is_school_day, why_not_school_day, is_working_day])
def test_a_day_outside_the_calendar_is_not_guessed(question: Callable[[date], object], day: date):
    """The error names the days that are known, in both languages."""
    with pytest.raises(OutsideCalendar, match="2024-09-01 to 2028-08-31") as outside:
        question(day)

    assert outside.value.day == day
    assert "2028-08-31" in outside.value.fr


def test_the_first_and_last_days_are_known():
    """Both ends belong to the calendar."""
    assert not is_school_day(COVERS.first)
    assert not is_school_day(COVERS.last)


def test_offices_work_in_school_holidays_but_not_on_public_ones():
    """Deadlines of companies and heads of school run on working days."""
    assert is_working_day(date(2027, 2, 10))
    assert not is_working_day(date(2026, 11, 11))
    assert not is_working_day(date(2026, 11, 28))


def test_ten_working_days_skip_weekends_and_armistice():
    """From Monday 2 November 2026, with the 11th free."""
    assert add_working_days(date(2026, 11, 2), 10) == date(2026, 11, 17)
    assert add_working_days(date(2026, 11, 17), -10) == date(2026, 11, 2)
    assert add_working_days(date(2026, 11, 28), 0) == date(2026, 11, 28)
    assert add_working_days(date(2026, 11, 28), 1) == date(2026, 11, 30)


@given(DAYS, st.integers(0, 60))
def test_counting_and_adding_working_days_agree(start: date, count: int):
    """The n-th working day after a day is n working days away, and a working day."""
    assume(start <= COVERS.last - timedelta(days=120))

    end = add_working_days(start, count)

    assert working_days_between(start, end) == count
    assert count == 0 or is_working_day(end)


@given(DAYS)
def test_a_school_day_is_a_working_day(day: date):
    """Schools never meet while offices are closed."""
    assert not is_school_day(day) or is_working_day(day)


def test_working_days_want_the_earlier_day_first():
    """A swapped pair is a mistake, not a negative number."""
    with pytest.raises(ValueError, match="earlier day first"):
        working_days_between(date(2026, 11, 3), date(2026, 11, 2))


def test_working_days_do_not_run_out_of_the_calendar():
    """A deadline that nobody can know raises."""
    with pytest.raises(OutsideCalendar):
        add_working_days(COVERS.last, 1)


def test_the_calendar_agrees_with_the_collected_one(real_data: Callable[[str], Path]):
    """Day by day, except the bridge of 2025, which the collected file misses."""
    expected = {}
    with real_data("calendrier_zone_c.csv").open(encoding="utf-8", newline="") as file:
        for row in sorted(csv.DictReader(file), key=lambda row: row["type"], reverse=True):
            first, last = date.fromisoformat(row["debut"]), date.fromisoformat(row["fin"])
            expected |= {first + timedelta(days=days): row["nom"] for days in range((last - first).days + 1)}

    every_day = (COVERS.first + timedelta(days=days) for days in range((COVERS.last - COVERS.first).days + 1))
    known = {day: closed.fr for day in every_day if (closed := why_not_school_day(day)) and closed.kind != "weekend"}

    assert set(known) - set(expected) == {date(2025, 5, 30), date(2025, 5, 31)}
    assert {day: known[day] for day in expected} == expected
