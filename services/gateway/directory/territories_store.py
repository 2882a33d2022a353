"""What is counted in each department: one statement over the directory."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from contracts.local_time import start_of_day
from services.gateway.directory.entries import soonest_first
from services.gateway.directory.territory_rules import Counts
from services.work import Connection

_LIST_TERRITORIES = Path(__file__).with_name("list_territories.sql").read_text(encoding="utf-8")


async def list_counts(
    connection: "Connection[Any]", departments: Iterable[str], since: date | None, until: date | None
) -> list[Counts]:
    """The counts of some departments, in their order, from a first to a last day in Occitanie."""
    begin = start_of_day(since) if since else None
    end = start_of_day(until + timedelta(days=1)) if until else None
    keys = (instant and soonest_first(instant) for instant in (begin, end))
    rows = await connection.fetch(_LIST_TERRITORIES, list(departments), begin, end, *keys)
    return [Counts(**row) for row in rows]
