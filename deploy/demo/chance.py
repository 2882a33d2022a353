"""Seeded choices: the same seed and day give the same region, on every machine.

Each part of the region draws from a stream of its own, so that a change in one leaves the others as they were.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from contracts.reference.calendar import is_school_day

PARIS = ZoneInfo("Europe/Paris")
# Visits lie 3 to 14 weeks ahead.
FIRST_DAY, LAST_DAY = 21, 98


def stream(seed: int, part: str) -> Random:
    """The stream of one part of the region."""
    return Random(f"{seed} {part}")  # noqa: S311  nothing here is a secret


def school_days(today: date) -> list[date]:
    """The school days on which the region's visits may lie."""
    days = (today + timedelta(days=ahead) for ahead in range(FIRST_DAY, LAST_DAY + 1))
    return [day for day in days if is_school_day(day)]


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of day in Occitanie, in UTC."""
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)


def slug(name: str) -> str:
    """A name as part of an invented address: `Éoles du Lauragais` as `eoles-du-lauragais`."""
    bare = unicodedata.normalize("NFD", name.lower())
    plain = "".join(character for character in bare if not unicodedata.combining(character))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
