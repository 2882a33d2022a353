"""The part of the house that schools meet over HTTP: gateway and companies, on servers of their own, as in production.

All of it lies in one folder and waits for its disk. What it is filled with is each benchmark's own.
"""

from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import psutil

from deploy.choreography import durables_of, load_services
from deploy.embedded.everything import LOOPBACK, claim_port, wait_listening
from deploy.embedded.nats import RunningNats, start_nats
from deploy.embedded.postgres import RunningPostgres, start_postgres
from deploy.embedded.process import Process
from deploy.embedded.service import start_service
from deploy.permissions import SERVICES
from deploy.postgres.provision import provision_database
from deploy.provision import provision_streams
from services.database import migrate

# What a new slot fills in; the rest of its row begins as the table says.
SLOT_COLUMNS = (
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


class Servers(NamedTuple):
    """PostgreSQL with every schema, NATS with every stream."""

    postgres: RunningPostgres
    nats: RunningNats


async def start_servers(folder: Path, stack: AsyncExitStack) -> Servers:
    """Start and provision both; the stack stops them."""
    postgres = await start_postgres(folder)
    stack.push_async_callback(postgres.stop)
    nats = await start_nats(folder)
    stack.push_async_callback(nats.stop)
    await provision_database(postgres.admin_dsn(), postgres.passwords)
    for service in SERVICES:
        await migrate(postgres.dsn(service), service)
    await provision_streams(nats.url("provision"), durables_of(load_services()))
    return Servers(postgres, nats)


async def start_services(
    servers: Servers,
    folder: Path,
    stack: AsyncExitStack,
    names: Iterable[str] = ("companies", "gateway"),
    **settings: str,
) -> tuple[dict[str, Process], int]:
    """Start these services, the gateway among them; returns all processes by name, and the port of the API."""
    processes = {"postgres": servers.postgres.process, "nats": servers.nats.process}
    port = claim_port(LOOPBACK, 0)
    for name in names:
        own = {
            "PASSERELLE_DATABASE_DSN": servers.postgres.dsn(name),
            "PASSERELLE_NATS_URL": servers.nats.url(name),
            "PASSERELLE_HTTP_PORT": str(port),
        }
        processes[name] = await start_service(name, own | settings, folder / "logs")
        stack.push_async_callback(processes[name].stop)
    await wait_listening(LOOPBACK, port)
    return processes, port


def cpu_s(processes: dict[str, Process]) -> dict[str, float]:
    """The seconds of processor that each process has used so far, its children with it."""
    return {name: _cpu_s_of(process.pid) for name, process in processes.items()}


def _cpu_s_of(pid: int) -> float:
    seconds = 0.0
    for each in (process := psutil.Process(pid), *process.children(recursive=True)):
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        # Those of children that have ended are with their parent: a server process ends with its connection.
        seconds += times.user + times.system + times.children_user + times.children_system
    return seconds
