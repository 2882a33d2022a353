"""The commands for servers that are not embedded: roles, streams, migrations and one service at a time."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import nats as nats_client
import pytest

from deploy.embedded.nats import RunningNats, start_nats
from deploy.embedded.postgres import RunningPostgres
from deploy.permissions import SERVICES
from deploy.postgres.provision import provision_database

ROOT = Path(__file__).parents[2]


async def passerelle(*arguments: str, **variables: str) -> tuple[int, str]:
    """Exit code and output of a command, whose environment holds no other PASSERELLE_ variables."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy", *arguments),
        cwd=ROOT,
        env={**inherited, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def ask(dsn: str, query: str) -> object:
    """The single value of a query."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def own_database(postgres: RunningPostgres) -> str:
    """A database with its roles and empty schemas."""
    await provision_database(postgres.admin_dsn(), postgres.passwords, "own")
    return "own"


async def test_provision_makes_the_database(postgres: RunningPostgres) -> None:
    """Given an administrator and the passwords, every service may then work in its own schema."""
    passwords = {f"PASSERELLE_DATABASE_PASSWORD_{name.upper()}": postgres.passwords[name] for name in SERVICES}

    code, output = await passerelle(
        "provision", "--database", "provisioned", PASSERELLE_ADMIN_DSN=postgres.admin_dsn(), **passwords
    )

    assert (code, output) == (0, "")
    for service in SERVICES:
        assert await ask(postgres.dsn(service, "provisioned"), "select current_schema()") == service


async def test_provision_makes_streams_and_durables(tmp_path: Path) -> None:
    """Given a broker, every follower then has its place in the streams that it follows."""
    broker: RunningNats = await start_nats(tmp_path)

    code, output = await passerelle("provision", PASSERELLE_PROVISION_NATS_URL=broker.url("provision"))
    client = await nats_client.connect(broker.url("operator"), inbox_prefix=b"_INBOX.operator")
    names = {stream.config.name for stream in await client.jetstream().streams_info()}
    follower = await client.jetstream().consumer_info("EVT_COMPANIES", "matchmaker")
    await client.close()
    await broker.stop()

    assert (code, output) == (0, "")
    assert names == {"EVT_GATEWAY", "EVT_COMPANIES", "EVT_ASSOCIATIONS", "EVT_MATCHMAKER"}
    assert all(subject.startswith("evt.companies.") for subject in follower.config.filter_subjects)


async def test_provision_names_missing_passwords(postgres: RunningPostgres) -> None:
    """A role without a password is not made; the variables to set are named."""
    code, output = await passerelle("provision", PASSERELLE_ADMIN_DSN=postgres.admin_dsn())

    assert code == 2
    assert all(f"PASSERELLE_DATABASE_PASSWORD_{service.upper()}" in output for service in SERVICES)


async def test_provision_of_nothing_is_refused() -> None:
    """Without any server the command says what to give."""
    code, output = await passerelle("provision")

    assert code == 2
    assert "Give --admin-dsn, --nats-url or both." in output


async def test_migrate_brings_a_schema_up_to_date(postgres: RunningPostgres, own_database: str) -> None:
    """The first call makes the tables, a second one changes nothing."""
    dsn = postgres.dsn("companies", own_database)

    first, _ = await passerelle(
        "migrate", "companies", PASSERELLE_DATABASE_DSN=dsn, PASSERELLE_NATS_URL="nats://unused"
    )
    applied = await ask(dsn, "select array_agg(name order by name) from migration")
    second, _ = await passerelle(
        "migrate", "companies", PASSERELLE_DATABASE_DSN=dsn, PASSERELLE_NATS_URL="nats://unused"
    )

    assert (first, second) == (0, 0)
    assert applied
    assert await ask(dsn, "select array_agg(name order by name) from migration") == applied


async def test_service_without_settings_names_what_is_missing() -> None:
    """A service that is not told where its database is says so and ends."""
    code, output = await passerelle("service", "associations")

    assert code == 1
    assert "PASSERELLE_DATABASE_DSN" in output


async def test_unknown_service_is_refused() -> None:
    """The four names are offered instead."""
    code, output = await passerelle("service", "catering")

    assert code == 2
    assert all(service in output for service in SERVICES)


@pytest.mark.parametrize("service", SERVICES)
async def test_service_stops_in_order_when_asked(servers, service: str) -> None:
    """From ready to SIGTERM, one process per service, exit code 0."""
    settings = {
        "PASSERELLE_DATABASE_DSN": servers.dsn(service),
        "PASSERELLE_NATS_URL": servers.nats_url(service),
        "PASSERELLE_HTTP_PORT": "0",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy", "service", service),
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
    )

    lines = [await process.stdout.readline()]
    while b'"ready"' not in lines[-1] and lines[-1]:
        lines.append(await process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    rest, _ = await process.communicate()

    assert b'"ready"' in lines[-1]
    assert b'"stopped"' in rest
    assert process.returncode == 0
