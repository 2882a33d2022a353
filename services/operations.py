"""What every service answers about itself: `contracts.operations`."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from contracts.errors import NotFound, RetryFailed
from contracts.message import Event, decoder_of, subject_of
from contracts.operations import CheckHealth, DeadLetter, ListDeadLetters, RetryDeadLetter, ServiceHealth
from services.answering import Answers
from services.dead_letters import Letter, find_dead_letter, list_dead_letters, mark_retried
from services.following import Follows
from services.telemetry import log, start_trace
from services.timers import TimerHandler
from services.work import ACTOR_HEADER, Work

# A timer this late means that nobody runs the timers.
LATE = timedelta(seconds=30)


def operations_of(
    follows: Follows, timers: Mapping[str, TimerHandler], alarms: Callable[[], tuple[str, ...]]
) -> Answers:
    """The handlers of health and dead letters for a service with these tables; `alarms` tells what its loops lack."""
    events: dict[str, tuple[type[Event], Callable[[Any, Work], Awaitable[None]]]] = {
        subject_of(kind): (kind, handler) for kind, handler in follows.items()
    }

    async def check_health(_request: CheckHealth, work: Work) -> ServiceHealth:
        row = await work.connection.fetchrow(
            "select (select count(*) from outbox where published_at is null) as backlog,"
            " (select count(*) from dead_letter where retried_at is null) as dead,"
            " (select count(*) from timer where due_at < $1) as late,"
            " (select count(*) from timer where due_at <= $2) as due",
            work.now - LATE,
            work.now,
        )
        backlog, dead, late, due = row if row else (0, 0, 0, 0)
        return ServiceHealth(
            service=work.service,
            ready=True,
            database=True,
            relay_backlog=backlog,
            dead_letters=dead,
            timers_late=late,
            timers_due=due,
            alarms=alarms(),
        )

    async def list_letters(_request: ListDeadLetters, work: Work) -> tuple[DeadLetter, ...]:
        return await list_dead_letters(work.connection)

    async def retry(request: RetryDeadLetter, work: Work) -> bool:
        letter = await find_dead_letter(work.connection, request.dead_letter_id)
        if letter is None:
            raise NotFound(thing="dead letter", id=str(request.dead_letter_id))
        try:
            await handle(letter, work)
        except Exception as error:
            log().exception("retry_failed", subject=letter.subject)
            raise RetryFailed(error=repr(error)) from error
        await mark_retried(work.connection, request.dead_letter_id)
        return True

    async def handle(letter: Letter, work: Work) -> None:
        start_trace(letter.headers.get("traceparent"))
        if letter.source == "timer":
            await timers[letter.subject](letter.body.decode(), work)
            return
        kind, handler = events[letter.subject]
        work.actor = letter.headers.get(ACTOR_HEADER, "")
        await handler(decoder_of(kind).decode(letter.body), work)
        await work.do_gathered()

    return {CheckHealth: check_health, ListDeadLetters: list_letters, RetryDeadLetter: retry}
