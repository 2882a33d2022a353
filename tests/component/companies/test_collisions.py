"""What another process does at the very same moment: the tables refuse, and it is decided again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from contracts.companies.bookings import Booking, BookSlot
from contracts.errors import RequestRefused
from tests.component.alone import Alone
from tests.component.companies.acting import current, moved, moving
from tests.component.companies.asking import a_full_slot, a_slot_of, an_offer_of, booked, current_slot, waitlisted
from tests.component.companies.given import OTHER_TEACHER, TEACHER, new_booking


@asynccontextmanager
async def not_committed_yet(companies: Alone, booking: Booking) -> AsyncIterator[None]:
    """Another process has just given the booking's place back to its class, and commits once somebody waits for it."""
    connection = companies.connection
    async with connection.transaction():
        await connection.execute("update booking set state = 'approved' where id = $1", booking.id)
        yield
        await companies.until(
            lambda: connection.fetchval(
                "select exists (select from pg_stat_activity"
                " where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid())"
            )
        )


async def a_left_visit(companies, host, caller, **given):
    """A visit of that day that the class has cancelled."""
    slot = await a_slot_of(companies, host, await an_offer_of(companies, host))
    booking = await booked(companies, slot, caller, **given)
    return await moved(companies, booking, "cancel", caller)


async def test_a_class_that_books_two_visits_of_a_day_at_two_replicas_gets_one(companies):
    """The second sees nothing of the first until it writes; then it is told, and nothing is counted."""
    host, _, _ = await a_full_slot(companies)
    left = await a_left_visit(companies, host, TEACHER)
    slot = await a_slot_of(companies, host, await an_offer_of(companies, host))

    async with not_committed_yet(companies, left):
        asking = asyncio.create_task(companies.ask(BookSlot(slot_id=slot.id, booking=new_booking()), TEACHER))
    [refused] = await asyncio.gather(asking, return_exceptions=True)

    assert isinstance(refused, RequestRefused)
    assert (refused.problem.slug, refused.problem.facts["booking_id"]) == ("already-booked", str(left.id))
    assert (await current_slot(companies, slot)).groups_taken == 0


async def test_a_place_is_not_offered_to_a_class_that_books_elsewhere_that_moment(companies):
    """It goes to the next, and the class is told why."""
    host, slot, booking = await a_full_slot(companies)
    left = await a_left_visit(companies, host, OTHER_TEACHER)
    first, second = await waitlisted(companies, slot), await waitlisted(companies, slot, class_name="3e C")

    async with not_committed_yet(companies, left):
        leaving = asyncio.create_task(companies.ask(moving(booking, "cancel"), TEACHER))
    await leaving

    first, second = await current(companies, first), await current(companies, second)
    assert (first.state, len(first.passed_over), second.state) == ("waitlisted", 1, "offered")
    assert (await current_slot(companies, slot)).groups_taken == 1
