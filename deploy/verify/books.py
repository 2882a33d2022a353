"""The books of all services, to be read: a session of its own role in each schema, and the streams as the operator.

Nothing can be written by way of them: the sessions are read-only, and reading a stream acknowledges nothing.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo

from deploy.operator import operator_client
from deploy.provision import Durable, event_stream

BATCH = 1000
# A stream that has an event to give gives it at once; after this long without one, its server is away.
FETCH_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 5.0
# Counting all bookings of a region takes seconds; whoever waits longer than this has lost the server.
STATEMENT_TIMEOUT_S = 300.0


class BooksClosed(Exception):
    """A part of the system cannot be read; the message says which, and why."""


@dataclass(frozen=True)
class Addresses:
    """Where a running copy keeps its books: a DSN for each service, as its own role, and NATS as `operator`."""

    dsns: Mapping[str, str]
    nats_url: str


class Books:
    """Owns the sessions; one look at a time."""

    def __init__(self, sessions: Mapping[str, "asyncpg.Connection[Any]"], client: Client) -> None:
        self._sessions = sessions
        self._client = client
        self._jetstream = client.jetstream(timeout=FETCH_TIMEOUT_S)

    @asynccontextmanager
    async def snapshot(self, service: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """A service's schema as it is at one moment; raises BooksClosed."""
        session = self._sessions[service]
        with read_of(f"the schema of {service}"):
            async with session.transaction(isolation="repeatable_read", readonly=True):
                yield session

    async def rows(self, service: str, query: str, *arguments: object) -> list[Any]:
        """What a query finds in a service's schema; raises BooksClosed."""
        async with self.snapshot(service) as snapshot:
            return list(await snapshot.fetch(query, *arguments))

    async def last_sequence(self, service: str) -> int:
        """The number of the last event in a service's stream; raises BooksClosed."""
        with read_of(event_stream(service)):
            return (await self._jetstream.stream_info(event_stream(service))).state.last_seq

    async def place(self, durable: Durable) -> ConsumerInfo:
        """How far a follower has come; raises BooksClosed."""
        with read_of(durable.stream):
            place: ConsumerInfo = await self._jetstream.consumer_info(durable.stream, durable.name)
        return place

    async def events(self, service: str) -> AsyncGenerator[Sequence[Msg], None]:
        """The headers of all events that a stream holds now, in batches and in order; raises BooksClosed."""
        name = event_stream(service)
        with read_of(name):
            left = (await self._jetstream.stream_info(name)).state.messages
            reader = ConsumerConfig(ack_policy=AckPolicy.NONE, headers_only=True, inactive_threshold=60)
            pull = await self._jetstream.pull_subscribe("", stream=name, config=reader)
            consumer = (await pull.consumer_info()).name
        try:
            while left > 0:
                with read_of(name):
                    batch = await pull.fetch(min(BATCH, left), timeout=FETCH_TIMEOUT_S)
                left -= len(batch)
                yield batch
        finally:
            with read_of(name):
                await self._jetstream.delete_consumer(name, consumer)


@contextmanager
def read_of(what: str) -> Iterator[None]:
    """Within it, an error of NATS or PostgreSQL becomes one sentence; raises BooksClosed."""
    try:
        yield
    except (nats.errors.Error, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise BooksClosed(f"{what} cannot be read: {error or type(error).__name__}") from error


@asynccontextmanager
async def open_books(addresses: Addresses) -> AsyncIterator[Books]:
    """Sessions with every schema and with the broker; raises BooksClosed, NobodyRuns."""
    async with AsyncExitStack() as stack:
        client = await operator_client(addresses.nats_url)
        stack.push_async_callback(client.close)
        sessions = {}
        for service, dsn in addresses.dsns.items():
            sessions[service] = await open_session(service, dsn)
            # Not by a last word to the server, which may be away by then.
            stack.callback(sessions[service].terminate)
        yield Books(sessions, client)


async def open_session(service: str, dsn: str) -> "asyncpg.Connection[Any]":
    """A session that the server lets write nothing; raises BooksClosed."""
    with read_of(f"the schema of {service}"):
        session: asyncpg.Connection[Any] = await asyncpg.connect(
            dsn,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=STATEMENT_TIMEOUT_S,
            server_settings={"default_transaction_read_only": "on"},
        )
    return session
