"""A matchmaker alone, told of the region by events as its neighbours would tell them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec
import pytest
from nats.aio.client import Client

from contracts.caller import SYSTEM, Caller
from contracts.identifiers import uuid7
from contracts.message import Event, Request, decoder_of, owner_of, subject_of
from services.bus import Bus, connect
from services.database import set_codecs
from services.matchmaker.service import service
from services.runtime import running
from services.settings import Settings
from tests.conftest import Servers

PATIENCE_S = 10


@dataclass
class Matchmaker:
    """The service at work, with hands to ask it, to tell it events and to read what it stored."""

    bus: Bus
    neighbours: dict[str, Client]
    connection: "asyncpg.Connection[asyncpg.Record]"

    async def ask(self, request: Request[Any], caller: Caller = SYSTEM, key: str = "") -> Any:
        """Its answer."""
        return await self.bus.ask(request, caller, idempotency_key=key)

    async def tell(self, *events: Event, event_id: str = "") -> None:
        """Announce events as their owner's relay would."""
        for event in events:
            headers = {"ce-id": event_id or str(uuid7())}
            stream = self.neighbours[owner_of(type(event))].jetstream()
            await stream.publish(subject_of(type(event)), msgspec.json.encode(event), headers=headers)

    async def read(self, table: str, kind: type[Any], where: str = "true") -> list[Any]:
        """The documents of a table, by id."""
        rows = await self.connection.fetch(f"select document from {table} where {where} order by id")
        return [decoder_of(kind).decode(row["document"]) for row in rows]

    async def announced(self, kind: type[Event]) -> list[Any]:
        """The events of that kind in the outbox, in order."""
        rows = await self.connection.fetch(
            "select body from outbox where subject = $1 order by position", subject_of(kind)
        )
        return [decoder_of(kind).decode(row["body"]) for row in rows]

    async def until(self, found: Callable[[], Awaitable[Any]]) -> Any:
        """What `found` gives once it gives something; fails after a while."""
        async with asyncio.timeout(PATIENCE_S):
            while not (value := await found()):
                await asyncio.sleep(0.01)
        return value


@pytest.fixture
async def matchmaker(servers: Servers) -> AsyncIterator[Matchmaker]:
    """The service on a fresh database and broker."""
    settings = Settings(database_dsn=servers.dsn("matchmaker"), nats_url=servers.nats_url("matchmaker"))
    async with running(service, settings):
        gateway = await connect(servers.nats_url("gateway"), "gateway")
        neighbours = {name: await connect(servers.nats_url(name), name) for name in ("companies", "associations")}
        connection = await asyncpg.connect(servers.dsn("matchmaker"))
        await set_codecs(connection)
        yield Matchmaker(Bus(gateway), neighbours, connection)
        await connection.close()
        for client in (gateway, *neighbours.values()):
            await client.close()
