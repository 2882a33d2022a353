"""How many interventions of each capacity are taken, as the directory knows them."""

from typing import Any
from uuid import UUID

from contracts.caller import party
from contracts.machines import LIVE_INTERVENTION_STATES
from contracts.vocabulary import OrganisationKind
from services.work import Connection

_TAKEN = """
select (document ->> 'capacity_id')::uuid as capacity_id, count(*) as taken
from entry
where kind = 'intervention' and parties @> array[$1::text] and state = any($2::text[])
group by 1
"""


async def count_taken(connection: "Connection[Any]", association_id: UUID) -> dict[UUID, int]:
    """An association's interventions that are asked for, promised or done, by the capacity that they take from."""
    mine = party(OrganisationKind.ASSOCIATION, association_id)
    rows = await connection.fetch(_TAKEN, mine, sorted(LIVE_INTERVENTION_STATES))
    return {row["capacity_id"]: row["taken"] for row in rows}
