"""The gateway as a process: ready when it can be asked, finished when it was told to, whole again after an outage."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from contracts.companies.profiles import CompanyRegistered, GetCompany
from contracts.message import subject_of
from contracts.vocabulary import Role
from deploy.choreography import durables_of
from deploy.embedded.nats import start_nats
from deploy.embedded.postgres import start_postgres
from deploy.postgres.provision import DATABASE, provision_database
from deploy.provision import provision_streams
from services.bus import connect
from services.database import migrate
from services.gateway.service import service
from tests.component.gateway.given import Gateway, a_gateway, bearer, until
from tests.component.gateway.resources import a_company
from tests.conftest import Servers

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def a_process(servers: Servers, port: int = 0) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m services.gateway`, killed at the end if it still runs."""
    settings = {
        "PASSERELLE_DATABASE_DSN": servers.dsn("gateway"),
        "PASSERELLE_NATS_URL": servers.nats_url("gateway"),
        "PASSERELLE_HTTP_PORT": str(port),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.gateway"),
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ready_port(process: asyncio.subprocess.Process) -> int:
    """The port in its `ready` line."""
    while line := await process.stdout.readline():
        told = json.loads(line)
        if told["event"] == "ready":
            return int(told["port"])
    raise AssertionError((await process.stderr.read()).decode())


async def a_slow_company(servers: Servers, company, asked: asyncio.Event, go: asyncio.Event):
    """Plays the owner: answers when told to."""
    client = await connect(servers.nats_url("companies"), "companies")

    async def answer(message):
        asked.set()
        await go.wait()
        await client.publish(message.reply, msgspec.json.encode(company), headers={"status": "ok"})

    await client.subscribe(subject_of(GetCompany).replace("get-company.v1", ">"), queue="companies", cb=answer)
    await client.flush()
    return client


async def test_a_request_in_flight_is_answered_before_the_process_ends(servers):
    """SIGTERM in the middle of a request: its answer comes whole, then the process ends with status 0."""
    company, asked, go = a_company(), asyncio.Event(), asyncio.Event()
    owner = await a_slow_company(servers, company, asked, go)
    async with a_gateway(servers) as other:
        headers = await other.headers(Role.COORDINATOR)

    async with a_process(servers) as process:
        base_url = f"http://127.0.0.1:{await ready_port(process)}"
        async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=20) as http:
            asking = asyncio.create_task(http.get(f"/v1/companies/{company.id}"))
            await asked.wait()
            process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.3)
            go.set()
            answer = await asking
        output, errors = await process.communicate()

    await owner.close()
    assert (answer.status_code, answer.json()["id"]) == (200, str(company.id))
    assert (process.returncode, errors) == (0, b"")
    assert json.loads(output.splitlines()[-1])["event"] == "stopped"


async def test_a_busy_port_is_one_sentence_and_exit_code_1(servers):
    """Whoever starts it learns which port and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        async with a_process(servers, port) as process:
            _, errors = await process.communicate()

    assert process.returncode == 1
    (line,) = errors.decode().splitlines()
    assert f"127.0.0.1:{port}" in line
    assert "PASSERELLE_HTTP_PORT" in line


@pytest.fixture
async def fragile(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Gateway, Path]]:
    """A gateway on servers of its own that may be stopped, and their folder."""
    folder = tmp_path_factory.mktemp("fragile")
    postgres = await start_postgres(folder, durable=False)
    await provision_database(postgres.admin_dsn(), postgres.passwords)
    await migrate(postgres.dsn("gateway"), "gateway")
    nats = await start_nats(folder)
    await provision_streams(nats.url("provision"), durables_of([service]))
    async with a_gateway(Servers(postgres, DATABASE, nats)) as gateway:
        yield gateway, folder
    await nats.stop()
    await postgres.stop()


@pytest.mark.faults
async def test_without_nats_lists_are_read_and_owners_are_503_until_it_is_back(fragile):
    """Reading the directory needs no NATS; asking an owner is 503 with Retry-After, and works again by itself."""
    gateway, folder = fragile
    headers, company = await gateway.headers(Role.COORDINATOR), a_company()
    asked, go = asyncio.Event(), asyncio.Event()
    go.set()
    owner = await a_slow_company(gateway.servers, company, asked, go)
    await gateway.tell(CompanyRegistered(company=company))
    path = f"/v1/companies/{company.id}"
    assert (await gateway.get(path, headers)).status_code == 200

    await gateway.servers.nats.stop()
    away = await until_status(gateway, path, headers, 503)
    listed = await gateway.items("/v1/companies", headers)
    ready = await gateway.get("/health/ready", {})
    nats = await start_nats(folder, gateway.servers.nats.port)

    assert away.headers["retry-after"] == "2"
    assert len(listed) == 1
    assert (ready.status_code, ready.json()["nats"], ready.json()["database"]) == (503, False, True)
    await until_status(gateway, path, headers, 200)
    await owner.close()
    await nats.stop()


@pytest.mark.faults
async def test_without_postgresql_every_answer_is_503_until_it_is_back(fragile):
    """No key can be checked, no list be read; nothing has to be started again afterwards."""
    gateway, folder = fragile
    headers = await gateway.headers(Role.COORDINATOR)
    assert (await gateway.get("/v1/companies", headers)).status_code == 200

    await gateway.servers.postgres.stop()
    away = await until_status(gateway, "/v1/companies", headers, 503)
    unknown = await gateway.get("/v1/me", bearer(f"psl_{a_company().id.hex}_{'A' * 43}"))
    alive = await gateway.get("/health/live", {})
    postgres = await start_postgres(folder, durable=False)

    assert away.headers["retry-after"] == "2"
    assert (unknown.status_code, alive.status_code) == (503, 200)
    await until_status(gateway, "/v1/companies", headers, 200)
    await postgres.stop()


async def until_status(gateway: Gateway, path: str, headers, status: int) -> httpx.Response:
    """The first answer with this status; any other must be 503 or 200."""

    async def answered():
        answer = await gateway.get(path, headers)
        assert answer.status_code in {200, 503}, answer.text
        return answer if answer.status_code == status else None

    return await until(answered)
