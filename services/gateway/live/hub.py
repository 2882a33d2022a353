"""Changes as they happen: one look at the table for all open streams of a process, and each stream's part of it.

A stream begins where its reader was. What it missed is read from the table, up to where the hub stood when the stream
was opened; from there on the hub hands it everything. Numbers are in the order in which changes become visible
(migrations/0007_live.sql), so that nothing falls between the two and nothing comes twice.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeAlias

from contracts.caller import Caller
from contracts.errors import TooManyRequests
from services.database import DATABASE_AWAY, Pool
from services.gateway.directory.live_store import Numbered, find_kept, list_changes, list_changes_for
from services.gateway.live.hearing_rules import (
    ears_of,
    heard,
    written,
    written_pause,
    written_position,
    written_reload,
)
from services.gateway.live.listener import Listener
from services.telemetry import log

# How often the table is looked at while anybody listens.
LOOK_S = 0.25
# A stream ends by itself after so long; its reader comes back.
LONGEST_S = 15 * 60.0
COME_BACK_MS = 2000
STREAMS = 256
# A few pages of one person, or a few machines with one key. Browsers hold six connections to a server that speaks
# HTTP/1.1: the next page of somebody with many open must still find one.
STREAMS_EACH = 4
READ_TOGETHER = 500

StillTheirs: TypeAlias = Callable[[], Awaitable[bool]]


class LiveStreams:
    """Owns the open streams of one process, and the one task that looks for changes while there are any."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._listeners: set[Listener] = set()
        self._open: Counter[str] = Counter()
        self._starting = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None
        self._position = 0
        self._over = False

    def end(self) -> None:
        """End every stream, and begin none: an open one keeps the server from stopping."""
        self._over = True
        self._hang_up()

    def require_room(self, holder: str) -> None:
        """Raise TooManyRequests where no more may be opened, by this holder of a key or session or by anybody."""
        if not self._has_room(holder):
            raise TooManyRequests()

    async def position(self) -> int:
        """From where a page has to listen whose content is read after this call."""
        if self._looking is not None:
            return self._position
        async with self._pool.acquire() as connection:
            return (await find_kept(connection)).latest

    async def stream(self, caller: Caller, after: int | None, still_theirs: StillTheirs) -> AsyncIterator[bytes]:
        """What changes after a number (None: from now on), until time is over or the reader is too slow.

        Ends with the server, with the database, and once the key or session is no good any more. To be opened right
        after `require_room`.
        """
        yield written_pause(COME_BACK_MS)
        if self._over or not self._has_room(caller.key_id):
            return
        try:
            with self._counted(caller.key_id):
                async with self._listening(Listener(ears_of(caller), after or 0)) as (listener, position):
                    if after is not None:
                        async for message in self._missed(listener, after, position):
                            yield message
                    async for message in self._heard(listener, position, still_theirs):
                        yield message
        except DATABASE_AWAY:
            # The reader comes back by itself, once there is something to read.
            return

    async def _missed(self, listener: Listener, after: int, until: int) -> AsyncIterator[bytes]:
        """What changed between the reader's last number and the stream's beginning."""
        while after != until:
            async with self._pool.acquire() as connection:
                page = await list_changes_for(connection, listener.ears, after, until, READ_TOGETHER)
                # Afterwards: what is forgotten between the two was read.
                kept = await find_kept(connection)
            if after + 1 < kept.oldest or after > kept.latest:
                listener.known = 0
                yield written_reload(until)
                return
            for number, change in page:
                if told := heard(change, listener.ears):
                    yield written(number, told)
            if len(page) < READ_TOGETHER:
                return
            after = page[-1].number

    async def _heard(self, listener: Listener, position: int, still_theirs: StillTheirs) -> AsyncIterator[bytes]:
        """What changes from now on."""
        began = time.monotonic()
        yield written_position(max(position, listener.known))
        while time.monotonic() - began < LONGEST_S:
            await listener.wait()
            alive = await still_theirs()
            if listener.over or not alive:
                return
            # Nothing waits between the two: it is the position up to which all was taken.
            taken, position = listener.take(), self._position
            for message in taken:
                yield message
            if not taken:
                yield written_position(max(position, listener.known))

    @asynccontextmanager
    async def _listening(self, listener: Listener) -> AsyncIterator[tuple[Listener, int]]:
        """The listener hears all that comes after the position that is given with it."""
        async with self._starting:
            if self._looking is None:
                async with self._pool.acquire() as connection:
                    self._position = (await find_kept(connection)).latest
                self._looking = asyncio.create_task(self._look(), name="live changes")
                self._looking.add_done_callback(self._looked)
            self._listeners.add(listener)
        try:
            yield listener, self._position
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _look(self) -> None:
        """Hand out what is new, again and again."""
        while True:
            await asyncio.sleep(LOOK_S)
            async with self._pool.acquire() as connection:
                changes = await list_changes(connection, self._position, READ_TOGETHER)
            for numbered in changes:
                self._hand_out(numbered)

    def _hand_out(self, numbered: Numbered) -> None:
        for listener in self._listeners:
            listener.hear(numbered)
        self._position = numbered.number

    def _looked(self, task: "asyncio.Task[None]") -> None:
        """Where nobody looks any more nobody may go on listening."""
        if task.cancelled() or task is not self._looking:
            return
        self._looking = None
        self._hang_up()
        error = task.exception()
        if isinstance(error, DATABASE_AWAY):
            log().warning("database_away", error=repr(error))
        else:
            log().error("live_changes_failed", exc_info=error)

    def _hang_up(self) -> None:
        for listener in self._listeners:
            listener.end()

    def _has_room(self, holder: str) -> bool:
        return self._open.total() < STREAMS and self._open[holder] < STREAMS_EACH

    @contextmanager
    def _counted(self, holder: str) -> Iterator[None]:
        self._open[holder] += 1
        try:
            yield
        finally:
            self._open[holder] -= 1
            if not self._open[holder]:
                del self._open[holder]
