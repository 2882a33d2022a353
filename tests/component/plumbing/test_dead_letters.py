"""What cannot be handled is put aside, told with its reason, and handled again on request; it blocks nothing."""

import pytest

from contracts.companies.slots import SlotClosed
from contracts.errors import NotFound, RequestRefused, Unavailable
from contracts.identifiers import uuid7
from contracts.message import subject_of
from contracts.operations import RetryDeadLetter
from services import following
from services.bus import Bus
from services.runtime import running
from services.work import Work
from tests.component.plumbing.toys import (
    MATCHMAKER,
    Publish,
    closed,
    effects,
    follower,
    hear,
    letters,
    rows,
    settings_of,
    until,
    until_effects,
)
from tests.conftest import Servers


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
    assert [(letter.source, letter.subject) for letter in kept] == [("event", subject_of(SlotClosed))]
    assert [row["body"] for row in await rows(servers, "matchmaker", "select body from dead_letter")] == [poison]


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

    async def tried() -> int:
        return attempts

    service = follower(fail)
    async with running(service, settings_of(service, servers)):
        await publish(closed("hopeless"))
        # Once tried it comes again by itself; in one batch with the next it would be tried once more.
        await until(tried)
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

    service = follower(judge)
    async with running(service, settings_of(service, servers)):
        await publish(closed("refused"))
        kept = await until(lambda: letters(bus))
        await publish(closed("away"))
        await until_effects(servers, "matchmaker", 1)

    assert tried == {"refused": 1, "away": 3}
    assert len(kept) == 1


@pytest.mark.usefixtures("soon")
async def test_wrong_statement_is_no_outage(servers: Servers, bus: Bus, publish: Publish) -> None:
    """A defect that the driver complains of ends as a dead letter, where waiting for the database would never end."""

    async def misuse(event: SlotClosed, work: Work) -> None:
        await work.connection.execute("insert into effect (what) values ($1)", event.slot.version)

    service = follower(misuse)
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

    service = follower(mend)
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
