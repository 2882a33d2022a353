"""Somebody who listens to live changes: an open stream, its events one by one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec

from contracts.message import Resource
from services.gateway.directory.entries import kind_of

PATIENCE_S = 15


class Reader:
    """What comes of one open stream; `position` is what its browser would come back with."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.position: int | None = None
        self._lines = response.aiter_lines()

    async def next(self) -> dict[str, str]:
        """The next event that says something; raises EOFError at the end of the stream."""
        event: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_S):
            async for line in self._lines:
                if not line:
                    if "id" in event:
                        self.position = int(event["id"])
                    if "data" in event:
                        return event
                    event = {}
                    continue
                name, _, value = line.partition(": ")
                event[name] = value
        raise EOFError

    async def begun(self) -> "Reader":
        """Wait until the stream stands where it begins: all that comes later is heard."""
        async with asyncio.timeout(PATIENCE_S):
            async for line in self._lines:
                if line.startswith("id: "):
                    self.position = int(line.removeprefix("id: "))
                    return self
        raise EOFError

    async def change(self) -> dict[str, Any]:
        """The next change: both its events, which have to agree."""
        first, last = await self.next(), await self.next()
        data: dict[str, Any] = msgspec.json.decode(last["data"])
        assert (first["event"], last["event"]) == (f"{data['kind']}-{data['id']}", data["kind"])
        assert ("id" in first, first["data"]) == (False, last["data"])
        return data

    async def changes(self, number: int) -> list[tuple[str, str, int]]:
        """The next so many changes: kind, id and version of each."""
        return [(each["kind"], each["id"], each["version"]) for each in [await self.change() for _ in range(number)]]

    async def rest(self) -> list[str]:
        """The lines that still come until the stream ends by itself."""
        async with asyncio.timeout(PATIENCE_S):
            return [line async for line in self._lines]


def told_of(*resources: Resource) -> list[tuple[str, str, int]]:
    """Resources as a reader hears of them."""
    return [(kind_of(type(each)), str(each.id), each.version) for each in resources]


@asynccontextmanager
async def listening(
    http: httpx.AsyncClient, headers: dict[str, str], after: int | None = None, path: str = "/v1/live"
) -> AsyncIterator[Reader]:
    """An open stream of somebody, from a number on."""
    told = headers | ({} if after is None else {"Last-Event-ID": str(after)})
    async with http.stream("GET", path, headers=told) as response:
        assert response.status_code == 200, await response.aread()
        yield Reader(response)
