"""What matching partnerships reads of how companies and associations dealt with earlier proposals."""

from datetime import datetime
from uuid import UUID

import msgspec

from services.work import Connection


class Dealings(msgspec.Struct, frozen=True):
    """How many proposals somebody answered and left unanswered, and when it was proposed something of late."""

    actor_id: UUID
    answered: int
    unanswered: int
    contacted_at: tuple[datetime, ...]


async def list_dealings(
    connection: Connection, counted_since: datetime, contacts_since: datetime
) -> tuple[Dealings, ...]:
    """How every company and association dealt with the proposals made since `counted_since`.

    What expired counts as unanswered for those who had not said yes; `contacted_at` begins with `contacts_since`.
    """
    rows = await connection.fetch(
        # What was made since then has also moved since then: the column spares reading older documents.
        "with made as (select company_id, association_id, state,"
        " (document ->> 'created_at')::timestamptz as made_at,"
        " coalesce(document -> 'answered_by', '[]'::jsonb) as answered_by"
        " from partnership_proposal where changed_at >= $1)"
        " select actor_id,"
        " count(*) filter (where answered_by ? kind or state = 'agreed') as answered,"
        " count(*) filter (where state = 'expired' and not answered_by ? kind) as unanswered,"
        " coalesce(array_agg(made_at order by made_at) filter (where made_at >= $2), '{}') as contacted_at"
        " from made cross join lateral"
        " (values (company_id, 'company'), (association_id, 'association')) as side (actor_id, kind)"
        " where made_at >= $1 group by actor_id order by actor_id",
        counted_since,
        contacts_since,
    )
    return tuple(
        Dealings(row["actor_id"], row["answered"], row["unanswered"], tuple(row["contacted_at"])) for row in rows
    )
