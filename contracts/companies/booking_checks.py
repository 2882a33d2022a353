"""Before a class comes: whether it can, what stands against it, what it must bring and by when."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.companies.bookings import NewBooking
from contracts.errors import FieldError, Wording
from contracts.message import Page, Query


class ChecklistKind(StrEnum):
    """What a line of the checklist is about."""

    ADULTS = "adults"
    MINIMUM_AGE = "minimum_age"
    EQUIPMENT = "equipment"
    IDENTITY_LIST = "identity_list"
    ACCESS = "access"
    PHOTOS = "photos"
    SITE_CLASS = "site_class"
    MEETING_POINT = "meeting_point"
    TRANSPORT = "transport"
    PRICE = "price"
    PREPARATION = "preparation"
    HEAD_APPROVAL = "head_approval"


class ChecklistItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to bring, to do or to know. `due` is the last day for it, None where it is for the day itself.

    `mandatory` is false for what only informs.
    """

    kind: ChecklistKind
    words: Wording
    due: date | None = None
    mandatory: bool = True


class BookingCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a class could book a slot now. `conflict` is what lies in the slot, `fields` what lies in the class.

    `waiting_list` says whether it could wait for a place instead; `last_day` is the last day to book.
    """

    bookable: bool
    conflict: Wording | None = None
    fields: tuple[FieldError, ...] = ()
    waiting_list: bool = False
    last_day: date
    checklist: tuple[ChecklistItem, ...] = ()


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """What the school of a booking must bring and do, soonest first."""

    booking_id: UUID
    items: tuple[ChecklistItem, ...] = ()


class WaitingEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A class on the waiting list. Only its own school, the company and the Region read which booking it is."""

    position: int
    pupils: int
    groups: int
    booking_id: UUID | None = None
    times_passed_over: int = 0


class CheckBooking(Query[BookingCheck], frozen=True, kw_only=True):
    """Whether a class could book a slot, without booking it; the same rules as for `BookSlot`."""

    slot_id: UUID
    booking: NewBooking


class GetChecklist(Query[Checklist], frozen=True, kw_only=True):
    """What the school of a booking must bring and do, and by when."""

    booking_id: UUID


class ListWaiting(Query[Page[WaitingEntry]], frozen=True, kw_only=True):
    """The waiting list of a slot in its published order, the first to be offered a place first."""

    slot_id: UUID
