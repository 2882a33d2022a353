"""Long work that replicas share out among themselves: one at a time each, and none is lost with whoever had it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
import pytest

from contracts.errors import NotFound
from contracts.identifiers import uuid7
from contracts.matchmaker.match_runs import MatchShard, MatchShardWanted
from contracts.message import subject_of
from contracts.operations import RetryDeadLetter
from deploy.choreography import durables_of
from deploy.provision import provision_streams
from services.bus import Bus, connect
from services.runtime import Service, running
from services.work import Work
from tests.component.plumbing.toys import effects, letters, note, settings_of, until, until_effects
from tests.conftest import Servers

Want = Callable[..., Awaitable[None]]


def sharing(handler: Callable[[MatchShardWanted, Work], Awaitable[None]], **others: Any) -> Service:
    """The matchmaker with this work to share out."""
    return Service(name="matchmaker", shares={MatchShardWanted: handler}, **others)


async def solve(event: MatchShardWanted, work: Work) -> None:
    """Note what was done."""
    await note(work, event.match_shard.shard)


@pytest.fixture
async def want(servers: Servers) -> AsyncIterator[Want]:
    """Wants a shard solved, as the matchmaker's relay would say it."""
    await provision_streams(servers.nats_url("provision"), durables_of([sharing(solve)]))
    owner = await connect(servers.nats_url("matchmaker"), "matchmaker")

    async def announce(what: str | bytes, event_id: str = "") -> None:
        shard = MatchShard(id=uuid7(), match_run_id=uuid7(), shard=what if isinstance(what, str) else "")
        body = what if isinstance(what, bytes) else msgspec.json.encode(MatchShardWanted(match_shard=shard))
        headers = {"ce-id": event_id or str(uuid7())}
        await owner.jetstream().publish(subject_of(MatchShardWanted), body, headers=headers)

    yield announce
    await owner.close()


class Desk:
    """One replica's work in hand: waits until it is let go on."""

    def __init__(self) -> None:
        self.in_hand: list[str] = []
        self.go_on = asyncio.Event()

    async def solve(self, event: MatchShardWanted, work: Work) -> None:
        """As `solve`, once let go on."""
        self.in_hand.append(event.match_shard.shard)
        await self.go_on.wait()
        await solve(event, work)


@asynccontextmanager
async def two_replicas(servers: Servers) -> AsyncIterator[tuple[Desk, Desk, Callable[[], Awaitable[None]]]]:
    """Two at work, and how the first is stopped."""
    one, other = Desk(), Desk()
    async with AsyncExitStack() as stack:
        first = AsyncExitStack()
        stack.push_async_callback(first.aclose)
        service = sharing(one.solve)
        await first.enter_async_context(running(service, settings_of(service, servers)))
        service = sharing(other.solve)
        await stack.enter_async_context(running(service, settings_of(service, servers)))
        yield one, other, first.aclose


async def test_each_replica_has_one_in_hand(servers: Servers, want: Want) -> None:
    """Whoever is free gets the next; a third waits until one is done."""
    async with two_replicas(servers) as (one, other, _):
        for name in ("a", "b", "c"):
            await want(name)

        async def both_busy() -> bool:
            return bool(one.in_hand and other.in_hand)

        await until(both_busy)
        at_first = len(one.in_hand), len(other.in_hand)
        one.go_on.set()
        await until_effects(servers, "matchmaker", 2)
        other.go_on.set()
        done = await until_effects(servers, "matchmaker", 3)

    assert at_first == (1, 1)
    assert sorted(done) == ["a", "b", "c"]
    assert len(one.in_hand) == 2


async def test_what_a_stopped_replica_had_goes_to_another(servers: Servers, want: Want) -> None:
    """At once, and with one effect."""
    async with two_replicas(servers) as (one, other, stop_one):
        await want("a")
        await want("b")

        async def both_busy() -> bool:
            return bool(one.in_hand and other.in_hand)

        await until(both_busy)
        await stop_one()
        other.go_on.set()
        done = await until_effects(servers, "matchmaker", 2)

    assert sorted(done) == ["a", "b"]
    assert sorted(other.in_hand) == ["a", "b"]


async def test_what_is_wanted_twice_is_done_once(servers: Servers, want: Want) -> None:
    """By its id."""
    service = sharing(solve)
    event_id = str(uuid7())
    async with running(service, settings_of(service, servers)):
        await want("a", event_id)
        await want("a", event_id)
        await want("b")
        done = await until_effects(servers, "matchmaker", 2)

    assert done == ["a", "b"]


async def test_what_fails_for_good_is_given_up_with_its_dead_letter(servers: Servers, want: Want, bus: Bus) -> None:
    """In one transaction, once; what nobody can read names nothing to give up; a dead letter may be tried again."""
    mended = asyncio.Event()

    async def fail(event: MatchShardWanted, work: Work) -> None:
        if not mended.is_set():
            raise NotFound(thing="shard", id=event.match_shard.shard)
        await solve(event, work)

    async def give_up(event: MatchShardWanted, error: Exception, work: Work) -> None:
        await note(work, f"{event.match_shard.shard} given up: {type(error).__name__}")
        work.set_timer("nobody's", event.match_shard.id, work.now)

    service = sharing(fail, given_up={MatchShardWanted: give_up})
    async with running(service, settings_of(service, servers)):
        await want(b"{")
        await want("a")
        given_up = await until_effects(servers, "matchmaker", 1)
        found = await letters(bus)
        mended.set()
        letter = next(each for each in found if "NotFound" in each.error)
        await bus.ask(RetryDeadLetter(dead_letter_id=letter.id), service="matchmaker")
        done = await effects(servers, "matchmaker")

    assert given_up == ["a given up: NotFound"]
    assert len(found) == 2
    assert done == ["a given up: NotFound", "a"]
