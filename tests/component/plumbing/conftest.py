"""Servers for toy services: their own durables, and a table for their effects."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from nats.aio.client import Client

from deploy.choreography import durables_of
from deploy.embedded.nats import RunningNats, start_nats
from deploy.embedded.postgres import RunningPostgres
from deploy.provision import provision_streams
from services.bus import Bus, connect
from tests.component.plumbing.toys import COMPANIES, MATCHMAKER, SCHEMA
from tests.conftest import Servers


@pytest.fixture
async def nats(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningNats]:
    """A fresh broker with the toys' streams and durables."""
    running = await start_nats(tmp_path_factory.mktemp("nats"))
    await provision_streams(running.url("provision"), durables_of([COMPANIES, MATCHMAKER]))
    yield running
    await running.stop()


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
