"""Slots: the dated openings of a visit offer."""

from datetime import date, time
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from contracts.errors import Wording
from contracts.fields import Groups, Pupils, Reason
from contracts.message import Command, Event, Input, Instant, Query, Resource
from contracts.vocabulary import Weekday


class NewSlot(Input, frozen=True, kw_only=True):
    """One dated opening: `groups` whole groups of at most `pupils_per_group` pupils each.

    On an offer that pools its places they are `groups` × `pupils_per_group` places for classes of any size.
    """

    starts_at: Instant
    ends_at: Instant | None = None
    groups: Groups = 1
    pupils_per_group: Pupils | None = None
    external_id: Annotated[str, Meta(max_length=100)] = ""


class SlotChange(Input, frozen=True, kw_only=True):
    """The fields of a slot to change; what is left out stays. Its day stays too while classes are booked."""

    starts_at: Instant | UnsetType = UNSET
    ends_at: Instant | UnsetType = UNSET
    groups: Groups | UnsetType = UNSET
    pupils_per_group: Pupils | UnsetType = UNSET


class NewSlots(Input, frozen=True, kw_only=True):
    """Several openings at once: all of them, or none."""

    slots: Annotated[tuple[NewSlot, ...], Meta(min_length=1, max_length=200)]


class Recurrence(Input, frozen=True, kw_only=True):
    """The same opening again and again: on these weekdays from a first to a last day, every so many weeks.

    Hours are those of Europe/Paris. Days on which schools are closed are skipped, and said.
    """

    from_date: date
    until_date: date
    weekdays: Annotated[tuple[Weekday, ...], Meta(min_length=1, max_length=5)]
    every_weeks: Annotated[int, Meta(ge=1, le=8)] = 1
    starts_at: time
    ends_at: time | None = None
    groups: Groups = 1
    pupils_per_group: Pupils | None = None


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
    pooled: bool = False
    pupils_taken: int = 0

    @property
    def groups_left(self) -> int:
        """How many whole groups can still come."""
        return self.groups - self.groups_taken

    @property
    def places(self) -> int:
        """How many pupils a slot holds that pools its places."""
        return self.groups * self.pupils_per_group

    @property
    def pupils_left(self) -> int:
        """How many pupils can still come where places are pooled."""
        return self.places - self.pupils_taken

    @property
    def is_taken(self) -> bool:
        """Whether nobody more can come."""
        return self.pupils_left <= 0 if self.pooled else self.groups_left <= 0


class OpenSlot(Command[Slot], frozen=True, kw_only=True):
    """Open a slot on an offer. The end defaults to the offer's duration after the start."""

    visit_offer_id: UUID
    slot: NewSlot


class SkippedDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day of a recurrence on which no slot was opened, and why."""

    day: date
    reason: Wording


class OpenedSlots(msgspec.Struct, frozen=True, kw_only=True):
    """The slots that were opened together, soonest first, and the days that were skipped."""

    slots: tuple[Slot, ...]
    skipped: tuple[SkippedDay, ...] = ()


class OpenSlots(Command[OpenedSlots], frozen=True, kw_only=True):
    """Open several slots on an offer: all of them, or none, with the reason of each that is wrong."""

    visit_offer_id: UUID
    slots: NewSlots


class OpenRecurringSlots(Command[OpenedSlots], frozen=True, kw_only=True):
    """Open a slot on every day of a recurrence that is a school day."""

    visit_offer_id: UUID
    recurrence: Recurrence


class PreviewSlots(Query[OpenedSlots], frozen=True, kw_only=True):
    """What a recurrence would open and skip, or what is wrong with it; opens nothing. The slots' ids are made up."""

    visit_offer_id: UUID
    recurrence: Recurrence


class ChangeSlot(Command[Slot], frozen=True, kw_only=True):
    """Change a slot; those who are booked on it are told."""

    slot_id: UUID
    change: SlotChange


class MoveSlot(Command[Slot], frozen=True, kw_only=True):
    """Close, reopen or cancel a slot (`machines.SLOT`); cancelling cancels its bookings with it."""

    slot_id: UUID
    action: str
    reason: Reason = ""


class GetSlot(Query[Slot], frozen=True, kw_only=True):
    """One slot."""

    slot_id: UUID


class SlotOpened(Event, frozen=True, kw_only=True):
    """A slot is open, for the first time or again."""

    slot: Slot


class SlotClosed(Event, frozen=True, kw_only=True):
    """A slot takes no more groups, or was cancelled."""

    slot: Slot


class SlotChanged(Event, frozen=True, kw_only=True):
    """A slot's hours or size changed; each of its live bookings follows with an event of its own."""

    slot: Slot


class SlotDone(Event, frozen=True, kw_only=True):
    """The slot's time is over."""

    slot: Slot
