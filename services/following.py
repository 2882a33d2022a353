"""Following events: in batches, each event once, a poison one never in the way of the rest.

A batch is handled in one transaction, in the order of the stream. If anything in it fails, every
event of it is handled alone: what is malformed becomes a dead letter at once, what fails for
another reason is delivered again and becomes a dead letter after `DELIVERIES`; a database that is
away is waited for. Events carry whole resources with versions, so that late and reordered ones
do no harm.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from contracts.errors import PasserelleError
from contracts.message import Event, decoder_of, subject_of
from services.database import DATABASE_AWAY
from services.dead_letters import insert_dead_letter
from services.telemetry import log, start_trace
from services.work import Work

EventHandler = Callable[[Any, Work], Awaitable[None]]
Follows = Mapping[type[Event], EventHandler]
BATCH = 200
# How long one pull stays open at the server, and how much longer we wait before we ask again.
PULL_S = 20
GRACE_S = 2
DELIVERIES = 5
RETRY_DELAYS_S = (0.2, 1, 5, 15, 30)


class Following:
    """Owns the pull on one durable consumer: the events of one other service."""

    def __init__(
        self,
        service: str,
        source: str,
        follows: Follows,
        pool: "asyncpg.Pool[asyncpg.Record]",
        nats: Client,
        wake: Callable[[], None],
    ) -> None:
        self._service = service
        self._stream = f"EVT_{source.upper()}"
        self._handlers = {subject_of(kind): (kind, handler) for kind, handler in follows.items()}
        self._pool = pool
        self._nats = nats
        self._wake = wake

    async def run(self) -> None:
        """Follow until cancelled; what is in hand then is finished or delivered again."""
        inbox = self._nats.new_inbox()
        subscription = await self._nats.subscribe(inbox)
        try:
            while True:
                try:
                    await self._pull(subscription, inbox)
                except (NatsError, TimeoutError, *DATABASE_AWAY) as error:
                    log().warning("following_waits", stream=self._stream, error=repr(error))
                    await asyncio.sleep(1)
        finally:
            await subscription.unsubscribe()

    async def _pull(self, subscription: Subscription, inbox: str) -> None:
        """One pull request: its messages as they come, until the server says that it is over."""
        await self._nats.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._service}",
            msgspec.json.encode({"batch": BATCH, "expires": PULL_S * 1_000_000_000}),
            reply=inbox,
        )
        taken = 0
        while taken < BATCH:
            batch = [await subscription.next_msg(timeout=PULL_S + GRACE_S)]
            while subscription.pending_msgs:
                batch.append(await subscription.next_msg(timeout=GRACE_S))
            events = [message for message in batch if _status(message) is None]
            if events:
                taken += len(events)
                await self._handle_batch(events)
            for message in batch:
                status = _status(message)
                if status in {"404", "408"}:
                    return
                if status is not None:
                    raise NatsError(f"{self._stream}: status {status} {message.headers}")

    async def _handle_batch(self, messages: list[Msg]) -> None:
        try:
            await self._transact(messages)
        except DATABASE_AWAY:
            for message in messages:
                await message.nak(delay=1)
            raise
        except Exception as error:
            if len(messages) == 1:
                await self._handle_failure(messages[0], error)
                return
            for message in messages:
                await self._handle_batch([message])
            return
        for message in messages:
            await message.ack()

    async def _transact(self, messages: list[Msg]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            work = Work(connection, datetime.now(UTC), self._service)
            for message in messages:
                await self._handle(message, work)
            await work.finish()
        if work.events or work.timers:
            self._wake()

    async def _handle(self, message: Msg, work: Work) -> None:
        known = self._handlers.get(message.subject)
        if known is None:
            return
        kind, handler = known
        headers = message.headers or {}
        start_trace(headers.get("traceparent"))
        # An event that came without an id (by hand) is known by its place in the stream.
        event_id = headers.get("ce-id") or f"{self._stream}:{message.metadata.sequence.stream}"
        new = await work.connection.fetchval(
            "insert into inbox (event_id) values ($1) on conflict do nothing returning true",
            event_id,
        )
        if not new:
            return
        event = decoder_of(kind).decode(message.data)
        await handler(event, work)
        log().info("handled", subject=message.subject, event_id=event_id)

    async def _handle_failure(self, message: Msg, error: Exception) -> None:
        delivered = message.metadata.num_delivered
        poison = isinstance(error, msgspec.DecodeError | PasserelleError)
        log().error("event_failed", subject=message.subject, delivered=delivered, error=repr(error))
        if not poison and delivered < DELIVERIES:
            await message.nak(delay=RETRY_DELAYS_S[min(delivered, len(RETRY_DELAYS_S)) - 1])
            return
        async with self._pool.acquire() as connection:
            await insert_dead_letter(
                connection,
                "event",
                message.subject,
                dict(message.headers or {}),
                message.data,
                repr(error),
            )
        await message.ack()


def _status(message: Msg) -> str | None:
    """The status of a message that is the server's own word, None for an event."""
    return (message.headers or {}).get("Status") if not message.data else None
