"""Timers: due, once, together, never over one another, and never for ever."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from contracts.companies.slots import MoveSlot, Slot
from contracts.operations import ListDeadLetters, RetryDeadLetter
from services.bus import Bus
from services.runtime import Service, running
from services.timers import ATTEMPTS, TimerHandler
from services.work import ToDo, Work
from tests.component.plumbing.toys import Gate, effects, move, note, rows, settings_of, slot, until, until_effects
from tests.conftest import Servers

IN_A_WHILE = timedelta(seconds=0.7)
NOW = timedelta()


def companies(handler: TimerHandler, delay: timedelta = NOW, kind: str = "ring") -> Service:
    """A service whose command sets a timer with the reason as its key."""

    async def set_timer(request: MoveSlot, work: Work) -> Slot:
        work.set_timer(kind, request.reason, work.now + delay)
        return slot()

    return Service(name="companies", answers={MoveSlot: set_timer}, timers={"ring": handler})


async def ring(key: str, work: Work) -> None:
    """Note the key."""
    await note(work, key)


async def timers(servers: Servers) -> list[asyncpg.Record]:
    """The timers that are set."""
    return await rows(servers, "companies", "select kind, key, due_at, attempts from timer order by id")


async def set_timers(servers: Servers, key: str, count: int = 1, kind: str = "ring", attempts: int = 0) -> None:
    """Timers as an earlier process left them, due since a minute."""
    await rows(
        servers,
        "companies",
        "insert into timer (kind, key, due_at, attempts)"
        " select $1, $2, now() - interval '1 minute', $3 from generate_series(1, $4)",
        kind,
        key,
        attempts,
        count,
    )


async def test_timer_rings_when_it_is_due(servers: Servers, bus: Bus) -> None:
    """Not before, and not much later than the next look."""
    rang_at: list[datetime] = []

    async def watch(key: str, work: Work) -> None:
        rang_at.append(work.now)
        await note(work, key)

    service = companies(watch, IN_A_WHILE)
    async with running(service, settings_of(service, servers)):
        await bus.ask(move("later"))
        [timer] = await timers(servers)
        await until_effects(servers, "companies", 1)

    assert rang_at[0] >= timer["due_at"]
    assert await timers(servers) == []


async def test_timer_survives_its_process(servers: Servers, bus: Bus) -> None:
    """What was set by a process that is gone rings in the next one."""
    service = companies(ring, IN_A_WHILE)
    async with running(service, settings_of(service, servers)):
        await bus.ask(move("kept"))
    before = await effects(servers)
    async with running(service, settings_of(service, servers)):
        after = await until_effects(servers, "companies", 1)

    assert (before, after) == ([], ["kept"])


async def test_hundred_timers_of_one_thing_are_one_call(servers: Servers) -> None:
    """What is due together is done together, and only that."""
    await set_timers(servers, "same", 100)
    await set_timers(servers, "other")
    service = companies(ring)
    async with running(service, settings_of(service, servers)):
        await until_effects(servers, "companies", 2)

        async def none_left() -> bool:
            return not await timers(servers)

        await until(none_left)

    assert sorted(await effects(servers)) == ["other", "same"]


async def test_two_replicas_ring_once(servers: Servers) -> None:
    """Each timer has one effect, whichever replica takes it."""
    service = companies(ring)
    for number in range(50):
        await set_timers(servers, str(number), 2)
    async with running(service, settings_of(service, servers)), running(service, settings_of(service, servers)):
        await until_effects(servers, "companies", 50)

        async def none_left() -> bool:
            return not await timers(servers)

        await until(none_left)

    assert sorted(await effects(servers), key=int) == [str(number) for number in range(50)]


async def test_only_what_is_due_is_looked_for_at_once(servers: Servers) -> None:
    """A deadline weeks ahead wakes nobody."""
    now = datetime.now(UTC)
    connection = await asyncpg.connect(servers.dsn("companies"))
    work = Work(connection, now, "companies")

    work.set_timer("ring", "later", now + timedelta(days=7))
    later = await work.finish()
    work.set_timer("ring", "now", now)
    both = await work.finish()

    await connection.close()
    assert (later, both) == (ToDo(), ToDo(timers=True))


async def test_calls_of_one_thing_never_overlap(servers: Servers, bus: Bus) -> None:
    """A change during a call makes another call after it; another thing does not wait."""
    gate = Gate()
    inside, most = 0, 0

    async def think(key: str, work: Work) -> None:
        nonlocal inside, most
        if key == "busy":
            inside += 1
            most = max(most, inside)
            await gate.pass_through()
            await asyncio.sleep(0.05)
            inside -= 1
        await note(work, key)

    service = companies(think)
    async with running(service, settings_of(service, servers)), running(service, settings_of(service, servers)):
        await bus.ask(move("busy"))
        async with asyncio.timeout(10):
            while not gate.waiting:
                await asyncio.sleep(0.01)
        await bus.ask(move("busy"))
        await bus.ask(move("free"))
        first = await until_effects(servers, "companies", 1)
        gate.opened.set()
        done = await until_effects(servers, "companies", 3)

    assert first == ["free"]
    assert done == ["free", "busy", "busy"]
    assert (most, gate.waiting) == (1, 2)


async def test_failing_timer_is_tried_later_and_its_effects_undone(servers: Servers) -> None:
    """It backs off, holds up no other, and rings well once its handler does."""
    mended = False

    async def stumble(key: str, work: Work) -> None:
        await note(work, key)
        if key == "shaky" and not mended:
            raise RuntimeError("not yet")

    await set_timers(servers, "shaky", 3)
    await set_timers(servers, "steady")
    service = companies(stumble)
    async with running(service, settings_of(service, servers)):

        async def backs_off() -> list[asyncpg.Record]:
            return [timer for timer in await timers(servers) if timer["attempts"]]

        waiting = await until(backs_off)
        mended = True
        done = await until_effects(servers, "companies", 2)

    assert {timer["key"] for timer in waiting} == {"shaky"}
    assert len({timer["attempts"] for timer in waiting}) == 1
    assert all(timer["due_at"] > datetime.now(UTC) - timedelta(minutes=1) for timer in waiting)
    assert done == ["steady", "shaky"]


@pytest.mark.parametrize("kind", ["ring", "nobody knows this kind"])
async def test_timer_that_never_succeeds_becomes_a_dead_letter(servers: Servers, bus: Bus, kind: str) -> None:
    """After its last attempt it is listed with its error, is no timer any more, and can be retried."""
    mended = False

    async def fail(key: str, work: Work) -> None:
        if not mended:
            raise RuntimeError("out of reach")
        await note(work, key)

    await set_timers(servers, "lost", 3, kind, ATTEMPTS - 1)
    service = companies(fail)
    async with running(service, settings_of(service, servers)):
        kept = await until(lambda: bus.ask(ListDeadLetters(), service="companies"))
        mended = True
        if kind == "ring":
            await bus.ask(RetryDeadLetter(dead_letter_id=kept[0].id), service="companies")

    assert [(letter.source, letter.subject, letter.body) for letter in kept] == [("timer", kind, "lost")]
    assert ("out of reach" if kind == "ring" else "UnknownTimer") in kept[0].error
    assert await timers(servers) == []
    assert await effects(servers) == (["lost"] if kind == "ring" else [])


async def test_what_a_timer_was_for_is_given_up_with_its_dead_letter(servers: Servers) -> None:
    """In the transaction that makes it, once."""

    async def fail(_key: str, _work: Work) -> None:
        raise RuntimeError("out of reach")

    async def give_up(key: str, error: Exception, work: Work) -> None:
        await note(work, f"{key} given up: {error}")
        work.set_timer("bell", key, work.now)

    async def toll(key: str, work: Work) -> None:
        await note(work, f"{key} is told of")

    await set_timers(servers, "lost", 2, "ring", ATTEMPTS - 1)
    service = Service(name="companies", timers={"ring": fail, "bell": toll}, timers_given_up={"ring": give_up})
    async with running(service, settings_of(service, servers)):
        done = await until_effects(servers, "companies", 2)

    assert done == ["lost given up: out of reach", "lost is told of"]


async def test_timer_that_was_cancelled_does_not_ring(servers: Servers, bus: Bus) -> None:
    """Cancelling forgets the timers of that kind and key alone."""

    async def set_and_cancel(request: MoveSlot, work: Work) -> Slot:
        if request.action == "cancel":
            await work.cancel_timer("ring", request.reason)
        else:
            work.set_timer("ring", request.reason, work.now + IN_A_WHILE)
        return slot()

    service = Service(name="companies", answers={MoveSlot: set_and_cancel}, timers={"ring": ring})
    async with running(service, settings_of(service, servers)):
        await bus.ask(move("one"))
        await bus.ask(move("other"))
        await bus.ask(MoveSlot(slot_id=slot().id, action="cancel", reason="one"))
        await until_effects(servers, "companies", 1)

    assert await effects(servers) == ["other"]
    assert await timers(servers) == []
