"""Commands that arrive together are decided together: one transaction for many, in the order of arrival.

While one batch is being decided the next one gathers; nobody waits for a clock. Each command keeps its own caller,
idempotency key, deadline and trace, and gets its own answer or refusal. A batch that fails is done again command by
command, so that none stands in another's way.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

from contracts.caller import Caller
from contracts.errors import KeyReused, PasserelleError
from contracts.message import Request
from services.database import COLLISIONS, DatabaseAway, Pool, transaction
from services.idempotency import AnswerOnce, find_answers, keep_answers
from services.telemetry import log, start_trace
from services.work import Wake, Work

RequestT = TypeVar("RequestT", bound=Request[Any])
MOST_TOGETHER = 128
ATTEMPTS = 3


@dataclass(frozen=True)
class Asked(Generic[RequestT]):
    """One command with what came along with it. `deadline` is a Unix time in seconds, None where there is none."""

    request: RequestT
    caller: Caller
    once: AnswerOnce | None = None
    deadline: float | None = None
    traceparent: str | None = None

    def take_up(self, work: Work) -> None:
        """Let what is announced from now on be this caller's doing, and what is logged belong to this story."""
        work.caller = self.caller
        start_trace(self.traceparent)

    @property
    def given_up(self) -> bool:
        """Whether whoever asked waits no more."""
        return self.deadline is not None and time.time() >= self.deadline


Answer = bytes | PasserelleError
BatchHandler = Callable[[Sequence[Asked[Any]], Work], Awaitable[Sequence[Any]]]
BatchAnswers = Mapping[type[Request[Any]], BatchHandler]


class GaveUp(Exception):
    """Whoever asked waits no more: nothing was done, and nobody is told."""


@dataclass(frozen=True)
class _Waiting:
    asked: Asked[Any]
    answer: "asyncio.Future[bytes]"


class Batching:
    """Owns the commands of one kind that wait, and the one task that decides them."""

    def __init__(self, service: str, handler: BatchHandler, pool: Pool, wake: Wake) -> None:
        self._service = service
        self._handler = handler
        self._pool = pool
        self._wake = wake
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def answer(self, asked: Asked[Any]) -> bytes:
        """The answer to one command; raises its refusal, DatabaseAway, GaveUp, or what its handler failed with."""
        waiting = _Waiting(asked, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._decide_all())
        return await waiting.answer

    async def _decide_all(self) -> None:
        while self._waiting:
            batch, self._waiting = _next_batch(self._waiting)
            await self._decide(batch)

    async def _decide(self, batch: list[_Waiting]) -> None:
        """Decide a batch; whatever happens, each of its commands hears of it."""
        collisions = 0
        while batch := _still_waiting(batch):
            answers: Sequence[Answer | Exception]
            try:
                # What is not committed when its asker gives up must not happen later.
                async with asyncio.timeout(_seconds_left(batch)) as patience:
                    answers = await self._transact([one.asked for one in batch])
            except DatabaseAway as error:
                answers = [error] * len(batch)
            except Exception as error:
                if isinstance(error, TimeoutError) and patience.expired():
                    log().warning("deadline_passed", commands=len(batch))
                    continue
                if isinstance(error, COLLISIONS) and (collisions := collisions + 1) < ATTEMPTS:
                    log().warning("collision", commands=len(batch), error=repr(error))
                    continue
                if len(batch) > 1:
                    # Done again one by one, so that only the one at fault fails.
                    log().warning("batch_failed", commands=len(batch), error=repr(error))
                    for one in batch:
                        await self._decide([one])
                    return
                answers = [error]
            _tell(batch, answers)
            return

    async def _transact(self, batch: list[Asked[Any]]) -> list[Answer]:
        """Answer a batch in one transaction: what was answered before with the same words, the rest by the handler."""
        async with transaction(self._pool) as connection:
            earlier = await find_answers(connection, [one.once for one in batch if one.once])
            fresh = [number for number, one in enumerate(batch) if one.once is None or one.once.name not in earlier]
            work = Work(connection, datetime.now(UTC), self._service)
            answers = await self._handler([batch[number] for number in fresh], work) if fresh else ()
            to_do = await work.finish()
            decided = {number: _encoded(answer) for number, answer in zip(fresh, answers, strict=True)}
            keyed = [(once, answer) for number, answer in decided.items() if (once := batch[number].once)]
            await keep_answers(connection, [(once, answer) for once, answer in keyed if isinstance(answer, bytes)])
            # While the handler waited for a row, what it refused may have been done elsewhere, for the same key.
            refused = [once for once, answer in keyed if isinstance(answer, PasserelleError)]
            earlier |= await find_answers(connection, refused)
        if to_do:
            self._wake(to_do)
        return [
            _again(one.once, earlier) if one.once and one.once.name in earlier else decided[number]
            for number, one in enumerate(batch)
        ]


def _next_batch(waiting: list[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
    """Those to decide now, and those that wait on: also a key that comes twice, to be given the first one's answer."""
    batch: list[_Waiting] = []
    later: list[_Waiting] = []
    names: set[tuple[str, str]] = set()
    for one in waiting:
        once = one.asked.once
        if len(batch) == MOST_TOGETHER or (once and once.name in names):
            later.append(one)
            continue
        batch.append(one)
        if once:
            names.add(once.name)
    return batch, later


def _again(once: AnswerOnce, earlier: Mapping[tuple[str, str], tuple[bytes, bytes]]) -> Answer:
    """The answer that was given to the same key, where it stood for the same request."""
    digest, answer = earlier[once.name]
    return answer if digest == once.digest else KeyReused()


def _encoded(answer: Any) -> Answer:
    return answer if isinstance(answer, PasserelleError) else msgspec.json.encode(answer)


def _still_waiting(batch: list[_Waiting]) -> list[_Waiting]:
    """Those that have heard nothing yet and whose askers still wait."""
    for one in batch:
        if one.asked.given_up and not one.answer.done():
            one.answer.set_exception(GaveUp())
    return [one for one in batch if not one.answer.done()]


def _seconds_left(batch: list[_Waiting]) -> float | None:
    """Until the first of them gives up; None where nobody ever does."""
    deadlines = [one.asked.deadline for one in batch if one.asked.deadline is not None]
    return min(deadlines) - time.time() if deadlines else None


def _tell(batch: list[_Waiting], answers: Sequence[Answer | Exception]) -> None:
    for one, answer in zip(batch, answers, strict=True):
        if one.answer.done():
            # Its asker gave up while it was being decided.
            continue
        if isinstance(answer, Exception):
            one.answer.set_exception(answer)
        else:
            one.answer.set_result(answer)
