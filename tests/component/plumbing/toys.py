"""Toy services on real servers: real messages, and handlers whose whole effect is a row in a table `effect`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.companies.slots import GetSlot, MoveSlot, Slot, SlotClosed
from contracts.errors import NotFound, PasserelleError
from contracts.operations import CheckHealth, DeadLetter, ListDeadLetters, ServiceHealth
from services.batching import Asked
from services.bus import Bus
from services.following import EventHandler
from services.runtime import Service
from services.settings import Settings
from services.work import Work
from tests.conftest import Servers

SCHEMA = "create table effect (position bigint generated always as identity, what text not null)"


def slot(slot_id: UUID | None = None, version: int = 1, reason: str = "") -> Slot:
    """A slot as its owner would tell of it."""
    start = datetime(2027, 3, 15, 9, tzinfo=UTC)
    return Slot(
        id=slot_id or uuid4(),
        version=version,
        visit_offer_id=uuid4(),
        company_id=uuid4(),
        starts_at=start,
        ends_at=start,
        groups=1,
        pupils_per_group=30,
        state="closed",
        reason=reason,
    )


def move(reason: str = "", slot_id: UUID | None = None) -> MoveSlot:
    """The toys' command: its effect is a row that holds the reason."""
    return MoveSlot(slot_id=slot_id or uuid4(), action="close", reason=reason)


async def note(work: Work, what: str) -> None:
    """The toys' one effect."""
    await work.connection.execute("insert into effect (what) values ($1)", what)


async def close(request: MoveSlot, work: Work) -> Slot:
    """Note the effect and announce it."""
    await note(work, request.reason)
    closed = slot(request.slot_id, reason=request.reason)
    work.announce(SlotClosed(slot=closed))
    return closed


async def close_together(asked: Sequence[Asked[MoveSlot]], work: Work) -> list[Slot | PasserelleError]:
    """As `close`, one after another; what begins with 'no' is refused."""
    answers: list[Slot | PasserelleError] = []
    for one in asked:
        one.take_up(work)
        refused = one.request.reason.startswith("no")
        answers.append(NotFound(thing="slot", id=one.request.reason) if refused else await close(one.request, work))
    return answers


async def get(request: GetSlot, _work: Work) -> Slot:
    """Answer without any effect."""
    return slot(request.slot_id)


async def hear(event: SlotClosed, work: Work) -> None:
    """Note that the event was heard."""
    await note(work, event.slot.reason)


@dataclass
class Gate:
    """A handler that waits to be let through, and counts who waits."""

    waiting: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def close(self, request: MoveSlot, work: Work) -> Slot:
        """As `close`, once let through."""
        await self.pass_through()
        return await close(request, work)

    async def hear(self, event: SlotClosed, work: Work) -> None:
        """As `hear`, once let through."""
        await self.pass_through()
        await hear(event, work)

    async def pass_through(self) -> None:
        """Wait until it is opened."""
        self.waiting += 1
        await self.opened.wait()


COMPANIES = Service(name="companies", answers={MoveSlot: close, GetSlot: get})
TOGETHER = Service(name="companies", answers_together={MoveSlot: close_together})
MATCHMAKER = Service(name="matchmaker", follows={SlotClosed: hear})

Publish = Callable[..., Awaitable[None]]
# What holds for a command holds whether it is decided by itself or together with others.
EITHER_WAY = pytest.mark.parametrize("service", [COMPANIES, TOGETHER], ids=["each", "together"])


def follower(handler: EventHandler) -> Service:
    """The matchmaker with this handler."""
    return Service(name="matchmaker", follows={SlotClosed: handler})


def closed(reason: str, slot_id: UUID | None = None, version: int = 1) -> SlotClosed:
    """An event whose effect is known by its reason."""
    return SlotClosed(slot=slot(slot_id, version, reason))


async def letters(bus: Bus) -> tuple[DeadLetter, ...]:
    """The follower's dead letters."""
    return await bus.ask(ListDeadLetters(), service="matchmaker")


def settings_of(service: Service, servers: Servers, **others: Any) -> Settings:
    """How a process of that service would be told of the servers."""
    return Settings(database_dsn=servers.dsn(service.name), nats_url=servers.nats_url(service.name), **others)


async def rows(servers: Servers, service: str, query: str, *arguments: object) -> list[asyncpg.Record]:
    """What a query finds in a service's schema."""
    connection = await asyncpg.connect(servers.dsn(service))
    try:
        return await connection.fetch(query, *arguments)
    finally:
        await connection.close()


async def effects(servers: Servers, service: str = "companies") -> list[str]:
    """What the toys of a service did, in order."""
    return [row["what"] for row in await rows(servers, service, "select what from effect order by position")]


async def health(bus: Bus, service: str) -> ServiceHealth:
    """What a service says of itself."""
    return await bus.ask(CheckHealth(), service=service)


async def until(found: Callable[[], Awaitable[Any]], patience_s: float = 20) -> Any:
    """What `found` gives once it gives something; fails after a while."""
    async with asyncio.timeout(patience_s):
        while not (value := await found()):
            await asyncio.sleep(0.01)
    return value


async def until_effects(servers: Servers, service: str, count: int) -> list[str]:
    """The toys' effects, once there are so many."""

    async def enough() -> list[str]:
        done = await effects(servers, service)
        return done if len(done) >= count else []

    return await until(enough)
