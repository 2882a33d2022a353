"""Servers for toy services: their own durables, and a table for their effects."""

from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest
from nats.aio.client import Client

from contracts.companies.slots import SlotClosed
from contracts.identifiers import uuid7
from contracts.message import subject_of
from deploy.choreography import durables_of
from deploy.embedded.nats import RunningNats, start_nats
from deploy.embedded.postgres import RunningPostgres
from deploy.provision import provision_streams
from services import following
from services.bus import Bus, connect
from tests.component.plumbing.toys import COMPANIES, MATCHMAKER, SCHEMA, Publish
from tests.conftest import Servers, end_at_once


@pytest.fixture
async def nats(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningNats]:
    """A fresh broker with the toys' streams and durables."""
    running = await start_nats(tmp_path_factory.mktemp("nats"))
    await provision_streams(running.url("provision"), durables_of([COMPANIES, MATCHMAKER]))
    yield running
    await end_at_once(running)


@pytest.fixture
async def servers(postgres: RunningPostgres, database: str, nats: RunningNats) -> Servers:
    """A fresh database with room for the toys' effects, and a fresh broker."""
    made = Servers(postgres, database, nats)
    for service in (COMPANIES, MATCHMAKER):
        connection = await asyncpg.connect(made.dsn(service.name))
        await connection.execute(SCHEMA)
        await connection.close()
    return made


@pytest.fixture
async def client(servers: Servers) -> AsyncIterator[Client]:
    """A connection as the gateway has it."""
    connection = await connect(servers.nats_url("gateway"), "gateway")
    yield connection
    await connection.close()


@pytest.fixture
def bus(client: Client) -> Bus:
    """The bus as the gateway has it."""
    return Bus(client)


@pytest.fixture
async def publish(servers: Servers) -> AsyncIterator[Publish]:
    """Announces what the companies' relay would, and also what no relay would."""
    owner = await connect(servers.nats_url("companies"), "companies")
    stream = owner.jetstream()

    async def announce(what: SlotClosed | bytes, event_id: str | None = None) -> None:
        body = what if isinstance(what, bytes) else msgspec.json.encode(what)
        headers = {"ce-id": event_id or str(uuid7())}
        await stream.publish(subject_of(SlotClosed), body, headers=None if event_id == "" else headers)

    yield announce
    await owner.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is delivered again without much ado."""
    monkeypatch.setattr(following, "RETRY_DELAYS_S", (0.01, 0.01, 0.01, 0.01))
