"""The relay: takes what is committed in the outbox to the stream, in order per aggregate.

One relay a schema, by an advisory lock held on the very session that selects and marks. An
event is marked after the stream acknowledged it, never before: what is sent twice after a crash
carries the same `Nats-Msg-Id`, and every consumer has an inbox. Where many wait, the stream takes
them all at once or none of them, with one wait for its disk instead of one an event.
"""

import asyncio
from typing import Any

import asyncpg
import msgspec
from nats.aio.client import Client
from nats.errors import ConnectionReconnectingError
from nats.errors import Error as NatsError

from contracts.identifiers import uuid7
from contracts.message import decoder_of
from services.database import DATABASE_AWAY, STATEMENT_KEPT_S, set_codecs
from services.telemetry import log

BATCH = 500
# An atomic batch costs the stream a few waits for its disk whatever its size; fewer events than these go one by one.
LEAST_TOGETHER = 32
# NATS loses nothing while it is away; the relay looks again this often even when nobody wakes it.
POLL_S = 0.5
LONGEST_PAUSE_S = 2.0
ACKNOWLEDGE_TIMEOUT_S = 5.0

_SELECT = (
    "select position, aggregate_id, subject, headers, body from outbox"
    " where published_at is null order by position limit $1"
)
_MARK = "update outbox set published_at = now() where position = any($1::bigint[])"


def waves(rows: list[asyncpg.Record]) -> list[list[asyncpg.Record]]:
    """Rows parted so that each wave holds one event an aggregate at most, in order."""
    seen: dict[str, int] = {}
    result: list[list[asyncpg.Record]] = []
    for row in rows:
        number = seen.get(row["aggregate_id"], 0)
        seen[row["aggregate_id"]] = number + 1
        if number == len(result):
            result.append([])
        result[number].append(row)
    return result


class Relay:
    """Owns the session that reads the outbox; lives as long as its service."""

    def __init__(self, dsn: str, nats: Client) -> None:
        self._dsn = dsn
        self._nats = nats
        self._jetstream = nats.jetstream(timeout=ACKNOWLEDGE_TIMEOUT_S)
        self._awake = asyncio.Event()
        self._pause_s = POLL_S
        self.alarm = ""

    def wake(self) -> None:
        """Say that something was just committed."""
        self._awake.set()

    async def run(self) -> None:
        """Relay until cancelled; a lost database or broker is waited for."""
        while True:
            try:
                connection = await asyncpg.connect(
                    self._dsn, command_timeout=30, max_cached_statement_lifetime=STATEMENT_KEPT_S
                )
                try:
                    await set_codecs(connection)
                    await self._take_turn(connection)
                    await self._relay_while_connected(connection)
                finally:
                    # A session that is gone cannot say good-bye.
                    connection.terminate()
            except (*DATABASE_AWAY, asyncpg.InterfaceError, NatsError) as error:
                self.alarm = f"the relay waits: {error!r}"
                log().warning("relay_waits", error=repr(error))
                await asyncio.sleep(self._pause_s)
                self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    async def _take_turn(self, connection: "asyncpg.Connection[Any]") -> None:
        """Wait until no other replica relays."""
        lock = "select pg_try_advisory_lock(hashtext('relay ' || current_schema()))"
        while not await connection.fetchval(lock):
            await asyncio.sleep(POLL_S)

    async def _relay_while_connected(self, connection: "asyncpg.Connection[Any]") -> None:
        while True:
            self._awake.clear()
            while await self._relay_batch(connection):
                pass
            self.alarm, self._pause_s = "", POLL_S
            try:
                async with asyncio.timeout(POLL_S):
                    await self._awake.wait()
            except TimeoutError:
                continue

    async def _relay_batch(self, connection: "asyncpg.Connection[Any]") -> bool:
        """Publish up to a batch; returns whether there may be more."""
        rows = await connection.fetch(_SELECT, BATCH)
        published: list[int] = []
        try:
            if len(rows) >= LEAST_TOGETHER and await self._publish_together(rows):
                published = [row["position"] for row in rows]
            else:
                for wave in waves(rows):
                    await self._publish(wave, published)
        finally:
            if published:
                await connection.execute(_MARK, published)
        return len(rows) == BATCH

    async def _publish_together(self, rows: list[asyncpg.Record]) -> bool:
        """Publish events as one atomic batch, in order; False where the stream took none of them.

        It refuses a batch that holds an event it has already, one that it has no room for, and any where it was not
        provisioned for them: one by one, each event then gets its own word. Raises NatsError where it says nothing.
        """
        self._check_connected()
        batch = {"Nats-Batch-Id": uuid7().hex}
        for number, row in enumerate(rows[:-1], start=1):
            headers = _headers.decode(row["headers"]) | batch | {"Nats-Batch-Sequence": str(number)}
            await self._nats.publish(row["subject"], row["body"], headers=headers)
        last = rows[-1]
        commit = {"Nats-Batch-Sequence": str(len(rows)), "Nats-Batch-Commit": "1"}
        reply = await self._nats.request(
            last["subject"],
            last["body"],
            timeout=ACKNOWLEDGE_TIMEOUT_S,
            headers=_headers.decode(last["headers"]) | batch | commit,
        )
        word = _words.decode(reply.data)
        if word.error is not None:
            log().info("batch_refused", events=len(rows), reason=word.error.description)
        return word.error is None

    def _check_connected(self) -> None:
        if not self._nats.is_connected:
            raise ConnectionReconnectingError

    async def _publish(self, wave: list[asyncpg.Record], published: list[int]) -> None:
        """Publish events of different aggregates side by side; adds the positions of those the stream holds."""
        self._check_connected()
        outcomes = await asyncio.gather(
            *(
                self._jetstream.publish(row["subject"], row["body"], headers=_headers.decode(row["headers"]))
                for row in wave
            ),
            return_exceptions=True,
        )
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        published += [
            row["position"]
            for row, outcome in zip(wave, outcomes, strict=True)
            if not isinstance(outcome, BaseException)
        ]
        if failures:
            raise failures[0]


class _Refusal(msgspec.Struct, frozen=True):
    description: str = ""


class _Word(msgspec.Struct, frozen=True):
    """What the stream says of a batch."""

    error: _Refusal | None = None


_headers = decoder_of(dict[str, str])
_words = decoder_of(_Word)
