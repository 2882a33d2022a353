"""The whole booking machine against a model of PRODUCT's table: whatever people do, in whatever order, both agree.

Hypothesis writes the stories. The short run tells the same ones each time; `PASSERELLE_MODEL=long` goes on to new ones.
"""

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from contracts.companies.bookings import (
    Absent,
    Attendance,
    BookSlot,
    CompleteBooking,
    JoinWaitingList,
    MoveBooking,
    NewBooking,
    ReportNoShow,
    RescheduleBooking,
)
from contracts.companies.slots import ChangeSlot, MoveSlot, SlotChange
from contracts.message import Request
from contracts.vocabulary import Level
from tests.component.companies.given import NOW
from tests.model import refusals
from tests.model.agreement import Agreement
from tests.model.driver import Driver, slug_of
from tests.model.stage import CLASSES, PEOPLE, SCHOOLS
from tests.model.things import STANDING, Booking, SchoolClass, Slot

LONG = os.environ.get("PASSERELLE_MODEL") == "long"
SETTINGS = settings(
    max_examples=2000 if LONG else 100,
    stateful_step_count=60 if LONG else 50,
    derandomize=not LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
# The calendar of schools ends some day, and stories with it.
LAST_DAY = timedelta(days=120)

any_person = st.sampled_from(PEOPLE)
any_booker = st.sampled_from(("teacher", "teacher", "head", "region"))
any_move = st.sampled_from(refusals.MOVES)
any_class = st.sampled_from(CLASSES)
any_number = st.integers(0, 999)
slot_action = st.sampled_from(("close", "reopen", "reopen", "cancel"))
# Most people do what they may, and say why; stories of refusals alone would be short ones.
honestly = st.sampled_from((True, True, True, False))
reasons = st.sampled_from(("other: essai", "other: essai", "other: essai", ""))


class BookingMachine(Agreement):
    """Each rule asks the service and the model the same."""

    # ------------------------------------------------------------ who comes

    @rule(person=any_booker, school_class=any_class, number=any_number, honest=honestly)
    def book(self, person: str, school_class: SchoolClass, number: int, honest: bool) -> None:
        slot = self.slot(number, lambda one: honest and not self.why_not_book(person, school_class, one))
        self.try_to_book(person, school_class, slot)

    @rule(number=any_number, classes=st.permutations(CLASSES), waiting=st.integers(0, 4))
    def a_slot_is_stormed(self, number: int, classes: list[SchoolClass], waiting: int) -> None:
        """It is booked out, and some go on to wait."""
        slot = self.slot(number, lambda one: one.state == "open")
        for school_class in classes:
            if not self.why_not_book("teacher", school_class, slot):
                self.try_to_book("teacher", school_class, slot)
        for school_class in [one for one in classes if not self.why_not_wait("teacher", one, slot)][:waiting]:
            self.try_to_wait("teacher", school_class, slot)

    @rule(wishes=st.lists(st.tuples(any_booker, any_class, any_number), min_size=2, max_size=6))
    def book_together(self, wishes: list[tuple[str, SchoolClass, int]]) -> None:
        slots = [self.slot(number, lambda one: one.state == "open") for _, _, number in wishes]
        asked = [
            (BookSlot(slot_id=slot.id, booking=of(which)), self.stage.caller(person, which.school))
            for (person, which, _), slot in zip(wishes, slots, strict=True)
        ]
        answers = self.driver.ask_together(asked)
        # Whoever comes first is served first.
        for (person, which, _), slot, answer in zip(wishes, slots, answers, strict=True):
            if self.agreed(answer, self.why_not_book(person, which, slot)):
                self.model.book(person, which, slot).id = answer.id

    @rule(person=any_booker, school_class=any_class, number=any_number, honest=honestly)
    def wait(self, person: str, school_class: SchoolClass, number: int, honest: bool) -> None:
        slot = self.slot(number, lambda one: honest and not self.why_not_wait(person, school_class, one))
        self.try_to_wait(person, school_class, slot)

    @rule(person=st.sampled_from(("company", "stranger")), school_class=any_class, number=any_number)
    def somebody_else_books(self, person: str, school_class: SchoolClass, number: int) -> None:
        answer = self.ask(BookSlot(slot_id=self.slot(number).id, booking=of(school_class)), person, "")
        assert slug_of(answer) == "not-yours"

    # ------------------------------------------------------------ what becomes of it

    @precondition(lambda self: self.model.bookings)
    @rule(person=any_person, number=any_number, action=any_move, reason=reasons)
    def try_to_move(self, person: str, number: int, action: str, reason: str) -> None:
        self.move(person, self.booking(number), action, reason)

    @precondition(lambda self: any(one.state in STANDING for one in self.model.bookings))
    @rule(person=any_person, number=any_number, action=any_move)
    def move_as_one_may(self, person: str, number: int, action: str) -> None:
        booking = self.booking(number, lambda one: one.state in refusals.MAY[action][0])
        people = sorted(refusals.MAY[action][1])
        self.move(person if person in people else people[number % len(people)], booking, action, "other: essai")

    def try_to_book(self, person: str, school_class: SchoolClass, slot: Slot) -> None:
        broken = self.why_not_book(person, school_class, slot)
        answer = self.ask(BookSlot(slot_id=slot.id, booking=of(school_class)), person, school_class.school)
        if self.agreed(answer, broken):
            self.model.book(person, school_class, slot).id = answer.id

    def try_to_wait(self, person: str, school_class: SchoolClass, slot: Slot) -> None:
        broken = self.why_not_wait(person, school_class, slot)
        answer = self.ask(JoinWaitingList(slot_id=slot.id, booking=of(school_class)), person, school_class.school)
        if self.agreed(answer, broken):
            self.model.wait(school_class, slot).id = answer.id

    def move(self, person: str, booking: Booking, action: str, reason: str) -> None:
        broken = refusals.why_not_move(self.model, person, booking, action, reason)
        request = MoveBooking(booking_id=booking.id, action=action, reason=reason)
        if self.agreed(self.ask(request, person, booking.school_class.school), broken):
            self.model.move(person, booking, action)

    @precondition(lambda self: any(one.state == "waitlisted" for one in self.model.bookings))
    @rule(
        number=any_number, person=st.sampled_from(("teacher", "company")), waits=st.sampled_from((True, False, False))
    )
    def somebody_leaves(self, number: int, person: str, waits: bool) -> None:
        """A slot that others wait for, or its waiting list."""
        wanted = {one.slot for one in self.model.bookings if one.state == "waitlisted"}
        there = [one for one in self.model.bookings if one.slot in wanted and one.state in refusals.MAY["cancel"][0]]
        leaving = [one for one in there if (one.state == "waitlisted") is waits] or there
        self.move(person, leaving[number % len(leaving)], "cancel", "other: essai")

    @precondition(lambda self: self.model.bookings)
    @rule(person=any_person, number=any_number, action=any_move)
    def rest_on_what_is_outdated(self, person: str, number: int, action: str) -> None:
        booking = self.booking(number)
        request = MoveBooking(booking_id=booking.id, action=action, reason="other: essai")
        caller = self.stage.caller(person, booking.school_class.school)
        answer = self.driver.ask(request, caller, if_version=booking.version - 1)
        assert slug_of(answer) == ("not-found" if person == "stranger" else "outdated")

    @precondition(lambda self: self.model.bookings)
    @rule(person=any_person, number=any_number, where=any_number, honest=honestly)
    def reschedule(self, person: str, number: int, where: int, honest: bool) -> None:
        booking = self.booking(number, lambda one: one.state in refusals.MAY["reschedule"][0])
        target = self.slot(where, lambda one: honest and not self.why_not_reschedule(person, booking, one))
        self.try_to_reschedule(person, booking, target)

    @precondition(lambda self: self.model.bookings)
    @rule(person=st.sampled_from(("teacher", "company")), number=any_number, where=any_number)
    def reschedule_to_where_the_class_has_something(self, person: str, number: int, where: int) -> None:
        booking = self.booking(number, lambda one: one.state in refusals.MAY["reschedule"][0])
        others = [
            one
            for one in self.model.bookings
            if one.school_class == booking.school_class and one.state in STANDING and one is not booking
        ]
        busy = {one.slot.day for one in others}
        self.try_to_reschedule(person, booking, self.slot(where, lambda one: one.state == "open" and one.day in busy))

    def try_to_reschedule(self, person: str, booking: Booking, target: Slot) -> None:
        broken = self.why_not_reschedule(person, booking, target)
        request = RescheduleBooking(booking_id=booking.id, slot_id=target.id)
        answer = self.ask(request, person, booking.school_class.school)
        if self.agreed(answer, broken):
            self.model.reschedule(person, booking, target).id = answer.id

    @precondition(lambda self: self.model.bookings)
    @rule(person=any_person, number=any_number, came=st.booleans())
    def report(self, person: str, number: int, came: bool) -> None:
        booking = self.booking(number, lambda one: one.slot.starts_at <= self.model.now)
        action = "complete" if came else "no-show"
        broken = refusals.why_not_report(self.model, person, booking, action)
        request: Request[Any] = (
            CompleteBooking(booking_id=booking.id, attendance=Attendance(pupils=9, adults=1))
            if came
            else ReportNoShow(booking_id=booking.id, absent=Absent.SCHOOL)
        )
        if self.agreed(self.ask(request, person, booking.school_class.school), broken):
            self.model.report(booking, action)

    # ------------------------------------------------------------ what becomes of slots

    @rule(number=any_number, groups=st.integers(1, 2), days=st.integers(15, 40), hour=st.integers(9, 12))
    def open_slot(self, number: int, groups: int, days: int, hour: int) -> None:
        self.stage.open_slot(self.stage.offers[number % len(self.stage.offers)], groups, days, hour)

    @rule(
        person=any_person,
        number=any_number,
        action=st.sampled_from(("close", "reopen", "reopen", "cancel")),
        reason=reasons,
    )
    def set_slot(self, person: str, number: int, action: str, reason: str) -> None:
        slot = self.slot(number)
        broken = refusals.why_not_set_slot(self.model, person, slot, action, reason)
        if self.agreed(self.ask(MoveSlot(slot_id=slot.id, action=action, reason=reason), person, SCHOOLS[0]), broken):
            self.model.set_slot(slot, {"close": "closed", "reopen": "open", "cancel": "cancelled"}[action])

    @rule(person=any_person, number=any_number, groups=st.integers(1, 3))
    def resize_slot(self, person: str, number: int, groups: int) -> None:
        slot = self.slot(number)
        broken = refusals.why_not_change_slot(self.model, person, slot, groups, 0)
        request = ChangeSlot(slot_id=slot.id, change=SlotChange(groups=groups))
        if self.agreed(self.ask(request, person, SCHOOLS[0]), broken) and groups != slot.groups:
            self.model.resize_slot(slot, groups)

    @rule(person=any_person, number=any_number, hours=st.sampled_from((-1, 1)))
    def shift_slot(self, person: str, number: int, hours: int) -> None:
        slot = self.slot(number)
        shift = timedelta(hours=hours)
        broken = refusals.why_not_change_slot(self.model, person, slot, slot.groups, hours)
        change = SlotChange(starts_at=slot.starts_at + shift, ends_at=slot.ends_at + shift)
        if self.agreed(self.ask(ChangeSlot(slot_id=slot.id, change=change), person, SCHOOLS[0]), broken):
            self.model.shift_slot(slot, hours)

    # ------------------------------------------------------------ the rest of the world

    @precondition(lambda self: self.model.now - NOW < LAST_DAY)
    @rule(hours=st.sampled_from((1, 15, 24, 72, 168)))
    def time_passes(self, hours: int) -> None:
        self.pass_time(self.model.now + timedelta(hours=hours))

    @precondition(lambda self: any(one.state == "confirmed" for one in self.model.bookings))
    @rule(number=any_number, days=st.sampled_from((0, 0, 9)))
    def a_visit_takes_place(self, number: int, days: int) -> None:
        confirmed = [one for one in self.model.bookings if one.state == "confirmed"]
        ends_at = confirmed[number % len(confirmed)].slot.ends_at
        self.pass_time(max(self.model.now, ends_at + timedelta(days=days)))

    def pass_time(self, until: datetime) -> None:
        self.driver.pass_time(until)
        self.model.pass_time(until)

    @rule(school=st.sampled_from(SCHOOLS))
    def a_school_changes_its_mind(self, school: str) -> None:
        self.stage.switch_approval(school)

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_same_is_sent_again(self) -> None:
        assert self.last is not None
        request, caller, key, answer = self.last
        assert self.driver.ask(request, caller, key) == answer

    @precondition(lambda self: self.last is not None)
    @rule(number=any_number)
    def a_key_is_used_for_something_else(self, number: int) -> None:
        assert self.last is not None
        _, caller, key, _ = self.last
        request = MoveSlot(slot_id=self.slot(number).id, action="close", reason=f"other {key}")
        assert slug_of(self.driver.ask(request, caller, key)) == "idempotency-key-reused"


def of(school_class: SchoolClass) -> NewBooking:
    """What a class asks for; whoever asks for it names its school."""
    return NewBooking(
        level=Level.TROISIEME,
        pupils=school_class.pupils,
        adults=3,
        class_name=school_class.name,
        school_uai=school_class.school,
    )


@pytest.mark.slow
def test_service_and_model_agree(postgres, database) -> None:
    """Whatever people do."""
    driver = Driver(postgres.dsn("companies", database))
    try:
        run_state_machine_as_test(lambda: BookingMachine(driver), settings=SETTINGS)
    finally:
        driver.close()
