"""The clock: what recurs by the calendar becomes a durable timer, once whatever the number of replicas.

APScheduler runs in memory on every replica and only says that a slot came; the row in `job_run`
decides who turns it into a timer (timers.py), which then backs off, retries and ends as a dead letter
like any other. The scheduler does not know what it missed while no process ran: that is read
from the same rows when a replica starts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from services.database import DatabaseAway, Pool, transaction
from services.telemetry import log, start_trace
from services.timers import TimerHandler
from services.work import ToDo, Wake, Work

JobHandler = Callable[[Work], Awaitable[None]]
TIMEZONE = "Europe/Paris"
AWAY_PAUSE_S = 1.0

# How far back to look for a line's last slot: near first, since most recur within the hour or the day.
_LOOK_BACK = tuple(timedelta(days=days) for days in (1 / 24, 1, 8, 32, 366, 8 * 366))


@dataclass(frozen=True)
class Job:
    """A handler and its crontab line."""

    crontab: str
    handler: JobHandler

    @property
    def name(self) -> str:
        """What `job_run` and the timer know it by; with another line it is another job."""
        return f"{self.crontab} {self.handler.__name__}"

    @property
    def trigger(self) -> CronTrigger:
        """The line as APScheduler reads it."""
        return CronTrigger.from_crontab(self.crontab, timezone=TIMEZONE)

    def last_slot(self, now: datetime) -> datetime | None:
        """When it was to run last, `now` included; None where it never was."""
        for span in _LOOK_BACK:
            slot: datetime | None = None
            upcoming: datetime | None = self.trigger.get_next_fire_time(None, now - span)
            while upcoming is not None and upcoming <= now:
                slot = upcoming
                upcoming = self.trigger.get_next_fire_time(slot, now)
            if slot is not None:
                return slot.astimezone(UTC)
        return None


def timers_of(jobs: Iterable[Job]) -> Mapping[str, TimerHandler]:
    """The timer handlers that run the jobs."""

    def as_timer(job: Job) -> TimerHandler:
        async def run(_key: str, work: Work) -> None:
            await job.handler(work)

        return run

    return {job.name: as_timer(job) for job in jobs}


class Schedule:
    """Owns the clock of one replica."""

    def __init__(self, service: str, jobs: Iterable[Job], pool: Pool, wake: Wake) -> None:
        self._service = service
        self._jobs = tuple(jobs)
        self._pool = pool
        self._wake = wake
        self._clock = AsyncIOScheduler(timezone=TIMEZONE)

    async def run(self) -> None:
        """Tick until cancelled, having made up for what was missed."""
        for job in self._jobs:
            self._clock.add_job(self._tick, job.trigger, args=(job,), coalesce=True, misfire_grace_time=None)
        self._clock.start()
        try:
            for job in self._jobs:
                await self._tick(job)
            await asyncio.Event().wait()
        finally:
            self._clock.shutdown(wait=False)

    async def _tick(self, job: Job) -> None:
        start_trace()
        while True:
            try:
                if to_do := await self.note_slot(job, datetime.now(UTC)):
                    self._wake(to_do)
            except DatabaseAway as error:
                log().warning("database_away", job=job.name, error=repr(error))
                await asyncio.sleep(AWAY_PAUSE_S)
            else:
                return

    async def note_slot(self, job: Job, now: datetime) -> ToDo:
        """Set the timer of the job's last slot if nobody has; several slots missed are made up for by one run.

        A job that was never seen before waits for its next slot.
        """
        slot = job.last_slot(now)
        if slot is None:
            return ToDo()
        async with transaction(self._pool) as connection:
            before = await connection.fetchval("select max(slot) from job_run where job = $1", job.name)
            mine = await connection.fetchval(
                "insert into job_run (job, slot) values ($1, $2) on conflict do nothing returning true", job.name, slot
            )
            if not mine or before is None or before > slot:
                return ToDo()
            work = Work(connection, now, self._service)
            work.set_timer(job.name, "", now)
            log().info("slot_came", job=job.name, slot=slot.isoformat())
            return await work.finish()
