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
import psutil

from deploy.choreography import durables_of, load_services
from deploy.embedded.everything import LOOPBACK, claim_port, wait_listening
from deploy.embedded.nats import RunningNats, start_nats
from deploy.embedded.postgres import RunningPostgres, start_postgres
from deploy.embedded.process import Process, Program, start
from deploy.embedded.service import CHECKOUT, start_service
from deploy.permissions import SERVICES
from deploy.postgres.provision import provision_database
from deploy.provision import provision_streams
from services.companies.offers.store import insert_offer
from services.companies.profiles.store import insert_company, insert_site
from services.database import migrate, set_codecs
from tests.benchmarks import bookable
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
        return {name: _cpu_s(process.pid) for name, process in self.processes.items()}

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


def _cpu_s(pid: int) -> float:
    process = psutil.Process(pid)
    seconds = 0.0
    for each in (process, *process.children(recursive=True)):
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        # Those of children that have ended are with their parent: a server process ends with its connection.
        seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


@asynccontextmanager
async def a_stage(folder: Path) -> AsyncIterator[Stage]:
    """Start and fill everything, and stop it when the block ends."""
    async with AsyncExitStack() as stack:
        postgres = await start_postgres(folder)
        stack.push_async_callback(postgres.stop)
        nats = await start_nats(folder)
        stack.push_async_callback(nats.stop)
        await provision_database(postgres.admin_dsn(), postgres.passwords)
        for service in SERVICES:
            await migrate(postgres.dsn(service), service)
        await provision_streams(nats.url("provision"), durables_of(load_services()))
        admin = await asyncpg.connect(postgres.admin_dsn("passerelle"))
        stack.push_async_callback(admin.close)
        await set_codecs(admin)
        await fill(admin)
        await admin.execute(f"create database {PEER}")
        peer_dsn = postgres.admin_dsn(PEER)
        await filling.fill(peer_dsn)

        processes = {"postgres": postgres.process, "nats": nats.process}
        port, peer_port = claim_port(LOOPBACK, 0), claim_port(LOOPBACK, 0)
        for name in ("companies", "gateway"):
            settings = {
                "PASSERELLE_DATABASE_DSN": postgres.dsn(name),
                "PASSERELLE_NATS_URL": nats.url(name),
                "PASSERELLE_HTTP_PORT": str(port),
                # As the peer, which writes no line for each request either.
                "PASSERELLE_LOG_LEVEL": "warning",
            }
            processes[name] = await start_service(name, settings, folder / "logs")
            stack.push_async_callback(processes[name].stop)
        processes[PEER] = await start_peer(peer_dsn, peer_port, folder / "logs")
        stack.push_async_callback(processes[PEER].stop)
        for each in (port, peer_port):
            await wait_listening(LOOPBACK, each)
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
        columns=_SLOT_COLUMNS,
        records=(tuple(getattr(slot, name) for name in _SLOT_COLUMNS) for slot in bookable.slots()),
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


_SLOT_COLUMNS = (
    "id",
    "version",
    "fictional",
    "visit_offer_id",
    "company_id",
    "starts_at",
    "ends_at",
    "groups",
    "pupils_per_group",
    "external_id",
    "state",
)


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
