"""Where bookings are measured: PostgreSQL, NATS, gateway and companies as in production, and the peer beside them.

All of it lies in one temporary folder, waits for its disk, and is filled with what `bookable.py` tells.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.embedded.everything import LOOPBACK, claim_port, wait_listening
from deploy.embedded.nats import RunningNats
from deploy.embedded.postgres import RunningPostgres
from deploy.embedded.process import Process, Program, start
from deploy.embedded.service import CHECKOUT
from services.companies.offers.store import insert_offer
from services.companies.profiles.store import insert_company, insert_site
from services.database import set_codecs
from tests.benchmarks import bookable
from tests.benchmarks.front import SLOT_COLUMNS, cpu_s, start_servers, start_services
from tests.benchmarks.peer import filling

PEER = "peer"
QUIET_S = 60
POLL_S = 0.2


@dataclass(frozen=True)
class Stage:
    """What runs, and how to reach it."""

    folder: Path
    postgres: RunningPostgres
    nats: RunningNats
    processes: dict[str, Process]
    port: int
    peer_port: int
    admin: "asyncpg.Connection[asyncpg.Record]"

    def cpu_s(self) -> dict[str, float]:
        """The seconds of processor that each part has used so far, its children with it."""
        return cpu_s(self.processes)

    async def settle(self) -> None:
        """Wait until every event has reached the directory, and write what PostgreSQL still holds back.

        What one section leaves to do must not slow down the next one.
        """
        async with asyncio.timeout(QUIET_S):
            while await self.admin.fetchval(_BACKLOG):
                await asyncio.sleep(POLL_S)
        await self.admin.execute("checkpoint")


# The gateway follows whatever companies announces: it is quiet once it has noted as many events as there were.
_BACKLOG = "select (select count(*) from companies.outbox) - (select count(*) from gateway.inbox)"


@asynccontextmanager
async def a_stage(folder: Path) -> AsyncIterator[Stage]:
    """Start and fill everything, and stop it when the block ends."""
    async with AsyncExitStack() as stack:
        servers = await start_servers(folder, stack)
        postgres, nats = servers
        admin = await asyncpg.connect(postgres.admin_dsn("passerelle"))
        stack.push_async_callback(admin.close)
        await set_codecs(admin)
        await fill(admin)
        await admin.execute(f"create database {PEER}")
        peer_dsn = postgres.admin_dsn(PEER)
        await filling.fill(peer_dsn)

        # As the peer, which writes no line for each request either.
        processes, port = await start_services(servers, folder, stack, PASSERELLE_LOG_LEVEL="warning")
        peer_port = claim_port(LOOPBACK, 0)
        processes[PEER] = await start_peer(peer_dsn, peer_port, folder / "logs")
        stack.push_async_callback(processes[PEER].stop)
        await wait_listening(LOOPBACK, peer_port)
        yield Stage(folder, postgres, nats, processes, port, peer_port, admin)


async def fill(admin: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Write the stock into the tables of companies and gateway, as the services themselves would."""
    await admin.execute("set search_path = companies")
    await insert_company(admin, bookable.company())
    await insert_site(admin, bookable.site())
    for number in range(bookable.OFFERS):
        await insert_offer(admin, bookable.offer(number))
    await admin.copy_records_to_table(
        "slot",
        schema_name="companies",
        columns=SLOT_COLUMNS,
        records=(tuple(getattr(slot, name) for name in SLOT_COLUMNS) for slot in bookable.slots()),
    )
    await admin.copy_records_to_table(
        "school",
        schema_name="companies",
        columns=("uai", "version", "head_approves", "name"),
        records=[(bookable.uai_of(number), 1, False, f"Collège {number}") for number in range(bookable.SCHOOLS)],
    )
    await admin.copy_records_to_table(
        "api_key",
        schema_name="gateway",
        columns=(
            "id",
            "secret_hash",
            "role",
            "organisation",
            "organisation_id",
            "scopes",
            "created_at",
            "created_by",
        ),
        records=[(*row, "bench") for row in bookable.key_rows()],
    )
    await admin.execute("vacuum analyze")


async def start_peer(dsn: str, port: int, logs: Path) -> Process:
    """Start the peer as its own documentation would: one uvicorn with its fast loop and parser."""
    options = ("--host", LOOPBACK, "--port", str(port), "--loop", "uvloop", "--http", "httptools", "--no-access-log")
    process = await start(
        Program(
            name=PEER,
            command=(sys.executable, "-m", "uvicorn", "tests.benchmarks.peer.app:app", *options),
            ready="Uvicorn running on",
            environment={**os.environ, "PYTHONPATH": str(CHECKOUT), "PEER_DATABASE": dsn},
            log=logs / "peer.log",
        )
    )
    await process.wait_ready()
    return process
