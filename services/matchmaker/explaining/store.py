"""How a pair of a class request and a slot stands, and by what a region is known to be as it was."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

import msgspec

from contracts.companies.bookings import Booking
from contracts.machines import LIVE_BOOKING_STATES, OPEN_VISIT_PROPOSAL_STATES
from contracts.matchmaker.explanations import Explanation
from contracts.message import decoder_of
from services.work import Connection

_PROPOSAL = """
select state, explanation from visit_proposal
where class_request_id = $1 and slot_id = $2
order by id desc limit 1
"""
_BOOKING = """
select document from booking
where class_request_id = $1 and (document ->> 'slot_id')::uuid = $2
order by state = any($3) desc, id desc limit 1
"""

# Changes are noted together with what changed, but their ids say nothing of the order of commits: a sum misses none.
_REGION_STATE = """
select (select max(version) from policy) as policy_version, (select max(turn) from match_turn) as turn, *
from (select count(*) as changes, sum(id)::text as sum_of_ids from match_change) as noted
"""


class RegionState(NamedTuple):
    """What cannot stay the same where something that a match is told of changes."""

    day: date
    policy_version: int
    turn: int | None
    changes: int
    sum_of_ids: str | None


class Standing(msgspec.Struct, frozen=True):
    """The state of a pair's booking, or else of its proposal; and why it was proposed, while that holds.

    `booking` is there where the class holds places of the slot. No state: it was never proposed or booked.
    """

    state: str = ""
    booking: Booking | None = None
    explanation: Explanation | None = None


async def find_standing(connection: Connection, request_id: UUID, slot_id: UUID) -> Standing:
    """How the pair stands."""
    proposal = await connection.fetchrow(_PROPOSAL, request_id, slot_id)
    text = await connection.fetchval(_BOOKING, request_id, slot_id, list(LIVE_BOOKING_STATES))
    booking = decoder_of(Booking).decode(text) if text else None
    live = booking if booking is not None and booking.state in LIVE_BOOKING_STATES else None
    proposed = proposal["state"] if proposal else ""
    # What became a booking stands as that does.
    holds = proposed in OPEN_VISIT_PROPOSAL_STATES or (proposed == "booked" and live is not None)
    return Standing(
        state=live.state if live else proposed or (booking.state if booking else ""),
        booking=live,
        explanation=decoder_of(Explanation).decode(proposal["explanation"]) if proposal and holds else None,
    )


async def find_region_state(connection: Connection, today: date) -> RegionState:
    """By what the region of today is known, as far as this transaction sees."""
    (row,) = await connection.fetch(_REGION_STATE)
    return RegionState(today, **row)
