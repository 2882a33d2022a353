"""The desk on which bookings change: the one place that counts what they take of their slots.

It holds the rows of its slots, so that bookings of one slot are decided one after another, in the order in which they
are put down, and writes them all at once.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from asyncpg import UniqueViolationError

from contracts.companies.bookings import Booking, BookingEvent
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.local_time import local_day
from contracts.machines import LIVE_BOOKING_STATES
from services.companies.bookings import store
from services.companies.bookings.check_rules import last_day
from services.companies.bookings.deadline_rules import due_at
from services.companies.bookings.rules import EVENT_OF_STATE
from services.companies.bookings.store import Holding, Wanted
from services.companies.bookings.wish_rules import class_key_of
from services.companies.slots.rules import with_place_freed, with_place_taken
from services.companies.slots.store import OfferedSlot, list_slots, lock_slots, update_counts
from services.database import Collision
from services.work import Work


class Desk:
    """Owns the slots of one unit of work, and the bookings that change on them."""

    def __init__(self, offered: dict[UUID, OfferedSlot], work: Work) -> None:
        self._work = work
        self._offered = offered
        self._slots = {slot_id: found.slot for slot_id, found in offered.items()}
        self._known: set[Wanted] = set()
        # By class and booking, as it is after all that was put down.
        self._holdings: dict[str, dict[UUID, Holding]] = {}
        self._made: dict[UUID, Booking] = {}
        self._changed: dict[UUID, Booking] = {}

    def __contains__(self, slot_id: UUID) -> bool:
        return slot_id in self._slots

    def slot(self, slot_id: UUID) -> Slot:
        """A slot as it stands now."""
        return self._slots[slot_id]

    def offer_of(self, slot_id: UUID) -> VisitOffer:
        """The offer of a slot."""
        return self._offered[slot_id].offer

    async def look_up(self, wanted: Iterable[tuple[UUID, str]]) -> None:
        """Learn what classes have that stands against a place on a slot: pairs of slot and class."""
        here = {self._wanted(slot_id, class_key) for slot_id, class_key in wanted if slot_id in self}
        if unknown := here - self._known:
            self._known |= unknown
            for found in await store.list_holdings(self._work.connection, list(unknown)):
                if not self.has_changed(found.booking_id):
                    self._hold(found)

    def holdings(self, slot_id: UUID, class_key: str) -> list[Holding]:
        """What a class has that day, then its place in that slot's list; `look_up` comes first."""
        wanted = self._wanted(slot_id, class_key)
        mine = self._holdings.get(class_key, {}).values()
        live = [one for one in mine if one.day == wanted.day and not one.waits]
        return live + [one for one in mine if one.slot_id == slot_id and one.waits]

    def put(self, after: Booking, before: Booking | None = None, kind: type[BookingEvent] | None = None) -> None:
        """Put a new or changed booking down, count it, and announce what it has come to."""
        self.count(after, before)
        kind = kind or EVENT_OF_STATE[after.state]
        self._work.announce(kind(booking=after, slot=self._slots[after.slot_id]))

    def count(self, after: Booking, before: Booking | None = None) -> None:
        """As `put`, for a change that is announced otherwise."""
        if before is None or after.id in self._made:
            self._made[after.id] = after
        else:
            self._changed[after.id] = after
        self._note(after)
        held = before is not None and before.state in LIVE_BOOKING_STATES
        holds = after.state in LIVE_BOOKING_STATES
        slot = self._slots[after.slot_id]
        if holds and not held:
            self._slots[slot.id] = with_place_taken(slot, after.groups, after.pupils)
        if held and not holds:
            self._slots[slot.id] = with_place_freed(slot, after.groups, after.pupils)

    def has_changed(self, booking_id: UUID) -> bool:
        """Whether a booking was put down here already."""
        return booking_id in self._made or booking_id in self._changed

    async def write(self) -> None:
        """Write all of it; raises Collision where a class got a place elsewhere at this very moment."""
        connection = self._work.connection
        # What ended makes room for what begins: a visit may move within its day.
        if changed := list(self._changed.values()):
            try:
                await store.update_bookings(connection, changed, self._due(changed))
            except UniqueViolationError as taken:
                raise Collision("a class booked elsewhere at this very moment") from taken
        if made := list(self._made.values()):
            written = await store.insert_bookings(connection, made, self._due(made))
            if len(written) < len(made):
                raise Collision("a class booked twice at this very moment")
        counted = [slot for slot in self._slots.values() if slot is not self._offered[slot.id].slot]
        if counted:
            await update_counts(connection, counted)

    def _note(self, booking: Booking) -> None:
        """Keep in mind what a class has by a booking that was just put down."""
        class_key, waits = class_key_of(booking), booking.state == "waitlisted"
        self._holdings.setdefault(class_key, {}).pop(booking.id, None)
        if waits or booking.state in LIVE_BOOKING_STATES:
            self._hold(Holding(booking.id, booking.slot_id, class_key, local_day(booking.starts_at), waits))

    def _hold(self, holding: Holding) -> None:
        self._holdings.setdefault(holding.class_key, {})[holding.booking_id] = holding

    def _due(self, bookings: Iterable[Booking]) -> list[datetime | None]:
        return [
            due_at(booking, last_day(self._slots[booking.slot_id], self.offer_of(booking.slot_id)))
            for booking in bookings
        ]

    def _wanted(self, slot_id: UUID, class_key: str) -> Wanted:
        return Wanted(slot_id, class_key, local_day(self._slots[slot_id].starts_at))


async def open_desk(slot_ids: Collection[UUID], work: Work) -> Desk:
    """A desk with these slots, as far as there are such, their rows held until the end of the transaction."""
    return Desk(await lock_slots(work.connection, slot_ids), work)


async def look_at(slot_ids: Collection[UUID], work: Work) -> Desk:
    """A desk for reading: nothing is held, and nothing may be put down on it."""
    return Desk(await list_slots(work.connection, slot_ids), work)
