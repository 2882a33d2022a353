"""What a handler has in hand: one transaction, the time, the caller, and what it will announce.

State, events and timers commit together (`finish`), or not at all.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from contracts.caller import SYSTEM, Caller
from contracts.errors import Outdated
from contracts.identifiers import uuid7
from contracts.message import Event, Resource, owner_of, subject_of
from services import database
from services.telemetry import current_traceparent

# What handlers and stores call it.
Connection = database.Connection
Gathered: TypeAlias = "Callable[[list[Any], Work], Awaitable[None]]"

# The broker takes 1 MiB with headers (deploy/nats/server.conf). What it does not take would stand in
# the outbox's way for ever, so it has to fail here, with the transaction that made it.
EVENT_BYTES = 1_000_000
# An attribute of ours: whoever tells people of an event need not tell the one who did it.
ACTOR_HEADER = "ce-actor"
SYSTEM_ACTOR = "system"


_ANNOUNCE = """
insert into outbox (id, aggregate_id, subject, headers, body, occurred_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::bytea[], $6::timestamptz[])
"""

_SET_TIMERS = """
insert into timer (kind, key, due_at, traceparent)
select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])
"""


class ToDo(NamedTuple):
    """What a commit leaves to do at once: events to relay, timers that are due."""

    events: bool = False
    timers: bool = False

    def __bool__(self) -> bool:
        """Whether it leaves anything."""
        return self.events or self.timers


Wake: TypeAlias = Callable[[ToDo], None]


@dataclass
class Work:
    """One handler's unit of work. `now` is the one clock reading that all rules of it use."""

    connection: Connection
    now: datetime
    service: str
    caller: Caller = SYSTEM
    # The version that the caller read of what it changes; None where it does not mind.
    if_version: int | None = None
    # Who did what the event in hand tells of: a party, SYSTEM_ACTOR, or nothing where the event does not say.
    actor: str = ""
    # Rows to be: each carries the trace in which it was announced, since one unit of work may handle many events.
    outbox: list[tuple[Any, ...]] = field(default_factory=list)
    # What handlers left to be done for all events of a batch together.
    gathered: dict[Any, list[Any]] = field(default_factory=dict)
    timers: list[tuple[str, str, datetime, str]] = field(default_factory=list)

    def new_id(self) -> UUID:
        """A new UUIDv7: sorts by creation."""
        return uuid7()

    def expect(self, resource: Resource) -> None:
        """Raise Outdated where the caller read another version of what it is about to change; call it once locked."""
        if self.if_version not in (None, resource.version):
            raise Outdated(version=resource.version, expected=self.if_version)

    def announce(self, *events: Event) -> None:
        """Record events as they are now; they commit with the state that they tell of.

        Raises TypeError for another service's event, ValueError for one that no broker would take.
        """
        self.outbox.extend(self._outbox_row(event) for event in events)

    def set_timer(self, kind: str, key: object, due_at: datetime) -> None:
        """Have the service's timer handler `kind` called with `key` at that time, once."""
        self.timers.append((kind, str(key), due_at, current_traceparent()))

    async def cancel_timer(self, kind: str, key: object) -> None:
        """Forget the timers of that kind and key."""
        await self.connection.execute("delete from timer where kind = $1 and key = $2", kind, str(key))

    def gather(self, together: Gathered, *items: Any) -> None:
        """Have `together` called once with everything gathered for it, in order, just before the commit."""
        self.gathered.setdefault(together, []).extend(items)

    async def do_gathered(self) -> None:
        """Do it now, once: whoever has to know whether it fails need not wait for the end."""
        while self.gathered:
            together = next(iter(self.gathered))
            await together(self.gathered.pop(together), self)

    async def finish(self) -> ToDo:
        """Do what was gathered, and write the outbox and timer rows; returns what that leaves to do."""
        await self.do_gathered()
        if self.outbox:
            await self.connection.execute(_ANNOUNCE, *zip(*self.outbox, strict=True))
        if self.timers:
            await self.connection.execute(_SET_TIMERS, *zip(*self.timers, strict=True))
        # What is due later is found when it is (timers.py): nobody need look for it now.
        return ToDo(events=bool(self.outbox), timers=any(due_at <= self.now for _, _, due_at, _ in self.timers))

    def _outbox_row(self, event: Event) -> tuple[Any, ...]:
        kind = type(event)
        if owner_of(kind) != self.service:
            raise TypeError(f"{self.service} cannot announce {kind.__name__}, which {owner_of(kind)} owns")
        body = msgspec.json.encode(event)
        if len(body) > EVENT_BYTES:
            raise ValueError(f"{kind.__name__} takes {len(body)} bytes, over {EVENT_BYTES}")
        event_id = self.new_id()
        aggregate_id = str(event.resource.id)
        # CloudEvents 1.0 in binary mode: the attributes are headers, the data is the body.
        headers = {
            "Nats-Msg-Id": str(event_id),
            "ce-specversion": "1.0",
            "ce-id": str(event_id),
            "ce-type": subject_of(kind),
            "ce-source": f"/services/{self.service}",
            "ce-subject": aggregate_id,
            "ce-time": self.now.isoformat(),
            ACTOR_HEADER: SYSTEM_ACTOR if self.caller == SYSTEM else self.caller.party,
            "content-type": "application/json",
            "traceparent": current_traceparent(),
        }
        return event_id, aggregate_id, subject_of(kind), headers, body, self.now
