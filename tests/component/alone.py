"""One service at work without the others: they are played by what they would ask it and tell it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec
import pytest
from nats.aio.client import Client

from contracts.caller import SYSTEM, Caller
from contracts.errors import Problem, RequestRefused
from contracts.identifiers import uuid7
from contracts.message import Event, Request, decoder_of, owner_of, subject_of
from services.bus import Bus, connect
from services.database import set_codecs
from services.runtime import Service, running
from services.settings import Settings
from tests.conftest import Servers

PATIENCE_S = 10
# What the plumbing keeps of questions and answers; all other tables must not change when a request is refused.
KEPT_ANYWAY = frozenset({"migration", "inbox", "idempotency", "job_run"})


@dataclass(frozen=True)
class Alone:
    """A service with hands to ask it, to tell it events, and to read what it stored."""

    bus: Bus
    neighbours: dict[str, Client]
    connection: "asyncpg.Connection[Any]"

    async def ask(
        self, request: Request[Any], caller: Caller = SYSTEM, key: str = "", if_version: int | None = None
    ) -> Any:
        """Its answer; raises RequestRefused."""
        return await self.bus.ask(request, caller, idempotency_key=key, if_version=if_version)

    async def refusal(self, request: Request[Any], caller: Caller = SYSTEM, if_version: int | None = None) -> Problem:
        """The problem that it answers with; fails where it does not refuse, or stores or announces something."""
        before = await self.stored()
        with pytest.raises(RequestRefused) as refused:
            await self.ask(request, caller, if_version=if_version)
        assert await self.stored() == before
        return refused.value.problem

    async def tell(self, *events: Event, event_id: str = "") -> None:
        """Announce events as their owners' relays would."""
        for event in events:
            stream = self.neighbours[owner_of(type(event))].jetstream()
            headers = {"ce-id": event_id or str(uuid7())}
            await stream.publish(subject_of(type(event)), msgspec.json.encode(event), headers=headers)

    async def documents(self, table: str, kind: type[Any], where: str = "true") -> list[Any]:
        """The resources of a table, by id."""
        rows = await self.connection.fetch(f"select document from {table} where {where} order by id")
        return [decoder_of(kind).decode(row["document"]) for row in rows]

    async def announced(self, kind: type[Event]) -> list[Any]:
        """The events of that kind in the outbox, in order."""
        rows = await self.connection.fetch(
            "select body from outbox where subject = $1 order by position", subject_of(kind)
        )
        return [decoder_of(kind).decode(row["body"]) for row in rows]

    async def stored(self) -> dict[str, list[str]]:
        """All rows of all tables, as text."""
        tables = await self.connection.fetch(
            "select table_name as name from information_schema.tables where table_schema = current_schema()"
        )
        # The relay marks its rows whenever it comes to it.
        unmarked = {"outbox": "position::text"}
        return {
            name: [
                row[0]
                for row in await self.connection.fetch(
                    f"select {unmarked.get(name, 't::text')} from {name} t order by 1"
                )
            ]
            for name in sorted({table["name"] for table in tables} - KEPT_ANYWAY)
        }

    async def strike(self, timer: str) -> None:
        """Let the timers of that kind be due, whatever they were set for, and wait until they have run."""
        await self.connection.execute("update timer set due_at = now() where kind = $1", timer)
        await self.until(
            lambda: self.connection.fetchval("select not exists (select from timer where kind = $1)", timer)
        )

    async def until(self, found: Callable[[], Awaitable[Any]]) -> Any:
        """What `found` gives once it gives something; fails after a while."""
        async with asyncio.timeout(PATIENCE_S):
            while not (value := await found()):
                await asyncio.sleep(0.01)
        return value


@asynccontextmanager
async def alone(service: Service, servers: Servers) -> AsyncIterator[Alone]:
    """Run the service on these servers, asked as by the gateway, told as by those that it follows."""
    settings = Settings(database_dsn=servers.dsn(service.name), nats_url=servers.nats_url(service.name))
    async with running(service, settings), AsyncExitStack() as stack:

        async def hand(name: str) -> Client:
            client = await connect(servers.nats_url(name), name)
            stack.push_async_callback(client.close)
            return client

        connection = await asyncpg.connect(servers.dsn(service.name))
        stack.push_async_callback(connection.close)
        await set_codecs(connection)
        yield Alone(Bus(await hand("gateway")), {source: await hand(source) for source in service.sources}, connection)
