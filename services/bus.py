"""Connections to NATS, and requests over them: asking another service, and the errors that come back.

Answering is in `answering.py`, following events in `following.py`; an event is never published
here: only the outbox's relay does that.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from contracts.caller import SYSTEM, Caller
from contracts.errors import Problem, RequestRefused, TooLarge, Unavailable
from contracts.message import Request, answer_of, decoder_of, kebab_case, owner_of, subject_of
from services.telemetry import current_traceparent, log

AnswerT = TypeVar("AnswerT")
REQUEST_TIMEOUT_S = 5.0
# What the server replies by itself where no service listens to a subject.
NOBODY_LISTENS = "503"
DISCONNECT_S = 5
# Half-open connections are noticed after this: the ping that the client sends is not enough when
# the other machine vanished without a word.
WATCH_INTERVAL_S = 5.0
# The server counts headers into the largest message that it takes, and cuts off who exceeds it; the
# client counts the body alone.
HEADERS_BYTES = 16 * 1024


async def connect(url: str, name: str, *, on_end: Callable[[str], None] | None = None, buffered: bool = True) -> Client:
    """A connection that comes back by itself for ever.

    `on_end` is told why where it cannot, or where the server forbids what we do: both are faults of
    the deployment, which only a new process with other settings mends. `buffered=False` makes a
    publish fail at once while disconnected (the relay needs to know).
    """
    told = ""

    async def report_error(error: Exception) -> None:
        nonlocal told
        # While the server is away, every attempt to come back fails with the same words.
        if str(error) != told:
            log().warning("nats_error", connection=name, error=repr(error))
        told = str(error)
        # The server tells of a refused publish or subscription only here.
        if "permissions violation" in told.lower() and on_end:
            on_end(f"NATS: {told}")

    async def report_reconnected() -> None:
        nonlocal told
        told = ""
        log().info("nats_reconnected", connection=name)

    async def report_closed() -> None:
        if on_end:
            on_end("the connection to NATS is closed")

    return await nats.connect(
        url,
        name=name,
        inbox_prefix=f"_INBOX.{name}".encode(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.25,
        ping_interval=10,
        max_outstanding_pings=2,
        error_cb=report_error,
        reconnected_cb=report_reconnected,
        closed_cb=report_closed,
        pending_size=2 * 1024 * 1024 if buffered else 0,
        # All of them are ours.
        skip_subject_validation=True,
    )


async def disconnect(client: Client) -> None:
    """Send what is still to be sent, then close; within a few seconds even where the server is away."""
    if client.is_connected:
        with contextlib.suppress(NatsError, TimeoutError, OSError):
            async with asyncio.timeout(DISCONNECT_S):
                await client.drain()
    await client.close()


async def watch(client: Client) -> None:
    """Reconnect a connection that does not answer, until cancelled."""
    while True:
        await asyncio.sleep(WATCH_INTERVAL_S)
        if client.is_connected:
            try:
                await client.rtt(timeout=2)
            except (NatsError, TimeoutError, OSError):
                log().warning("nats_silent_reconnecting")
                await client.force_reconnect()


async def settle(client: Client) -> None:
    """Wait until the server has acted on everything sent so far.

    Twice, because the library's ping overtakes commands that wait to be written: only the second one follows them.
    """
    await client.flush()
    await client.flush()


async def stop_delivery(subscriptions: Iterable[Subscription], client: Client) -> None:
    """Have the server deliver no more; every message that it did deliver is in its subscription when this returns.

    The library's own ways forget the subscription before the server has, and drop what arrives in between.
    """
    for subscription in subscriptions:
        await client._send_unsubscribe(subscription._id)
    await settle(client)


def fits(body: bytes, client: Client) -> bool:
    """Whether the server takes a message with this body and our headers."""
    return len(body) + HEADERS_BYTES <= client.max_payload


class Bus:
    """Asks other services. Owns no connection, it is given one; owns the inbox that answers come to."""

    def __init__(self, nats_client: Client) -> None:
        self.nats = nats_client
        self._inbox = ""
        self._awaited: dict[str, asyncio.Future[Msg]] = {}

    async def ask(
        self,
        request: Request[AnswerT],
        caller: Caller = SYSTEM,
        *,
        service: str = "",
        idempotency_key: str = "",
        if_version: int | None = None,
        timeout_s: float = REQUEST_TIMEOUT_S,
    ) -> AnswerT:
        """The answer to a request.

        `service` is needed only for `contracts.operations`; `if_version` is the version that a change rests on.
        Raises RequestRefused with the other service's own problem, TooLarge, and Unavailable where it, or NATS, does
        not answer in time.
        """
        kind = type(request)
        target = service or owner_of(kind)
        subject = f"svc.{service}.{kebab_case(kind.__name__)}.v1" if service else subject_of(kind)
        headers = {
            "caller": _caller_header(caller),
            "deadline": f"{time.time() + timeout_s:.3f}",
            "traceparent": current_traceparent(),
        }
        if idempotency_key:
            headers["idempotency-key"] = idempotency_key
        if if_version is not None:
            headers["if-version"] = str(if_version)
        if not self.nats.is_connected:
            raise Unavailable(part="NATS")
        body = msgspec.json.encode(request)
        if not fits(body, self.nats):
            raise TooLarge(limit=self.nats.max_payload - HEADERS_BYTES)
        try:
            reply = await self._request(subject, body, headers, timeout_s)
        except (NatsError, TimeoutError, OSError) as error:
            raise Unavailable(part=target) from error
        told = reply.headers or {}
        if told.get("status") == "problem":
            raise RequestRefused(decoder_of(Problem).decode(reply.data))
        if told.get("Status") == NOBODY_LISTENS:
            raise Unavailable(part=target)
        answer: AnswerT = decoder_of(answer_of(kind)).decode(reply.data)
        return answer

    async def _request(self, subject: str, body: bytes, headers: dict[str, str], timeout_s: float) -> Msg:
        """Send a message and wait for the first reply; raises TimeoutError, NatsError.

        The library's own way costs as much again as all that is said here.
        """
        loop = asyncio.get_running_loop()
        if not self._inbox:
            self._inbox = self.nats.new_inbox()
            await self.nats.subscribe(f"{self._inbox}.*", cb=self._deliver)
        # Whoever is asked something sees where its own answer goes, and must not guess where those of others do.
        inbox = f"{self._inbox}.{secrets.token_hex(8)}"
        answer: asyncio.Future[Msg] = loop.create_future()
        self._awaited[inbox] = answer
        patience = loop.call_later(timeout_s, _give_up, answer)
        try:
            await self.nats.publish(subject, body, reply=inbox, headers=headers)
            return await answer
        finally:
            patience.cancel()
            del self._awaited[inbox]

    async def _deliver(self, message: Msg) -> None:
        answer = self._awaited.get(message.subject)
        if answer is not None and not answer.done():
            answer.set_result(message)


def _give_up(answer: "asyncio.Future[Msg]") -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())


@lru_cache(maxsize=1000)
def _caller_header(caller: Caller) -> str:
    """A caller as a header: the same few ask again and again."""
    return msgspec.json.encode(caller).decode()


def problem_reply(problem: Problem) -> tuple[bytes, dict[str, str]]:
    """A problem as the body and headers of a reply."""
    return msgspec.json.encode(problem), {"status": "problem"}
