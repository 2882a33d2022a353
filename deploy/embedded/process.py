"""One child process of ours: started, read line by line, waited for, stopped.

What is started (PostgreSQL, NATS, a service) is said elsewhere; what happens when it dies is the supervisor's business.
"""

import asyncio
import contextlib
import fcntl
import os
import re
import signal
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LAUNCH = Path(__file__).with_name("launch.py")
LOG_BYTES = 5_000_000  # a log is moved to `<name>.log.1` at this size, so that two of these bound it
LAST_LINES = 6
LINE_BYTES = 1_000_000
PREDECESSOR_PATIENCE_S = 60.0  # a server whose starter was killed is stopping meanwhile, perhaps writing a checkpoint


class StartError(Exception):
    """A program did not start; the message is one clear sentence for a person, with the program's last words."""


@dataclass(frozen=True)
class Account:
    """Whom a program runs as; `enter` adds the right to pass through folders closed to others (see launch.py)."""

    user: int
    group: int
    enter: bool = False

    def __str__(self) -> str:
        return f"{self.user}:{self.group}" + (":enter" if self.enter else "")


@dataclass(frozen=True)
class Program:
    """What to start, how to see that it is ready, and how to stop it."""

    name: str
    command: tuple[str, ...]
    ready: str | None = (
        None  # a regular expression for a line of its output; None for a program that simply runs to its end
    )
    environment: Mapping[str, str] = field(default_factory=dict)  # all of it: nothing is inherited
    log: Path | None = None
    lock: Path | None = None  # held as long as the program lives, whoever started it
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 20.0
    ready_within_s: float = 60.0


class Process:
    """A started program. Its output is kept in its log, its last lines in memory."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process, log: "Log") -> None:
        self.program = program
        self.stopping = False
        self.ready_line: asyncio.Future[re.Match[str]] = asyncio.get_running_loop().create_future()
        self._process = process
        self._last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self._reading = asyncio.create_task(self._read(log), name=f"read the output of {program.name}")

    @property
    def pid(self) -> int:
        """The program's own process id."""
        return self._process.pid

    @property
    def last_words(self) -> str:
        """The last lines of output, for a report."""
        return "\n".join(self._last_lines)

    async def wait(self) -> int:
        """Wait for the end of the program; its exit code, negative for a signal."""
        code = await self._process.wait()
        await asyncio.wait({self._reading})  # not awaited itself: a cancelled waiter must not end the reading
        if self._process.stdin is not None:
            self._process.stdin.close()  # ends the watcher
        return code

    async def wait_ready(self) -> re.Match[str]:
        """The output line that says it is ready, as matched; StartError if the program ends or stays silent before."""
        ended = asyncio.create_task(self.wait())
        either: set[asyncio.Future[Any]] = {ended, self.ready_line}
        try:
            await asyncio.wait(either, timeout=self.program.ready_within_s, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self.stop()
            raise
        finally:
            ended.cancel()
        if self.ready_line.done():
            return self.ready_line.result()
        if ended.done():
            how = f"ended with {describe_exit(ended.result())} before it was ready"
        else:
            await self.stop()
            how = f"was not ready within {self.program.ready_within_s:.0f} s"
        raise StartError(f"{self.program.name} {how}. Its last words:\n{self.last_words}")

    async def stop(self) -> int:
        """Ask the program to stop, kill it after its grace, and return its exit code; harmless when it has ended."""
        self.stopping = True
        self.signal(self.program.stop_signal)
        try:
            return await asyncio.wait_for(self.wait(), self.program.grace_s)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            return await self.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the program has ended."""
        if self._process.returncode is None:
            self._process.send_signal(number)

    async def _read(self, log: "Log") -> None:
        assert self._process.stdout is not None  # noqa: S101  always piped, below
        with log:
            while True:
                try:
                    line = await self._process.stdout.readline()
                except ValueError:  # a line over LINE_BYTES: asyncio has dropped it
                    continue
                if not line:
                    return
                log.write(line)
                text = line.decode(errors="replace").rstrip()
                self._last_lines.append(text)
                if self.ready_line.done() or self.program.ready is None:
                    continue
                if matched := re.search(self.program.ready, text):
                    self.ready_line.set_result(matched)


class Log:
    """A file that starts anew at LOG_BYTES, keeping one predecessor; None keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        if path is not None:
            path.parent.mkdir(mode=0o700, exist_ok=True)
        self._file = path.open("ab", buffering=0) if path is not None else None

    def __enter__(self) -> "Log":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, line: bytes) -> None:
        """Append a line at once; a line that does not fit on the disk is lost, where waiting would stop the program."""
        if self._file is None or self._path is None:
            return
        with contextlib.suppress(OSError):
            self._file.write(line)
            if self._file.tell() > LOG_BYTES:
                self._file.close()
                self._path.replace(self._path.with_name(self._path.name + ".1"))
                self._file = self._path.open("ab", buffering=0)


async def start(program: Program) -> Process:
    """Start a program that cannot outlive this process; returns at once, ready or not."""
    arguments = [
        str(os.getpid()),
        str(int(program.stop_signal)),
        str(program.grace_s),
        str(program.lock or "-"),
        str(program.account or "-"),
        *program.command,
    ]
    log = Log(program.log)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        str(LAUNCH),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=dict(program.environment),
        # Ctrl-C on the terminal reaches us alone; we stop the children in order.
        start_new_session=True,
        limit=LINE_BYTES,
    )
    return Process(program, process, log)


async def wait_unlocked(program: str, lock: Path) -> None:
    """Wait until no server holds the lock; StartError when one keeps it.

    Only for who holds the data folder's lock, so that no other server can start in between.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PREDECESSOR_PATIENCE_S
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if loop.time() > deadline:
                    raise StartError(f"Another {program} still runs on {lock.parent}; stop it first.") from None
                await asyncio.sleep(0.05)
            else:
                return
    finally:
        os.close(descriptor)


async def run(program: Program) -> None:
    """Run a program to its end; StartError when it fails."""
    process = await start(program)
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        await process.stop()
        raise
    if code != 0:
        raise StartError(f"{program.name} ended with {describe_exit(code)}. Its last words:\n{process.last_words}")


def describe_exit(code: int) -> str:
    """An exit code in words."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
