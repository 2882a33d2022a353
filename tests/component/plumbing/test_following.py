"""Following events: each once, in any order and any number, and none in the way of the next."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import msgspec
import nats as nats_client
import pytest
from nats.js.api import ConsumerConfig

from contracts.companies.slots import SlotClosed
from contracts.errors import NotFound, RequestRefused, Unavailable
from contracts.identifiers import uuid7
from contracts.message import subject_of
from contracts.operations import DeadLetter, ListDeadLetters, RetryDeadLetter
from deploy.choreography import durables_of
from deploy.provision import provision_streams
from services import following
from services.bus import Bus, connect
from services.runtime import Service, running
from services.work import Work
from tests.component.plumbing.toys import (
    MATCHMAKER,
    Gate,
    effects,
    health,
    hear,
    rows,
    settings_of,
    slot,
    until,
    until_effects,
)
from tests.conftest import Servers

SUBJECT = subject_of(SlotClosed)
Publish = Callable[..., Awaitable[None]]


@pytest.fixture
async def publish(servers: Servers):
    """Announces what a relay would, and also what no relay would."""
    client = await connect(servers.nats_url("companies"), "companies")
    stream = client.jetstream()

    async def announce(what: SlotClosed | bytes, event_id: str | None = None) -> None:
        body = what if isinstance(what, bytes) else msgspec.json.encode(what)
        headers = {"ce-id": event_id if event_id is not None else str(uuid7())}
        await stream.publish(SUBJECT, body, headers=headers if event_id != "" else None)

    yield announce
    await client.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is delivered again without much ado."""
    monkeypatch.setattr(following, "RETRY_DELAYS_S", (0.01, 0.01, 0.01, 0.01))


def closed(reason: str, slot_id: UUID | None = None, version: int = 1) -> SlotClosed:
    """An event whose effect is known by its reason."""
    return SlotClosed(slot=slot(slot_id, version, reason))


def matchmaker(handler: following.EventHandler) -> Service:
    """The follower with this handler."""
    return Service(name="matchmaker", follows={SlotClosed: handler})


async def letters(bus: Bus) -> tuple[DeadLetter, ...]:
    """The follower's dead letters."""
    return await bus.ask(ListDeadLetters(), service="matchmaker")


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
    service = matchmaker(project)
    async with running(service, settings_of(service, servers)):
        for version in (2, 5, 1, 4, 3):
            await publish(closed(str(version), slot_id, version))
        await until_effects(servers, "matchmaker", 5)

    assert [tuple(row) for row in await rows(servers, "matchmaker", "select * from seen")] == [(slot_id, 5)]


@pytest.mark.parametrize("poison", [b"{not json", b"", b"[]", b'{"slot": {"id": 5}}', b"\xff\xfe\x00"])
async def test_poison_is_put_aside_and_blocks_nothing(
    servers: Servers, bus: Bus, publish: Publish, poison: bytes
) -> None:
    """What cannot be read becomes one dead letter, as it came, and those around it are handled."""
    event_id = str(uuid7())
    await publish(closed("before"))
    await publish(poison, event_id)
    await publish(poison, event_id)
    await publish(closed("after"))

    async with running(MATCHMAKER, settings_of(MATCHMAKER, servers)):
        heard = await until_effects(servers, "matchmaker", 2)
        kept = await until(lambda: letters(bus))

    assert heard == ["before", "after"]
    assert [(letter.source, letter.subject) for letter in kept] == [("event", SUBJECT)]
    assert [row["body"] for row in await rows(servers, "matchmaker", "select body from dead_letter")] == [poison]


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

    service = matchmaker(stumble)
    await publish(closed("shaky"))
    await publish(closed("steady"))
    async with running(service, settings_of(service, servers)):
        heard = await until_effects(servers, "matchmaker", 2)
        kept = await letters(bus)

    assert heard == ["steady", "shaky"]
    assert kept == ()


@pytest.mark.usefixtures("soon")
async def test_what_always_fails_becomes_a_dead_letter(servers: Servers, bus: Bus, publish: Publish) -> None:
    """After its last delivery it is listed with its error, its effects undone."""
    attempts = 0

    async def fail(event: SlotClosed, work: Work) -> None:
        nonlocal attempts
        await hear(event, work)
        if event.slot.reason == "hopeless":
            attempts += 1
            raise RuntimeError("out of reach")

    service = matchmaker(fail)
    async with running(service, settings_of(service, servers)):
        await publish(closed("hopeless"))
        await publish(closed("next"))
        kept = await until(lambda: letters(bus))

    assert attempts == following.DELIVERIES
    assert "out of reach" in kept[0].error
    assert await effects(servers, "matchmaker") == ["next"]


@pytest.mark.usefixtures("soon")
async def test_refusal_is_final_but_an_outage_is_not(servers: Servers, bus: Bus, publish: Publish) -> None:
    """An error of the catalogue is not tried again, except that a part of the system is away."""
    tried = {"refused": 0, "away": 0}

    async def judge(event: SlotClosed, work: Work) -> None:
        tried[event.slot.reason] += 1
        if event.slot.reason == "refused":
            raise NotFound(thing="slot", id="?")
        if tried["away"] < 3:
            raise Unavailable(part="elsewhere")
        await hear(event, work)

    service = matchmaker(judge)
    async with running(service, settings_of(service, servers)):
        await publish(closed("refused"))
        kept = await until(lambda: letters(bus))
        await publish(closed("away"))
        await until_effects(servers, "matchmaker", 1)

    assert tried == {"refused": 1, "away": 3}
    assert len(kept) == 1


async def test_wrong_statement_is_no_outage(servers: Servers, bus: Bus, publish: Publish, soon: None) -> None:
    """A defect that the driver complains of ends as a dead letter, where waiting for the database would never end."""

    async def misuse(event: SlotClosed, work: Work) -> None:
        await work.connection.execute("insert into effect (what) values ($1)", event.slot.version)

    service = matchmaker(misuse)
    async with running(service, settings_of(service, servers)):
        await publish(closed("any"))
        kept = await until(lambda: letters(bus))

    assert "DataError" in kept[0].error


async def test_dead_letter_is_handled_again_on_request(servers: Servers, bus: Bus, publish: Publish) -> None:
    """It is kept, with the reason, while it fails, and gone once its handler was mended; its effect is there once."""
    mended = False

    async def mend(event: SlotClosed, work: Work) -> None:
        await hear(event, work)
        if not mended:
            raise NotFound(thing="slot", id="?")

    service = matchmaker(mend)
    async with running(service, settings_of(service, servers)):
        await publish(closed("patient"))
        kept = await until(lambda: letters(bus))
        again = RetryDeadLetter(dead_letter_id=kept[0].id)
        with pytest.raises(RequestRefused) as refused:
            await bus.ask(again, service="matchmaker")
        still = await letters(bus)
        mended = True
        done = await bus.ask(again, service="matchmaker")
        with pytest.raises(RequestRefused) as gone:
            await bus.ask(again, service="matchmaker")

        assert (await letters(bus), await effects(servers, "matchmaker")) == ((), ["patient"])

    assert refused.value.problem.slug == "retry-failed"
    assert still == kept
    assert done is True
    assert gone.value.problem.slug == "not-found"


async def test_slow_handler_keeps_its_event(
    servers: Servers, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker hears that an event is being worked on, and gives it to nobody else."""
    monkeypatch.setattr(following, "PROGRESS_S", 0.2)
    provision = await nats_client.connect(servers.nats_url("provision"), inbox_prefix=b"_INBOX.provision")
    impatient = ConsumerConfig(durable_name="matchmaker", ack_wait=1, filter_subjects=[SUBJECT], backoff=None)
    await provision.jetstream().add_consumer("EVT_COMPANIES", impatient)

    async def crawl(event: SlotClosed, work: Work) -> None:
        await asyncio.sleep(2.5)
        await hear(event, work)

    service = matchmaker(crawl)
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
    stuck = matchmaker(gate.hear)
    async with running(stuck, settings_of(stuck, servers)), asyncio.timeout(10):
        while not gate.waiting:
            await asyncio.sleep(0.01)

    together: list[int] = []

    async def count(event: SlotClosed, work: Work) -> None:
        await hear(event, work)
        together.append(await work.connection.fetchval("select count(*) from inbox where handled_at = now()"))

    service = matchmaker(count)
    async with running(service, settings_of(service, servers)):
        await until_effects(servers, "matchmaker", 5)

    assert together == [1] * 5
