"""Migrations: forward only, each once, and nothing applied where one of them is refused."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded.postgres import RunningPostgres
from deploy.postgres.provision import provision_database
from services import database
from services.database import list_migrations, migrate

Write = Callable[[str, str], None]


@pytest.fixture
async def dsn(postgres: RunningPostgres) -> str:
    """The companies' role in a database in which nothing was migrated yet."""
    connection = await asyncpg.connect(postgres.admin_dsn())
    await connection.execute("drop database if exists migrations with (force)")
    await connection.close()
    await provision_database(postgres.admin_dsn(), postgres.passwords, "migrations")
    return postgres.dsn("companies", "migrations")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a migration of the service, beside the real plumbing."""
    shutil.copy(database.SERVICES / "plumbing.sql", tmp_path)
    monkeypatch.setattr(database, "SERVICES", tmp_path)
    folder = tmp_path / "companies" / "migrations"
    folder.mkdir(parents=True)

    def write_file(name: str, text: str) -> None:
        (folder / name).write_text(text)

    return write_file


async def tables(dsn: str) -> set[str]:
    """The tables of the service's schema."""
    connection = await asyncpg.connect(dsn)
    try:
        found = await connection.fetch(
            "select table_name from information_schema.tables where table_schema = current_schema()"
        )
    finally:
        await connection.close()
    return {row["table_name"] for row in found}


async def test_migrations_are_applied_in_order_and_once(dsn: str, write: Write) -> None:
    """The plumbing first, then by number; what is new later comes on top of what is there."""
    write("0002_second.sql", "alter table first add column more text")
    write("0001_first.sql", "create table first (id int)")

    applied = await migrate(dsn, "companies")
    again = await migrate(dsn, "companies")
    write("0003_third.sql", "create table third (id int); insert into first (id) values (1)")
    later = await migrate(dsn, "companies")

    assert applied == ["plumbing.sql", "0001_first.sql", "0002_second.sql"]
    assert again == []
    assert later == ["0003_third.sql"]
    assert {"outbox", "inbox", "timer", "first", "third"} <= await tables(dsn)


async def test_replicas_that_migrate_together_wait_for_each_other(dsn: str, write: Write) -> None:
    """Of five at once one does the work and none fails."""
    write("0001_slow.sql", "create table slow (id int); select pg_sleep(0.3)")

    applied = await asyncio.gather(*(migrate(dsn, "companies") for _ in range(5)))

    assert sorted(applied, key=len) == [[], [], [], [], ["plumbing.sql", "0001_slow.sql"]]


async def test_changed_migration_is_refused(dsn: str, write: Write) -> None:
    """One that was applied must stay as it was; nothing else is applied either."""
    write("0001_first.sql", "create table first (id int)")
    await migrate(dsn, "companies")
    write("0001_first.sql", "create table first (id bigint)")
    write("0002_second.sql", "create table second (id int)")

    with pytest.raises(SystemExit, match=r"companies/0001_first\.sql was applied and has changed .* add a new file"):
        await migrate(dsn, "companies")

    assert "second" not in await tables(dsn)


async def test_migration_before_an_applied_one_is_refused(dsn: str, write: Write) -> None:
    """A number that was left behind is asked to be the next one; nothing is applied."""
    write("0002_second.sql", "create table second (id int)")
    await migrate(dsn, "companies")
    write("0001_first.sql", "create table first (id int)")
    write("0003_third.sql", "create table third (id int)")

    with pytest.raises(SystemExit, match=r"0001_first\.sql comes before 0002_second\.sql, .* the next number"):
        await migrate(dsn, "companies")

    assert not {"first", "third"} & await tables(dsn)


async def test_migration_that_fails_leaves_nothing_of_itself(dsn: str, write: Write) -> None:
    """Those before it stay, and once mended it is applied."""
    write("0001_first.sql", "create table first (id int)")
    write("0002_broken.sql", "create table half (id int); select 1 / 0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(dsn, "companies")
    half = await tables(dsn)
    write("0002_broken.sql", "create table half (id int)")

    applied = await migrate(dsn, "companies")

    assert "first" in half
    assert "half" not in half
    assert applied == ["0002_broken.sql"]


@pytest.mark.parametrize("service", ["gateway", "companies", "associations", "matchmaker"])
def test_real_migrations_are_numbered_without_gaps(service: str) -> None:
    """0001, 0002 and so on, each number once."""
    names = [name for name, _ in list_migrations(service)][1:]

    assert [name[:5] for name in names] == [f"{number:04}_" for number in range(1, len(names) + 1)]
