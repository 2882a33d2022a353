"""The progress of a match run while it goes on: server-sent events, read from the directory.

An event says where the run is, by the version that it is at; whoever comes back with the last one goes on from there.
Changes that come within one look at the directory are one event.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import msgspec
from litestar.response.sse import ServerSentEventMessage

from contracts.caller import Caller
from contracts.errors import Invalid, TooManyRequests
from contracts.machines import ENDED_MATCH_RUN_STATES
from contracts.matchmaker.match_runs import MatchRun
from services.database import DATABASE_AWAY, Pool
from services.gateway.api.presenting import present
from services.gateway.directory.store import find_entry

# How often the directory is looked at.
LOOK_S = 0.25
# Whoever stands between cuts a connection that says nothing for half a minute.
HEARTBEAT_S = 10.0
# A stream ends by itself after so long, whatever the run does; its reader comes back where there is more to hear.
LONGEST_S = 15 * 60.0
COME_BACK_MS = 2000
# Each costs four small queries a second.
STREAMS = 32


class ProgressStreams:
    """Owns the open streams of one process: how many there are, and their end when it stops."""

    def __init__(self) -> None:
        self._open = 0
        self.over = False

    def end(self) -> None:
        """Have every stream end at its next look: an open one keeps the server from stopping."""
        self.over = True

    def require_room(self) -> None:
        """Raise TooManyRequests where no more may be opened."""
        if self._open >= STREAMS:
            raise TooManyRequests()

    @contextmanager
    def opened(self) -> Iterator[None]:
        """One stream, counted as long as it lasts."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1


def read_last_event_id(header: str | None) -> int:
    """The version that was heard of last, 0 where none was; raises Invalid naming the header."""
    if not header:
        return 0
    if not (header.isascii() and header.isdecimal() and len(header) < 10):
        raise Invalid.field(
            "Last-Event-ID",
            "Send the id of the last event that you received, a version such as 3, or leave the header out.",
            "Envoyez l'identifiant du dernier événement reçu, une version comme 3, ou omettez l'en-tête.",
        )
    return int(header)


async def progress_of(
    run: MatchRun, heard: int, caller: Caller, pool: Pool, streams: ProgressStreams
) -> AsyncIterator[ServerSentEventMessage]:
    """Every version of the run that is seen after the one heard, until it ends, the server stops, or time is over."""
    with streams.opened():
        began = spoke = time.monotonic()
        yield ServerSentEventMessage(data=None, retry=COME_BACK_MS)
        while True:
            if run.version > heard:
                heard, spoke = run.version, time.monotonic()
                data = msgspec.json.encode(present(run, caller))
                yield ServerSentEventMessage(data=data, id=heard, event=run.state)
            if run.state in ENDED_MATCH_RUN_STATES or streams.over or time.monotonic() - began > LONGEST_S:
                return
            if time.monotonic() - spoke > HEARTBEAT_S:
                spoke = time.monotonic()
                yield ServerSentEventMessage(data=None, comment="still there")
            await asyncio.sleep(LOOK_S)
            try:
                async with pool.acquire() as connection:
                    found = await find_entry(connection, MatchRun, run.id)
            except DATABASE_AWAY:
                # The reader comes back by itself, once there is something to read.
                return
            # The owner was asked first, and the directory may be behind it.
            if found is not None and found.version > run.version:
                run = found
