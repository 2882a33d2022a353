"""A service from its table: what it answers, follows and schedules, brought to life.

The same `running` serves production, the embedded default and the tests; only the settings differ.
"""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import starmap

import uvloop

from contracts.message import Event, owner_of
from services.answering import Answering, Answers
from services.batching import BatchAnswers
from services.bus import Bus, connect, disconnect, watch
from services.database import Pool, close_pool, migrate, open_pool
from services.following import Following, Follows, GivenUp
from services.operations import operations_of
from services.outbox import Relay
from services.schedule import Job, JobHandler, Schedule, timers_of
from services.settings import Settings, read_settings
from services.telemetry import configure_logging, log, say_ready
from services.timers import TimerGivenUp, TimerHandler, Timers
from services.work import ToDo, Work

# A handler in hand is rolled back at its next await.
LOOPS_END_S = 5
# Some megabytes of new objects between two looks for garbage.
NEW_OBJECTS = 20_000


@dataclass(frozen=True)
class Service:
    """One service's whole choreography.

    `answers`: request type to handler; `answers_together`: request type to a handler that decides many at once;
    `keeping_answers` makes the handlers of requests that keep something in memory from one call to the next;
    `follows`: event type to handler; `timers`: kind of a
    durable timer to handler; `schedule`: crontab line (Europe/Paris) to job. `reaching_timers` makes
    the handlers of timers that reach beyond their transaction: to other services, out into the world, or into what a
    replica holds in memory from one call to the next.
    `shares`: own event to handler, for long work that replicas share out among themselves: one at a time each, and
    what a lost one had in hand goes to another. `given_up` and `timers_given_up`: what becomes of the thing once its
    handler has failed for good.
    """

    name: str
    answers: Answers = field(default_factory=dict)
    answers_together: BatchAnswers = field(default_factory=dict)
    keeping_answers: Callable[[], Answers] = dict
    follows: Follows = field(default_factory=dict)
    timers: Mapping[str, TimerHandler] = field(default_factory=dict)
    schedule: Mapping[str, JobHandler] = field(default_factory=dict)
    reaching_timers: Callable[[Bus, Settings], Mapping[str, TimerHandler]] = lambda _bus, _settings: {}
    shares: Follows = field(default_factory=dict)
    given_up: Mapping[type[Event], GivenUp] = field(default_factory=dict)
    timers_given_up: Mapping[str, TimerGivenUp] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        """The services whose events this one follows."""
        return tuple(sorted({owner_of(event) for event in self.follows}))

    def follows_from(self, source: str) -> Follows:
        """What it follows of one of them."""
        return {kind: handler for kind, handler in self.follows.items() if owner_of(kind) == source}

    @property
    def shared(self) -> str:
        """The durable of what its replicas share out among themselves."""
        return f"{self.name}_shared"


@dataclass(frozen=True)
class Running:
    """A live service's hands: its database pool and its bus."""

    service: Service
    pool: Pool
    bus: Bus
    failed: asyncio.Future[str]


async def forget_old_rows(work: Work) -> None:
    """Drop what no repeated request or late event can still need."""
    await work.connection.execute("delete from idempotency where created_at < now() - interval '7 days'")
    await work.connection.execute("delete from inbox where handled_at < now() - interval '60 days'")
    # The last slot of a job is what tells how much was missed, however long ago it was.
    await work.connection.execute(
        "delete from job_run using job_run later where job_run.job = later.job and job_run.slot < later.slot"
        " and job_run.slot < now() - interval '60 days'"
    )


@asynccontextmanager
async def running(service: Service, settings: Settings) -> AsyncIterator[Running]:
    """Run a service until the block ends; then stop without losing a request in flight.

    `failed` is set where the process cannot go on (its NATS connection closed for good).
    """
    failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def fail(reason: str) -> None:
        if not failed.done():
            log().error("cannot_go_on", reason=reason)
            failed.set_result(reason)

    # Undone in reverse order: no new request, those in flight answered, loops ended, connections closed.
    async with AsyncExitStack() as undo:
        pool = await open_pool(settings.database_dsn, settings.database_connections)
        undo.push_async_callback(close_pool, pool)
        nats = await connect(settings.nats_url, service.name, on_end=fail)
        undo.push_async_callback(disconnect, nats)
        relay_nats = await connect(settings.nats_url, service.name, on_end=fail, buffered=False)
        undo.push_async_callback(disconnect, relay_nats)
        undo.callback(_stopped, failed)

        relay = Relay(settings.database_dsn, relay_nats)

        def wake(to_do: ToDo) -> None:
            if to_do.events:
                relay.wake()
            if to_do.timers:
                timers.wake()

        jobs = [*starmap(Job, service.schedule.items()), Job("17 4 * * *", forget_old_rows)]
        bus = Bus(nats)
        timer_handlers = {**service.timers, **service.reaching_timers(bus, settings), **timers_of(jobs)}
        timers = Timers(service.name, timer_handlers, pool, wake, service.timers_given_up)
        following = [
            Following(service.name, source, service.follows_from(source), pool, nats, wake)
            for source in service.sources
        ]
        if service.shares:
            following.append(
                Following(
                    service.name,
                    service.name,
                    service.shares,
                    pool,
                    nats,
                    wake,
                    durable=service.shared,
                    at_once=1,
                    given_up=service.given_up,
                )
            )

        def alarms() -> tuple[str, ...]:
            return tuple(filter(None, (relay.alarm, *(each.alarm for each in following))))

        loops = {
            "relay": relay.run(),
            "timers": timers.run(),
            "schedule": Schedule(service.name, jobs, pool, wake).run(),
            **{f"follow {each.stream}": each.run() for each in following},
            "watch": watch(nats),
            "watch the relay": watch(relay_nats),
        }
        tasks = [asyncio.create_task(loop, name=name) for name, loop in loops.items()]
        for task in tasks:
            task.add_done_callback(lambda done: _report_end(done, fail))
        undo.push_async_callback(_end, tasks)

        operations = operations_of({**service.follows, **service.shares}, timer_handlers, alarms)
        answers = {**service.answers, **service.keeping_answers(), **operations}
        answering = Answering(service.name, answers, service.answers_together, pool, nats, wake, settings.concurrency)
        await answering.start()
        undo.push_async_callback(answering.stop)
        yield Running(service, pool, bus, failed)
    log().info("stopped")


def _stopped(failed: "asyncio.Future[str]") -> None:
    if not failed.done():
        failed.set_result("stopped")


async def _end(tasks: list["asyncio.Task[None]"]) -> None:
    # More than once, because a cancellation is lost where what the NATS library waits for comes at that very moment.
    left = set(tasks)
    for _ in range(LOOPS_END_S):
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=1)
        if not left:
            return
    log().warning("loops_still_running", loops=[task.get_name() for task in left])


def _report_end(task: "asyncio.Task[None]", fail: Callable[[str], None]) -> None:
    """A loop that ended by itself is a defect of ours: the process must not go on half alive."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log().error("loop_failed", loop=task.get_name(), exc_info=error)
        fail(repr(error))


def look_seldom_for_garbage() -> None:
    """Never look again through what the process is made of, which stays, and less often through what comes and goes.

    Looking through all of it holds up whoever asks just then; the usual pace takes a seventh of the processor of a
    service under load, and finds next to nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])


async def serve(service: Service, settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; the exit status says whether it ended as it should."""
    stop: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, lambda: None if stop.done() else stop.set_result("asked"))
    async with running(service, settings) as alive:
        look_seldom_for_garbage()
        say_ready()
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
