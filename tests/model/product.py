"""What becomes of slots and bookings when somebody acts or time passes, as PRODUCT tells it, in plain Python.

It shares no code with the service; of the contracts it knows the calendar alone. Whether somebody may act is asked of
`refusals.py` first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from contracts.reference.calendar import add_working_days
from tests.model.refusals import SCHOOLS_PEOPLE
from tests.model.things import LIVE, ONE_DAY, PARIS, STANDING, Booking, Register, SchoolClass, Slot, end_of

# When the system looks for what is overdue: a little after midnight, when the deadlines are over.
SWEEP = time(0, 1)
EVENTS = {
    "approved": "BookingApproved",
    "refused": "BookingRefused",
    "confirmed": "BookingConfirmed",
    "declined": "BookingDeclined",
    "cancelled": "BookingCancelled",
    "expired": "BookingExpired",
    "waitlisted": "BookingWaitlisted",
    "offered": "BookingOffered",
    "requested": "BookingRequested",
    "completed": "BookingCompleted",
    "no_show": "BookingNoShow",
    "presumed_done": "BookingPresumedDone",
}
WAITING_FOR = {"requested": "head", "approved": "company", "offered": "school"}

# The moment of an event: its name, then id, state and version of each thing that it carries.
Told = tuple[str, list[tuple[Any, str, int]]]


@dataclass(eq=False)
class Product(Register):
    """The register with all that changes it, and what was told since it was last asked."""

    told: list[Told] = field(default_factory=list)

    def book(self, person: str, school_class: SchoolClass, slot: Slot) -> Booking:
        """A class takes its place."""
        booking = self._new(school_class, slot)
        self._come_to(booking, self._first_state(person, booking), "BookingRequested")
        return booking

    def wait(self, school_class: SchoolClass, slot: Slot) -> Booking:
        """A class joins the waiting list."""
        booking = self._new(school_class, slot)
        self._come_to(booking, "waitlisted")
        return booking

    def move(self, person: str, booking: Booking, action: str) -> None:
        """An action that no rule stands against."""
        before = booking.state
        if action == "approve":
            state = "confirmed" if booking.slot.offer.instant else "approved"
        elif action == "accept":
            state = "confirmed" if booking.moved_by_host else self._first_state(person, booking)
        else:
            state = {"refuse": "refused", "confirm": "confirmed", "decline": "declined", "cancel": "cancelled"}[action]
        booking.late = (
            state == "cancelled" and before != "waitlisted" and booking.slot.starts_at - self.now < timedelta(days=14)
        )
        self._come_to(booking, state, "BookingRequested" if action == "accept" else "")
        if before in LIVE and state not in LIVE:
            self._fill(booking.slot)

    def reschedule(self, person: str, booking: Booking, target: Slot) -> Booking:
        """A visit moves: one event tells of both bookings."""
        successor = self._new(booking.school_class, target)
        successor.moved_by_host = person not in SCHOOLS_PEOPLE
        state = "offered" if successor.moved_by_host else booking.state
        if state == "confirmed" and not target.offer.instant:
            state = "approved"
        self._set_state(booking, "rescheduled")
        self._set_state(successor, state)
        things = (booking, booking.slot, successor, target)
        self.told.append(("BookingRescheduled", [snapshot(thing) for thing in things]))
        self._fill(booking.slot)
        return successor

    def report(self, booking: Booking, action: str) -> None:
        """What became of a visit."""
        self._come_to(booking, "completed" if action == "complete" else "no_show")

    def open_slot(self, slot: Slot) -> None:
        """A company opens one."""
        self.slots.append(slot)
        self._tell("SlotOpened", slot)

    def set_slot(self, slot: Slot, state: str) -> None:
        """A company closes, reopens or cancels one."""
        slot.version += 1
        slot.state = ("full" if self.is_full(slot) else "open") if state == "open" else state
        self._tell("SlotOpened" if state == "open" else "SlotClosed", slot)
        if state == "cancelled":
            for booking in self._standing(slot):
                # The slot's own version tells that all its places are free.
                booking.version += 1
                booking.late = booking.state != "waitlisted" and slot.starts_at - self.now < timedelta(days=14)
                booking.state, booking.answer_by = "cancelled", None
                self._tell("BookingCancelled", booking, slot)
        if state == "open":
            self._fill(slot)

    def resize_slot(self, slot: Slot, groups: int) -> None:
        """A company changes how many groups may come."""
        grown = groups > slot.groups
        slot.groups = groups
        self._recount(slot)
        self._tell("SlotChanged", slot)
        if grown:
            self._fill(slot)

    def shift_slot(self, slot: Slot, hours: int) -> None:
        """A company changes the hour."""
        slot.starts_at += timedelta(hours=hours)
        slot.ends_at += timedelta(hours=hours)
        self._recount(slot)
        self._tell("SlotChanged", slot)
        for booking in self._standing(slot):
            booking.version += 1
            self._tell("BookingChanged", booking, slot)

    def pass_time(self, until: datetime) -> None:
        """Let the clock run: slots end, what is overdue at midnight ends too."""
        for moment in self._moments(until):
            self.now = moment
            for slot in self.slots:
                if slot.ends_at <= moment and slot.state in {"open", "full", "closed"}:
                    slot.version += 1
                    slot.state = "done"
                    self._tell("SlotDone", slot)
            if moment.astimezone(PARIS).time() == SWEEP:
                self._sweep(moment)
        self.now = until

    # ------------------------------------------------------------ how it comes about

    def _moments(self, until: datetime) -> Iterator[datetime]:
        sweeps = [
            datetime.combine(self.today + timedelta(days=days), SWEEP, PARIS)
            for days in range((until - self.now).days + 3)
        ]
        ends = {slot.ends_at for slot in self.slots if slot.state in {"open", "full", "closed"}}
        yield from sorted(moment for moment in {*sweeps, *ends} if self.now < moment <= until)

    def _sweep(self, moment: datetime) -> None:
        overdue = [one for one in self.bookings if one.due_at is not None and one.due_at <= moment]
        for booking in overdue:
            before = booking.state
            self._come_to(booking, "presumed_done" if before == "confirmed" else "expired")
            if before in LIVE and booking.state not in LIVE:
                self._fill(booking.slot)

    def _first_state(self, person: str, booking: Booking) -> str:
        if booking.school_class.school in self.approving and person not in {"head", "region"}:
            return "requested"
        return "confirmed" if booking.slot.offer.instant else "approved"

    def _new(self, school_class: SchoolClass, slot: Slot) -> Booking:
        booking = Booking(school_class, slot, self.groups_for(slot, school_class.pupils))
        self.bookings.append(booking)
        return booking

    def _come_to(self, booking: Booking, state: str, begun: str = "") -> None:
        """A booking comes to a state; what begins by holding a place is requested, unless it is confirmed at once."""
        self._set_state(booking, state)
        self._tell(begun if begun and state != "confirmed" else EVENTS[state], booking, booking.slot)

    def _set_state(self, booking: Booking, state: str, counted: bool = True) -> None:
        before = booking.state
        booking.state = state
        booking.version += 1
        booking.answer_by = self._answer_by(booking)
        is_near = booking.slot.starts_at - self.now < timedelta(days=14)
        booking.late = state == "cancelled" and before != "waitlisted" and is_near
        if counted and (before in LIVE) != (state in LIVE):
            self._recount(booking.slot)

    def _answer_by(self, booking: Booking) -> datetime | None:
        slot = booking.slot
        last = {
            "requested": (10, slot.last_day),
            "approved": (5, slot.day - ONE_DAY),
            "offered": (3, slot.last_day),
        }.get(booking.state)
        if last is None:
            return None
        working_days, limit = last
        return end_of(max(self.today, min(add_working_days(self.today, working_days), limit)))

    def _fill(self, slot: Slot) -> None:
        """What is free goes to those who wait, in their order; who is passed over for another is told."""
        if slot.state != "open" or self.today > slot.last_day:
            return
        passed_over = []
        for booking in [one for one in self.bookings if one.slot is slot and one.state == "waitlisted"]:
            if self.is_full(slot):
                return
            # The slot may have another size than when the class joined.
            groups = self.groups_for(slot, booking.school_class.pupils)
            fits = groups and self.has_room(slot, groups, booking.school_class.pupils)
            if not fits or self.has_visit_that_day(booking.school_class, slot):
                passed_over.append(booking)
                continue
            for other in passed_over:
                other.version += 1
                self._tell("BookingPassedOver", other, slot)
            passed_over = []
            booking.groups = groups
            self._come_to(booking, "offered")

    def _recount(self, slot: Slot) -> None:
        slot.version += 1
        if slot.state in {"open", "full"}:
            slot.state = "full" if self.is_full(slot) else "open"

    def _standing(self, slot: Slot) -> list[Booking]:
        return [one for one in self.bookings if one.slot is slot and one.state in STANDING]

    def _tell(self, event: str, *things: Booking | Slot) -> None:
        self.told.append((event, [snapshot(thing) for thing in things]))


def snapshot(thing: Booking | Slot) -> tuple[Any, str, int]:
    """A thing as it is now."""
    return thing, thing.state, thing.version
