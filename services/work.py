"""What a handler has in hand: one transaction, the time, the caller, and what it will announce.

State, events and timers commit together (`finish`), or not at all.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from contracts.caller import SYSTEM, Caller
from contracts.identifiers import uuid7
from contracts.message import Event, subject_of
from services.telemetry import current_traceparent

Connection = asyncpg.pool.PoolConnectionProxy


@dataclass
class Work:
    """One handler's unit of work. `now` is the one clock reading that all rules of it use."""

    connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
    now: datetime
    service: str
    caller: Caller = SYSTEM
    events: list[Event] = field(default_factory=list)
    timers: list[tuple[str, str, datetime]] = field(default_factory=list)

    def new_id(self) -> UUID:
        """A new UUIDv7: sorts by creation."""
        return uuid7()

    def announce(self, *events: Event) -> None:
        """Record events; they commit with the state that they tell of."""
        self.events.extend(events)

    def set_timer(self, kind: str, key: object, due_at: datetime) -> None:
        """Have the service's timer handler `kind` called with `key` at that time, once."""
        self.timers.append((kind, str(key), due_at))

    async def cancel_timer(self, kind: str, key: object) -> None:
        """Forget the timers of that kind and key."""
        await self.connection.execute("delete from timer where kind = $1 and key = $2", kind, str(key))

    async def finish(self) -> None:
        """Write the outbox and timer rows; called by the runtime just before the commit."""
        traceparent = current_traceparent()
        if self.events:
            await self.connection.executemany(
                "insert into outbox (id, aggregate_id, subject, headers, body, occurred_at)"
                " values ($1, $2, $3, $4, $5, $6)",
                [self._outbox_row(event, traceparent) for event in self.events],
            )
        if self.timers:
            await self.connection.executemany(
                "insert into timer (kind, key, due_at, traceparent) values ($1, $2, $3, $4)",
                [(*timer, traceparent) for timer in self.timers],
            )

    def _outbox_row(self, event: Event, traceparent: str) -> tuple[Any, ...]:
        event_id = self.new_id()
        subject = subject_of(type(event))
        aggregate_id = str(event.resource.id)
        # CloudEvents 1.0 in binary mode: the attributes are headers, the data is the body.
        headers = {
            "Nats-Msg-Id": str(event_id),
            "ce-specversion": "1.0",
            "ce-id": str(event_id),
            "ce-type": subject,
            "ce-source": f"/services/{self.service}",
            "ce-subject": aggregate_id,
            "ce-time": self.now.isoformat(),
            "content-type": "application/json",
            "traceparent": traceparent,
        }
        body = msgspec.json.encode(event)
        return event_id, aggregate_id, subject, headers, body, self.now
