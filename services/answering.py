"""Answering requests: bounded, by deadline, one transaction and one effect each.

The discovery part speaks the NATS micro protocol (`nats micro ls` shows every replica); the
endpoint loop is our own because the library's handles one request at a time.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from contracts.caller import SYSTEM, Caller
from contracts.errors import Invalid, KeyReused, PasserelleError, TooManyRequests, Unavailable
from contracts.message import Command, Request, decoder_of, kebab_case
from services.bus import problem_reply
from services.database import DATABASE_AWAY
from services.telemetry import log, start_trace
from services.work import Work

AnswerHandler = Callable[[Any, Work], Awaitable[Any]]
Answers = Mapping[type[Request[Any]], AnswerHandler]


class Answering:
    """Owns the subscriptions of one service's requests, and the tasks that answer them."""

    def __init__(
        self,
        service: str,
        answers: Answers,
        pool: "asyncpg.Pool[asyncpg.Record]",
        nats: Client,
        wake: Callable[[], None],
        concurrency: int,
    ) -> None:
        self._service = service
        self._handlers = {
            f"svc.{service}.{kebab_case(kind.__name__)}.v{kind.message_version}": (kind, handler)
            for kind, handler in answers.items()
        }
        self._pool = pool
        self._nats = nats
        self._wake = wake
        self._concurrency = concurrency
        self._tasks: set[asyncio.Task[None]] = set()
        self._subscriptions: list[Subscription] = []
        self._identity = {"name": service, "id": uuid4().hex, "version": "1.0.0", "metadata": {}}
        self._stats = {subject: [0, 0, 0.0] for subject in self._handlers}
        self._started = datetime.now(UTC).isoformat()

    async def start(self) -> None:
        """Subscribe; replicas of a service share a queue group."""
        self._subscriptions.append(
            await self._nats.subscribe(f"svc.{self._service}.>", queue=self._service, cb=self._take)
        )
        for verb in ("PING", "INFO", "STATS"):
            for end in ("", f".{self._service}", f".{self._service}.{self._identity['id']}"):
                self._subscriptions.append(await self._nats.subscribe(f"$SRV.{verb}{end}", cb=self._discover))

    async def stop(self) -> None:
        """Take no new request, then wait for those in flight to be answered."""
        for subscription in self._subscriptions:
            await subscription.drain()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10)

    async def _take(self, message: Msg) -> None:
        if len(self._tasks) >= self._concurrency:
            body, headers = problem_reply(TooManyRequests().problem)
            await self._nats.publish(message.reply, body, headers=headers)
            return
        # A task of its own: the subscription calls back for one message at a time.
        task = asyncio.create_task(self._answer(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, message: Msg) -> None:
        headers = message.headers or {}
        start_trace(headers.get("traceparent"))
        began = time.perf_counter()
        status = "ok"
        try:
            if float(headers.get("deadline", "inf")) < time.time():
                # Whoever asked has given up: doing it now would surprise them.
                return
            body, reply_headers = await self._handle(message, headers), {"status": "ok"}
        except PasserelleError as error:
            status = error.problem.slug
            body, reply_headers = problem_reply(error.problem)
        except DATABASE_AWAY as error:
            status = "unavailable"
            log().warning("database_away", error=repr(error))
            body, reply_headers = problem_reply(Unavailable(part="PostgreSQL").problem)
        except Exception:
            status = "internal"
            log().exception("request_failed", subject=message.subject)
            body, reply_headers = problem_reply(PasserelleError().problem)
        spent = time.perf_counter() - began
        self._count(message.subject, spent, failed=status == "internal")
        log().info("answered", subject=message.subject, status=status, ms=round(spent * 1000, 2))
        await self._nats.publish(message.reply, body, headers=reply_headers)

    async def _handle(self, message: Msg, headers: Mapping[str, str]) -> bytes:
        known = self._handlers.get(message.subject)
        if known is None:
            raise Unavailable(part=message.subject)
        kind, handler = known
        try:
            request = decoder_of(kind).decode(message.data)
            raw_caller = headers.get("caller")
            caller = decoder_of(Caller).decode(raw_caller) if raw_caller else SYSTEM
        except msgspec.ValidationError as error:
            raise Invalid.field("body", str(error), str(error)) from error
        key = headers.get("idempotency-key", "") if issubclass(kind, Command) else ""
        try:
            return await self._transact(request, handler, caller, key, message.data)
        except asyncpg.UniqueViolationError as error:
            if error.table_name != "idempotency":
                raise
            # The same request came twice at once and the other one won: give its answer.
            return await self._transact(request, handler, caller, key, message.data)

    async def _transact(self, request: Any, handler: AnswerHandler, caller: Caller, key: str, body: bytes) -> bytes:
        async with self._pool.acquire() as connection, connection.transaction():
            work = Work(connection, datetime.now(UTC), self._service, caller)
            if not key:
                answer = msgspec.json.encode(await handler(request, work))
                await work.finish()
            else:
                digest = hashlib.sha256(type(request).__name__.encode() + b"\0" + body).digest()
                earlier = await connection.fetchrow(
                    "select request_hash, answer from idempotency where caller = $1 and key = $2",
                    caller.party,
                    key,
                )
                if earlier is not None:
                    if earlier["request_hash"] != digest:
                        raise KeyReused()
                    stored: bytes = earlier["answer"]
                    return stored
                answer = msgspec.json.encode(await handler(request, work))
                await work.finish()
                await connection.execute(
                    "insert into idempotency (caller, key, request_hash, answer) values ($1, $2, $3, $4)",
                    caller.party,
                    key,
                    digest,
                    answer,
                )
        if work.events or work.timers:
            self._wake()
        return answer

    def _count(self, subject: str, seconds: float, *, failed: bool) -> None:
        if stats := self._stats.get(subject):
            stats[0] += 1
            stats[1] += failed
            stats[2] += seconds

    async def _discover(self, message: Msg) -> None:
        verb = message.subject.split(".")[1].lower()
        answer: dict[str, Any] = {**self._identity, "type": f"io.nats.micro.v1.{verb}_response"}
        if verb == "info":
            answer["description"] = f"Passerelle: the service {self._service}"
            answer["endpoints"] = [
                {"name": subject.split(".")[2], "subject": subject, "queue_group": self._service}
                for subject in self._handlers
            ]
        if verb == "stats":
            answer["started"] = self._started
            answer["endpoints"] = [
                {
                    "name": subject.split(".")[2],
                    "subject": subject,
                    "queue_group": self._service,
                    "num_requests": count,
                    "num_errors": failures,
                    "last_error": "",
                    "processing_time": int(seconds * 1e9),
                    "average_processing_time": int(seconds * 1e9 / count) if count else 0,
                }
                for subject, (count, failures, seconds) in self._stats.items()
            ]
        await self._nats.publish(message.reply, msgspec.json.encode(answer))
