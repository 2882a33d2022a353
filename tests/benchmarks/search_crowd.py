"""Schools that search, and one that books what they found: `python -m tests.benchmarks.search_crowd < plan.json`.

In a process of its own. Each connection searches again as soon as it is answered, now and then for the next page. What
was booked full is noted, so that a search which still shows it is found out. Writes its outcome as JSON to stdout.
"""

import asyncio
import random
import resource
import sys
import time
from array import array
from collections import Counter, deque
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

import httptools
import msgspec
import uvloop

from contracts.gateway.visits import Visit
from contracts.message import Page
from contracts.vocabulary import Level, Theme
from tests.benchmarks.searchable import NOW, keys

HOST = "127.0.0.1"
NEXT_PAGE_SHARE = 1 / 3
BY_TRAVEL_SHARE = 1 / 4
# What was found lately, for whoever books.
FRESH = 500
# What is booked this long after its last place went must not be shown.
STALE_S = 0.25


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do, for `seconds` that are measured after `warm_up_s` that are not."""

    port: int
    seconds: float
    warm_up_s: float
    connections: int = 16
    bookings_per_s: float = 20


class Outcome(msgspec.Struct, kw_only=True):
    """How long each search took; how much was found and booked; the longest that a full slot was still shown."""

    times_ms: list[float] = []
    refused: dict[int, int] = {}
    empty: int = 0
    items: int = 0
    booked: int = 0
    filled: int = 0
    unbooked: dict[int, int] = {}
    stale_shown: int = 0
    longest_shown_ms: float = 0
    cpu_s: float = 0


class Crowd:
    """Everything that the connections share."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.loop = asyncio.get_running_loop()
        self.over: asyncio.Future[None] = self.loop.create_future()
        self.draw = random.Random(7)
        self.outcome = Outcome()
        self.times_s = array("d")
        self.refused: Counter[int] = Counter()
        self.unbooked: Counter[int] = Counter()
        self.fresh: deque[Visit] = deque(maxlen=FRESH)
        self.full_since: dict[UUID, float] = {}
        self.measured_from = time.monotonic() + plan.warm_up_s
        self.ends = self.measured_from + plan.seconds

    def question(self) -> str:
        """A teacher's question: this level, this theme, these weeks, no farther than that."""
        draw = self.draw
        first = NOW.date() + timedelta(days=draw.randint(25, 120))
        asked = {
            "level": draw.choice(tuple(Level)[:12]),
            "theme": draw.choice(tuple(Theme)),
            "from": first.isoformat(),
            "until": (first + timedelta(days=draw.randint(30, 90))).isoformat(),
            "max_travel_minutes": str(draw.choice((30, 45, 60, 90))),
        }
        if draw.random() < BY_TRAVEL_SHARE:
            asked["order"] = "travel"
        return urlencode(asked)

    def note(self, status: int, body: bytes, asked_at: float) -> str | None:
        """An answer came; returns the next page's cursor if somebody wants it."""
        now = time.monotonic()
        if status != 200:
            self.refused[status] += 1
            return None
        measured = self.measured_from <= now < self.ends
        if measured:
            self.times_s.append(now - asked_at)
        page = _PAGE.decode(body)
        self.fresh.extend(page.items)
        for visit in page.items:
            shown_s = asked_at - self.full_since.get(visit.slot.id, asked_at)
            self.outcome.longest_shown_ms = max(self.outcome.longest_shown_ms, round(shown_s * 1000, 1))
            self.outcome.stale_shown += shown_s > STALE_S
        if measured:
            self.outcome.items += len(page.items)
            self.outcome.empty += not page.items
        return page.next_cursor if self.draw.random() < NEXT_PAGE_SHARE else None

    def note_booking(self, status: int, visit: Visit) -> None:
        """A booking was answered; the owner had counted it before."""
        self.outcome.booked += status == 201
        if status not in (201, 409):
            self.unbooked[status] += 1
        elif status == 409 or visit.groups_left == 1:
            # Several may have booked what one of them saw last: full by then at the latest.
            self.outcome.filled += visit.slot.id not in self.full_since
            self.full_since.setdefault(visit.slot.id, time.monotonic())

    def fail(self, error: BaseException) -> None:
        """End it all."""
        if not self.over.done():
            self.over.set_exception(error)


_PAGE = msgspec.json.Decoder(Page[Visit])


class Asking(asyncio.Protocol):
    """One connection, kept open: one request at a time."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.asked_at = 0.0
        self.body: list[bytes] = []
        self.parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.WriteTransport = transport
        self.begin()

    def send(self, request: str) -> None:
        """Send a request now."""
        self.asked_at = time.monotonic()
        self.transport.write(request.encode())

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self.body.append(body)

    def on_message_complete(self) -> None:
        body = b"".join(self.body)
        self.body.clear()
        self.answered(self.parser.get_status_code(), body)

    def connection_lost(self, error: Exception | None) -> None:
        self.crowd.fail(error or RuntimeError("the server hung up"))

    def begin(self) -> None:
        """Do the first thing."""

    def answered(self, status: int, body: bytes) -> None:
        """Do the next one."""


class Searching(Asking):
    """Somebody who searches and searches, for one school after another."""

    question = ""
    key = ""

    def begin(self) -> None:
        self.ask(None)

    def ask(self, cursor: str | None) -> None:
        """Ask anew, or for the next page of the same."""
        if cursor is None:
            self.question, self.key = self.crowd.question(), self.crowd.draw.choice(keys())
        page = f"&cursor={cursor}" if cursor else ""
        self.send(
            f"GET /v1/visits?{self.question}{page} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {self.key}\r\n\r\n"
        )

    def answered(self, status: int, body: bytes) -> None:
        cursor = self.crowd.note(status, body, self.asked_at)
        if time.monotonic() < self.crowd.ends:
            self.ask(cursor)


class Booking(Asking):
    """Somebody who books what was found lately, at a constant rate."""

    number = 0
    visit: Visit

    def begin(self) -> None:
        self.crowd.loop.call_later(1 / self.crowd.plan.bookings_per_s, self.book)

    def book(self) -> None:
        """Book one more."""
        if not self.crowd.fresh:
            self.begin()
            return
        self.number += 1
        self.visit = self.crowd.draw.choice(self.crowd.fresh)
        level = self.visit.visit_offer.levels[0]
        body = f'{{"level":"{level}","pupils":24,"adults":2,"class_name":"classe {self.number}"}}'
        self.send(
            f"POST /v1/slots/{self.visit.slot.id}/bookings HTTP/1.1\r\nHost: {HOST}\r\n"
            f"Authorization: Bearer {self.crowd.draw.choice(keys())}\r\nIdempotency-Key: search-{self.number}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
        )

    def answered(self, status: int, body: bytes) -> None:
        self.crowd.note_booking(status, self.visit)
        if time.monotonic() < self.crowd.ends:
            self.begin()


async def search(plan: Plan) -> Outcome:
    """Do what the plan says; raises RuntimeError or OSError where a connection is lost."""
    crowd = Crowd(plan)
    kinds = [Searching] * plan.connections + [Booking] * (plan.bookings_per_s > 0)
    connections = [await crowd.loop.create_connection(partial(kind, crowd), HOST, plan.port) for kind in kinds]
    await asyncio.wait((crowd.over,), timeout=crowd.ends - time.monotonic())
    if crowd.over.done():
        crowd.over.result()
    crowd.over.cancel()
    for transport, _ in connections:
        transport.abort()
    outcome = crowd.outcome
    outcome.times_ms = [round(seconds * 1000, 3) for seconds in crowd.times_s]
    outcome.refused, outcome.unbooked = dict(crowd.refused), dict(crowd.unbooked)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    outcome.cpu_s = usage.ru_utime + usage.ru_stime
    return outcome


def main() -> None:
    """Read the plan, search, and write the outcome."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.buffer.write(msgspec.json.encode(runner.run(search(plan))))


if __name__ == "__main__":
    main()
