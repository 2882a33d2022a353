"""Following events: each once, in any order and any number, and none in the way of the next."""

import asyncio
from uuid import uuid4

import nats as nats_client
import pytest
from nats.js.api import ConsumerConfig

from contracts.companies.slots import SlotClosed
from contracts.errors import RequestRefused
from contracts.identifiers import uuid7
from contracts.message import subject_of
from contracts.operations import RetryDeadLetter
from deploy.choreography import durables_of
from deploy.provision import provision_streams
from services import following
from services.bus import Bus
from services.runtime import running
from services.work import Work
from tests.component.plumbing.toys import (
    MATCHMAKER,
    Gate,
    Publish,
    closed,
    follower,
    health,
    hear,
    letters,
    rows,
    settings_of,
    until,
    until_effects,
)
from tests.conftest import Servers


async def test_events_are_handled_in_order(servers: Servers, publish: Publish) -> None:
    """What came while nobody followed is made up for, in the order of the stream."""
    for number in range(300):
        await publish(closed(str(number)))

    async with running(MATCHMAKER, settings_of(MATCHMAKER, servers)):
        heard = await until_effects(servers, "matchmaker", 300)

    assert heard == [str(number) for number in range(300)]


async def test_same_event_is_handled_once(servers: Servers, publish: Publish) -> None:
    """However often it is in the stream, at once or later, by its id or by its place."""
    event_id = str(uuid7())
    async with running(MATCHMAKER, settings_of(MATCHMAKER, servers)):
        await publish(closed("one"), event_id)
        await publish(closed("one"), event_id)
        await until_effects(servers, "matchmaker", 1)
        await publish(closed("one"), event_id)
        await publish(closed("without an id"), "")
        heard = await until_effects(servers, "matchmaker", 2)

    assert heard == ["one", "without an id"]


async def test_where_many_come_the_next_ones_are_waited_for(
    servers: Servers, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a few nobody waits; what waits is handed back when the service ends."""
    monkeypatch.setattr(following, "TOGETHER_S", 3600)
    monkeypatch.setattr(following, "MANY", 2)
    gate = Gate()
    waiting = follower(gate.hear)
    async with running(waiting, settings_of(waiting, servers)):
        await publish(closed("alone"))
        async with asyncio.timeout(10):
            while not gate.waiting:
                await asyncio.sleep(0.01)
        await publish(closed("first of two"))
        await publish(closed("second of two"))
        gate.opened.set()
        await until_effects(servers, "matchmaker", 3)
        await publish(closed("later"))
    before = await rows(servers, "matchmaker", "select what from effect")

    async with running(MATCHMAKER, settings_of(MATCHMAKER, servers)):
        heard = await until_effects(servers, "matchmaker", 4)

    assert len(before) == 3
    assert heard == ["alone", "first of two", "second of two", "later"]


async def test_two_replicas_share_the_events(servers: Servers, publish: Publish) -> None:
    """Each event goes to one of them."""
    async with (
        running(MATCHMAKER, settings_of(MATCHMAKER, servers)),
        running(MATCHMAKER, settings_of(MATCHMAKER, servers)),
    ):
        for number in range(100):
            await publish(closed(str(number)))
        heard = await until_effects(servers, "matchmaker", 100)

    assert sorted(heard, key=int) == [str(number) for number in range(100)]


async def test_reordered_and_late_events_do_no_harm(servers: Servers, publish: Publish) -> None:
    """A read model guarded by version ends with the last version, whatever came when."""

    async def project(event: SlotClosed, work: Work) -> None:
        await work.connection.execute(
            "insert into seen values ($1, $2) on conflict (id) do update set version = excluded.version"
            " where excluded.version > seen.version",
            event.slot.id,
            event.slot.version,
        )
        await hear(event, work)

    await rows(servers, "matchmaker", "create table seen (id uuid primary key, version int not null)")
    slot_id = uuid4()
    service = follower(project)
    async with running(service, settings_of(service, servers)):
        for version in (2, 5, 1, 4, 3):
            await publish(closed(str(version), slot_id, version))
        await until_effects(servers, "matchmaker", 5)

    assert [tuple(row) for row in await rows(servers, "matchmaker", "select * from seen")] == [(slot_id, 5)]


@pytest.mark.usefixtures("soon")
async def test_what_fails_for_a_while_is_handled_in_the_end(servers: Servers, bus: Bus, publish: Publish) -> None:
    """An event whose handler fails comes again, the events behind it do not wait, and nothing is done twice."""
    attempts = 0

    async def stumble(event: SlotClosed, work: Work) -> None:
        nonlocal attempts
        await hear(event, work)
        if event.slot.reason == "shaky":
            attempts += 1
            if attempts < 4:
                raise RuntimeError("not yet")

    service = follower(stumble)
    await publish(closed("shaky"))
    await publish(closed("steady"))
    async with running(service, settings_of(service, servers)):
        heard = await until_effects(servers, "matchmaker", 2)
        kept = await letters(bus)

    assert heard == ["steady", "shaky"]
    assert kept == ()


async def test_slow_handler_keeps_its_event(
    servers: Servers, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker hears that an event is being worked on, and gives it to nobody else."""
    monkeypatch.setattr(following, "PROGRESS_S", 0.2)
    provision = await nats_client.connect(servers.nats_url("provision"), inbox_prefix=b"_INBOX.provision")
    impatient = ConsumerConfig(
        durable_name="matchmaker", ack_wait=1, filter_subjects=[subject_of(SlotClosed)], backoff=None
    )
    await provision.jetstream().add_consumer("EVT_COMPANIES", impatient)

    async def crawl(event: SlotClosed, work: Work) -> None:
        await asyncio.sleep(2.5)
        await hear(event, work)

    service = follower(crawl)
    async with (
        running(service, settings_of(service, servers)),
        running(service, settings_of(service, servers)),
    ):
        await publish(closed("slow"))
        await until_effects(servers, "matchmaker", 1)
        delivered = (await provision.jetstream().consumer_info("EVT_COMPANIES", "matchmaker")).delivered
    await provision.close()

    assert delivered.consumer_seq == 1


async def test_durable_that_is_gone_is_told_and_found_again(servers: Servers, bus: Bus, publish: Publish) -> None:
    """The service goes on without it, says so, and follows again once it is back, losing nothing."""
    operator = await nats_client.connect(servers.nats_url("operator"), inbox_prefix=b"_INBOX.operator")
    async with running(MATCHMAKER, settings_of(MATCHMAKER, servers)):
        await publish(closed("before"))
        await until_effects(servers, "matchmaker", 1)
        await operator.jetstream().delete_consumer("EVT_COMPANIES", "matchmaker")

        async def alarmed() -> tuple[str, ...]:
            return (await health(bus, "matchmaker")).alarms

        alarms = await until(alarmed)
        await publish(closed("meanwhile"))
        await provision_streams(servers.nats_url("provision"), durables_of([MATCHMAKER]))
        heard = await until_effects(servers, "matchmaker", 2)

        async def calm() -> bool:
            return not await alarmed()

        await until(calm)
    await operator.close()

    assert len(alarms) == 1
    assert "the durable matchmaker of EVT_COMPANIES is not there" in alarms[0]
    assert heard == ["before", "meanwhile"]


async def test_event_that_ended_its_process_takes_no_other_with_it(servers: Servers, publish: Publish) -> None:
    """Events that come again are handled one by one, so that the one that never ends holds up only itself."""
    gate = Gate()
    for number in range(5):
        await publish(closed(str(number)))
    stuck = follower(gate.hear)
    async with running(stuck, settings_of(stuck, servers)), asyncio.timeout(10):
        while not gate.waiting:
            await asyncio.sleep(0.01)

    together: list[int] = []

    async def count(event: SlotClosed, work: Work) -> None:
        await hear(event, work)
        together.append(await work.connection.fetchval("select count(*) from inbox where handled_at = now()"))

    service = follower(count)
    async with running(service, settings_of(service, servers)):
        await until_effects(servers, "matchmaker", 5)

    assert together == [1] * 5


async def test_what_a_batch_gathers_is_done_together_and_in_order(servers: Servers, publish: Publish) -> None:
    """Once for all events of a transaction, just before it commits."""
    batches: list[int] = []

    async def note_all(whats: list[str], work: Work) -> None:
        batches.append(len(whats))
        await work.connection.executemany("insert into effect (what) values ($1)", [(what,) for what in whats])

    async def leave(event: SlotClosed, work: Work) -> None:
        work.gather(note_all, event.slot.reason)

    for number in range(300):
        await publish(closed(str(number)))
    service = follower(leave)
    async with running(service, settings_of(service, servers)):
        heard = await until_effects(servers, "matchmaker", 300)

    assert heard == [str(number) for number in range(300)]
    assert sum(batches) == 300
    assert len(batches) < 100


@pytest.mark.usefixtures("soon")
async def test_a_poison_among_what_was_gathered_is_found(servers: Servers, bus: Bus, publish: Publish) -> None:
    """What fails together is done event by event: only the one that fails by itself becomes a dead letter."""

    async def note_all(whats: list[str], work: Work) -> None:
        for what in whats:
            if what == "poison":
                raise RuntimeError("cannot be written")
            await work.connection.execute("insert into effect (what) values ($1)", what)

    async def leave(event: SlotClosed, work: Work) -> None:
        work.gather(note_all, event.slot.reason)

    for what in ("one", "poison", "two"):
        await publish(closed(what))
    service = follower(leave)
    async with running(service, settings_of(service, servers)):
        heard = await until_effects(servers, "matchmaker", 2)

        async def buried() -> object:
            return await letters(bus)

        (letter,) = await until(buried)
        with pytest.raises(RequestRefused) as refused:
            await bus.ask(RetryDeadLetter(dead_letter_id=letter.id), service="matchmaker")

    assert heard == ["one", "two"]
    assert "cannot be written" in letter.error
    assert refused.value.problem.slug == "retry-failed"
