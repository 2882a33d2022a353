"""A match run's progress as server-sent events: each change once, from where the reader was, to the run's end."""

import asyncio
from contextlib import ExitStack, asynccontextmanager

import httpx
import msgspec
import pytest

from contracts.matchmaker.match_runs import (
    GetMatchRun,
    MatchRun,
    MatchRunCompleted,
    MatchRunFailed,
    MatchRunProgressed,
    MatchRunStarted,
)
from contracts.vocabulary import Role
from services.gateway.api import match_run_progress
from services.gateway.api.match_run_progress import STREAMS
from tests.component.gateway.given import Gateway, a_gateway, played
from tests.component.gateway.resources import a_match_run

RUN = a_match_run()
PATH = f"/v1/match-runs/{RUN.id}/progress"


def at(version: int, state: str, **given) -> MatchRun:
    """The run at that version."""
    return msgspec.structs.replace(RUN, version=version, state=state, **given)


@asynccontextmanager
async def reading(gateway: Gateway, headers: dict[str, str], heard: int = 0):
    """An open stream."""
    told = headers | ({"Last-Event-ID": str(heard)} if heard else {})
    async with gateway.http.stream("GET", PATH, headers=told) as response:
        yield response


async def next_event(lines) -> dict[str, str]:
    """The next event of a stream; comments are passed over."""
    event: dict[str, str] = {}
    async with asyncio.timeout(10):
        async for line in lines:
            if not line and "data" in event:
                return event
            name, _, value = line.partition(": ")
            if name in {"id", "event", "data"}:
                event[name] = value
    raise AssertionError("the stream has ended")


async def rest(lines) -> list[str]:
    """What still comes until the stream ends by itself."""
    async with asyncio.timeout(10):
        return [line async for line in lines if line.startswith("id")]


async def test_each_change_is_an_event_and_the_end_ends_it(gateway: Gateway):
    """Started as the owner says, then as the directory learns; a late event says nothing; the run's end is the last."""
    headers = await gateway.headers(Role.COORDINATOR)

    async with played(gateway, GetMatchRun, at(1, "requested")), reading(gateway, headers) as response:
        lines = response.aiter_lines()
        first = await next_event(lines)
        await gateway.tell(MatchRunProgressed(match_run=at(3, "solving", progress=0.5)))
        second = await next_event(lines)
        await gateway.tell(MatchRunStarted(match_run=at(1, "requested")))
        await gateway.tell(MatchRunCompleted(match_run=at(4, "completed")))
        third = await next_event(lines)
        left = await rest(lines)

    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert [(each["id"], each["event"]) for each in (first, second, third)] == [
        ("1", "requested"),
        ("3", "solving"),
        ("4", "completed"),
    ]
    assert msgspec.json.decode(second["data"], type=MatchRun).progress == 0.5
    assert left == []


async def test_whoever_comes_back_goes_on_from_there(gateway: Gateway):
    """What was heard is not said again; of a run that has ended and was heard to, nothing more is to be asked."""
    headers = await gateway.headers(Role.TEACHER, "0310024H")
    failed = at(3, "failed", reason="it did not end within 60 minutes")

    async with played(gateway, GetMatchRun, at(2, "solving")), reading(gateway, headers, heard=2) as response:
        await gateway.tell(MatchRunFailed(match_run=failed))
        event = await next_event(response.aiter_lines())
    async with played(gateway, GetMatchRun, failed):
        async with reading(gateway, headers, heard=2) as again:
            late = await next_event(again.aiter_lines())
        over = await gateway.http.get(PATH, headers=headers | {"Last-Event-ID": "3"})

    assert (event["id"], event["event"]) == (late["id"], late["event"]) == ("3", "failed")
    assert "60 minutes" in event["data"]
    assert (over.status_code, over.content) == (204, b"")


@pytest.mark.parametrize("wrong", ["three", "-1", "1" * 12, "²"])
async def test_a_wrong_last_event_id_is_refused(shared_gateway: Gateway, wrong):
    """Naming the header and the remedy."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    told = [(b"Last-Event-ID", wrong.encode()), *((name.encode(), each.encode()) for name, each in headers.items())]
    refused = await shared_gateway.http.get(PATH, headers=told)

    assert refused.status_code == 422
    (field,) = refused.json()["fields"]
    assert field["field"] == "Last-Event-ID"


async def test_streams_are_bounded(gateway: Gateway):
    """One more than there may be is told to try again; the place of one that was closed is free."""
    headers = await gateway.headers(Role.COORDINATOR)
    streams = gateway.app.state.progress_streams

    with ExitStack() as others:
        for _ in range(STREAMS - 1):
            others.enter_context(streams.opened())
        async with played(gateway, GetMatchRun, at(2, "solving")), reading(gateway, headers) as response:
            await next_event(response.aiter_lines())
            refused = await gateway.http.get(PATH, headers=headers)

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")


async def test_a_silent_run_is_told_to_be_alive_and_no_stream_lasts_for_ever(gateway: Gateway, monkeypatch):
    """A comment now and then; after the longest time the stream ends, and its reader may come back."""
    monkeypatch.setattr(match_run_progress, "HEARTBEAT_S", 0.0)
    monkeypatch.setattr(match_run_progress, "LONGEST_S", 1.0)
    headers = await gateway.headers(Role.COORDINATOR)

    async with played(gateway, GetMatchRun, at(2, "solving")), reading(gateway, headers) as response:
        async with asyncio.timeout(10):
            lines = [line async for line in response.aiter_lines()]

    assert ": still there" in lines
    assert [line for line in lines if line.startswith("id")] == ["id: 2"]
    assert "retry: 2000" in lines


async def test_an_open_stream_does_not_keep_the_server_from_stopping(servers):
    """It ends with the server, well before the server would cut it."""
    async with a_gateway(servers) as gateway:
        headers = await gateway.headers(Role.COORDINATOR)
        async with played(gateway, GetMatchRun, at(2, "solving")):
            client = httpx.AsyncClient(base_url=gateway.base_url, headers=headers)
            response = await client.send(client.build_request("GET", PATH), stream=True)
            lines = response.aiter_lines()
            await next_event(lines)
        reader = asyncio.create_task(rest(lines))

    assert await reader == []
    await client.aclose()
