"""Answering requests: bounded, by deadline, one transaction and one effect each.

A loop of our own, because the NATS library's handles one request at a time. Events are followed in
`following.py`; how a process is found is in `discovery.py`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import asyncpg
import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from contracts.caller import SYSTEM, Caller
from contracts.errors import Invalid, Malformed, PasserelleError, Problem, Unavailable
from contracts.message import Command, Request, decoder_of, kebab_case
from services.batching import Asked, BatchAnswers, Batching, GaveUp
from services.bus import fits, problem_reply, settle, stop_delivery
from services.database import COLLISIONS, DatabaseAway, Pool, transaction
from services.discovery import Discovery, Endpoint
from services.idempotency import AnswerOnce
from services.telemetry import current_traceparent, log, start_trace
from services.work import Wake, Work

AnswerHandler = Callable[[Any, Work], Awaitable[Any]]
Answers = Mapping[type[Request[Any]], AnswerHandler]

ATTEMPTS = 3
# JSON may hold the character U+0000; PostgreSQL stores it neither in jsonb nor in text.
UNSTORABLE = (asyncpg.UntranslatableCharacterError, asyncpg.CharacterNotInRepertoireError)
STOP_PATIENCE_S = 10


_UNSTORABLE_TEXT = Invalid.field(
    "body",
    "A text holds the character U+0000, which cannot be stored: remove it.",
    "Un texte contient le caractère U+0000, qui ne peut être enregistré : retirez-le.",
)


class Answering:
    """Owns the subscriptions of one service's requests, and the tasks that answer them."""

    def __init__(
        self,
        service: str,
        answers: Answers,
        together: BatchAnswers,
        pool: Pool,
        nats: Client,
        wake: Wake,
        concurrency: int,
    ) -> None:
        self._service = service
        self._handlers = {
            f"svc.{service}.{kebab_case(kind.__name__)}.v{kind.message_version}": (kind, handler)
            for kind, handler in answers.items()
        }
        self._together = {
            f"svc.{service}.{kebab_case(kind.__name__)}.v{kind.message_version}": (
                kind,
                Batching(service, handler, pool, wake),
            )
            for kind, handler in together.items()
        }
        self._pool = pool
        self._nats = nats
        self._wake = wake
        self._concurrency = concurrency
        self._tasks: set[asyncio.Task[None]] = set()
        self._subscriptions: list[Subscription] = []
        self._endpoints = {subject: Endpoint(subject) for subject in (*self._handlers, *self._together)}

    async def start(self) -> None:
        """Subscribe; replicas of a service share a queue group. Requests arrive from when this returns."""
        discovery = Discovery(self._service, list(self._endpoints.values()), self._nats)
        self._subscriptions += await discovery.start()
        self._subscriptions.append(
            await self._nats.subscribe(f"svc.{self._service}.>", queue=self._service, cb=self._take)
        )
        await settle(self._nats)

    async def stop(self) -> None:
        """Take no new request, then wait for those in flight to be answered."""
        # While NATS is away no request can arrive, and waiting for the broker's word would hold up the stop.
        if self._nats.is_connected:
            try:
                await stop_delivery(self._subscriptions, self._nats)
                await asyncio.gather(*(subscription.drain() for subscription in self._subscriptions))
            except (NatsError, OSError) as error:
                log().warning("drain_failed", error=repr(error))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_PATIENCE_S)

    async def _take(self, message: Msg) -> None:
        if len(self._tasks) >= self._concurrency:
            log().warning("overrun", subject=message.subject, concurrency=self._concurrency)
            await self._reply(message, *problem_reply(Unavailable(part=self._service).problem))
            return
        # A task of its own: the subscription calls back for one message at a time.
        task = asyncio.create_task(self._answer(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, message: Msg) -> None:
        headers = message.headers or {}
        start_trace(headers.get("traceparent"))
        began = time.perf_counter()
        body, problem = b"", None
        try:
            # Whoever asked gives up at the deadline: what is not committed by then must not happen later.
            async with asyncio.timeout(_seconds_left(headers)) as patience:
                body = await self._handle(message, headers)
        except PasserelleError as error:
            problem = error.problem
        except DatabaseAway as error:
            log().warning("database_away", error=repr(error))
            problem = Unavailable(part="PostgreSQL").problem
        except UNSTORABLE:
            problem = _UNSTORABLE_TEXT.problem
        except Exception as error:
            if isinstance(error, GaveUp) or (isinstance(error, TimeoutError) and patience.expired()):
                log().warning("deadline_passed", subject=message.subject)
                return
            log().exception("request_failed", subject=message.subject)
            problem = PasserelleError().problem
        await self._finish(message, time.perf_counter() - began, body, problem)

    async def _finish(self, message: Msg, seconds: float, body: bytes, problem: Problem | None) -> None:
        status = problem.slug if problem else "ok"
        if endpoint := self._endpoints.get(message.subject):
            endpoint.count(seconds, failed=status == PasserelleError.slug)
        log().info("answered", subject=message.subject, status=status, ms=round(seconds * 1000, 2))
        await self._reply(message, *(problem_reply(problem) if problem else (body, {"status": "ok"})))

    async def _reply(self, message: Msg, body: bytes, headers: dict[str, str]) -> None:
        if not message.reply:
            return
        try:
            await self._nats.publish(message.reply, body, headers=headers)
        except NatsError as error:
            # What was done stays done: whoever asked hears nothing, asks again with the same key, and is told.
            log().warning("reply_lost", subject=message.subject, error=repr(error))

    async def _handle(self, message: Msg, headers: Mapping[str, str]) -> bytes:
        if message.subject in self._together:
            return await self._decide_together(message, headers)
        if message.subject not in self._handlers:
            raise Unavailable(part=message.subject)
        kind, handler = self._handlers[message.subject]
        request = _decoded(kind, message.data)
        caller, once = _caller_of(headers), _once_of(kind, message.data, headers)
        if_version = int(headers["if-version"]) if "if-version" in headers else None
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._transact(request, handler, caller, once, if_version)
            except COLLISIONS as error:
                log().warning("collision", subject=message.subject, error=repr(error))
        return await self._transact(request, handler, caller, once, if_version)

    async def _decide_together(self, message: Msg, headers: Mapping[str, str]) -> bytes:
        kind, batching = self._together[message.subject]
        left = _seconds_left(headers)
        asked = Asked(
            request=_decoded(kind, message.data),
            caller=_caller_of(headers),
            once=_once_of(kind, message.data, headers),
            deadline=None if left is None else time.time() + left,
            traceparent=current_traceparent(),
        )
        return await batching.answer(asked)

    async def _transact(
        self,
        request: Request[Any],
        handler: AnswerHandler,
        caller: Caller,
        once: AnswerOnce | None,
        if_version: int | None,
    ) -> bytes:
        async with transaction(self._pool) as connection:
            if once and (earlier := await once.claim(connection)) is not None:
                return earlier
            work = Work(connection, datetime.now(UTC), self._service, caller, if_version)
            answer = msgspec.json.encode(await handler(request, work))
            if not fits(answer, self._nats):
                raise ValueError(f"the answer to {type(request).__name__} takes {len(answer)} bytes")
            to_do = await work.finish()
            if once:
                await once.keep(connection, answer)
        if to_do:
            self._wake(to_do)
        return answer


def _caller_of(headers: Mapping[str, str]) -> Caller:
    raw_caller = headers.get("caller")
    return _decoded_caller(raw_caller) if raw_caller else SYSTEM


@lru_cache(maxsize=1000)
def _decoded_caller(raw: str) -> Caller:
    """A caller from its header: the same few ask again and again."""
    caller: Caller = _decoded(Caller, raw.encode())
    return caller


def _once_of(kind: type[Request[Any]], body: bytes, headers: Mapping[str, str]) -> AnswerOnce | None:
    key = headers.get("idempotency-key", "") if issubclass(kind, Command) else ""
    return AnswerOnce(_caller_of(headers).party, key, kind, body) if key else None


def _seconds_left(headers: Mapping[str, str]) -> float | None:
    """Until the deadline that came with the request; None where there is none."""
    try:
        return float(headers["deadline"]) - time.time()
    except (KeyError, ValueError):
        return None


def _decoded(kind: Any, data: bytes) -> Any:
    """A message part of that type; raises Invalid naming the field, or Malformed."""
    try:
        return decoder_of(kind).decode(data)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).rstrip("`").partition(" - at `$.")
        raise Invalid.field(path or "body", reason, reason) from error
    except msgspec.DecodeError as error:
        raise Malformed(reason=str(error)) from error
