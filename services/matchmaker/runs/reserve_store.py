"""What keeping places for under-reached classes is reckoned from."""

from collections.abc import Collection
from uuid import UUID

from contracts.machines import LIVE_BOOKING_STATES
from contracts.matchmaker.schools import School
from contracts.message import decoder_of
from services.matchmaker.runs.reserving import PlannedSlot, Reserve, Taker
from services.work import Connection

_PLANNED = """
select id, visit_offer_id, starts_at,
    (document ->> 'groups')::int * case when (document ->> 'pooled')::bool then (document ->> 'pupils_per_group')::int
                                        else 1 end as places
from slot where visit_offer_id = any($1::uuid[]) and state <> 'cancelled'
"""

# A class that is larger than a group takes two of them.
_TAKERS = """
with taker as (
    select (document ->> 'slot_id')::uuid as slot_id, document ->> 'school_uai' as school_uai,
        (document ->> 'pupils')::int as pupils, (document ->> 'groups')::int as groups
    from booking where state = any($2) and (document ->> 'slot_id')::uuid = any(array(
        select id from slot where visit_offer_id = any($1::uuid[])))
    union all
    select slot_id, school_uai, (document ->> 'pupils')::int,
        case when (document ->> 'pupils')::int > (
            select (slot.document ->> 'pupils_per_group')::int from slot where slot.id = slot_id
        ) then 2 else 1 end
    from visit_proposal where state = 'accepted' and slot_id = any(array(
        select id from slot where visit_offer_id = any($1::uuid[])))
)
select taker.slot_id, school.document as school,
    case when (slot.document ->> 'pooled')::bool then taker.pupils else taker.groups end as places
from taker join slot on slot.id = taker.slot_id join school on school.uai = taker.school_uai
where slot.visit_offer_id = any($1::uuid[])
"""


async def load_reserve(connection: Connection, offers: Collection[UUID]) -> Reserve:
    """All slots of these offers but those that were cancelled, and the classes that hold places of them."""
    planned = await connection.fetch(_PLANNED, list(offers))
    takers = await connection.fetch(_TAKERS, list(offers), list(LIVE_BOOKING_STATES))
    decode = decoder_of(School).decode
    return Reserve(
        planned=tuple(PlannedSlot(*row) for row in planned),
        takers=tuple(Taker(row["slot_id"], decode(row["school"]), row["places"]) for row in takers),
    )
