"""What happens to bookings in tests: what people do to them, what others tell of them, and how time passes for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import cast

from contracts.caller import Caller
from contracts.companies.bookings import Booking, GetBooking, MoveBooking
from contracts.companies.slots import Slot
from contracts.local_time import local_day
from contracts.message import Event
from services.companies.deadlines import handlers as deadlines
from services.work import Connection, Work
from tests.component.alone import Alone
from tests.component.companies.given import COORDINATOR


def moving(booking: Booking, action: str, reason: str = "") -> MoveBooking:
    """What somebody does to a booking."""
    return MoveBooking(booking_id=booking.id, action=action, reason=reason)


async def moved(companies: Alone, booking: Booking, action: str, caller: Caller, reason: str = "") -> Booking:
    """The booking after what the caller did."""
    answer: Booking = await companies.ask(moving(booking, action, reason), caller)
    return answer


async def current(companies: Alone, booking: Booking) -> Booking:
    """The booking as it stands now."""
    answer: Booking = await companies.ask(GetBooking(booking_id=booking.id), COORDINATOR)
    return answer


async def states(companies: Alone, *bookings: Booking) -> list[str]:
    """What has become of these bookings."""
    return [(await current(companies, booking)).state for booking in bookings]


async def told(companies: Alone, *events: Event) -> None:
    """Tell the events, in order, and wait until each was handled."""

    async def handled() -> int:
        count: int = await companies.connection.fetchval("select count(*) from inbox")
        return count

    before = await handled()
    for event in events:
        await companies.tell(event)

    async def all_handled() -> bool:
        return await handled() == before + len(events)

    await companies.until(all_handled)


# ------------------------------------------------------------ how time passes


async def bring_to(companies: Alone, slot: Slot, starts_at: datetime) -> None:
    """Let the slot and its bookings take two hours at another time, which may be over."""
    ends_at = starts_at + timedelta(hours=2)
    await companies.connection.execute(
        "update slot set starts_at = $2, ends_at = $3 where id = $1", slot.id, starts_at, ends_at
    )
    await companies.connection.execute(
        "update booking set visit_day = $2, document = document"
        " || jsonb_build_object('starts_at', $3::timestamptz, 'ends_at', $4::timestamptz) where slot_id = $1",
        slot.id,
        local_day(starts_at),
        starts_at,
        ends_at,
    )


async def let_time_be_up(companies: Alone, *bookings: Booking) -> None:
    """Let the deadlines of these bookings be over since a minute."""
    await companies.connection.execute(
        "update booking set due_at = now() - interval '1 minute', document = document"
        " || jsonb_build_object('answer_by', now() - interval '1 minute') where id = any($1)",
        [booking.id for booking in bookings],
    )


@asynccontextmanager
async def work_at(companies: Alone, now: datetime) -> AsyncIterator[Work]:
    """A transaction of the service at another time."""
    async with companies.connection.transaction():
        work = Work(cast(Connection, companies.connection), now, "companies")
        yield work
        await work.finish()


async def sweep_at(companies: Alone, now: datetime) -> int:
    """Let the night's sweep come, and all that it finds; how much that is."""
    async with work_at(companies, now) as work:
        await deadlines.sweep(work)
    timers = await companies.connection.fetch(
        "delete from timer where kind = $1 returning id, key", deadlines.BOOKING_OVERDUE
    )
    for timer in sorted(timers):
        async with work_at(companies, now) as work:
            await deadlines.end_overdue(timer["key"], work)
    return len(timers)
