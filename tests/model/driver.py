"""The service companies at work on a real database, with its clock in our hands.

Requests, timers and events run by the service's own tables, each in a transaction of its own as the plumbing would run
it; only the time is given.
"""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import asyncpg
import msgspec

from contracts.caller import Caller
from contracts.errors import PasserelleError, Problem
from contracts.matchmaker.schools import School, SchoolChanged
from contracts.message import Event, Request, answer_of, decoder_of
from services.batching import Asked
from services.companies.deadlines.handlers import sweep
from services.companies.service import service
from services.database import set_codecs
from services.idempotency import AnswerOnce
from services.work import Work
from tests.model.product import SWEEP
from tests.model.things import PARIS

T = TypeVar("T")
ONE_DAY = timedelta(days=1)


class Driver:
    """Owns a session of the service's role, and the loop that it lives on, since Hypothesis knows no `await`."""

    def __init__(self, dsn: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._connection: asyncpg.Connection[Any] = self._run(self._connect(dsn))
        self._told = 0
        self.now = datetime.min.replace(tzinfo=UTC)

    def close(self) -> None:
        """End the session."""
        self._run(self._connection.close())
        self._loop.close()

    def begin(self, now: datetime) -> None:
        """Forget everything, and set the clock."""
        self.now = now
        tables = "company, school, outbox, timer, idempotency"
        self._run(self._connection.execute(f"truncate {tables} restart identity cascade"))
        self._told = 0

    # ------------------------------------------------------------ what people and events do

    def ask(self, request: Request[Any], caller: Caller, key: str = "", if_version: int | None = None) -> Any:
        """The answer, or the problem where it is refused, and nothing was done."""
        try:
            return self._run(self._answer(request, caller, key, if_version))
        except PasserelleError as refusal:
            return refusal.problem

    def ask_together(self, requests: list[tuple[Request[Any], Caller]]) -> list[Any]:
        """The answers or problems of commands that arrive at the same time."""
        return self._run(self._answer_together(requests))

    def hear(self, school: School) -> None:
        """Follow what a school says of itself."""
        self._run(self._follow(SchoolChanged(school=school)))

    def pass_time(self, until: datetime) -> None:
        """Let the clock run: each timer runs when it is due, the search for what is overdue every night."""
        self._run(self._pass_time(until))

    # ------------------------------------------------------------ what is there

    def rows(self, query: str, *arguments: object) -> list[Any]:
        """What a query finds."""
        return list(self._run(self._connection.fetch(query, *arguments)))

    def news(self) -> list[tuple[str, dict[str, Any]]]:
        """Subject and body of the events of slots and bookings that were recorded since it was last asked."""
        rows = self.rows("select position, subject, body from outbox where position > $1 order by position", self._told)
        self._told = max((row["position"] for row in rows), default=self._told)
        return [
            (row["subject"], msgspec.json.decode(row["body"]))
            for row in rows
            if row["subject"].split(".")[2] in {"slot", "booking"}
        ]

    # ------------------------------------------------------------ as the plumbing does

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(coroutine)

    async def _connect(self, dsn: str) -> "asyncpg.Connection[Any]":
        connection = await asyncpg.connect(dsn)
        await set_codecs(connection)
        return connection

    def _work(self, caller: Caller | None = None, if_version: int | None = None) -> Work:
        given = {} if caller is None else {"caller": caller}
        return Work(self._connection, self.now, service.name, if_version=if_version, **given)

    async def _answer(self, request: Request[Any], caller: Caller, key: str, if_version: int | None) -> Any:
        kind = type(request)
        once = AnswerOnce(caller.party, key, kind, msgspec.json.encode(request)) if key else None
        async with self._connection.transaction():
            if once and (earlier := await once.claim(self._connection)) is not None:
                return decoder_of(answer_of(kind)).decode(earlier)
            work = self._work(caller, if_version)
            if kind in service.answers_together:
                [answer] = await service.answers_together[kind]([Asked(request, caller)], work)
                if isinstance(answer, PasserelleError):
                    raise answer
            else:
                answer = await service.answers[kind](request, work)
            await work.finish()
            if once:
                await once.keep(self._connection, msgspec.json.encode(answer))
        return answer

    async def _answer_together(self, requests: list[tuple[Request[Any], Caller]]) -> list[Any]:
        kind = type(requests[0][0])
        async with self._connection.transaction():
            work = self._work()
            asked = [Asked(request, caller) for request, caller in requests]
            answers = await service.answers_together[kind](asked, work)
            await work.finish()
        return [answer.problem if isinstance(answer, PasserelleError) else answer for answer in answers]

    async def _follow(self, event: Event) -> None:
        async with self._connection.transaction():
            work = self._work()
            await service.follows[type(event)](event, work)
            await work.finish()

    async def _pass_time(self, until: datetime) -> None:
        while True:
            night = datetime.combine(self.now.astimezone(PARIS).date(), SWEEP, PARIS)
            night += ONE_DAY if night <= self.now else timedelta(0)
            due = await self._connection.fetchval("select min(due_at) from timer where due_at <= $1", until)
            moment = min(night, due or night)
            if moment > until:
                break
            self.now = moment
            if moment == night:
                async with self._connection.transaction():
                    work = self._work()
                    await sweep(work)
                    await work.finish()
            await self._run_due()
        self.now = until

    async def _run_due(self) -> None:
        # The service promises no order among those that are due together: this is one that it may take.
        while True:
            async with self._connection.transaction():
                timer = await self._connection.fetchrow(
                    "delete from timer where id ="
                    " (select id from timer where due_at <= $1 order by due_at, kind, key limit 1)"
                    " returning kind, key",
                    self.now,
                )
                if timer is None:
                    return
                work = self._work()
                await service.timers[timer["kind"]](timer["key"], work)
                await work.finish()


def slug_of(answer: Any) -> str:
    """The rule that refused, or nothing where it was done."""
    return answer.slug if isinstance(answer, Problem) else ""
