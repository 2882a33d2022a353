"""When a recurring job was to run last, which tells what was missed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.schedule import TIMEZONE, Job
from services.work import Work


async def tidy(_work: Work) -> None:
    """A job."""


@pytest.mark.parametrize(
    ("crontab", "now", "expected"),
    [
        ("* * * * *", "2027-03-15T09:30:20+00:00", "2027-03-15T09:30:00+00:00"),
        ("30 2 * * *", "2027-03-15T01:29:59+00:00", "2027-03-14T01:30:00+00:00"),
        ("30 2 * * *", "2027-03-15T01:30:00+00:00", "2027-03-15T01:30:00+00:00"),
        # In summer Paris is two hours ahead.
        ("30 2 * * *", "2027-07-15T12:00:00+00:00", "2027-07-15T00:30:00+00:00"),
        # 02:30 does not exist in the night of 28 March: it is half past three.
        ("30 2 * * *", "2027-03-28T12:00:00+00:00", "2027-03-28T01:30:00+00:00"),
        ("0 0 1 9 *", "2027-03-15T00:00:00+00:00", "2026-08-31T22:00:00+00:00"),
        ("0 0 29 2 *", "2027-03-15T00:00:00+00:00", "2024-02-28T23:00:00+00:00"),
        ("0 0 30 2 *", "2027-03-15T00:00:00+00:00", None),
    ],
)
def test_last_slot(crontab: str, now: str, expected: str | None) -> None:
    """The last slot at or before now, by the clock of Paris."""
    found = Job(crontab, tidy).last_slot(datetime.fromisoformat(now))

    assert found == (datetime.fromisoformat(expected) if expected else None)


@settings(max_examples=60, deadline=None)
@given(
    crontab=st.sampled_from(["*/7 * * * *", "5 * * * *", "30 4 * * *", "0 6 * * mon", "15 12 1 * *"]),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_last_slot_is_one_and_none_lies_between(crontab: str, now: datetime) -> None:
    """It is a time at which the job fires, and the next such time is yet to come."""
    job = Job(crontab, tidy)

    slot = job.last_slot(now)

    assert slot is not None
    assert slot <= now
    assert job.trigger.get_next_fire_time(None, slot) == slot
    assert job.trigger.get_next_fire_time(None, slot + timedelta(seconds=1)) > now


def test_job_is_named_by_its_line_and_handler() -> None:
    """Two lines of one handler are two jobs."""
    assert Job("1 2 3 4 5", tidy).name == "1 2 3 4 5 tidy"
    assert TIMEZONE == "Europe/Paris"
