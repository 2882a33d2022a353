"""Which places a policy keeps for under-reached classes. Pure.

A share of an offer's places is kept, counted over all its slots by date, so that a share of 0.2 keeps every fifth group
whatever the size of a slot. Slots that are over or full count on: as days pass, the same slots stay the kept ones.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Final
from uuid import UUID

import msgspec

from contracts.matchmaker.policies import PolicySettings
from contracts.matchmaker.schools import School
from services.matchmaker.matching.inputs import Opening
from services.matchmaker.runs.reach import Reasons

# Kept places are free early enough for others to be proposed them, and to answer, before the offer's lead time is over.
TIME_TO_ANSWER: Final = timedelta(days=7)


class PlannedSlot(msgspec.Struct, frozen=True):
    """A slot of an offer that is, or was, to take place: its groups, or its pupils where it pools places."""

    slot_id: UUID
    offer_id: UUID
    starts_at: datetime
    places: int


class Taker(msgspec.Struct, frozen=True):
    """A class that holds places of a slot by a live booking, or by a proposal that it accepted."""

    slot_id: UUID
    school: School
    places: int


class Reserve(msgspec.Struct, frozen=True):
    """What keeping places is reckoned from."""

    planned: tuple[PlannedSlot, ...] = ()
    takers: tuple[Taker, ...] = ()


def with_reserved(
    openings: Iterable[Opening],
    reserve: Reserve,
    reasons: Mapping[str, Reasons],
    settings: PolicySettings,
    today: date,
) -> tuple[Opening, ...]:
    """The openings with the places that only under-reached classes may take on `today`.

    `reasons` tells why the takers' schools are under-reached (`reach.reasons_by_school`).
    """
    kept = kept_places(reserve.planned, settings.reserved_share)
    held: Counter[UUID] = Counter()
    for taker in reserve.takers:
        if reasons[taker.school.uai]:
            held[taker.slot_id] += taker.places
    return tuple(
        msgspec.structs.replace(opening, reserved=left)
        if not is_released(opening, settings.reserved_until_days, today)
        and (left := min(kept.get(opening.slot_id, 0) - held[opening.slot_id], _free(opening))) > 0
        else opening
        for opening in openings
    )


def kept_places(planned: Iterable[PlannedSlot], share: float) -> dict[UUID, int]:
    """How many places of each slot are kept: so many that up to each slot's date they are the offer's share, rounded.

    Half a place is kept.
    """
    # As it was written: 0.29 of 100 places are 29, not 28.999….
    exact = Fraction(str(share))
    by_offer: dict[UUID, list[PlannedSlot]] = defaultdict(list)
    for slot in planned:
        by_offer[slot.offer_id].append(slot)
    kept: dict[UUID, int] = {}
    for slots in by_offer.values():
        places = kept_so_far = 0
        for slot in sorted(slots, key=lambda slot: (slot.starts_at, slot.slot_id)):
            places += slot.places
            due = floor(exact * places + Fraction(1, 2))
            kept[slot.slot_id] = due - kept_so_far
            kept_so_far = due
    return kept


def is_released(opening: Opening, until_days: int, today: date) -> bool:
    """Whether all may take what was kept: some days before the visit, in time for its lead time in any case."""
    before = max(timedelta(days=until_days), timedelta(days=opening.lead_time_days) + TIME_TO_ANSWER)
    return today >= opening.day - before


def _free(opening: Opening) -> int:
    return opening.pupils_free if opening.pooled else opening.groups_free
