"""A service from its table: what it answers, follows and schedules, brought to life.

The same `running` serves production, the embedded default and the tests; only the settings differ.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import uvloop

from contracts.message import owner_of
from services.answering import Answering, Answers
from services.bus import Bus, connect, watch
from services.database import migrate, open_pool
from services.following import Following, Follows
from services.operations import operations_of
from services.outbox import Relay
from services.settings import Settings, read_settings
from services.telemetry import configure_logging, log
from services.timers import JobHandler, TimerHandler, Timers
from services.work import Work


@dataclass(frozen=True)
class Service:
    """One service's whole choreography.

    `answers`: request type to handler; `follows`: event type to handler; `timers`: kind of a
    durable timer to handler; `schedule`: crontab line (Europe/Paris) to job.
    """

    name: str
    answers: Answers = field(default_factory=dict)
    follows: Follows = field(default_factory=dict)
    timers: Mapping[str, TimerHandler] = field(default_factory=dict)
    schedule: Mapping[str, JobHandler] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        """The services whose events this one follows."""
        return tuple(sorted({owner_of(event) for event in self.follows}))


@dataclass(frozen=True)
class Running:
    """A live service's hands: its database pool and its bus."""

    service: Service
    pool: "asyncpg.Pool[asyncpg.Record]"
    bus: Bus
    failed: asyncio.Future[str]


async def forget_old_rows(work: Work) -> None:
    """Drop what no repeated request or late event can still need."""
    await work.connection.execute("delete from idempotency where created_at < now() - interval '7 days'")
    await work.connection.execute("delete from inbox where handled_at < now() - interval '60 days'")
    await work.connection.execute("delete from job_run where slot < now() - interval '60 days'")


@asynccontextmanager
async def running(service: Service, settings: Settings) -> AsyncIterator[Running]:
    """Run a service until the block ends; then stop without losing a request in flight.

    `failed` is set where the process cannot go on (its NATS connection closed for good).
    """
    failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def report_closed() -> None:
        if not failed.done():
            failed.set_result("the connection to NATS is closed")

    pool = await open_pool(settings.database_dsn, settings.database_connections)
    nats = await connect(settings.nats_url, service.name, on_closed=report_closed)
    relay_nats = await connect(settings.nats_url, service.name, buffered=False)
    relay = Relay(settings.database_dsn, relay_nats)

    def wake() -> None:
        relay.wake()
        timers.wake()

    timers = Timers(
        service.name,
        service.timers,
        {**service.schedule, "17 4 * * *": forget_old_rows},
        pool,
        wake,
    )
    answers = {**service.answers, **operations_of(service.follows, service.timers)}
    answering = Answering(service.name, answers, pool, nats, wake, settings.concurrency)
    following = [
        Following(
            service.name,
            source,
            {kind: handler for kind, handler in service.follows.items() if owner_of(kind) == source},
            pool,
            nats,
            wake,
        )
        for source in service.sources
    ]
    loops = [relay.run(), timers.run(), watch(nats), *(each.run() for each in following)]
    tasks = [asyncio.create_task(loop) for loop in loops]
    for task in tasks:
        task.add_done_callback(lambda done: _report_end(done, failed))
    timers.start_clock()
    await answering.start()
    try:
        yield Running(service, pool, Bus(nats), failed)
    finally:
        timers.stop_clock()
        await answering.stop()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=5)
        if not failed.done():
            failed.set_result("stopped")
        await relay_nats.close()
        with contextlib.suppress(Exception):
            await nats.drain()
        await pool.close()
        log().info("stopped")


def _report_end(task: "asyncio.Task[None]", failed: asyncio.Future[str]) -> None:
    """A loop that ended by itself is a defect of ours: the process must not go on half alive."""
    if not task.cancelled() and task.exception() is not None and not failed.done():
        log().error("loop_failed", error=repr(task.exception()))
        failed.set_result(repr(task.exception()))


async def serve(service: Service, settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; the exit status says whether it ended as it should."""
    stop: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, lambda: None if stop.done() else stop.set_result("asked"))
    async with running(service, settings) as alive:
        log().info("ready")
        await asyncio.wait((stop, alive.failed), return_when=asyncio.FIRST_COMPLETED)
        return 0 if stop.done() else 1


def main(service: Service) -> None:
    """The entry of `python -m services.<name> [migrate]`."""
    settings = read_settings()
    configure_logging(settings.log_level, service.name)
    if sys.argv[1:] == ["migrate"]:
        applied = asyncio.run(migrate(settings.database_dsn, service.name))
        log().info("migrated", applied=applied)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(serve(service, settings)))
