"""Keeps child processes alive: one that dies is reported with its last words and started again, ever more slowly.

Knows nothing of what they are. How a process is started so that it cannot outlive us is said in process.py.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

from deploy.embedded.process import Process, StartError, describe_exit

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 30.0
# A process that lived this long had started well: its next death is not another failure of the same start.
GOOD_LIFE_S = 60.0

Start = Callable[[], Awaitable[Process]]
Tell = Callable[[str], None]


class Supervisor:
    """Owns processes until its block ends, then stops them all at once and waits for them."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._processes: dict[str, Process] = {}
        self._guards: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Supervisor":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for guard in self._guards:
            guard.cancel()
        await asyncio.gather(*(process.stop() for process in self._processes.values()))
        await asyncio.gather(*self._guards, return_exceptions=True)

    def keep(self, process: Process, again: Start) -> None:
        """Take over a process that is ready and keep it alive from now on; `again` starts it anew and waits for it."""
        self._processes[process.program.name] = process
        guard = asyncio.create_task(self._guard(process, again), name=f"keep {process.program.name} alive")
        self._guards.append(guard)

    def pid(self, name: str) -> int:
        """The process id that a kept process has now."""
        return self._processes[name].pid

    async def _guard(self, process: Process, again: Start) -> None:
        name = process.program.name
        loop = asyncio.get_running_loop()
        pause_s = FIRST_PAUSE_S
        while True:
            started_at = loop.time()
            code = await process.wait()
            if process.stopping:
                return
            if loop.time() - started_at > GOOD_LIFE_S:
                pause_s = FIRST_PAUSE_S
            self._tell(
                f"{name} died ({describe_exit(code)}) and is started again in {pause_s:g} s. "
                f"Its last words:\n{process.last_words}"
            )
            while True:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                try:
                    process = await again()
                except StartError as error:
                    self._tell(f"{error}\nThe next attempt is in {pause_s:g} s.")
                else:
                    self._processes[name] = process
                    self._tell(f"{name} is ready again.")
                    break
