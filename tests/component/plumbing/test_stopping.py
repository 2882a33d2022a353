"""A service that stops, while others ask and tell it things: what it took on it finishes, the rest is for others."""

import asyncio
from collections.abc import Sequence

import pytest

from contracts.companies.slots import MoveSlot, Slot, SlotClosed
from contracts.errors import PasserelleError, Problem, RequestRefused, Unavailable
from services.batching import Asked
from services.bus import Bus, settle
from services.runtime import Service, running
from services.work import Work
from tests.component.plumbing.toys import (
    COMPANIES,
    EITHER_WAY,
    MATCHMAKER,
    Gate,
    close_together,
    effects,
    move,
    settings_of,
    until_effects,
)
from tests.conftest import Servers


async def test_stop_waits_for_what_is_in_flight(servers: Servers, bus: Bus) -> None:
    """Requests taken before the stop are answered, however many; the next one goes to nobody."""
    gate = Gate()
    service = Service(name="companies", answers={MoveSlot: gate.close})
    alive = running(service, settings_of(service, servers, database_connections=30))
    await alive.__aenter__()
    asked = [asyncio.create_task(bus.ask(move(str(number)))) for number in range(30)]
    async with asyncio.timeout(10):
        while gate.waiting < 30:
            await asyncio.sleep(0.01)

    stopping = asyncio.create_task(alive.__aexit__(None, None, None))
    await asyncio.sleep(0.1)
    with pytest.raises(Unavailable):
        await bus.ask(move("after the stop"))
    gate.opened.set()
    answers = await asyncio.gather(*asked)
    await stopping

    assert [answer.reason for answer in answers] == [str(number) for number in range(30)]
    assert sorted(await effects(servers)) == sorted(str(number) for number in range(30))


async def test_stop_waits_for_what_is_to_be_decided_together(servers: Servers, bus: Bus) -> None:
    """The batch in hand and those that wait behind it."""
    gate = Gate()

    async def close_slowly(asked: Sequence[Asked[MoveSlot]], work: Work) -> list[Slot | PasserelleError]:
        await gate.pass_through()
        return await close_together(asked, work)

    service = Service(name="companies", answers_together={MoveSlot: close_slowly})
    alive = running(service, settings_of(service, servers))
    await alive.__aenter__()
    asked = [asyncio.create_task(bus.ask(move(str(number)))) for number in range(30)]
    async with asyncio.timeout(10):
        while not gate.waiting:
            await asyncio.sleep(0.01)

    # The broker has all of them, so that they are the service's to answer.
    await settle(bus.nats)
    stopping = asyncio.create_task(alive.__aexit__(None, None, None))
    gate.opened.set()
    answers = await asyncio.gather(*asked)
    await stopping

    assert [answer.reason for answer in answers] == [str(number) for number in range(30)]
    assert await effects(servers) == [str(number) for number in range(30)]


@EITHER_WAY
async def test_replica_stops_under_load_and_nobody_notices(servers: Servers, bus: Bus, service: Service) -> None:
    """While one of two replicas stops again and again, every request is answered, and done once."""
    asked: list[str] = []
    over = asyncio.Event()

    async def keep_asking(name: int) -> None:
        while not over.is_set():
            asked.append(f"{name}-{len(asked)}")
            await bus.ask(move(asked[-1]))

    async with running(service, settings_of(service, servers)):
        askers = [asyncio.create_task(keep_asking(name)) for name in range(40)]
        for _ in range(5):
            async with running(service, settings_of(service, servers)):
                await asyncio.sleep(0.2)
        over.set()
        await asyncio.gather(*askers)

    assert sorted(await effects(servers)) == sorted(asked)


@EITHER_WAY
async def test_only_replica_stops_under_load_and_loses_nothing(servers: Servers, bus: Bus, service: Service) -> None:
    """Each request is either answered, and done, or told 'unavailable', and not done: none is left hanging."""
    done: list[str] = []
    told: list[Problem] = []

    async def ask(name: int) -> None:
        number = 0
        while len(told) < 40:
            number += 1
            reason = f"{name}-{number}"
            try:
                await bus.ask(move(reason), timeout_s=20)
            except (Unavailable, RequestRefused) as error:
                told.append(error.problem)
                return
            done.append(reason)

    async with running(service, settings_of(service, servers)):
        askers = [asyncio.create_task(ask(name)) for name in range(40)]
        await asyncio.sleep(0.3)
    async with asyncio.timeout(10):
        await asyncio.gather(*askers)

    assert told == [Unavailable(part="companies").problem] * 40
    assert sorted(await effects(servers)) == sorted(done)


async def test_events_in_hand_are_handed_back_at_once(servers: Servers, bus: Bus) -> None:
    """What a stopping follower could not finish, another handles without waiting for a time limit."""
    gate = Gate()
    slow = Service(name="matchmaker", follows={SlotClosed: gate.hear})
    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        async with running(slow, settings_of(slow, servers)):
            for number in range(20):
                await bus.ask(move(str(number)))
            async with asyncio.timeout(10):
                while not gate.waiting:
                    await asyncio.sleep(0.01)
        async with running(MATCHMAKER, settings_of(MATCHMAKER, servers)), asyncio.timeout(8):
            heard = await until_effects(servers, "matchmaker", 20)

    assert sorted(heard, key=int) == [str(number) for number in range(20)]


async def test_stop_is_quick_while_the_broker_is_away(servers: Servers) -> None:
    """A service that lost NATS can be stopped all the same."""
    async with asyncio.timeout(15):
        async with running(COMPANIES, settings_of(COMPANIES, servers)) as alive:
            await servers.nats.stop()
            while alive.bus.nats.is_connected:
                await asyncio.sleep(0.01)

        assert alive.failed.result() == "stopped"
