"""All of Passerelle on this machine: both servers and the four services, from one data folder, ready to use.

What is done with it (a demo region, a benchmark, a journey) belongs to those who call it.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from deploy.choreography import durables_of, load_services
from deploy.embedded.data_folder import DataFolderError, open_data_folder, write_private
from deploy.embedded.mailbox import mail_settings, mailbox_of
from deploy.embedded.nats import RunningNats, start_nats
from deploy.embedded.page_secret import page_secret
from deploy.embedded.postgres import RunningPostgres, start_postgres
from deploy.embedded.process import Process, StartError
from deploy.embedded.service import start_service
from deploy.embedded.supervisor import Supervisor, Tell
from deploy.permissions import SERVICES
from deploy.postgres.provision import provision_database
from deploy.provision import provision_streams
from services.database import migrate

LOOPBACK = "127.0.0.1"
HTTP_PATIENCE_S = 15.0
ENDPOINTS_FILE = "running.json"


class PortBusyError(Exception):
    """Somebody else listens where we want to; the message is one clear sentence."""


@dataclass(frozen=True)
class Everything:
    """What runs, where to reach it, and who keeps it alive."""

    folder: Path
    first_time: bool  # the data folder was empty before
    http_url: str
    mailbox_url: str  # empty where mails go to a server
    postgres: RunningPostgres
    nats: RunningNats
    services: Supervisor
    ready_s: float


class Endpoints(msgspec.Struct, frozen=True):
    """Where other commands on the same data folder reach a running copy."""

    http_url: str
    nats_url: str  # as the user `operator`
    database_dsns: dict[str, str] = {}  # by service, as its own role


@asynccontextmanager
async def run_everything(
    data: Path, host: str, port: int, tell: Tell, *, demo_sign_in: bool = False
) -> AsyncIterator[Everything]:
    """Start servers, schemas and streams, then services; stop them in reverse order when the block ends.

    `port` 0 takes a free one. `tell` receives a sentence about each thing worth knowing. `demo_sign_in` opens the
    demonstration's accounts by a click. Raises DataFolderError, PortBusyError or StartError, with nothing left running.
    """
    began = time.monotonic()
    port = claim_port(host, port)
    with open_data_folder(data) as folder:
        first_time = not (folder / "postgres").exists()
        async with Supervisor(tell) as servers:
            postgres, nats = await start_servers(folder, servers)
            tell(f"PostgreSQL and NATS are ready after {time.monotonic() - began:.1f} s.")
            async with Supervisor(tell) as services:
                settings = {
                    "PASSERELLE_HTTP_HOST": host,
                    "PASSERELLE_HTTP_PORT": str(port),
                    # Official lists of codes, where `passerelle import codes` puts them.
                    "PASSERELLE_REFERENCE_DIR": str(folder / "reference"),
                    **mail_settings(folder, f"http://{host}:{port}"),
                    "PASSERELLE_SECRET": page_secret(folder),
                    "PASSERELLE_DEMO_SIGN_IN": str(demo_sign_in).lower(),
                }
                await start_services(folder, postgres, nats, settings, services)
                await wait_listening(host, port)
                ready_s = time.monotonic() - began
                tell(f"The four services are ready after {ready_s:.1f} s.")
                dsns = {service: postgres.dsn(service) for service in SERVICES}
                endpoints = Endpoints(f"http://{host}:{port}", nats.url("operator"), dsns)
                write_private(folder / ENDPOINTS_FILE, msgspec.json.encode(endpoints).decode())
                try:
                    url = endpoints.http_url
                    mailbox_url = mailbox_of(folder, url)
                    yield Everything(folder, first_time, url, mailbox_url, postgres, nats, services, ready_s)
                finally:
                    (folder / ENDPOINTS_FILE).unlink(missing_ok=True)


async def start_servers(folder: Path, servers: Supervisor) -> tuple[RunningPostgres, RunningNats]:
    """Start PostgreSQL and NATS side by side, and make in them what the services need."""
    # Claimed once, so that the services find NATS again where it was after it died and was started anew.
    nats_port = claim_port(LOOPBACK, 0)

    async def keep_postgres() -> RunningPostgres:
        async def again() -> Process:
            return (await start_postgres(folder)).process

        postgres = await start_postgres(folder)
        servers.keep(postgres.process, again)
        await provision_database(postgres.admin_dsn(), postgres.passwords)
        await asyncio.gather(*(bring_up_to_date(postgres.dsn(service), service) for service in SERVICES))
        return postgres

    async def keep_nats() -> RunningNats:
        async def again() -> Process:
            return (await start_nats(folder, nats_port)).process

        nats = await start_nats(folder, nats_port)
        servers.keep(nats.process, again)
        # Importing the services takes longer than starting a server.
        services = await asyncio.to_thread(load_services)
        await provision_streams(nats.url("provision"), durables_of(services))
        return nats

    try:
        async with asyncio.TaskGroup() as group:
            postgres, nats = group.create_task(keep_postgres()), group.create_task(keep_nats())
    except* (StartError, DataFolderError) as errors:
        raise errors.exceptions[0] from None
    return postgres.result(), nats.result()


async def bring_up_to_date(dsn: str, service: str) -> None:
    """Migrate a service's schema; StartError where its files do not follow from what was applied."""
    try:
        await migrate(dsn, service)
    except SystemExit as refused:
        # Left alone it would tear down the loop, and leave the servers without a stop in order.
        raise StartError(str(refused).removeprefix("passerelle: ") + ".") from None


async def start_services(
    folder: Path, postgres: RunningPostgres, nats: RunningNats, settings: Mapping[str, str], services: Supervisor
) -> None:
    """Start the four services side by side, each with its own role and user."""

    async def keep(name: str) -> None:
        own = {
            "PASSERELLE_DATABASE_DSN": postgres.dsn(name),
            "PASSERELLE_NATS_URL": nats.url(name),
            **settings,
        }

        async def again() -> Process:
            return await start_service(name, own, folder / "logs")

        services.keep(await again(), again)

    try:
        async with asyncio.TaskGroup() as group:
            for name in SERVICES:
                group.create_task(keep(name))
    except* StartError as errors:
        raise errors.exceptions[0] from None


def claim_port(host: str, port: int) -> int:
    """The port, or a free one for 0; PortBusyError where somebody listens there or the host is not ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"Port {port} on {host} cannot be used ({error.strerror}); choose another one with --port."
            raise PortBusyError(message) from error
        claimed: int = probe.getsockname()[1]
        return claimed


async def wait_listening(host: str, port: int) -> None:
    """Wait until connections are accepted; StartError when they are not."""
    deadline = time.monotonic() + HTTP_PATIENCE_S
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError as error:
            if time.monotonic() > deadline:
                raise StartError(f"The gateway does not listen on port {port} of {host}; see gateway.log.") from error
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return


def read_endpoints(folder: Path) -> Endpoints:
    """Where the copy that runs on this data folder is reached; DataFolderError when none runs."""
    try:
        return msgspec.json.decode((folder / ENDPOINTS_FILE).read_bytes(), type=Endpoints)
    except (OSError, msgspec.DecodeError):
        raise DataFolderError(f"Passerelle does not run on {folder}; start it first with `passerelle run`.") from None
