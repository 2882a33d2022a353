"""Connections to PostgreSQL, and the forward-only migrations of one service's schema.

Documents are stored as `jsonb`: a struct is written as it is, and read back as text that
`contracts.message.decoder_of` turns into its type.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import msgspec

from services.telemetry import log

SERVICES = Path(__file__).parent
POOL_CLOSE_S = 5
# A plan made while a table was small reads the whole of it for each row, however large it has grown: PostgreSQL makes
# another one once it has analysed the table, a minute later at the soonest, and we whenever a statement is this old.
STATEMENT_KEPT_S = 5

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection = asyncpg.pool.PoolConnectionProxy

# What PostgreSQL and the driver raise where a connection is lost, or none is to be had.
_CONNECTION_LOST = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    # A statement on a connection whose server has said good-bye, and not hung up yet.
    asyncpg.InternalClientError,
)


class DatabaseAway(Exception):
    """PostgreSQL itself is away: the work is to be tried again, not refused."""


# The same for code that uses the pool without `transaction`.
DATABASE_AWAY = (DatabaseAway, OSError, *_CONNECTION_LOST)


class Collision(Exception):
    """What was read is no longer true, by the time that it is written: the work is to be done again."""


# Two that lock the same rows in another order, or that decided on what the other changed: one of them does it again.
COLLISIONS = (Collision, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


async def set_codecs(connection: "asyncpg.Connection[Any]") -> None:
    """Let a struct be written to a `jsonb` column and come back as JSON text."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: value if isinstance(value, str) else msgspec.json.encode(value).decode(),
        decoder=lambda text: text,
    )


async def leave_as_it_is(_connection: "asyncpg.Connection[Any]") -> None:
    """Reset nothing between two uses: ours leave no state in the session, and it would be one more round trip each."""


async def open_pool(dsn: str, size: int) -> Pool:
    """A pool of at most `size` connections; waits up to 30 s for a server that is starting."""
    for attempt in range(60):
        try:
            return await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=size,
                init=set_codecs,
                reset=leave_as_it_is,
                command_timeout=30,
                max_cached_statement_lifetime=STATEMENT_KEPT_S,
            )
        except DATABASE_AWAY as error:
            log().warning("database_away", attempt=attempt, error=repr(error))
            await asyncio.sleep(0.5)
    raise SystemExit("passerelle: PostgreSQL does not answer")


async def close_pool(pool: Pool) -> None:
    """Close the pool, by force where a connection is not given back in time."""
    try:
        async with asyncio.timeout(POOL_CLOSE_S):
            await pool.close()
    except TimeoutError:
        pool.terminate()


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction that commits when the block ends well.

    Raises DatabaseAway where the database went away before, in or at the end of it: what was done
    is then to be done again, by whoever can tell whether it had committed after all. An error of
    the statements themselves is raised as it is, so that a defect never looks like an outage.
    """
    try:
        connection = await pool.acquire()
    except DATABASE_AWAY as error:
        raise DatabaseAway(repr(error)) from error
    try:
        async with connection.transaction():
            yield connection
    except _CONNECTION_LOST as error:
        raise DatabaseAway(repr(error)) from error
    except asyncpg.InterfaceError as error:
        # The driver's word for both a wrong call and a call on a connection that is gone.
        if _is_gone(connection):
            raise DatabaseAway(repr(error)) from error
        raise
    finally:
        await pool.release(connection)


def _is_gone(connection: Connection) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        # The pool has taken it back by itself.
        return True


def list_migrations(service: str) -> list[tuple[str, str]]:
    """Name and text of every migration of a service, in order; the plumbing is the first."""
    files = [SERVICES / "plumbing.sql", *sorted((SERVICES / service / "migrations").glob("*.sql"))]
    return [(file.name, file.read_text(encoding="utf-8")) for file in files]


async def migrate(dsn: str, service: str) -> list[str]:
    """Apply what is missing to the service's schema, each file in a transaction of its own.

    Replicas that start together wait for each other. Migrations only go forward: raises SystemExit,
    having applied nothing, where a file that was applied has changed, or a new one would come
    before it.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select pg_advisory_lock(hashtext('migrate ' || current_schema()))")
        await connection.execute(
            "create table if not exists migration (name text primary key, checksum text not null,"
            " applied_at timestamptz not null default now())"
        )
        known = {r["name"]: r["checksum"] for r in await connection.fetch("select name, checksum from migration")}
        missing = missing_migrations(service, known)
        for name, text in missing:
            async with connection.transaction():
                await connection.execute(text)
                await connection.execute(
                    "insert into migration (name, checksum) values ($1, $2)", name, checksum_of(text)
                )
    finally:
        await connection.close()
    return [name for name, _ in missing]


def missing_migrations(service: str, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """The migrations yet to apply, given names and checksums of those applied."""
    missing = []
    last_number = max((name for name in known if name[0].isdigit()), default="")
    for name, text in list_migrations(service):
        if name not in known:
            missing.append((name, text))
            if name[0].isdigit() and name < last_number:
                raise SystemExit(
                    f"passerelle: migration {service}/{name} comes before {last_number}, which is applied;"
                    " give it the next number"
                )
        elif known[name] != checksum_of(text):
            raise SystemExit(
                f"passerelle: migration {service}/{name} was applied and has changed since; add a new file instead"
            )
    return missing


def checksum_of(text: str) -> str:
    """What tells whether a file changed after it was applied."""
    return hashlib.sha256(text.encode()).hexdigest()
