"""Real servers for the tests: one PostgreSQL for the whole run, a database and a NATS of its own for each test.

Some tests read real open data, which is never copied into the project. What a region looks like once services run in
it is told in given.py.
"""

import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from deploy.choreography import durables_of, load_services
from deploy.embedded.nats import RunningNats, start_nats
from deploy.embedded.postgres import RunningPostgres, start_postgres
from deploy.permissions import SERVICES
from deploy.postgres.provision import provision_database
from deploy.provision import provision_streams
from services.database import migrate

ROOT = Path(__file__).parents[1]
TEMPLATE = "passerelle_template"
numbers = itertools.count(1)

# How fast the machine is that a test runs on says nothing about what it tests.
settings.register_profile("passerelle", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("passerelle")

# Data that go with the run lie in memory where there is room for them: a fresh database then takes a tenth of the time.
MEMORY = Path("/dev/shm")  # noqa: S108  a folder of the run's own in it, made with the rights of its user alone
ROOM_BYTES = 4 * 1024**3


def pytest_configure(config: pytest.Config) -> None:
    """Choose where tests write, unless it was said."""
    if config.option.basetemp is None and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
        config.option.basetemp = tempfile.mkdtemp(prefix="passerelle-tests-", dir=MEMORY)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no memory taken."""
    if str(config.option.basetemp).startswith(str(MEMORY)):
        shutil.rmtree(config.option.basetemp, ignore_errors=True)


@dataclass(frozen=True)
class Servers:
    """One test's own database and broker."""

    postgres: RunningPostgres
    database: str
    nats: RunningNats

    def dsn(self, role: str) -> str:
        """Where a service (or `administrator`) finds the test's database."""
        return self.postgres.dsn(role, self.database)

    def nats_url(self, user: str) -> str:
        """Where a service, `operator` or `provision` finds the test's broker."""
        return self.nats.url(user)


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningPostgres]:
    """One server for the run, which does not wait for the disk: its data go with it, whether or not it crashes."""
    running = await start_postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    yield running
    await running.stop()


@pytest.fixture(scope="session")
async def template(postgres: RunningPostgres) -> str:
    """The name of a database in which every service has migrated its schema."""
    await provision_database(postgres.admin_dsn(), postgres.passwords, TEMPLATE)
    for service in SERVICES:
        await migrate(postgres.dsn(service, TEMPLATE), service)
    return TEMPLATE


@asynccontextmanager
async def a_database(postgres: RunningPostgres, template: str) -> AsyncIterator[str]:
    """The name of a fresh, migrated database, its schemas and their rights as in the template."""
    name = f"test_{next(numbers)}"
    connection = await asyncpg.connect(postgres.admin_dsn())
    # Made and dropped faster than by way of the log, the default, since this server does not wait for the disk.
    await connection.execute(f"create database {name} template {template} strategy file_copy")
    yield name
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture
async def database(postgres: RunningPostgres, template: str) -> AsyncIterator[str]:
    """The test's own database."""
    async with a_database(postgres, template) as name:
        yield name


@asynccontextmanager
async def a_broker(folder: Path) -> AsyncIterator[RunningNats]:
    """A fresh broker with every service's stream and durables."""
    running = await start_nats(folder)
    await provision_streams(running.url("provision"), durables_of(load_services()))
    yield running
    await end_at_once(running)


@pytest.fixture
async def nats(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningNats]:
    """The test's own broker."""
    async with a_broker(tmp_path_factory.mktemp("nats")) as running:
        yield running


async def end_at_once(broker: RunningNats) -> None:
    """End a broker whose store nobody will read again: its orderly stop takes longer than most tests."""
    broker.process.signal(signal.SIGKILL)
    await broker.process.wait()


@pytest.fixture
def servers(postgres: RunningPostgres, database: str, nats: RunningNats) -> Servers:
    """A fresh database and a fresh broker."""
    return Servers(postgres, database, nats)


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """The path of one file of the real data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("PASSERELLE_DATA_DIR", ROOT.parent / "shared" / "data"))

    def path_of(name: str) -> Path:
        if not (folder / name).is_file():
            pytest.skip(f"no {name} in {folder}: set PASSERELLE_DATA_DIR to the folder of the real data")
        return folder / name

    return path_of
