"""Waiting until what was committed has arrived everywhere: published, followed, and acted upon."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from deploy.choreography import durables_of, load_services
from deploy.permissions import SERVICES
from deploy.provision import Durable, event_stream
from deploy.verify.books import Books

POLL_S = 0.2
# What is done by one service may give another something to do: quiet is what is quiet as often as this.
LOOKS = 3
# A timer that is due in a moment is work to come.
SOON_S = 5


@dataclass
class Quiet:
    """Knows who follows whom, and asks how far they have come."""

    books: Books
    durables: list[Durable] = field(default_factory=lambda: durables_of(load_services()))

    async def wait(self, patience_s: float, tell: Callable[[list[str]], None]) -> list[str]:
        """Wait until nothing is on its way any more; returns what still is when patience ends.

        `tell` hears what is waited for. Raises BooksClosed.
        """
        deadline = time.monotonic() + patience_s
        looks = 0
        while True:
            waiting = await self.unrest()
            looks = 0 if waiting else looks + 1
            if looks == LOOKS or time.monotonic() > deadline:
                return waiting
            if waiting:
                tell(waiting)
            await asyncio.sleep(POLL_S)

    async def let_pass(self, patience_s: float) -> list[str]:
        """Wait until what was on its way at this moment has arrived, whatever came after it; returns what has not.

        So a busy system, which is never quiet, can be looked at too. Raises BooksClosed.
        """
        deadline = time.monotonic() + patience_s
        recorded = {service: await self._last_position(service) for service in SERVICES}
        if waiting := await until_empty(lambda: self._unpublished(recorded), deadline):
            return waiting
        told = {event_stream(service): await self.books.last_sequence(service) for service in SERVICES}
        if waiting := await until_empty(lambda: self._unfollowed(told), deadline):
            return waiting
        due = time.time()
        return await until_empty(lambda: self._due(due), deadline)

    async def unrest(self) -> list[str]:
        """What waits at this moment, in words; raises BooksClosed."""
        return [*await self._unpublished(), *await self._unfollowed(), *await self._due(time.time() + SOON_S)]

    async def _last_position(self, service: str) -> int:
        [row] = await self.books.rows(service, "select coalesce(max(position), 0) as last from outbox")
        return int(row["last"])

    async def _unpublished(self, recorded: Mapping[str, int] | None = None) -> list[str]:
        waiting = []
        for service in SERVICES:
            [row] = await self.books.rows(
                service,
                "select count(*) as waiting from outbox"
                " where published_at is null and position <= coalesce($1, position)",
                recorded[service] if recorded else None,
            )
            if row["waiting"]:
                waiting.append(f"{service} has {row['waiting']} events to publish")
        return waiting

    async def _unfollowed(self, told: Mapping[str, int] | None = None) -> list[str]:
        waiting = []
        for durable in self.durables:
            place = await self.books.place(durable)
            behind = (place.num_pending or 0) + (place.num_ack_pending or 0)
            done = place.ack_floor.stream_seq if place.ack_floor else 0
            if behind and (told is None or done < told[durable.stream]):
                waiting.append(f"{durable.name} is {behind} events behind in {durable.stream}")
        return waiting

    async def _due(self, until: float) -> list[str]:
        waiting = []
        for service in SERVICES:
            [row] = await self.books.rows(
                service, "select count(*) as waiting from timer where due_at < to_timestamp($1)", until
            )
            if row["waiting"]:
                waiting.append(f"{service} has {row['waiting']} timers to run")
        return waiting


async def until_empty(question: Callable[[], Awaitable[list[str]]], deadline: float) -> list[str]:
    """Ask until the answer is empty or the deadline is over; returns the last answer."""
    while (waiting := await question()) and time.monotonic() < deadline:
        await asyncio.sleep(POLL_S)
    return waiting
