"""Bookings: one class on one slot, and the answers of both sides."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts.companies.slots import Slot
from contracts.fields import Pupils, Reason
from contracts.message import Command, Event, Input, Instant, Query, Resource
from contracts.vocabulary import Level


class DeclineReason(StrEnum):
    """Why a company declines a booking."""

    STAFF_AWAY = "staff_away"
    SITE_CLOSED = "site_closed"
    GROUP_DOES_NOT_FIT = "group_does_not_fit"
    SAFETY = "safety"
    OTHER = "other"


class ClassNeeds(Input, frozen=True, kw_only=True):
    """How many pupils of the class need which access; counts only, nobody is named."""

    motor: Annotated[int, Meta(ge=0, le=40)] = 0
    visual: Annotated[int, Meta(ge=0, le=40)] = 0
    hearing: Annotated[int, Meta(ge=0, le=40)] = 0
    mental: Annotated[int, Meta(ge=0, le=40)] = 0


class NewBooking(Input, frozen=True, kw_only=True):
    """One class that wants to come. `school_uai` is needed only from a coordinator's key."""

    level: Level
    pupils: Pupils
    adults: Annotated[int, Meta(ge=0, le=50)]
    school_uai: str = ""
    class_name: Annotated[str, Meta(max_length=60, description="The class, such as 3e B; never a pupil.")] = ""
    girls: Annotated[int, Meta(ge=0, le=200)] | None = None
    needs: ClassNeeds = ClassNeeds()
    class_request_id: UUID | None = None


class Booking(Resource, frozen=True, kw_only=True):
    """One class on one slot; state as in `machines.BOOKING`.

    `impossible` is the state of an accepted proposal whose place went before it could be booked.
    """

    slot_id: UUID
    visit_offer_id: UUID
    company_id: UUID
    school_uai: str
    level: Level
    pupils: int
    adults: int
    class_name: str = ""
    girls: int | None = None
    needs: ClassNeeds = ClassNeeds()
    class_request_id: UUID | None = None
    proposal_id: UUID | None = None
    association_id: UUID | None = None
    starts_at: Instant
    ends_at: Instant
    state: str
    reason: str = ""
    ended_by: str = ""
    created_at: Instant
    changed_at: Instant


class BookSlot(Command[Booking], frozen=True, kw_only=True):
    """Book one group of a slot for one class."""

    slot_id: UUID
    booking: NewBooking


class MoveBooking(Command[Booking], frozen=True, kw_only=True):
    """Confirm, decline or cancel a booking (`machines.BOOKING`)."""

    booking_id: UUID
    action: str
    reason: Reason = ""


class GetBooking(Query[Booking], frozen=True, kw_only=True):
    """One booking."""

    booking_id: UUID


class BookingRequested(Event, frozen=True, kw_only=True):
    """A class holds a group of a slot and waits for the company."""

    booking: Booking
    slot: Slot


class BookingConfirmed(Event, frozen=True, kw_only=True):
    """The company said yes, or its offer confirms at once: the visit will take place."""

    booking: Booking
    slot: Slot


class BookingDeclined(Event, frozen=True, kw_only=True):
    """The company said no; the group is free again."""

    booking: Booking
    slot: Slot


class BookingCancelled(Event, frozen=True, kw_only=True):
    """School or company cancelled, or the slot was cancelled; the group is free again."""

    booking: Booking
    slot: Slot


class BookingImpossible(Event, frozen=True, kw_only=True):
    """An accepted proposal could not be booked; `booking.reason` says why."""

    booking: Booking
    slot: Slot
