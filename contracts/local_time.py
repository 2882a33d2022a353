"""Which day and hour it is where the visits take place: the wire is in UTC, deadlines are days in Europe/Paris."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def local(instant: datetime) -> datetime:
    """An instant as the clocks of Occitanie show it."""
    return instant.astimezone(PARIS)


@lru_cache(maxsize=10_000)
def local_day(instant: datetime) -> date:
    """The day that an instant belongs to in Occitanie."""
    return local(instant).date()


@lru_cache(maxsize=1_000)
def start_of_day(day: date) -> datetime:
    """The instant, in UTC, at which a day begins in Occitanie."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)
