"""Schools belong to the matchmaker; companies keep what decides on a booking's first step."""

from contracts.matchmaker.schools import SchoolChanged, SchoolRegistered
from services.companies.schools.store import keep_school
from services.work import Work


async def keep(event: SchoolRegistered | SchoolChanged, work: Work) -> None:
    """Keep what a school says of itself."""
    await keep_school(work.connection, event.school)
