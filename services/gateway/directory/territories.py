"""The table of territories, read from the directory: what the Region sees of each department."""

from datetime import date
from typing import Any

from contracts.errors import Invalid
from contracts.gateway.territories import TerritoryRow
from contracts.reference.places import DEPARTMENTS
from services.gateway.directory.territories_store import list_counts
from services.gateway.directory.territory_rules import row_of
from services.work import Connection


async def territories(
    connection: "Connection[Any]", *, since: date | None, until: date | None
) -> tuple[TerritoryRow, ...]:
    """One row a department, also those with nothing, over the days of a span; raises Invalid naming `until`."""
    if since and until and until < since:
        raise Invalid.field(
            "until",
            "The last day comes before the first: exchange them, or leave one out.",
            "Le dernier jour précède le premier : inversez-les, ou omettez l’un des deux.",
        )
    counted = await list_counts(connection, DEPARTMENTS, since, until)
    return tuple(row_of(counts, DEPARTMENTS[counts.department].name) for counts in counted)
