"""The gateway alone on fresh servers, with only its own durables."""

import itertools
from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.choreography import durables_of
from deploy.embedded.nats import RunningNats, start_nats
from deploy.embedded.postgres import RunningPostgres
from deploy.provision import provision_streams
from services.database import open_pool
from services.gateway.service import service
from tests.component.gateway.given import Gateway, a_gateway
from tests.conftest import Servers, end_at_once

numbers = itertools.count(1)


@pytest.fixture
async def nats(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningNats]:
    """A fresh broker with every stream and the gateway's durables."""
    running = await start_nats(tmp_path_factory.mktemp("nats"))
    await provision_streams(running.url("provision"), durables_of([service]))
    yield running
    await end_at_once(running)


@pytest.fixture
async def gateway(servers: Servers) -> AsyncIterator[Gateway]:
    """The gateway at work."""
    async with a_gateway(servers) as running:
        yield running


@pytest.fixture(scope="module")
async def shared_gateway(
    postgres: RunningPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    """One gateway for all tests of a module that leave nothing behind for each other."""
    name = f"gateway_{next(numbers)}"
    connection = await asyncpg.connect(postgres.admin_dsn())
    await connection.execute(f"create database {name} template {template} strategy file_copy")
    broker = await start_nats(tmp_path_factory.mktemp("nats"))
    await provision_streams(broker.url("provision"), durables_of([service]))
    async with a_gateway(Servers(postgres, name, broker)) as running:
        yield running
    await end_at_once(broker)
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture
async def pool(postgres, database):
    """The gateway's own connections to a fresh database."""
    opened = await open_pool(postgres.dsn("gateway", database), 8)
    yield opened
    await opened.close()
