"""Bookings: one class on one slot, and the answers of both sides."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from contracts.companies.slots import Slot
from contracts.fields import Cents, Pupils, Reason
from contracts.message import Command, Event, Input, Instant, Query, Resource
from contracts.vocabulary import Level


class DeclineReason(StrEnum):
    """Why a company declines a booking."""

    STAFF_AWAY = "staff_away"
    SITE_CLOSED = "site_closed"
    GROUP_DOES_NOT_FIT = "group_does_not_fit"
    SAFETY = "safety"
    OTHER = "other"


class TransportMode(StrEnum):
    """How a class comes."""

    COACH = "coach"
    PUBLIC_TRANSPORT = "public_transport"
    ON_FOOT = "on_foot"
    OTHER = "other"


class WaitingFor(StrEnum):
    """Who has to act next on a booking."""

    HEAD = "head"
    COMPANY = "company"
    SCHOOL = "school"
    NOBODY = ""


class MediationState(StrEnum):
    """Where a visit that wants a mediator stands: the third party's part of the booking."""

    NONE = "none"
    # The matchmaker looks for an association.
    WANTED = "wanted"
    # An association was asked, and has not answered yet.
    ASKED = "asked"
    ACCEPTED = "accepted"
    # No association within reach can come; the visit takes place without one, or is moved.
    NOT_FOUND = "not_found"


class Absent(StrEnum):
    """Which side did not show up."""

    SCHOOL = "school"
    COMPANY = "company"


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
    transport: TransportMode | None = None
    transport_cost_cents: Cents | None = None


class Attendance(Input, frozen=True, kw_only=True):
    """Who really came: counts only."""

    pupils: Annotated[int, Meta(ge=1, le=400)]
    adults: Annotated[int, Meta(ge=0, le=100)]
    girls: Annotated[int, Meta(ge=0, le=400)] | None = None


class PassedOver(msgspec.Struct, frozen=True, kw_only=True):
    """A place came free and went to somebody farther down the list: when, and why not to this class."""

    at: Instant
    reason_en: str
    reason_fr: str


class Booking(Resource, frozen=True, kw_only=True):
    """One class on one slot; state as in `machines.BOOKING`.

    `impossible` is the state of an accepted proposal whose place went before it could be booked. `groups` is how many
    groups of the slot the class takes. `answer_by` is until when `waiting_for` has to act. `ready` is true once
    company, school and (where one is wanted) association have said yes. `late` marks a cancellation within 14 days of
    the visit.
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
    groups: int = 1
    transport: TransportMode | None = None
    transport_cost_cents: int | None = None
    waiting_for: WaitingFor = WaitingFor.NOBODY
    answer_by: Instant | None = None
    mediation: MediationState = MediationState.NONE
    ready: bool = False
    late: bool = False
    attendance: Attendance | None = None
    absent: Absent | None = None
    rescheduled_from: UUID | None = None
    rescheduled_to: UUID | None = None
    passed_over: tuple[PassedOver, ...] = ()


class BookSlot(Command[Booking], frozen=True, kw_only=True):
    """Book one group of a slot for one class."""

    slot_id: UUID
    booking: NewBooking


class JoinWaitingList(Command[Booking], frozen=True, kw_only=True):
    """Wait for a place on a full slot: the booking is `waitlisted`, and offered a place when its turn has come."""

    slot_id: UUID
    booking: NewBooking


class MoveBooking(Command[Booking], frozen=True, kw_only=True):
    """Approve, refuse, confirm, decline, accept (an offered place) or cancel a booking (`machines.BOOKING`)."""

    booking_id: UUID
    action: str
    reason: Reason = ""


class RescheduleBooking(Command[Booking], frozen=True, kw_only=True):
    """Move a visit to another slot of the same company: one event, never a cancellation and a new booking.

    Answers the new booking. Where the company moves it, the school is offered the new place.
    """

    booking_id: UUID
    slot_id: UUID
    reason: Reason = ""


class CompleteBooking(Command[Booking], frozen=True, kw_only=True):
    """Report, after the visit, who really came."""

    booking_id: UUID
    attendance: Attendance


class ReportNoShow(Command[Booking], frozen=True, kw_only=True):
    """Report, after the end of the visit, which side did not show up."""

    booking_id: UUID
    absent: Absent
    reason: Reason = ""


class GetBooking(Query[Booking], frozen=True, kw_only=True):
    """One booking."""

    booking_id: UUID


class BookingEvent(Event, frozen=True, kw_only=True):
    """What happened to a booking; its slot comes with it, since how full it is may have changed."""

    booking: Booking
    slot: Slot


class BookingRequested(BookingEvent, frozen=True, kw_only=True):
    """A class holds a place and waits: for its head of school (`requested`), or for the company (`approved`)."""


class BookingApproved(BookingEvent, frozen=True, kw_only=True):
    """The head of school said yes: the booking waits for the company."""


class BookingRefused(BookingEvent, frozen=True, kw_only=True):
    """The head of school said no; the place is free again."""


class BookingConfirmed(BookingEvent, frozen=True, kw_only=True):
    """The company said yes, or its offer confirms at once: the visit will take place."""


class BookingDeclined(BookingEvent, frozen=True, kw_only=True):
    """The company said no; the place is free again."""


class BookingCancelled(BookingEvent, frozen=True, kw_only=True):
    """School or company cancelled, or the slot was cancelled; the place is free again."""


class BookingExpired(BookingEvent, frozen=True, kw_only=True):
    """Nobody answered in time; `booking.reason` is the stage at which it stood. The place is free again."""


class BookingRescheduled(BookingEvent, frozen=True, kw_only=True):
    """A visit moved: `booking` ended and freed its place in `slot`; `successor` holds one in `successor_slot`."""

    successor: Booking
    successor_slot: Slot


class BookingChanged(BookingEvent, frozen=True, kw_only=True):
    """What a booking says changed while its state did not: the hours of its slot, or what the mediator answered."""


class BookingReady(BookingEvent, frozen=True, kw_only=True):
    """The association said yes to a confirmed visit: all three parties have."""


class BookingWaitlisted(BookingEvent, frozen=True, kw_only=True):
    """A class waits for a place on a full slot; it holds none."""


class BookingPassedOver(BookingEvent, frozen=True, kw_only=True):
    """A place came free, but not for this class of the waiting list; the last of `booking.passed_over` says why."""


class BookingOffered(BookingEvent, frozen=True, kw_only=True):
    """A place is held for a class until `booking.answer_by`: from the waiting list, or moved by the company."""


class BookingCompleted(BookingEvent, frozen=True, kw_only=True):
    """The visit took place; `booking.attendance` says who came."""


class BookingNoShow(BookingEvent, frozen=True, kw_only=True):
    """The visit did not take place: `booking.absent` did not show up."""


class BookingPresumedDone(BookingEvent, frozen=True, kw_only=True):
    """Nobody reported on a visit for 7 days: it counts in no official indicator until somebody does."""


class BookingImpossible(BookingEvent, frozen=True, kw_only=True):
    """An accepted proposal could not be booked; `booking.reason` says why."""


# What every copy of a booking follows.
BOOKING_EVENTS: tuple[type[BookingEvent], ...] = (
    BookingRequested,
    BookingApproved,
    BookingRefused,
    BookingConfirmed,
    BookingDeclined,
    BookingCancelled,
    BookingExpired,
    BookingRescheduled,
    BookingChanged,
    BookingReady,
    BookingWaitlisted,
    BookingPassedOver,
    BookingOffered,
    BookingCompleted,
    BookingNoShow,
    BookingPresumedDone,
    BookingImpossible,
)
