"""Every event that was recorded is told: once, in order, and soon."""

from collections.abc import Iterable, Iterator
from contextlib import aclosing
from typing import Any

from deploy.permissions import SERVICES
from deploy.verify.books import BATCH, Books
from deploy.verify.invariant import Finding, Invariant, Look, Question, asking, together

_RECORDED = "select position, id, aggregate_id, published_at is not null as published from outbox order by position"
# What was published by hand may carry any word as its id.
_RECORDED_BY_ID = """
select position, id, aggregate_id from outbox
where id = any(
    select word::uuid from unnest($1::text[]) word where word ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
)
"""
# A relay publishes within milliseconds, and tries again every two seconds while the broker is away.
_UNPUBLISHED = """
select id, format('%s, since %s', subject, occurred_at) as words
from outbox where published_at is null and occurred_at < now() - interval '30 seconds' order by position
"""


async def compare_streams(books: Books) -> Look:
    """The outbox of every service against its stream."""
    return together([await compare_stream(books, service) for service in SERVICES])


async def compare_stream(books: Books, service: str) -> Look:
    """One outbox, as it was when the look began, against the stream as it is then or later."""
    ledger = Ledger(service)
    async with books.snapshot(service) as snapshot:
        counted = await snapshot.fetchval("select count(*) from outbox")
        recorded = await snapshot.cursor(_RECORDED)
        async with aclosing(books.events(service)) as batches:
            async for batch in batches:
                told = [(message.headers or {}).get("ce-id", "") for message in batch]
                ledger.record(await recorded.fetch(len(told)))
                strangers = [event_id for event_id in told if event_id not in ledger.waiting]
                ledger.tell(told, await snapshot.fetch(_RECORDED_BY_ID, strangers) if strangers else [])
        while rest := await recorded.fetch(BATCH):
            ledger.record(rest)
    return Look(counted, (*ledger.findings, *ledger.untold()))


class Ledger:
    """Outbox and stream, read side by side in their order: only what one is ahead of the other with is remembered."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._reached = 0
        # Told before its row was reached, by id.
        self._early: set[str] = set()
        # The position of the last event told of each thing, since both were level.
        self._last: dict[str, int] = {}
        # Recorded and not told yet, by id.
        self.waiting: dict[str, Any] = {}
        self.findings: list[Finding] = []

    def record(self, rows: Iterable[Any]) -> None:
        """Take rows of the outbox, in order."""
        for row in rows:
            event_id = str(row["id"])
            self._reached = row["position"]
            if event_id in self._early:
                self._early.remove(event_id)
            else:
                self.waiting[event_id] = row

    def tell(self, told: Iterable[str], rows: Iterable[Any]) -> None:
        """Take the ids of events of the stream, in order, with the outbox rows of those that do not wait."""
        known = {str(row["id"]): row for row in rows}
        for event_id in told:
            row = self.waiting.pop(event_id, None)
            if row is None:
                row = known.get(event_id)
                if row is None:
                    self._find(event_id, f"is in the stream of {self._service}, and was never recorded")
                    continue
                if row["position"] <= self._reached or event_id in self._early:
                    self._find(event_id, f"is in the stream of {self._service} twice")
                    continue
                self._early.add(event_id)
            if row["position"] < self._last.get(row["aggregate_id"], 0):
                self._find(event_id, f"was told after a later one of {row['aggregate_id']}")
            self._last[row["aggregate_id"]] = row["position"]
        if not self.waiting and not self._early:
            self._last.clear()

    def untold(self) -> Iterator[Finding]:
        """What was published, and is not in the stream."""
        for event_id, row in self.waiting.items():
            if row["published"]:
                yield Finding(event_id, f"was published by {self._service}, and is not in its stream")

    def _find(self, event_id: str, words: str) -> None:
        self.findings.append(Finding(event_id, words))


INVARIANTS = (
    Invariant(
        "stream",
        "events recorded",
        "each is in its service's stream once, in the order of its thing",
        compare_streams,
        lags=True,
    ),
    Invariant(
        "relay",
        "events recorded",
        "none waits for its stream longer than 30 s",
        asking(*(Question(service, "select count(*) from outbox", _UNPUBLISHED) for service in SERVICES)),
    ),
)
