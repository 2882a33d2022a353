"""A whole region at work: the four services in this process, reached over HTTP as people and their software do.

The builders speak HTTP and give JSON as it is answered; every value may be given.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import msgspec

from contracts.caller import SYSTEM
from contracts.gateway.accounts import NewAccount
from contracts.gateway.keys import NewApiKey
from contracts.matchmaker.schools import ImportSchools, NewSchool
from contracts.reference.calendar import is_school_day
from contracts.vocabulary import Role, SchoolKind
from services.associations.service import service as associations
from services.bus import Bus, connect
from services.companies.service import service as companies
from services.database import set_codecs
from services.gateway.__main__ import bind, server_of
from services.gateway.app import create_app
from services.gateway.auth.accounts import create_account
from services.gateway.auth.handlers import issue_key
from services.gateway.auth.session_rules import cookie_name
from services.gateway.auth.sessions import open_session
from services.matchmaker.service import service as matchmaker
from services.runtime import running
from services.settings import Settings
from tests.conftest import Servers
from tests.reading import Reader

PATIENCE_S = 15
numbers = itertools.count(1)


def school_day(weeks: int) -> date:
    """A school day about so many weeks from now."""
    day = datetime.now(UTC).date() + timedelta(weeks=weeks)
    while not is_school_day(day):
        day += timedelta(days=1)
    return day


def luhn_completed(digits: str) -> str:
    """The digits with their Luhn check digit."""
    doubled = [int(d) * 2 - 9 * (int(d) > 4) if place % 2 == 0 else int(d) for place, d in enumerate(reversed(digits))]
    return digits + str(-sum(doubled) % 10)


@dataclass
class Region:
    """The four services, and hands to reach them."""

    base_url: str
    servers: Servers
    bus: Bus
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    async def sign_in(self, role: Role, organisation_id: str = "") -> httpx.AsyncClient:
        """A client with a fresh key for that role and organisation."""
        connection = await asyncpg.connect(self.servers.dsn("gateway"))
        try:
            await set_codecs(connection)
            new = NewApiKey(role=role, organisation_id=organisation_id)
            issued = await issue_key(connection, new, SYSTEM, datetime.now(UTC))
        finally:
            await connection.close()
        return self.client({"Authorization": f"Bearer {issued.secret}"})

    async def browse(self, role: Role, organisation_id: str = "") -> Reader:
        """Somebody signed in who reads pages, with an account of that role and organisation."""
        connection = await asyncpg.connect(self.servers.dsn("gateway"))
        try:
            await set_codecs(connection)
            new = NewAccount(email=f"lecteur-{next(numbers)}@example.org", role=role, organisation_id=organisation_id)
            async with connection.transaction():
                now = datetime.now(UTC)
                _, token = await open_session(connection, await create_account(connection, new, SYSTEM, now), "", now)
        finally:
            await connection.close()
        client = httpx.AsyncClient(base_url=self.base_url, timeout=20, cookies={cookie_name(self.base_url): token})
        self.clients.append(client)
        return Reader(client)

    def visitor(self) -> Reader:
        """Somebody who is not signed in and reads pages."""
        client = httpx.AsyncClient(base_url=self.base_url, timeout=20)
        self.clients.append(client)
        return Reader(client)

    def client(self, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        """A client with these headers, which changes whatever is there unless it says otherwise."""
        headers = {"If-Match": "*"} | (headers or {})
        client = httpx.AsyncClient(base_url=self.base_url, headers=headers, timeout=20)
        self.clients.append(client)
        return client


@asynccontextmanager
async def a_region(servers: Servers, **gateway: str) -> AsyncIterator[Region]:
    """Run the four services on these servers until the block ends; `gateway` are further settings of the gateway's."""

    def settings_of(name: str) -> Settings:
        return Settings(database_dsn=servers.dsn(name), nats_url=servers.nats_url(name))

    async with AsyncExitStack() as stack:
        for service in (companies, associations, matchmaker):
            await stack.enter_async_context(running(service, settings_of(service.name)))
        listener = bind(msgspec.structs.replace(settings_of("gateway"), http_port=0))
        port = listener.getsockname()[1]
        gateway = {"public_url": f"http://127.0.0.1:{port}"} | gateway
        settings = msgspec.structs.replace(settings_of("gateway"), http_port=port, **gateway)
        server = server_of(create_app(settings), settings)
        # Not `serve`: the test runner keeps its own signal handlers.
        serving = asyncio.create_task(server._serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        operator = await connect(servers.nats_url("operator"), "operator")
        region = Region(f"http://127.0.0.1:{port}", servers, Bus(operator))
        try:
            yield region
        finally:
            for client in region.clients:
                await client.aclose()
            await operator.close()
            server.should_exit = True
            await serving


def body(response: httpx.Response, status: int = 200) -> Any:
    """The JSON of an answer that must have this status."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return response.json()


async def until(found: Callable[[], Any]) -> Any:
    """What `found` gives once it gives something; fails after a while."""
    async with asyncio.timeout(PATIENCE_S):
        while not (value := await found()):
            await asyncio.sleep(0.02)
    return value


# ------------------------------------------------------------------------------------ builders


async def a_school(region: Region, **given: Any) -> str:
    """The UAI of a new school, by default a collège in Auch."""
    digits = f"032{next(numbers):04d}"
    letter = "ABCDEFGHJKLMNPRSTUVWXYZ"[int(digits) % 23]
    told = {
        "uai": digits + letter,
        "name": "Collège d'essai",
        "kind": SchoolKind.COLLEGE,
        "commune": "32013",
        "fictional": True,
    }
    await region.bus.ask(ImportSchools(schools=(NewSchool(**(told | given)),)))
    return str((told | given)["uai"])


async def a_company(coordinator: httpx.AsyncClient, **given: Any) -> Any:
    """A new approved company."""
    told = {
        "siren": luhn_completed(f"9{next(numbers):07d}"),
        "name": "Ateliers d'essai",
        "contact": {"name": "Camille", "email": "camille@example.org"},
        "fictional": True,
    }
    return body(await coordinator.post("/v1/companies", json=told | given), 201)


async def a_site(client: httpx.AsyncClient, company: Any, **given: Any) -> Any:
    """A site of the company, by default in Auch."""
    told = {"name": "Usine", "commune": "32013"}
    return body(await client.post(f"/v1/companies/{company['id']}/sites", json=told | given), 201)


async def an_offer(client: httpx.AsyncClient, company: Any, site: Any, **given: Any) -> Any:
    """A published visit offer for 3e."""
    told = {
        "site_id": site["id"],
        "title": "L'atelier de mécanique",
        "themes": ["mechanics_metal"],
        "levels": ["4E", "3E"],
        "publish": True,
    }
    path = f"/v1/companies/{company['id']}/visit-offers"
    return body(await client.post(path, json=told | given), 201)


def slot_times(weeks: int = 8, hour: int = 9) -> dict[str, str]:
    """A morning of a school day about so many weeks from now."""
    day = school_day(weeks)
    starts_at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return {"starts_at": starts_at.isoformat()}


async def a_slot(client: httpx.AsyncClient, offer: Any, weeks: int = 8, **given: Any) -> Any:
    """An open slot of one group."""
    path = f"/v1/visit-offers/{offer['id']}/slots"
    return body(await client.post(path, json=slot_times(weeks) | {"groups": 1} | given), 201)


async def an_association(coordinator: httpx.AsyncClient, **given: Any) -> Any:
    """A new approved association in Auch."""
    told = {
        "name": "Sciences d'essai",
        "rna": f"W32{next(numbers):07d}",
        "commune": "32013",
        "themes": ["mechanics_metal"],
        "departments": ["32"],
        "contact": {"name": "Dominique", "email": "dominique@example.org"},
        "fictional": True,
    }
    return body(await coordinator.post("/v1/associations", json=told | given), 201)


async def a_capacity(client: httpx.AsyncClient, association: Any, **given: Any) -> Any:
    """Ten interventions about mechanics in the Gers."""
    told = {
        "title": "Mécanique en classe",
        "themes": ["mechanics_metal"],
        "levels": ["4E", "3E"],
        "from_date": school_day(1).isoformat(),
        "until_date": school_day(25).isoformat(),
        "interventions": 10,
        "departments": ["32"],
    }
    path = f"/v1/associations/{association['id']}/capacities"
    return body(await client.post(path, json=told | given), 201)


async def a_class_request(client: httpx.AsyncClient, uai: str, **given: Any) -> Any:
    """A 3e of 24 that may come any day of the next months."""
    told = {
        "level": "3E",
        "pupils": 24,
        "adults": 2,
        "from_date": school_day(3).isoformat(),
        "until_date": school_day(25).isoformat(),
    }
    return body(await client.post(f"/v1/schools/{uai}/class-requests", json=told | given), 201)


async def a_match_run(coordinator: httpx.AsyncClient) -> Any:
    """The whole region matched on demand: the run as its progress told of it last."""
    begun = await coordinator.post("/v1/match-runs")
    body(begun, 202)
    return (await progress_of(coordinator, begun.headers["location"]))[-1]


async def progress_of(client: httpx.AsyncClient, run_path: str, heard: int = 0) -> list[Any]:
    """What a run's progress tells until the run ends; a stream that was cut is taken up again."""
    told: list[Any] = []
    async with asyncio.timeout(PATIENCE_S):
        while not told or told[-1]["state"] not in {"completed", "failed"}:
            headers = {"Last-Event-ID": str(told[-1]["version"] if told else heard)}
            async with client.stream("GET", f"{run_path}/progress", headers=headers) as stream:
                lines = [line async for line in stream.aiter_lines() if line.startswith("data: ")]
            told += [msgspec.json.decode(line.removeprefix("data: ")) for line in lines]
    return told


async def proposals(client: httpx.AsyncClient, kind: str = "visit", state: str = "proposed") -> Any:
    """The caller's proposals in that state, once there are any."""

    async def listed() -> Any:
        found = body(await client.get(f"/v1/{kind}-proposals", params={"state": state}))["items"]
        return [one for one in found if one["state"] == state]

    return await until(listed)
