"""What is due: durable timers for deadlines and for what a change sets going.

A timer is a row; whoever takes it runs its handler in the transaction that deletes it, so that it
has one effect whatever the number of replicas and crashes. Timers of one kind and key that are due
together are one call: a hundred changes wake the matchmaker once. Two calls of one kind and key
never overlap. What recurs by the calendar becomes timers in `schedule.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from services.database import DatabaseAway, Pool, transaction
from services.dead_letters import insert_dead_letter
from services.telemetry import log, start_trace
from services.work import Connection, ToDo, Wake, Work

TimerHandler = Callable[[str, Work], Awaitable[None]]
# What becomes of a thing whose timer failed for good: called in the transaction that makes the dead letter.
TimerGivenUp = Callable[[str, Exception, Work], Awaitable[None]]
POLL_S = 0.5
ATTEMPTS = 8
LONGEST_DELAY_S = 300
WORKERS = 3

# The lock is tried row by row on the few that are due longest, and stops at the first it gets. Not all that is due is
# looked at: after an outage that may be very much, for each one that is taken.
_DUE = """
select kind, key from (
    select kind, key from (select kind, key, due_at from timer where due_at <= $1 order by due_at limit 2000) longest
    group by kind, key order by min(due_at) limit 50
) due
where pg_try_advisory_xact_lock(hashtext(current_schema() || ' timer ' || kind || ' ' || key)) limit 1
"""
_TAKE = """
delete from timer where id in (
    select id from timer where kind = $1 and key = $2 and due_at <= $3 for update skip locked
) returning attempts, traceparent
"""
_POSTPONE = "update timer set attempts = $4, due_at = $5 where kind = $1 and key = $2 and due_at <= $3"


class UnknownTimer(Exception):
    """No handler has this kind; a replica of a newer version may have one."""


class Timers:
    """Owns the loops that run one service's timers."""

    def __init__(
        self,
        service: str,
        handlers: Mapping[str, TimerHandler],
        pool: Pool,
        wake: Wake,
        given_up: Mapping[str, TimerGivenUp] | None = None,
    ) -> None:
        self._service = service
        self._handlers = handlers
        self._given_up = given_up or {}
        self._pool = pool
        self._wake_all = wake
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Say that a timer was just committed."""
        self._awake.set()

    async def run(self) -> None:
        """Run what is due until cancelled; what is in hand then is rolled back, and runs again elsewhere or later."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            self._awake.clear()
            pause_s = POLL_S
            try:
                while (pause_s := await self.run_one()) == 0:
                    pass
            except DatabaseAway as error:
                log().warning("database_away", error=repr(error))
            try:
                async with asyncio.timeout(pause_s):
                    await self._awake.wait()
            except TimeoutError:
                continue

    async def run_one(self) -> float:
        """Run the timer that is due longest; returns for how many seconds none is due. Raises DatabaseAway."""
        kind = key = ""
        attempts = 0
        now = datetime.now(UTC)
        try:
            async with transaction(self._pool) as connection:
                due = await connection.fetchrow(_DUE, now)
                if due is None:
                    return await seconds_to_next(connection, now)
                kind, key = due["kind"], due["key"]
                taken = await connection.fetch(_TAKE, kind, key, now)
                if not taken:
                    # Another replica finished it between the look and the lock.
                    return 0
                attempts = max(timer["attempts"] for timer in taken)
                start_trace(taken[-1]["traceparent"])
                to_do = await self._call(kind, key, Work(connection, now, self._service))
        except DatabaseAway:
            raise
        except Exception as error:
            log().exception("timer_failed", kind=kind, key=key, attempts=attempts + 1)
            await self._postpone(kind, key, now, attempts + 1, error)
            return 0
        log().info("timer_done", kind=kind, key=key, together=len(taken))
        if to_do:
            self._wake_all(to_do)
        return 0

    async def _call(self, kind: str, key: str, work: Work) -> ToDo:
        if kind not in self._handlers:
            raise UnknownTimer(kind)
        await self._handlers[kind](key, work)
        return await work.finish()

    async def _postpone(self, kind: str, key: str, now: datetime, attempts: int, error: Exception) -> None:
        """Try those that were due again later, and later still, until they become a dead letter."""
        async with transaction(self._pool) as connection:
            if attempts < ATTEMPTS:
                due_at = datetime.now(UTC) + timedelta(seconds=min(2**attempts, LONGEST_DELAY_S))
                await connection.execute(_POSTPONE, kind, key, now, attempts, due_at)
                return
            work = Work(connection, now, self._service)
            if await make_dead_letter(connection, kind, key, now, error) and kind in self._given_up:
                await self._given_up[kind](key, error, work)
            to_do = await work.finish()
        if to_do:
            self._wake_all(to_do)


async def seconds_to_next(connection: Connection, now: datetime) -> float:
    """How long nothing is due for sure: POLL_S at most, since another replica may set a timer any time."""
    next_due = await connection.fetchval("select min(due_at) from timer where due_at > $1", now)
    return min((next_due - now).total_seconds(), POLL_S) if next_due else POLL_S


async def make_dead_letter(connection: Connection, kind: str, key: str, now: datetime, error: Exception) -> bool:
    """Make the timers of a kind and key that were due one dead letter; whether there were any left."""
    # Another replica may have done it meanwhile, or handled them after all.
    if not await connection.fetch(_TAKE, kind, key, now):
        return False
    await insert_dead_letter(connection, "timer", kind, {}, key.encode(), repr(error))
    return True
