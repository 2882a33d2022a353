"""What is due: durable timers for deadlines, and the clock for what recurs.

A timer is a row; whoever takes it runs its handler in the transaction that deletes it, so that it
has one effect whatever the number of replicas and crashes. Timers of one kind and key that are due
together are one call: a hundred changes wake the matchmaker once. Two calls of one kind and key
never overlap. APScheduler is only the clock on every replica; the row in `job_run` decides.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import asyncpg
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from services.database import DATABASE_AWAY
from services.dead_letters import insert_dead_letter
from services.telemetry import log, start_trace
from services.work import Work

TimerHandler = Callable[[str, Work], Awaitable[None]]
JobHandler = Callable[[Work], Awaitable[None]]
POLL_S = 0.5
ATTEMPTS = 8
WORKERS = 3

# The lock is tried row by row on the few that are due longest, and stops at the first it gets.
_DUE = """
select kind, key from (
    select kind, key from timer where due_at <= $1
    group by kind, key order by min(due_at) limit 50
) due
where pg_try_advisory_xact_lock(hashtext('timer ' || kind || ' ' || key)) limit 1
"""
_TAKE = """
delete from timer where id in (
    select id from timer where kind = $1 and key = $2 and due_at <= $3 for update skip locked
) returning attempts, traceparent
"""


class Timers:
    """Owns the loops that run one service's timers, and its clock."""

    def __init__(
        self,
        service: str,
        handlers: Mapping[str, TimerHandler],
        schedule: Mapping[str, JobHandler],
        pool: "asyncpg.Pool[asyncpg.Record]",
        wake: Callable[[], None],
    ) -> None:
        self._service = service
        self._handlers = handlers
        self._schedule = schedule
        self._pool = pool
        self._wake_all = wake
        self._awake = asyncio.Event()
        self._clock = AsyncIOScheduler(timezone="Europe/Paris")

    def wake(self) -> None:
        """Say that a timer was just committed."""
        self._awake.set()

    def start_clock(self) -> None:
        """Start the recurring jobs of this replica."""
        for cron, job in self._schedule.items():
            self._clock.add_job(
                self._run_job,
                CronTrigger.from_crontab(cron, timezone="Europe/Paris"),
                args=(cron, job),
                coalesce=True,
                misfire_grace_time=None,
            )
        self._clock.start()

    def stop_clock(self) -> None:
        """Stop the recurring jobs."""
        if self._clock.running:
            self._clock.shutdown(wait=False)

    async def run(self) -> None:
        """Run what is due until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            self._awake.clear()
            try:
                while await self.run_one():
                    pass
            except DATABASE_AWAY as error:
                log().warning("timers_wait", error=repr(error))
            try:
                await asyncio.wait_for(self._awake.wait(), POLL_S)
            except TimeoutError:
                continue

    async def run_one(self) -> bool:
        """Run the timer that is due longest; returns whether there was one."""
        kind = key = ""
        attempts = 0
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                work = Work(connection, datetime.now(UTC), self._service)
                row = await connection.fetchrow(_DUE, work.now)
                if row is None:
                    return False
                kind, key = row["kind"], row["key"]
                taken = await connection.fetch(_TAKE, kind, key, work.now)
                if not taken:
                    return True
                attempts = max(timer["attempts"] for timer in taken)
                start_trace(taken[-1]["traceparent"])
                await self._handlers[kind](key, work)
                await work.finish()
        except DATABASE_AWAY:
            raise
        except Exception as error:
            log().exception("timer_failed", kind=kind, key=key, attempts=attempts)
            await self._postpone(kind, key, attempts + 1, error)
            return True
        if work.events or work.timers:
            self._wake_all()
        return True

    async def _postpone(self, kind: str, key: str, attempts: int, error: Exception) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            if attempts < ATTEMPTS:
                due_at = datetime.now(UTC) + timedelta(seconds=min(2**attempts, 300))
                await connection.execute(
                    "update timer set attempts = $3, due_at = $4 where kind = $1 and key = $2 and due_at <= now()",
                    kind,
                    key,
                    attempts,
                    due_at,
                )
                return
            await connection.execute("delete from timer where kind = $1 and key = $2 and due_at <= now()", kind, key)
            await insert_dead_letter(connection, "timer", kind, {}, key.encode(), repr(error))

    async def _run_job(self, cron: str, job: JobHandler) -> None:
        slot = datetime.now(UTC).replace(second=0, microsecond=0)
        start_trace()
        name = f"{cron} {job.__name__}"
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                mine = await connection.fetchval(
                    "insert into job_run (job, slot) values ($1, $2) on conflict do nothing returning true",
                    name,
                    slot,
                )
                if not mine:
                    return
                work = Work(connection, datetime.now(UTC), self._service)
                await job(work)
                await work.finish()
        except Exception:
            log().exception("job_failed", job=name)
            return
        self._wake_all()
