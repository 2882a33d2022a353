"""Slots and bookings as the model of PRODUCT knows them.

Counts are never kept: what a slot has taken is the sum of its live bookings, always.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
ONE_DAY = timedelta(days=1)

LIVE = {"requested", "approved", "offered", "confirmed", "completed", "no_show", "presumed_done"}
# Those that are on their slot's books: with a place, or waiting for one.
STANDING = LIVE | {"waitlisted"}


@dataclass(eq=False)
class Offer:
    """What a site opens."""

    id: UUID
    instant: bool = False
    pooled: bool = False
    splitting: bool = False
    lead_days: int = 14


@dataclass(eq=False)
class Slot:
    """One dated opening."""

    id: UUID
    offer: Offer
    starts_at: datetime
    ends_at: datetime
    groups: int
    per_group: int
    state: str = "open"
    version: int = 1

    @property
    def day(self) -> date:
        """The day of the visit, where it takes place."""
        return self.starts_at.astimezone(PARIS).date()

    @property
    def last_day(self) -> date:
        """The last day to book it."""
        return self.day - timedelta(days=max(self.offer.lead_days, 7))


@dataclass(frozen=True)
class SchoolClass:
    """A class: what it is called, in which school, how many pupils."""

    school: str
    name: str
    pupils: int


@dataclass(eq=False)
class Booking:
    """One class on one slot. The id is the service's, and not known before it answers."""

    school_class: SchoolClass
    slot: Slot
    groups: int
    state: str = ""
    version: int = 0
    answer_by: datetime | None = None
    late: bool = False
    moved_by_host: bool = False
    id: UUID | None = None

    @property
    def due_at(self) -> datetime | None:
        """When the system would look at it."""
        if self.state == "waitlisted":
            return end_of(self.slot.last_day)
        if self.state == "confirmed":
            return end_of(self.slot.ends_at.astimezone(PARIS).date() + timedelta(days=7))
        return self.answer_by


def end_of(day: date) -> datetime:
    """The moment at which a day is over in Occitanie."""
    return datetime.combine(day + ONE_DAY, time(), PARIS)


@dataclass(eq=False)
class Register:
    """All slots and bookings, and the time."""

    now: datetime
    slots: list[Slot] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    # Schools whose head approves every booking.
    approving: set[str] = field(default_factory=set)

    @property
    def today(self) -> date:
        """The day that it is in Occitanie."""
        return self.now.astimezone(PARIS).date()

    def taken(self, slot: Slot) -> tuple[int, int]:
        """Groups and pupils of a slot's live bookings."""
        live = [one for one in self.bookings if one.slot is slot and one.state in LIVE]
        return sum(one.groups for one in live), sum(one.school_class.pupils for one in live)

    def groups_for(self, slot: Slot, pupils: int) -> int:
        """How many groups a class takes; 0 where it does not fit."""
        if slot.offer.pooled:
            return int(pupils <= slot.groups * slot.per_group)
        if pupils <= slot.per_group:
            return 1
        return 2 if slot.offer.splitting and slot.groups > 1 and pupils <= 2 * slot.per_group else 0

    def has_room(self, slot: Slot, groups: int, pupils: int) -> bool:
        """Whether that many can still come."""
        groups_taken, pupils_taken = self.taken(slot)
        if slot.offer.pooled:
            return pupils_taken + pupils <= slot.groups * slot.per_group
        return groups_taken + groups <= slot.groups

    def is_full(self, slot: Slot) -> bool:
        """Whether nobody more can come."""
        return not self.has_room(slot, 1, 1)

    def has_visit_that_day(self, school_class: SchoolClass, slot: Slot, besides: Booking | None = None) -> bool:
        """Whether the class holds a place of any slot that day."""
        return any(
            one.school_class == school_class and one.state in LIVE and one.slot.day == slot.day and one is not besides
            for one in self.bookings
        )

    def waits_for(self, school_class: SchoolClass, slot: Slot) -> bool:
        """Whether the class is on the slot's waiting list."""
        return any(
            one.school_class == school_class and one.slot is slot and one.state == "waitlisted" for one in self.bookings
        )
