"""The embedded PostgreSQL: durable, closed to strangers, and never taken for what it is not."""

import os
import re
import signal
from pathlib import Path

import asyncpg
import psutil
import pytest

from deploy.embedded import process as process_module
from deploy.embedded.data_folder import DataFolderError
from deploy.embedded.postgres import RunningPostgres, start_postgres
from deploy.embedded.process import StartError
from deploy.permissions import SERVICES
from deploy.postgres.provision import provision_database


async def ask(dsn: str, query: str) -> object:
    """The single value of a query."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def isolated(postgres: RunningPostgres) -> str:
    """A provisioned database in which every service owns one table with a secret."""
    await provision_database(postgres.admin_dsn(), postgres.passwords, "isolated")
    for service in SERVICES:
        await ask(postgres.dsn(service, "isolated"), "create table secret as select 42 as value")
    return "isolated"


async def test_finds_its_data_again(tmp_path: Path) -> None:
    """What was committed before an orderly stop is there after the next start."""
    first = await start_postgres(tmp_path)
    await ask(first.admin_dsn(), "create table kept as select 7 as value")
    await first.stop()

    second = await start_postgres(tmp_path)
    value = await ask(second.admin_dsn(), "select value from kept")
    await second.stop()

    assert value == 7


async def test_keeps_what_was_committed_before_a_kill(tmp_path: Path) -> None:
    """A kill -9 of the server loses no committed row, and the next start needs nobody's help."""
    first = await start_postgres(tmp_path)
    await ask(first.admin_dsn(), "create table kept as select 7 as value")
    os.kill(first.process.pid, signal.SIGKILL)
    await first.process.wait()

    second = await start_postgres(tmp_path)
    value = await ask(second.admin_dsn(), "select value from kept")
    await second.stop()

    assert value == 7


async def test_is_durable_checked_and_off_the_network(tmp_path: Path) -> None:
    """The default server waits for the disk, checks its pages, sorts by code point and opens no port."""
    running = await start_postgres(tmp_path)
    wanted = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "password_encryption": "scram-sha-256",
        "TimeZone": "UTC",
    }

    found = {name: await ask(running.admin_dsn(), f"show {name}") for name in wanted}
    locale = await ask(
        running.admin_dsn(),
        "select datlocprovider::text || ' ' || datlocale from pg_database where datname = 'postgres'",
    )
    await running.stop()

    assert found == wanted
    assert locale == "b C.UTF-8"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to drop")
async def test_root_keeps_none_of_its_rights(postgres: RunningPostgres) -> None:
    """The server runs as another account, with no right but to pass through folders closed to others."""
    server = psutil.Process(postgres.process.pid)
    status = Path(f"/proc/{server.pid}/status").read_text()
    capabilities = re.search(r"CapEff:\s+(\w+)", status)

    assert 0 not in server.uids()
    assert 0 not in server.gids()
    assert int(capabilities[1], 16) & ~(1 << 1) == 0


async def test_refuses_a_wrong_password(postgres: RunningPostgres) -> None:
    """Who reaches the socket still needs the password."""
    wrong = postgres.admin_dsn().replace(postgres.passwords["administrator"], "guess")

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


@pytest.mark.parametrize("service", SERVICES)
async def test_service_works_in_its_own_schema(postgres: RunningPostgres, isolated: str, service: str) -> None:
    """A service's unqualified names are those of its own schema."""
    assert await ask(postgres.dsn(service, isolated), "select current_schema()") == service
    assert await ask(postgres.dsn(service, isolated), "select value from secret") == 42


@pytest.mark.parametrize(
    "statement",
    [
        *(f"select value from {service}.secret" for service in SERVICES if service != "matchmaker"),
        "create table companies.intruder ()",
        "create table public.intruder ()",
        "create schema intruder",
        "create role intruder",
        "create database intruder",
        "alter role companies password 'stolen'",
        "select pg_read_file('PG_VERSION')",
    ],
)
async def test_service_has_no_right_beyond_its_schema(postgres: RunningPostgres, isolated: str, statement: str) -> None:
    """One service can neither read nor write another's things, nor make anything outside its schema."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(postgres.dsn("matchmaker", isolated), statement)


async def test_stranger_may_not_connect_to_the_database(postgres: RunningPostgres, isolated: str) -> None:
    """A role that is no service's has no access to the services' database."""
    await ask(postgres.admin_dsn(), "create role stranger login password 'stranger'")
    dsn = postgres.dsn("companies", isolated).replace(
        f"companies:{postgres.passwords['companies']}", "stranger:stranger"
    )

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(dsn)


async def test_provisioning_again_changes_nothing(postgres: RunningPostgres, isolated: str) -> None:
    """Roles, schemas and tables survive a second provisioning."""
    await provision_database(postgres.admin_dsn(), postgres.passwords, isolated)

    assert await ask(postgres.dsn("companies", isolated), "select value from secret") == 42


async def test_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    """What an interrupted first start left behind is replaced, never used."""
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")

    running = await start_postgres(tmp_path)
    await running.stop()

    assert not (tmp_path / "postgres.new").exists()
    assert not (tmp_path / "postgres.password").exists()


async def test_long_path_moves_the_socket(tmp_path: Path) -> None:
    """A data folder too deep for a unix socket still works, twice with the same socket folder."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)

    first = await start_postgres(deep)
    value = await ask(first.admin_dsn(), "select 1")
    await first.stop()
    second = await start_postgres(deep)
    await second.stop()

    assert value == 1
    assert not first.socket_folder.is_relative_to(deep)
    assert second.socket_folder == first.socket_folder
    first.socket_folder.rmdir()


async def test_foreign_process_id_does_not_prevent_a_start(tmp_path: Path) -> None:
    """A postmaster.pid left by a kill is stale, even where another process has that number now."""
    first = await start_postgres(tmp_path)
    await first.stop()
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path / 'postgres'}\n0\n5432\n")

    second = await start_postgres(tmp_path)
    value = await ask(second.admin_dsn(), "select 1")
    await second.stop()

    assert value == 1


async def test_second_server_on_the_same_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one server lives, another one says so instead of starting."""
    monkeypatch.setattr(process_module, "PREDECESSOR_PATIENCE_S", 0.1)
    first = await start_postgres(tmp_path)

    with pytest.raises(StartError, match="Another postgres still runs on"):
        await start_postgres(tmp_path)

    assert await ask(first.admin_dsn(), "select 1") == 1
    await first.stop()


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda cluster: (cluster / "PG_VERSION").unlink(), "holds no PostgreSQL files"),
        (lambda cluster: (cluster / "PG_VERSION").write_text("15\n"), "belongs to PostgreSQL 15, not 18"),
        (lambda cluster: (cluster / "global" / "pg_control").unlink(), "lacks global/pg_control"),
    ],
)
async def test_damaged_cluster_is_refused_in_one_sentence(tmp_path: Path, damage, complaint: str) -> None:
    """Broken files are named, with the remedy, and left as they are."""
    running = await start_postgres(tmp_path, durable=False)
    await running.stop()
    damage(tmp_path / "postgres")
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))

    with pytest.raises(DataFolderError, match=f"damaged: .*{complaint}; nothing was changed"):
        await start_postgres(tmp_path)

    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


async def test_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    """The server's own last words are part of the error."""
    running = await start_postgres(tmp_path, durable=False)
    await running.stop()
    (tmp_path / "postgres" / "pg_hba.conf").unlink()

    with pytest.raises(StartError, match=r"(?s)postgres ended with exit code 1 before it was ready.*pg_hba\.conf"):
        await start_postgres(tmp_path)
