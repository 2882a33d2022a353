"""Connections to PostgreSQL, and the forward-only migrations of one service's schema.

Documents are stored as `jsonb`: a struct is written as it is, and read back as text that
`contracts.message.decoder_of` turns into its type.
"""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from services.telemetry import log

SERVICES = Path(__file__).parent

# What says that the database itself is away, so that the work is to be tried again, not refused.
DATABASE_AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)


async def set_codecs(connection: "asyncpg.Connection[Any]") -> None:
    """Let a struct be written to a `jsonb` column and come back as JSON text."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: value if isinstance(value, str) else msgspec.json.encode(value).decode(),
        decoder=lambda text: text,
    )


async def open_pool(dsn: str, size: int) -> "asyncpg.Pool[asyncpg.Record]":
    """A pool of at most `size` connections; waits up to 30 s for a server that is starting."""
    for attempt in range(60):
        try:
            return await asyncpg.create_pool(dsn, min_size=1, max_size=size, init=set_codecs, command_timeout=30)
        except DATABASE_AWAY as error:
            log().warning("database_away", attempt=attempt, error=repr(error))
            await asyncio.sleep(0.5)
    raise SystemExit("passerelle: PostgreSQL does not answer")


def list_migrations(service: str) -> list[tuple[str, str]]:
    """Name and text of every migration of a service, in order; the plumbing is the first."""
    files = [SERVICES / "plumbing.sql", *sorted((SERVICES / service / "migrations").glob("*.sql"))]
    return [(file.name, file.read_text(encoding="utf-8")) for file in files]


async def migrate(dsn: str, service: str) -> list[str]:
    """Apply what is missing to the service's schema, each file in a transaction of its own.

    Replicas that start together wait for each other. Raises SystemExit where a file that was
    applied has changed since: migrations only go forward.
    """
    applied_now = []
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select pg_advisory_lock(hashtext('migrate ' || current_schema()))")
        await connection.execute(
            "create table if not exists migration (name text primary key, checksum text not null,"
            " applied_at timestamptz not null default now())"
        )
        known = {r["name"]: r["checksum"] for r in await connection.fetch("select * from migration")}
        for name, text in list_migrations(service):
            checksum = hashlib.sha256(text.encode()).hexdigest()
            if name in known:
                if known[name] != checksum:
                    raise SystemExit(
                        f"passerelle: migration {service}/{name} was applied and has changed since;"
                        " add a new file instead"
                    )
                continue
            async with connection.transaction():
                await connection.execute(text)
                await connection.execute("insert into migration (name, checksum) values ($1, $2)", name, checksum)
            applied_now.append(name)
    finally:
        await connection.close()
    return applied_now
