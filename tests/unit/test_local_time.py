"""Days and hours in Occitanie."""

from datetime import UTC, date, datetime, timedelta

from contracts.local_time import local, local_day, start_of_day


def test_late_in_the_evening_it_is_already_tomorrow():
    """The day in Occitanie begins one or two hours before the day in UTC."""
    assert local_day(datetime(2026, 11, 24, 23, 30, tzinfo=UTC)) == date(2026, 11, 25)
    assert local_day(datetime(2026, 7, 1, 21, 59, tzinfo=UTC)) == date(2026, 7, 1)
    assert local(datetime(2026, 7, 1, 22, 0, tzinfo=UTC)).hour == 0


def test_the_day_on_which_the_clocks_change_has_25_hours():
    """The start of a day is told in UTC, summer time or not."""
    length = start_of_day(date(2026, 10, 26)) - start_of_day(date(2026, 10, 25))

    assert length == timedelta(hours=25)
    assert start_of_day(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, tzinfo=UTC)
