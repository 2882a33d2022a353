"""The gateway at work without the others: asked over HTTP, told events as by their owners."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute
from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts.caller import SYSTEM, Scope
from contracts.errors import PasserelleError
from contracts.gateway.keys import IssuedApiKey, NewApiKey
from contracts.identifiers import uuid7
from contracts.message import Event, Request, owner_of, subject_of
from contracts.vocabulary import Role
from services.bus import connect, problem_reply
from services.database import set_codecs
from services.gateway.__main__ import bind, server_of
from services.gateway.app import create_app
from services.gateway.auth.handlers import issue_key
from services.settings import Settings
from tests.conftest import Servers

PATIENCE_S = 10
NEIGHBOURS = ("companies", "associations", "matchmaker")


@dataclass(frozen=True)
class Gateway:
    """The gateway with hands to ask it, to tell it events, and to read what it stored."""

    app: Litestar
    base_url: str
    servers: Servers
    connection: "asyncpg.Connection[Any]"
    neighbours: dict[str, Client]
    http: httpx.AsyncClient

    async def key(self, role: Role, organisation_id: object = "", scopes: tuple[Scope, ...] = ()) -> IssuedApiKey:
        """A fresh key."""
        new = NewApiKey(role=role, organisation_id=str(organisation_id), scopes=scopes)
        return await issue_key(self.connection, new, SYSTEM, datetime.now(UTC))

    async def headers(self, role: Role, organisation_id: object = "", scopes: tuple[Scope, ...] = ()) -> dict[str, str]:
        """The headers of a caller with a fresh key."""
        return bearer((await self.key(role, organisation_id, scopes)).secret)

    async def get(self, path: str, headers: dict[str, str], **params: Any) -> httpx.Response:
        """The answer to a GET."""
        return await self.http.get(path, headers=headers, params=params)

    async def items(self, path: str, headers: dict[str, str], **params: Any) -> list[Any]:
        """The items of a list's first page."""
        answer = await self.get(path, headers, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def tell(self, *events: Event, actor: str = "") -> None:
        """Announce events as their owners' relays would, and wait until the gateway has handled them all."""
        ids = []
        for event in events:
            ids.append(await self.publish(subject_of(type(event)), msgspec.json.encode(event), actor=actor))

        async def handled() -> bool:
            count = await self.connection.fetchval("select count(*) from inbox where event_id = any($1)", ids)
            return bool(count == len(ids))

        await until(handled)

    async def publish(self, subject: str, body: bytes, event_id: str = "", actor: str = "") -> str:
        """Publish anything on a neighbour's stream; returns the event's id."""
        event_id = event_id or str(uuid7())
        stream = self.neighbours[subject.split(".")[1]].jetstream()
        await stream.publish(subject, body, headers={"ce-id": event_id} | ({"ce-actor": actor} if actor else {}))
        return event_id


def api_routes(app: Litestar) -> list[HTTPRoute]:
    """The routes that software uses: of pages, forms carry what these carry in headers."""
    return [route for route in app.routes if isinstance(route, HTTPRoute) and route.path.startswith("/v1")]


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


async def until(found: Callable[[], Awaitable[Any]]) -> Any:
    """What `found` gives once it gives something; fails after a while."""
    async with asyncio.timeout(PATIENCE_S):
        while not (value := await found()):
            await asyncio.sleep(0.02)
    return value


@asynccontextmanager
async def a_gateway(servers: Servers, **given: Any) -> AsyncIterator[Gateway]:
    """The real application in a real uvicorn on a free port; any setting may be given."""
    told: dict[str, Any] = {
        "database_dsn": servers.dsn("gateway"),
        "nats_url": servers.nats_url("gateway"),
        "http_port": 0,
        "database_connections": 6,
    }
    settings = Settings(**(told | given))
    app = create_app(settings)
    listener = bind(settings)
    server = server_of(app, settings)
    async with AsyncExitStack() as stack:
        # Not `serve`: the test runner keeps its own signal handlers.
        serving = asyncio.create_task(server._serve([listener]))
        while not server.started:
            assert not serving.done(), "the gateway does not start"
            await asyncio.sleep(0.01)
        neighbours = {name: await connect(servers.nats_url(name), name) for name in NEIGHBOURS}
        for client in neighbours.values():
            stack.push_async_callback(client.close)
        connection = await asyncpg.connect(servers.dsn("gateway"))
        stack.push_async_callback(connection.close)
        await set_codecs(connection)
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=base_url, headers={"If-Match": "*"}, timeout=20)
        )
        yield Gateway(app, base_url, servers, connection, neighbours, http)
        await http.aclose()
        server.should_exit = True
        await serving


@asynccontextmanager
async def played(
    gateway: Gateway, request: type[Request[Any]], answer: Any, owner: str = ""
) -> AsyncIterator[list[tuple[Any, dict[str, str]]]]:
    """Play the owner of a request: answer it so (an error is refused with); yields what was asked, with headers."""
    asked: list[tuple[Any, dict[str, str]]] = []
    owner = owner or owner_of(request)
    client = gateway.neighbours[owner]
    subject = f"svc.{owner}.{subject_of(request).split('.', 2)[2]}"
    if isinstance(answer, PasserelleError):
        body, headers = problem_reply(answer.problem)
    else:
        body, headers = msgspec.json.encode(answer), {"status": "ok"}

    async def reply(message: Msg) -> None:
        if message.subject == subject:
            asked.append((msgspec.json.decode(message.data, type=request), dict(message.headers or {})))
            await client.publish(message.reply, body, headers=headers)

    subscription = await client.subscribe(f"svc.{owner}.>", queue=owner, cb=reply)
    await client.flush()
    try:
        yield asked
    finally:
        await subscription.unsubscribe()
        # Only then does no question go to whoever no longer answers.
        await client.flush()
