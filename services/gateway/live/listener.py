"""One open stream's end of the hub: what waits for it, and whether it is over."""

import asyncio
from collections import deque

from services.gateway.directory.live_store import Numbered
from services.gateway.live.hearing_rules import Ears, heard, written

# Whoever stands between cuts a connection that says nothing for half a minute.
HEARTBEAT_S = 10.0
# What waits for a slow reader: more than a burst brings, and some hundred kilobytes at most.
WAITING = 256


class Listener:
    """Hears what its ears are for, from a number on."""

    def __init__(self, ears: Ears, known: int) -> None:
        self.ears = ears
        # What the reader has heard already: a replica that looked a moment ago may have told more than this one knows.
        self.known = known
        self.over = False
        self._waiting: deque[bytes] = deque()
        self._woken = asyncio.Event()

    def hear(self, numbered: Numbered) -> None:
        """Keep what is new for these ears; too slow a reader comes back for it instead."""
        if self.over or numbered.number <= self.known:
            return
        change = heard(numbered.change, self.ears)
        if change is None:
            return
        if len(self._waiting) >= WAITING:
            self.end()
            return
        self._waiting.append(written(numbered.number, change))
        self._woken.set()

    def end(self) -> None:
        """Have the stream end; what waits for it is in the table too."""
        self.over = True
        self._waiting.clear()
        self._woken.set()

    async def wait(self) -> None:
        """Return once there is something, or after a while."""
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                await self._woken.wait()
        except TimeoutError:
            return

    def take(self) -> list[bytes]:
        """All that waits."""
        taken = list(self._waiting)
        self._waiting.clear()
        self._woken.clear()
        return taken
