"""A month as a calendar shows it: the school week's days, what lies on them, and why schools are closed."""

from datetime import UTC, date, datetime

import pytest

from services.gateway.web.months import bounds, month_of, read_month, write_month

TODAY = date(2026, 11, 26)


def dates(month):
    return [day.date for week in month.weeks for day in week]


def empty(first):
    return month_of(first, (), lambda day: day, TODAY)


@pytest.mark.parametrize(
    ("first", "begins", "ends", "weeks"),
    [
        (date(2026, 11, 1), date(2026, 11, 2), date(2026, 12, 4), 5),  # begins on a Sunday
        (date(2026, 12, 1), date(2026, 11, 30), date(2027, 1, 1), 5),
        (date(2027, 2, 1), date(2027, 2, 1), date(2027, 2, 26), 4),  # four whole weeks
        (date(2027, 5, 1), date(2027, 5, 3), date(2027, 6, 4), 5),  # begins on a Saturday
    ],
)
def test_a_month_has_each_of_its_school_weeks_whole(first, begins, ends, weeks):
    """No week lies outside it altogether."""
    shown = dates(empty(first))

    assert (shown[0], shown[-1], len(shown)) == (begins, ends, weeks * 5)
    assert all(day.weekday() < 5 for day in shown)


def test_things_lie_on_their_days_in_the_order_in_which_they_come():
    """Only on days of the month."""
    days = {"outside": date(2026, 11, 30), "nine": date(2026, 12, 3), "ten": date(2026, 12, 3)}

    month = month_of(date(2026, 12, 1), days, days.__getitem__, TODAY)

    filled = {day.date: day.things for week in month.weeks for day in week if day.things}
    assert filled == {date(2026, 12, 3): ("nine", "ten")}
    assert not month.is_empty
    assert empty(date(2026, 12, 1)).is_empty


def test_days_say_what_they_are():
    """Outside of the month, closed, with nothing, today."""
    looks = {day.date: day for week in empty(date(2026, 12, 1)).weeks for day in week}

    assert looks[date(2026, 11, 30)].look == "outside nothing"
    assert looks[date(2026, 12, 1)].look == "nothing"
    assert looks[date(2026, 12, 25)].look == "closed nothing"
    assert looks[date(2026, 12, 25)].closed.fr
    assert [day.date for week in empty(date(2026, 11, 1)).weeks for day in week if day.today] == [TODAY]


@pytest.mark.parametrize("text", ["", "2026-13", "novembre", "1999-01", "9999-12", "2026-11-02"])
def test_an_address_that_names_no_month_shows_this_one(text):
    """Whatever stands in it."""
    assert read_month(text, TODAY) == date(2026, 11, 1)


def test_an_address_names_a_month():
    """As it is written by the page itself."""
    assert read_month("2027-03", TODAY) == date(2027, 3, 1)
    assert write_month(date(2027, 3, 1)) == "2027-03"


def test_a_month_ends_where_the_next_begins_over_the_change_of_clocks():
    """In October the region leaves summer time."""
    begins, ends = bounds(date(2026, 10, 1))

    assert (begins, ends) == (datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC))


def test_the_calendar_ends_where_nobody_knows_the_holidays():
    """There is no way on from there."""
    assert (empty(date(2024, 9, 1)).before, empty(date(2024, 9, 1)).after) == (None, date(2024, 10, 1))
    assert (empty(date(2028, 8, 1)).before, empty(date(2028, 8, 1)).after) == (date(2028, 7, 1), None)
    assert all(day.closed is None for day in empty(date(2028, 8, 1)).weeks[-1] if day.date.month == 9)
