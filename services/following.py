"""Following events: in batches, each event once, a poison one never in the way of the rest.

A batch is handled in one transaction, in the order of the stream. If anything in it fails, every
event of it is handled alone: what is malformed becomes a dead letter at once, what fails for
another reason is delivered again and becomes a dead letter after `DELIVERIES`; a database that is
away is waited for, with the events in hand. Events carry whole resources with versions, so that
late and reordered ones do no harm. How events come from the broker is in `pulling.py`.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from contracts.errors import Kind, PasserelleError
from contracts.message import Event, decoder_of, subject_of
from services.database import DatabaseAway, Pool, transaction
from services.dead_letters import insert_dead_letter
from services.pulling import BATCH, DurableGone, Pulling
from services.telemetry import log, start_trace
from services.work import ACTOR_HEADER, Connection, ToDo, Wake, Work

EventHandler = Callable[[Any, Work], Awaitable[None]]
Follows = Mapping[type[Event], EventHandler]
# What becomes of a thing whose handler failed for good: called in the transaction that makes the dead letter.
GivenUp = Callable[[Any, Exception, Work], Awaitable[None]]
DELIVERIES = 5
RETRY_DELAYS_S = (0.2, 1, 5, 15)
AWAY_PAUSE_S = 0.5
# The broker delivers again what it hears nothing of for 10 s (deploy/provision.py).
PROGRESS_S = 3
# Where many events come, those of so long are handled together: a batch costs as much as twenty events, by itself.
TOGETHER_S = 0.1
MANY = 10
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 10.0


class Following:
    """Owns the place of one service in the events of another.

    Its replicas have one place together. At a `durable` of another name they share out what each of them takes one at
    a time: what takes long, and is no other's to do while one does it.
    """

    def __init__(
        self,
        service: str,
        source: str,
        follows: Follows,
        pool: Pool,
        nats: Client,
        wake: Wake,
        durable: str = "",
        at_once: int = BATCH,
        given_up: Mapping[type[Event], GivenUp] | None = None,
    ) -> None:
        self._service = service
        self.stream = f"EVT_{source.upper()}"
        self._handlers = {subject_of(kind): (kind, handler) for kind, handler in follows.items()}
        self._pool = pool
        self._wake = wake
        self._given_up = given_up or {}
        self._pulling = Pulling(nats, self.stream, durable or service, at_once)
        self.alarm = ""

    async def run(self) -> None:
        """Follow until cancelled; what is in hand then is handed back at once."""
        pause_s = FIRST_PAUSE_S
        await self._pulling.open()
        try:
            while True:
                try:
                    messages = await self._pulling.next_events()
                    since = time.monotonic()
                    await self._settle(messages)
                    self.alarm, pause_s = "", FIRST_PAUSE_S
                    # A few never make the next ones wait, nor do those that have waited long enough to fill a batch.
                    if MANY <= len(messages) < BATCH:
                        await asyncio.sleep(since + TOGETHER_S - time.monotonic())
                except DurableGone as error:
                    self.alarm = str(error)
                    log().error("durable_gone", stream=self.stream, error=self.alarm)
                    await asyncio.sleep(pause_s)
                    pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                except (NatsError, TimeoutError, OSError) as error:
                    log().warning("following_waits", stream=self.stream, error=repr(error))
                    await asyncio.sleep(FIRST_PAUSE_S)
        finally:
            await self._pulling.close()

    async def _settle(self, messages: Sequence[Msg]) -> None:
        """Handle events until each is acknowledged or handed back."""
        if not messages:
            return
        # One that comes again may have ended its handler's process: it must not take others with it.
        fresh = [message for message in messages if message.metadata.num_delivered == 1]
        again = [[message] for message in messages if message.metadata.num_delivered > 1]
        async with in_progress(messages):
            try:
                for batch in [fresh, *again] if fresh else again:
                    await self._handle_surely(batch)
            except asyncio.CancelledError:
                for message in unsettled(messages):
                    await message.nak()
                raise

    async def _handle_surely(self, messages: Sequence[Msg]) -> None:
        # The broker counts deliveries, and an outage of ours is not the events' fault: they stay in hand.
        while True:
            try:
                await self._handle_batch(unsettled(messages))
            except DatabaseAway as error:
                log().warning("database_away", stream=self.stream, error=repr(error))
                await asyncio.sleep(AWAY_PAUSE_S)
            else:
                return

    async def _handle_batch(self, messages: Sequence[Msg]) -> None:
        try:
            await self._transact(messages)
        except DatabaseAway:
            raise
        except Exception as error:
            if len(messages) == 1:
                await self._refuse(messages[0], error)
                return
            for message in messages:
                await self._handle_batch([message])
            return
        for message in messages:
            start_trace((message.headers or {}).get("traceparent"))
            log().info("handled", subject=message.subject, event_id=self._id_of(message))
            # A lost acknowledgement costs one more delivery, which the inbox absorbs.
            await message.ack()

    async def _transact(self, messages: Sequence[Msg]) -> None:
        async with transaction(self._pool) as connection:
            work = Work(connection, datetime.now(UTC), self._service)
            for message in await self._unheard(messages, connection):
                await self._handle(message, work)
            to_do = await work.finish()
        if to_do:
            self._wake(to_do)

    async def _handle(self, message: Msg, work: Work) -> None:
        kind, handler = self._handlers[message.subject]
        headers = message.headers or {}
        start_trace(headers.get("traceparent"))
        work.actor = headers.get(ACTOR_HEADER, "")
        await handler(decoder_of(kind).decode(message.data), work)

    async def _unheard(self, messages: Sequence[Msg], connection: Connection) -> list[Msg]:
        """Write the events into the inbox; returns those that were not there yet and that somebody follows, once."""
        followed = {self._id_of(message): message for message in messages if message.subject in self._handlers}
        rows = await connection.fetch(
            "insert into inbox (event_id) select unnest($1::text[]) on conflict do nothing returning event_id",
            sorted(followed),
        )
        new = {row["event_id"] for row in rows}
        return [message for event_id, message in followed.items() if event_id in new]

    def _id_of(self, message: Msg) -> str:
        # An event that came without an id (by hand) is known by its place in the stream.
        return (message.headers or {}).get("ce-id") or f"{self.stream}:{message.metadata.sequence.stream}"

    async def _refuse(self, message: Msg, error: Exception) -> None:
        """Have an event that failed delivered again, or make it a dead letter."""
        delivered = message.metadata.num_delivered
        headers = message.headers or {}
        start_trace(headers.get("traceparent"))
        log().error(
            "event_failed", subject=message.subject, event_id=self._id_of(message), delivered=delivered, exc_info=error
        )
        if not is_poison(error) and delivered < DELIVERIES:
            await message.nak(delay=RETRY_DELAYS_S[delivered - 1])
            return
        async with transaction(self._pool) as connection:
            # In the inbox it is settled: the same event delivered once more makes no second dead letter.
            to_do = ToDo()
            if await self._unheard([message], connection):
                await insert_dead_letter(connection, "event", message.subject, headers, message.data, repr(error))
                to_do = await self._give_up(message, error, Work(connection, datetime.now(UTC), self._service))
        await message.ack()
        if to_do:
            self._wake(to_do)

    async def _give_up(self, message: Msg, error: Exception, work: Work) -> ToDo:
        kind, _ = self._handlers[message.subject]
        if kind in self._given_up:
            # What nobody can read names nothing that could be given up.
            with contextlib.suppress(msgspec.DecodeError):
                await self._given_up[kind](decoder_of(kind).decode(message.data), error, work)
        return await work.finish()


def is_poison(error: Exception) -> bool:
    """Whether an event that failed so will always fail so."""
    if isinstance(error, PasserelleError):
        return error.problem.kind is not Kind.UNAVAILABLE
    return isinstance(error, msgspec.DecodeError)


def unsettled(messages: Sequence[Msg]) -> list[Msg]:
    """Those neither acknowledged nor handed back."""
    return [message for message in messages if not message.is_acked]


@asynccontextmanager
async def in_progress(messages: Sequence[Msg]) -> AsyncIterator[None]:
    """Tell the broker again and again that these events are being worked on, so that nobody else gets them."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(PROGRESS_S)
            for message in unsettled(messages):
                try:
                    await message.in_progress()
                except NatsError as error:
                    log().warning("progress_untold", error=repr(error))

    task = asyncio.create_task(tell())
    try:
        yield
    finally:
        task.cancel()
