"""People who read pages: `python -m tests.benchmarks.page_crowd < plan.json`, in a process of its own.

Each connection is a reader: it asks for a page, reads it for a while, and asks for another, in an order of chance in
which every page comes equally often. Pages alone are asked for; what they are made of is kept by browsers for a year.
"""

import asyncio
import random
import sys
import time
from collections import Counter
from functools import partial

import httptools
import msgspec
import uvloop

HOST = "127.0.0.1"
REQUEST = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\nAccept-Language: fr\r\n"
    "{cookie}\r\n"
)


class Asked(msgspec.Struct, frozen=True):
    """One page, and the cookie of who may see it ("" for anybody)."""

    path: str
    cookie: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to read, for `seconds` that are measured after `warm_up_s` that are not; `reads_s` 0 never pauses."""

    port: int
    pages: tuple[Asked, ...]
    seconds: float
    warm_up_s: float
    connections: int = 16
    reads_s: float = 0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How long each page took, by its path, and what was answered other than 200."""

    times_ms: dict[str, list[float]]
    refused: dict[str, int]


class Crowd:
    """Everything that the readers share."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.loop = asyncio.get_running_loop()
        self.over: asyncio.Future[None] = self.loop.create_future()
        self.draw = random.Random(7)
        self.deck: list[Asked] = []
        self.times_ms: dict[str, list[float]] = {page.path: [] for page in plan.pages}
        self.refused: Counter[str] = Counter()
        self.measured_from = time.monotonic() + plan.warm_up_s
        self.ends = self.measured_from + plan.seconds

    def next_page(self) -> Asked:
        """A page, each of them once before any comes again."""
        if not self.deck:
            self.deck = self.draw.sample(self.plan.pages, len(self.plan.pages))
        return self.deck.pop()

    def reading_s(self) -> float:
        """How long somebody reads: from half to one and a half times the plan's mean."""
        return self.plan.reads_s * self.draw.uniform(0.5, 1.5)

    def note(self, page: Asked, status: int, asked_at: float) -> None:
        """A page came, whole."""
        now = time.monotonic()
        if status != 200:
            self.refused[f"{status} {page.path}"] += 1
        elif self.measured_from <= asked_at and now < self.ends:
            self.times_ms[page.path].append(round((now - asked_at) * 1000, 3))

    def fail(self, error: BaseException) -> None:
        """End it all."""
        if not self.over.done():
            self.over.set_exception(error)


class Reader(asyncio.Protocol):
    """One connection, kept open: one page at a time."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.parser = httptools.HttpResponseParser(self)
        self.asked_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.WriteTransport = transport
        self.crowd.loop.call_later(self.crowd.reading_s(), self.ask)

    def ask(self) -> None:
        """Ask for another page, if there is time."""
        if time.monotonic() < self.crowd.ends and not self.transport.is_closing():
            self.page = self.crowd.next_page()
            cookie = f"Cookie: {self.page.cookie}\r\n" if self.page.cookie else ""
            self.asked_at = time.monotonic()
            self.transport.write(REQUEST.format(path=self.page.path, host=HOST, cookie=cookie).encode())

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.crowd.note(self.page, self.parser.get_status_code(), self.asked_at)
        self.crowd.loop.call_later(self.crowd.reading_s(), self.ask)

    def connection_lost(self, error: Exception | None) -> None:
        self.crowd.fail(error or RuntimeError("the server hung up"))


async def read(plan: Plan) -> Outcome:
    """Do what the plan says; raises RuntimeError or OSError where a connection is lost."""
    crowd = Crowd(plan)
    readers = [
        await crowd.loop.create_connection(partial(Reader, crowd), HOST, plan.port) for _ in range(plan.connections)
    ]
    await asyncio.wait((crowd.over,), timeout=crowd.ends - time.monotonic())
    if crowd.over.done():
        crowd.over.result()
    crowd.over.cancel()
    for transport, _ in readers:
        transport.abort()
    return Outcome(times_ms=crowd.times_ms, refused=dict(crowd.refused))


def main() -> None:
    """Read the plan, read pages, and write the outcome."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.buffer.write(msgspec.json.encode(runner.run(read(plan))))


if __name__ == "__main__":
    main()
