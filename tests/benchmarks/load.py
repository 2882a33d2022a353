"""A crowd of schools that book over HTTP, in a process of its own: `python -m tests.benchmarks.load < plan.json`.

Either each connection books again as soon as it is answered (`rate` 0: what is the most that can be done?), or
bookings are due at a constant rate whether or not earlier ones were answered; their time then counts from when they
were due, so that a stall is not hidden by those who could not ask during it. Writes its outcome as JSON to stdout, and
the id of every booking that it was promised to the file of the plan.
"""

import asyncio
import itertools
import resource
import sys
from array import array
from collections import Counter, deque
from functools import partial
from pathlib import Path

import httptools
import msgspec
import uvloop

from tests.benchmarks.bookable import keys, slot_id, slot_of_place

HOST = "127.0.0.1"
LAST_ANSWERS_S = 15
CREATED = 201
# Where the id stands in a resource's JSON, behind `{"id":"`.
_ID = slice(7, 43)
_REQUEST = (
    "POST /v1/slots/{slot}/bookings HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
    "Idempotency-Key: bench-{place}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
)
_BODY = '{{"level":"3E","pupils":24,"adults":2,"girls":12,"class_name":"3e {place:06}","transport":"coach"}}'
_LENGTH = len(_BODY.format(place=0))


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do. Places are booked from `first_place` on; `seconds` are measured, after `warm_up_s` that are not."""

    port: int
    first_place: int
    last_place: int
    seconds: float
    warm_up_s: float
    rate: float = 0
    connections: int = 128
    acknowledged: str


class Outcome(msgspec.Struct, kw_only=True):
    """What came of it: bookings in the measured time, every answer that was none, and how long each answer took."""

    booked: int = 0
    seconds: float = 0
    refused: dict[int, int] = {}
    next_place: int = 0
    cpu_s: float = 0
    promised: int = 0
    times_ms: list[float] = []


def request(place: int, key: str) -> bytes:
    """The booking of a place by the school of that key, for a class that books nothing else."""
    return _REQUEST.format(
        slot=slot_id(slot_of_place(place)), key=key, place=place, length=_LENGTH, body=_BODY.format(place=place)
    ).encode()


class Crowd:
    """Everything that the connections share."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.loop = asyncio.get_running_loop()
        self.over: asyncio.Future[None] = self.loop.create_future()
        self.idle: deque[Connection] = deque()
        self.due: deque[float] = deque()
        self.asked = 0
        self.answered = 0
        self.booked = 0
        self.refused: Counter[int] = Counter()
        self.promised: list[bytes] = []
        self.times_s = array("d")
        self._places = iter(range(plan.first_place, plan.last_place))
        self.starts = self.loop.time()
        self.measured_from = self.starts + plan.warm_up_s
        self.ends = self.measured_from + plan.seconds

    def next_place(self) -> int:
        """One more place to book; raises RuntimeError where every one is booked."""
        place = next(self._places, None)
        if place is None:
            raise RuntimeError("every place is booked: give the benchmark more slots")
        self.asked += 1
        return place

    def take(self, connection: "Connection") -> None:
        """Give a free connection its next booking, if one is due."""
        if self.plan.rate:
            if self.due:
                connection.ask(self.due.popleft())
            else:
                self.idle.append(connection)
        elif (now := self.loop.time()) < self.ends:
            connection.ask(now)

    def note(self, status: int, body: bytes, since: float) -> None:
        """An answer came."""
        now = self.loop.time()
        self.answered += 1
        if status != CREATED:
            self.refused[status] += 1
            return
        self.promised.append(body[_ID])
        if self.measured_from <= (since if self.plan.rate else now) < self.ends:
            self.booked += 1
            self.times_s.append(now - since)

    async def keep_rate(self) -> None:
        """Make bookings due at the plan's rate until its end."""
        for number in itertools.count():
            due_at = self.starts + number / self.plan.rate
            if due_at >= self.ends:
                return
            if (pause_s := due_at - self.loop.time()) > 0:
                await asyncio.sleep(pause_s)
            if self.idle:
                self.idle.popleft().ask(due_at)
            else:
                self.due.append(due_at)

    def fail(self, error: BaseException) -> None:
        """End it all."""
        if not self.over.done():
            self.over.set_exception(error)


class Connection(asyncio.Protocol):
    """One school's connection, kept open: one booking at a time."""

    def __init__(self, crowd: Crowd, key: str) -> None:
        self.crowd = crowd
        self.key = key
        self.since = 0.0
        self.body = b""
        self.parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.WriteTransport = transport
        self.crowd.take(self)

    def ask(self, since: float) -> None:
        """Send the next booking, due since then."""
        self.since = since
        try:
            self.transport.write(request(self.crowd.next_place(), self.key))
        except RuntimeError as error:
            self.crowd.fail(error)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        body, self.body = self.body, b""
        self.crowd.note(self.parser.get_status_code(), body, self.since)
        self.crowd.take(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.crowd.fail(error or RuntimeError("the server hung up"))


async def book(plan: Plan) -> Outcome:
    """Do what the plan says; raises RuntimeError or OSError where a connection is lost."""
    crowd = Crowd(plan)
    connections = [
        await crowd.loop.create_connection(partial(Connection, crowd, key), HOST, plan.port)
        for key in keys()[: plan.connections]
    ]
    if plan.rate:
        await crowd.keep_rate()
    deadline = crowd.ends + LAST_ANSWERS_S
    while not crowd.over.done() and (crowd.loop.time() < crowd.ends or crowd.answered < crowd.asked or crowd.due):
        if crowd.loop.time() > deadline:
            raise RuntimeError(f"{crowd.asked - crowd.answered} bookings were never answered")
        await asyncio.sleep(0.02)
    if crowd.over.done():
        crowd.over.result()
    # Closed by us from here on.
    crowd.over.cancel()
    for transport, _ in connections:
        transport.abort()
    Path(plan.acknowledged).write_bytes(b"\n".join(crowd.promised))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Outcome(
        booked=crowd.booked,
        seconds=plan.seconds,
        refused=dict(crowd.refused),
        next_place=plan.first_place + crowd.asked,
        cpu_s=usage.ru_utime + usage.ru_stime,
        promised=len(crowd.promised),
        times_ms=[round(seconds * 1000, 3) for seconds in crowd.times_s],
    )


def main() -> None:
    """Read the plan, book, and write the outcome."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.buffer.write(msgspec.json.encode(runner.run(book(plan))))


if __name__ == "__main__":
    main()
