"""Streams of live changes are bounded, and end: with the server, the key, the database, or too slow a reader."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import httpx
import msgspec
import pytest

from contracts.companies.profiles import CompanyRegistered
from contracts.companies.slots import SlotOpened
from contracts.message import subject_of
from contracts.vocabulary import Role
from services.gateway.live import hub, listener
from services.gateway.live.hub import STREAMS_EACH
from tests.component.gateway.given import Gateway, a_gateway, until
from tests.component.gateway.listening import listening, told_of
from tests.component.gateway.resources import (
    a_company,
    a_slot,
    a_uai,
    an_offer,
)


async def test_a_slow_reader_is_sent_back_and_loses_nothing(gateway: Gateway, monkeypatch):
    """What waits for one is bounded; where it is more, the stream ends, and the reader comes back for the rest."""
    monkeypatch.setattr(listener, "WAITING", 2)
    headers = await gateway.headers(Role.COORDINATOR)
    slots = [a_slot(an_offer(a_company())) for _ in range(8)]

    heard: list[tuple[str, str, int]] = []
    async with listening(gateway.http, headers) as reader:
        position = (await reader.begun()).position
        # All in one transaction, and so in one look.
        await gateway.tell(*(SlotOpened(slot=slot) for slot in slots))
        assert [line for line in await reader.rest() if line.startswith("event")] == []
    async with listening(gateway.http, headers, position) as reader:
        heard = await reader.changes(8)

    assert sorted(heard) == sorted(told_of(*slots))


async def test_streams_are_bounded(gateway: Gateway, monkeypatch):
    """Of one account and of the process; one more is told to try again, and the place of a closed one is free."""
    headers, other = await gateway.headers(Role.COORDINATOR), await gateway.headers(Role.COORDINATOR)

    async with AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(listening(gateway.http, headers)) for _ in range(STREAMS_EACH)]
        for each in readers:
            await each.begun()
        refused = await gateway.http.get("/v1/live", headers=headers)
        async with listening(gateway.http, other) as reader:
            await reader.begun()
            monkeypatch.setattr(hub, "STREAMS", STREAMS_EACH + 1)
            full = await gateway.http.get("/v1/live", headers=await gateway.headers(Role.COORDINATOR))

    for answer in (refused, full):
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    streams = gateway.app.state.live_streams

    async def all_closed() -> bool:
        return not streams._open and streams._looking is None

    await until(all_closed)
    async with listening(gateway.http, headers) as reader:
        await reader.begun()


async def test_of_many_opened_at_once_no_more_than_allowed_stay(gateway: Gateway):
    """Those that came at the same moment are counted too."""
    headers = await gateway.headers(Role.COORDINATOR)
    streams = gateway.app.state.live_streams

    async with AsyncExitStack() as stack:
        requests = [gateway.http.build_request("GET", "/v1/live", headers=headers) for _ in range(3 * STREAMS_EACH)]
        answers = await asyncio.gather(*(gateway.http.send(each, stream=True) for each in requests))
        for answer in answers:
            stack.push_async_callback(answer.aclose)

        async def settled() -> bool:
            return streams._open.total() == STREAMS_EACH

        await until(settled)

    assert {answer.status_code for answer in answers} <= {200, 429}


async def test_a_silent_stream_says_where_it_stands_and_none_lasts_for_ever(gateway: Gateway, monkeypatch):
    """A comment now and then, with the number up to which all was heard; then it ends, and its reader comes back."""
    monkeypatch.setattr(listener, "HEARTBEAT_S", 0.2)
    monkeypatch.setattr(hub, "LONGEST_S", 2.0)
    uai = a_uai()
    company = a_company(state="suspended")

    async with listening(gateway.http, await gateway.headers(Role.TEACHER, uai)) as reader:
        position = (await reader.begun()).position
        await gateway.tell(CompanyRegistered(company=company))
        lines = await reader.rest()

    assert ": still there" in lines
    assert f"id: {position + 1}" in lines
    assert not [line for line in lines if line.startswith(("event", "data"))]


async def test_a_stream_ends_with_its_key(gateway: Gateway, monkeypatch):
    """Once a key is revoked nothing more is told, not even what changed before that was noticed."""
    monkeypatch.setattr(listener, "HEARTBEAT_S", 0.2)
    key = await gateway.key(Role.COORDINATOR)

    async with listening(gateway.http, {"Authorization": f"Bearer {key.secret}"}) as reader:
        await reader.begun()
        await gateway.connection.execute("update api_key set revoked_at = now()")
        gateway.app.state.key_ring.forget(key.id)
        await gateway.tell(CompanyRegistered(company=a_company()))
        lines = await reader.rest()

    assert not [line for line in lines if line.startswith("event")]


async def test_an_open_stream_does_not_keep_the_server_from_stopping(servers):
    """It ends with the server, well before the server would cut it."""
    async with a_gateway(servers) as gateway:
        headers = await gateway.headers(Role.COORDINATOR)
        client = httpx.AsyncClient(base_url=gateway.base_url, headers=headers)
        response = await client.send(client.build_request("GET", "/v1/live"), stream=True)
        lines = response.aiter_lines()
        async with asyncio.timeout(10):
            while not (await anext(lines)).startswith("id: "):
                pass
        reader = asyncio.create_task(_rest(lines))

    assert await reader == [""]
    await client.aclose()


async def _rest(lines) -> list[str]:
    async with asyncio.timeout(10):
        return [line async for line in lines]


async def test_streams_end_where_the_database_is_lost(gateway: Gateway):
    """Their readers come back, and miss nothing: the next stream goes on from the same number."""
    headers = await gateway.headers(Role.COORDINATOR)
    company = a_company()

    async with listening(gateway.http, headers) as reader:
        position = (await reader.begun()).position
        async with unreachable(gateway):
            left = await reader.rest()
            async with listening(gateway.http, headers, position) as early:
                none = await early.rest()
    await gateway.publish(subject_of(CompanyRegistered), msgspec.json.encode(CompanyRegistered(company=company)))
    async with listening(gateway.http, headers, position) as reader:
        heard = await reader.changes(1)

    assert [line for line in left if line] == []
    assert [line for line in none if line] == ["retry: 2000"]
    assert heard == told_of(company)


async def test_a_defect_ends_the_streams_and_is_recorded(gateway: Gateway):
    """Nobody goes on listening where nobody looks any more; whoever comes later is heard again."""
    headers = await gateway.headers(Role.COORDINATOR)
    company = a_company()

    async with listening(gateway.http, headers) as reader:
        await reader.begun()
        await gateway.connection.execute("alter table live_change rename to elsewhere")
        left = await reader.rest()
    await gateway.connection.execute("alter table elsewhere rename to live_change")
    async with listening(gateway.http, headers) as reader:
        await reader.begun()
        await gateway.tell(CompanyRegistered(company=company))
        heard = await reader.changes(1)

    assert [line for line in left if line] == []
    assert heard == told_of(company)


@asynccontextmanager
async def unreachable(gateway: Gateway) -> AsyncIterator[None]:
    """The gateway's database takes no connection, and those that there were are gone."""
    name = gateway.servers.database
    administrator = await asyncpg.connect(gateway.servers.postgres.admin_dsn())
    await administrator.execute(f"alter database {name} connection limit 0")
    await administrator.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1 and pid <> $2",
        name,
        gateway.connection.get_server_pid(),
    )
    try:
        yield
    finally:
        await administrator.execute(f"alter database {name} connection limit -1")
        await administrator.close()


@pytest.mark.parametrize("wrong", ["three", "-1", "1" * 19, "²", "1.5"])
async def test_a_wrong_position_is_refused(shared_gateway: Gateway, wrong):
    """Naming where it stands and the remedy, whether it came in the header or in the address."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    told = [(b"Last-Event-ID", wrong.encode()), *((name.encode(), each.encode()) for name, each in headers.items())]
    refused = [
        await shared_gateway.http.get("/v1/live", headers=told),
        await shared_gateway.get("/v1/live", headers, after=wrong),
    ]

    assert [each.status_code for each in refused] == [422, 422]
    assert [each.json()["fields"][0]["field"] for each in refused] == ["Last-Event-ID", "after"]
