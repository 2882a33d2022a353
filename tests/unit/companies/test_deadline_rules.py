"""Until when each side has to answer, and when the system looks again."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.local_time import local, local_day
from contracts.reference.calendar import COVERS, is_working_day
from services.companies.bookings.deadline_rules import answer_by, due_at, end_of_day, is_late
from tests.component.companies.given import NOW, TODAY, VISIT_DAY, a_booking, at

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
STARTS_AT = at(VISIT_DAY, 9)
LAST_DAY = date(2026, 12, 8)
WAITING = ("requested", "approved", "offered")


def deadline(state, now=NOW, starts_at=STARTS_AT, last_day=LAST_DAY):
    """The last day on which an answer counts."""
    instant = answer_by(state, starts_at, last_day, now)
    return None if instant is None else local_day(instant) - DAY


@pytest.mark.parametrize(
    ("state", "day"),
    [
        # Ten working days from Tuesday 24 November, as the lead time ends; five; three.
        ("requested", date(2026, 12, 8)),
        ("approved", date(2026, 12, 1)),
        ("offered", date(2026, 11, 27)),
        ("confirmed", None),
        ("waitlisted", None),
        ("completed", None),
    ],
)
def test_each_side_has_its_working_days(state, day):
    """Weekends do not count; where nobody has to act there is no deadline."""
    assert deadline(state) == day


def test_a_public_holiday_does_not_count():
    """Three days from Wednesday 5 May 2027 go over Ascension and a weekend."""
    assert deadline("offered", now=at(date(2027, 5, 5), 12), last_day=date(2027, 6, 1)) == date(2027, 5, 11)


@pytest.mark.parametrize(
    ("state", "now", "day"),
    [
        # The lead time ends first for the head and the class, the visit for the company.
        ("requested", at(date(2026, 12, 4), 9), LAST_DAY),
        ("offered", at(date(2026, 12, 7), 9), LAST_DAY),
        ("approved", at(date(2026, 12, 11), 9), VISIT_DAY - DAY),
        # A yes that was long on its way is answered on the same day.
        ("requested", at(date(2026, 12, 10), 9), date(2026, 12, 10)),
        ("approved", at(VISIT_DAY, 7), VISIT_DAY),
    ],
)
def test_no_answer_is_waited_for_beyond_what_it_is_for(state, now, day):
    """The end of the lead time, or the day before the visit."""
    assert deadline(state, now) == day


def test_where_the_calendar_ends_the_limit_stands():
    """Nobody may guess which days offices work then."""
    now = datetime.combine(COVERS.last, time(9), UTC)
    last_day = COVERS.last + 20 * DAY

    assert deadline("requested", now, at(COVERS.last + 30 * DAY, 9), last_day) == last_day


@given(
    state=st.sampled_from(WAITING),
    now=st.integers(0, 900 * 24 * 60).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + minutes * MINUTE),
    days_to_visit=st.integers(0, 200),
    lead_days=st.integers(7, 60),
)
def test_a_deadline_is_the_end_of_a_working_day_or_of_the_limit(state, now, days_to_visit, lead_days):
    """Never past the limit, but for today; at midnight in Occitanie, in summer and in winter."""
    today = local_day(now)
    visit_day = today + days_to_visit * DAY
    last_day = visit_day - lead_days * DAY
    limit = max(today, visit_day - DAY if state == "approved" else last_day)

    instant = answer_by(state, at(visit_day, 9), last_day, now)

    assert instant is not None
    assert local(instant).time() == time()
    day = local_day(instant) - DAY
    assert today <= day <= limit
    assert day == limit or is_working_day(day)
    assert instant > now


def test_the_system_looks_when_time_is_up():
    """At the answer's deadline; when no place can be offered any more; a week after a confirmed visit."""
    asked = a_booking(state="approved", answer_by=end_of_day(TODAY))

    assert due_at(asked, LAST_DAY) == end_of_day(TODAY)
    assert due_at(a_booking(state="waitlisted"), LAST_DAY) == end_of_day(LAST_DAY)
    assert due_at(a_booking(state="confirmed"), LAST_DAY) == end_of_day(VISIT_DAY + 7 * DAY)
    assert due_at(a_booking(state="cancelled"), LAST_DAY) is None


def test_a_cancellation_is_late_inside_fourteen_days():
    """To the second."""
    assert not is_late(STARTS_AT, STARTS_AT - 14 * DAY)
    assert is_late(STARTS_AT, STARTS_AT - 14 * DAY + timedelta(seconds=1))


def test_a_day_ends_at_midnight_in_occitanie():
    """One hour earlier in UTC in winter, two in summer; the clock's change does not move it."""
    assert end_of_day(date(2026, 12, 8)) == datetime(2026, 12, 8, 23, tzinfo=UTC)
    assert end_of_day(date(2026, 6, 8)) == datetime(2026, 6, 8, 22, tzinfo=UTC)
    assert end_of_day(date(2026, 10, 24)) == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert end_of_day(date(2026, 10, 25)) == datetime(2026, 10, 25, 23, tzinfo=UTC)
