"""What service and model must agree on after each step of a story: what was told, what is kept, what was answered."""

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from contracts.caller import Caller
from contracts.companies import bookings, slots
from contracts.message import Request, subject_of
from tests.model import refusals
from tests.model.driver import Driver, slug_of
from tests.model.product import WAITING_FOR
from tests.model.stage import Stage
from tests.model.things import LIVE, STANDING, Booking, SchoolClass, Slot

EVENTS = {kind.__name__: kind for kind in bookings.BOOKING_EVENTS} | {
    kind.__name__: kind for kind in (slots.SlotOpened, slots.SlotClosed, slots.SlotChanged, slots.SlotDone)
}


class Agreement(RuleBasedStateMachine):
    """The invariants of a story, and how its rules ask both."""

    def __init__(self, driver: Driver) -> None:
        super().__init__()
        self.stage = Stage(driver)
        self.driver = driver
        self.model = self.stage.model
        self.last: tuple[Request[Any], Caller, str, Any] | None = None
        self.keys = 0

    # ------------------------------------------------------------ what always holds

    @invariant()
    def what_was_told_is_what_happened(self) -> None:
        """One event a change, in order, each with its things as they then were."""
        expected = [
            (subject_of(EVENTS[name]), [(str(one.id), *then) for one, *then in things])
            for name, things in self.model.told
        ]
        self.model.told.clear()

        assert [(subject, list(things_of(body))) for subject, body in self.driver.news()] == expected

    @invariant()
    def slots_are_as_the_model_has_them(self) -> None:
        """What they count as taken is the sum of their live bookings, and never more than there is."""
        kept = self.driver.rows("select id, state, version, groups, groups_taken, pupils_taken from slot order by id")
        assert [tuple(row) for row in kept] == [
            (one.id, one.state, one.version, one.groups, *self.model.taken(one))
            for one in sorted(self.model.slots, key=lambda one: one.id)
        ]
        assert all(self.model.has_room(slot, 0, 0) for slot in self.model.slots)

    @invariant()
    def bookings_are_as_the_model_has_them(self) -> None:
        """Each in its state and version, with who has to act and until when."""
        kept = self.driver.rows(
            "select id, slot_id, state, version, document ->> 'waiting_for',"
            " (document ->> 'answer_by')::timestamptz, (document ->> 'late')::bool, due_at from booking order by id"
        )
        assert [tuple(row) for row in kept] == [
            (
                *(one.id, one.slot.id, one.state, one.version, WAITING_FOR.get(one.state, "")),
                *(one.answer_by, one.late, one.due_at),
            )
            for one in self.model.bookings
        ]

    @invariant()
    def no_class_is_in_two_places(self) -> None:
        """One live booking a class and slot, one visit a class and day."""
        days = [(one.school_class, one.slot.day) for one in self.model.bookings if one.state in LIVE]
        assert len(days) == len(set(days))

    # ------------------------------------------------------------ how it asks

    def ask(self, request: Request[Any], person: str, school: str) -> Any:
        """The service's answer to a new command, with a key of its own."""
        self.keys += 1
        key = str(self.keys)
        caller = self.stage.caller(person, school)
        answer = self.driver.ask(request, caller, key)
        if not slug_of(answer):
            self.last = request, caller, key, answer
        return answer

    def agreed(self, answer: Any, broken: set[str]) -> bool:
        """Whether it was done; service and model must agree on that, and on why not."""
        assert slug_of(answer) in (broken or {""})
        return not broken

    def slot(self, number: int, wanted: Callable[[Slot], bool] = lambda _: True) -> Slot:
        """One of the slots, of those that are wanted where there are such."""
        among = [one for one in self.model.slots if wanted(one)] or self.model.slots
        return among[number % len(among)]

    def booking(self, number: int, wanted: Callable[[Booking], bool] = lambda one: one.state in STANDING) -> Booking:
        """One of the bookings, mostly of those that are wanted."""
        among = [one for one in self.model.bookings if wanted(one)] if number % 5 else []
        return (among or self.model.bookings)[number % len(among or self.model.bookings)]

    def why_not_book(self, person: str, school_class: SchoolClass, slot: Slot) -> set[str]:
        return refusals.why_not_book(self.model, person, school_class, slot)

    def why_not_wait(self, person: str, school_class: SchoolClass, slot: Slot) -> set[str]:
        return refusals.why_not_wait(self.model, person, school_class, slot)

    def why_not_reschedule(self, person: str, booking: Booking, slot: Slot) -> set[str]:
        return refusals.why_not_reschedule(self.model, person, booking, slot)


def things_of(body: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Id, state and version of what an event carries."""
    return ((thing["id"], thing["state"], thing["version"]) for thing in body.values())
