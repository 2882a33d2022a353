"""Slots: the dated openings of a visit offer."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts.fields import Groups, Pupils, Reason
from contracts.message import Command, Event, Input, Instant, Query, Resource


class NewSlot(Input, frozen=True, kw_only=True):
    """One dated opening: `groups` whole groups of at most `pupils_per_group` pupils each."""

    starts_at: Instant
    ends_at: Instant | None = None
    groups: Groups = 1
    pupils_per_group: Pupils | None = None
    external_id: Annotated[str, Meta(max_length=100)] = ""


class Slot(Resource, frozen=True, kw_only=True):
    """One dated opening of an offer; state as in `machines.SLOT`."""

    visit_offer_id: UUID
    company_id: UUID
    starts_at: Instant
    ends_at: Instant
    groups: int
    groups_taken: int = 0
    pupils_per_group: int
    external_id: str = ""
    state: str
    reason: str = ""

    @property
    def groups_left(self) -> int:
        """How many whole groups can still come."""
        return self.groups - self.groups_taken


class OpenSlot(Command[Slot], frozen=True, kw_only=True):
    """Open a slot on an offer. The end defaults to the offer's duration after the start."""

    visit_offer_id: UUID
    slot: NewSlot


class MoveSlot(Command[Slot], frozen=True, kw_only=True):
    """Close or cancel a slot (`machines.SLOT`); cancelling cancels its bookings with it."""

    slot_id: UUID
    action: str
    reason: Reason = ""


class GetSlot(Query[Slot], frozen=True, kw_only=True):
    """One slot."""

    slot_id: UUID


class SlotOpened(Event, frozen=True, kw_only=True):
    """A slot is open."""

    slot: Slot


class SlotClosed(Event, frozen=True, kw_only=True):
    """A slot takes no more groups, or was cancelled."""

    slot: Slot
