"""The relay: what is committed reaches the stream, once, in order for each thing, whoever dies meanwhile."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import nats as nats_client
import pytest
from nats.js.api import RawStreamMsg

from contracts.companies.slots import MoveSlot, Slot, SlotClosed
from contracts.errors import RequestRefused
from contracts.matchmaker.proposals import VisitProposalAccepted
from contracts.message import decoder_of
from services.bus import Bus
from services.outbox import LEAST_TOGETHER
from services.runtime import Service, running
from services.work import EVENT_BYTES, Work
from tests.component.plumbing.toys import COMPANIES, close, effects, health, move, rows, settings_of, slot, until
from tests.conftest import Servers

UNPUBLISHED = "select count(*) as waiting from outbox where published_at is null"
HOLDERS = (
    "select pid from pg_locks where locktype = 'advisory' and granted and database ="
    " (select oid from pg_database where datname = current_database())"
)


async def messages(servers: Servers) -> list[RawStreamMsg]:
    """Everything in the companies' stream, in order."""
    client = await nats_client.connect(servers.nats_url("operator"), inbox_prefix=b"_INBOX.operator")
    try:
        jetstream = client.jetstream()
        state = (await jetstream.stream_info("EVT_COMPANIES")).state
        return [await jetstream.get_msg("EVT_COMPANIES", number) for number in range(1, state.last_seq + 1)]
    finally:
        await client.close()


async def stream(servers: Servers) -> list[tuple[str, SlotClosed]]:
    """Every event in the companies' stream: its id and itself, in order."""
    found = await messages(servers)
    return [(message.headers["ce-id"], decoder_of(SlotClosed).decode(message.data)) for message in found]


async def batches(servers: Servers) -> set[str]:
    """The atomic batches in which the events of the companies' stream came."""
    return {message.headers.get("Nats-Batch-Id", "") for message in await messages(servers)}


async def until_published(servers: Servers) -> None:
    """Wait until the outbox holds nothing that waits."""

    async def none_waits() -> bool:
        return (await rows(servers, "companies", UNPUBLISHED))[0]["waiting"] == 0

    await until(none_waits)


async def outbox_ids(servers: Servers, where: str = "") -> list[str]:
    """The ids of events, in the order in which they were recorded."""
    found = await rows(servers, "companies", f"select id from outbox {where} order by position")
    return [str(row["id"]) for row in found]


async def count_up(request: MoveSlot, work: Work) -> Slot:
    """Raise a thing's version by one, as every aggregate is changed: its row locked first."""
    version = await work.connection.fetchval(
        "update thing set version = version + 1 where id = $1 returning version", request.slot_id
    )
    changed = slot(request.slot_id, version)
    work.announce(SlotClosed(slot=changed))
    return changed


async def test_events_of_one_thing_keep_their_order(servers: Servers, bus: Bus) -> None:
    """However many change it at once, its versions are in the stream one after the other, each once."""
    things = [uuid4() for _ in range(5)]
    await rows(servers, "companies", "create table thing (id uuid primary key, version int not null)")
    await rows(servers, "companies", "insert into thing select unnest($1::uuid[]), 0", things)
    service = Service(name="companies", answers={MoveSlot: count_up})

    async with running(service, settings_of(service, servers)):
        await asyncio.gather(*(bus.ask(move(slot_id=things[number % 5])) for number in range(100)))
        await until_published(servers)

    versions: dict[UUID, list[int]] = {}
    for _, event in await stream(servers):
        versions.setdefault(event.slot.id, []).append(event.slot.version)
    assert versions == {thing: list(range(1, 21)) for thing in things}


async def test_many_that_wait_reach_the_stream_together_and_in_order(servers: Servers, bus: Bus) -> None:
    """A backlog of events, many of them of the same things, costs the stream one acknowledgement."""
    things = [uuid4() for _ in range(7)]
    await rows(servers, "companies", "create table thing (id uuid primary key, version int not null)")
    await rows(servers, "companies", "insert into thing select unnest($1::uuid[]), 0", things)
    keeper = await asyncpg.connect(servers.dsn("companies"))
    await keeper.execute("select pg_advisory_lock(hashtext('relay companies'))")
    service = Service(name="companies", answers={MoveSlot: count_up})

    async with running(service, settings_of(service, servers)):
        await asyncio.gather(*(bus.ask(move(slot_id=things[number % 7])) for number in range(2 * LEAST_TOGETHER)))
        await keeper.execute("select pg_advisory_unlock(hashtext('relay companies'))")
        await until_published(servers)
    await keeper.close()

    assert [event_id for event_id, _ in await stream(servers)] == await outbox_ids(servers)
    assert len(await batches(servers)) == 1


@pytest.mark.parametrize("waiting", [3, 2 * LEAST_TOGETHER])
async def test_relay_that_dies_between_publishing_and_marking_doubles_nothing(
    servers: Servers, bus: Bus, waiting: int
) -> None:
    """What the next relay publishes again, one by one or together, the stream knows by its id."""
    keeper, locker = [await asyncpg.connect(servers.dsn("companies")) for _ in range(2)]
    await keeper.execute("select pg_advisory_lock(hashtext('relay companies'))")
    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        for number in range(waiting):
            await bus.ask(move(str(number)))
        async with locker.transaction():
            # With its rows locked the relay can read and publish, but not mark.
            await locker.execute("select from outbox for update")
            await keeper.execute("select pg_advisory_unlock(hashtext('relay companies'))")

            async def published() -> bool:
                return len(await stream(servers)) == waiting

            await until(published)
            unmarked = await outbox_ids(servers, "where published_at is null")
            [relay] = await keeper.fetch(HOLDERS)
            await keeper.execute("select pg_terminate_backend($1)", relay["pid"])
        await until_published(servers)
    await keeper.close()
    await locker.close()

    assert len(unmarked) == waiting
    assert [event_id for event_id, _ in await stream(servers)] == unmarked


async def test_of_two_relays_one_works_and_the_other_takes_over(servers: Servers, bus: Bus) -> None:
    """Two replicas share one turn; when its holder dies, the events go on, each once."""
    watcher = await asyncpg.connect(servers.dsn("companies"))

    async def holders() -> list[int]:
        return [row["pid"] for row in await watcher.fetch(HOLDERS)]

    async with (
        running(COMPANIES, settings_of(COMPANIES, servers)),
        running(COMPANIES, settings_of(COMPANIES, servers)),
    ):
        await asyncio.gather(*(bus.ask(move(str(number))) for number in range(20)))
        await until_published(servers)
        before = await holders()
        await watcher.execute("select pg_terminate_backend($1)", before[0])
        await asyncio.gather(*(bus.ask(move(str(number))) for number in range(20, 40)))
        await until_published(servers)
        after = await holders()
    await watcher.close()

    assert (len(before), len(after)) == (1, 1)
    assert before != after
    assert sorted(event_id for event_id, _ in await stream(servers)) == sorted(await outbox_ids(servers))
    assert len(await outbox_ids(servers)) == 40


@pytest.mark.parametrize("waiting", [5, 2 * LEAST_TOGETHER])
async def test_stream_that_refuses_is_waited_for(servers: Servers, bus: Bus, waiting: int) -> None:
    """While the stream is full the writes go on, the backlog is told, and nothing is lost when there is room."""
    operator = await nats_client.connect(servers.nats_url("provision"), inbox_prefix=b"_INBOX.provision")
    jetstream = operator.jetstream()
    config = (await jetstream.stream_info("EVT_COMPANIES")).config
    await jetstream.update_stream(config.evolve(max_bytes=600))

    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        for number in range(waiting):
            await bus.ask(move(str(number)))

        async def alarmed() -> bool:
            told = await health(bus, "companies")
            return told.relay_backlog > 0 and "the relay waits" in "".join(told.alarms)

        await until(alarmed)
        await jetstream.update_stream(config.evolve(max_bytes=10_000_000))
        await until_published(servers)
    await operator.close()

    assert [event.slot.reason for _, event in await stream(servers)] == [str(number) for number in range(waiting)]


@pytest.mark.parametrize("wrong", ["another's", "too large"])
async def test_event_that_could_never_be_published_is_not_recorded(servers: Servers, bus: Bus, wrong: str) -> None:
    """It fails with its own transaction, where in the outbox it would hold up all that follow."""

    async def announce_wrongly(request: MoveSlot, work: Work) -> Slot:
        closed = await close(request, work)
        if request.reason == "another's":
            work.announce(VisitProposalAccepted(visit_proposal=slot()))
        if request.reason == "too large":
            work.announce(SlotClosed(slot=slot(reason="x" * EVENT_BYTES)))
        return closed

    service = Service(name="companies", answers={MoveSlot: announce_wrongly})
    async with running(service, settings_of(service, servers)):
        with pytest.raises(RequestRefused):
            await bus.ask(move(wrong))
        await bus.ask(move("right"))
        await until_published(servers)

    assert await effects(servers) == ["right"]
    assert [event.slot.reason for _, event in await stream(servers)] == ["right"]
