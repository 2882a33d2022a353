"""Bookings as their list shows them: parted by what the reader has to do with them."""

from datetime import datetime

import asyncpg
from msgspec.structs import asdict

from contracts.caller import Caller
from contracts.companies.bookings import Booking
from services.gateway.api.presenting import present
from services.gateway.directory.entries import soonest_first
from services.gateway.directory.store import Filters, list_entries
from services.gateway.web.bookings.standing_rules import Group, Search, group_of, searches

# A part shows this many; the whole part has a page of its own.
PART = 10


async def find_parts(
    pool: "asyncpg.Pool[asyncpg.Record]", caller: Caller, now: datetime, parts: tuple[Group, ...], most: int = PART
) -> dict[Group, list[Booking]]:
    """The first bookings of each part; one more than `most` says that there are more."""
    found: dict[Group, list[Booking]] = {}
    async with pool.acquire() as connection:
        for part in parts:
            listed = [
                present(booking, caller)
                for search in searches(part, caller.role, now)
                for _, booking in await list_entries(connection, Booking, caller, filters_of(search), None, most + 1)
            ]
            found[part] = [one for one in listed if group_of(one, caller.role, now) is part][: most + 1]
    return found


def filters_of(search: Search) -> Filters:
    """A search as the directory takes it."""
    told = asdict(search)
    for edge in ("since", "before"):
        told[edge] = soonest_first(told[edge]) if told[edge] else None
    return Filters(**told)
