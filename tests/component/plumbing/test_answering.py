"""Answering requests: side by side and bounded, by deadline, with one clear problem for whatever goes wrong."""

import asyncio
import time
from uuid import UUID, uuid4

import msgspec
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts.caller import ALL_SCOPES, Caller
from contracts.companies.slots import GetSlot, MoveSlot, OpenSlot, Slot
from contracts.errors import Kind, NotFound, Problem, RequestRefused, TooLarge, Unavailable
from contracts.message import decoder_of, subject_of
from contracts.vocabulary import OrganisationKind, Role
from services.bus import Bus
from services.runtime import Service, running
from services.work import Work
from tests.component.plumbing.toys import COMPANIES, EITHER_WAY, Gate, close, effects, move, settings_of, slot, until
from tests.conftest import Servers


async def send(client: Client, body: bytes, subject: str = "", **headers: str) -> Msg:
    """A request as bytes, whatever they are."""
    return await client.request(subject or subject_of(MoveSlot), body, timeout=5, headers=headers or None)


def problem_of(reply: Msg) -> Problem:
    """The problem in a reply."""
    assert reply.headers == {"status": "problem"}
    return decoder_of(Problem).decode(reply.data)


async def test_requests_are_answered_side_by_side(servers: Servers, bus: Bus) -> None:
    """Thirty requests that all wait for one another are all answered."""
    gate = Gate()
    service = Service(name="companies", answers={MoveSlot: gate.close})
    async with running(service, settings_of(service, servers, database_connections=30)):
        asked = [asyncio.create_task(bus.ask(move(str(number)))) for number in range(30)]

        async with asyncio.timeout(10):
            while gate.waiting < 30:
                await asyncio.sleep(0.01)
        gate.opened.set()
        answers = await asyncio.gather(*asked)

    assert [answer.reason for answer in answers] == [str(number) for number in range(30)]
    assert sorted(await effects(servers)) == sorted(str(number) for number in range(30))


async def test_more_than_it_can_take_is_refused_at_once(servers: Servers, bus: Bus) -> None:
    """The request beyond the bound hears 'unavailable' while the others are still at work, which then end well."""
    gate = Gate()
    service = Service(name="companies", answers={MoveSlot: gate.close})
    async with running(service, settings_of(service, servers, concurrency=3)):
        asked = [asyncio.create_task(bus.ask(move(str(number)))) for number in range(3)]
        async with asyncio.timeout(10):
            while gate.waiting < 3:
                await asyncio.sleep(0.01)

        with pytest.raises(RequestRefused) as refused:
            await bus.ask(move("one too many"))
        gate.opened.set()
        await asyncio.gather(*asked)

    assert refused.value.problem.kind is Kind.UNAVAILABLE
    assert "one too many" not in await effects(servers)
    assert len(await effects(servers)) == 3


@EITHER_WAY
async def test_request_after_its_deadline_is_not_done(
    servers: Servers, client: Client, bus: Bus, service: Service
) -> None:
    """Who asked has given up, so nothing happens and nothing is answered."""
    async with running(service, settings_of(service, servers)):
        with pytest.raises(TimeoutError):
            await client.request(
                subject_of(MoveSlot),
                msgspec.json.encode(move("late")),
                timeout=0.5,
                headers={"deadline": str(time.time() - 1)},
            )
        await bus.ask(move("in time"))

    assert await effects(servers) == ["in time"]


async def test_deadline_in_the_middle_undoes_the_work(servers: Servers, bus: Bus) -> None:
    """A handler that takes longer than its asker waits leaves nothing behind."""

    async def dawdle(request: MoveSlot, work: Work) -> Slot:
        closed = await close(request, work)
        if request.reason == "slow":
            await asyncio.sleep(30)
        return closed

    service = Service(name="companies", answers={MoveSlot: dawdle})
    async with running(service, settings_of(service, servers)):
        with pytest.raises(Unavailable):
            await bus.ask(move("slow"), timeout_s=0.3)
        await bus.ask(move("fast"))

    assert await effects(servers) == ["fast"]


@pytest.mark.parametrize(
    ("body", "kind", "slug", "field"),
    [
        (b'{"slot_id": ', Kind.MALFORMED, "malformed-body", None),
        (b"\xff\xfe", Kind.MALFORMED, "malformed-body", None),
        (b"[]", Kind.INVALID, "invalid-input", "body"),
        (b'{"action": "close"}', Kind.INVALID, "invalid-input", "body"),
        (b'{"slot_id": 5, "action": "close"}', Kind.INVALID, "invalid-input", "slot_id"),
    ],
)
@EITHER_WAY
async def test_body_that_is_no_request_is_refused(
    servers: Servers, client: Client, bus: Bus, body: bytes, kind: Kind, slug: str, field: str | None, service: Service
) -> None:
    """The problem says what is wrong and where; nothing is stored, and the next request is answered."""
    async with running(service, settings_of(service, servers)):
        problem = problem_of(await send(client, body))
        await bus.ask(move("next"))

    assert (problem.kind, problem.slug) == (kind, slug)
    assert [each.field for each in problem.fields] == ([field] if field else [])
    assert await effects(servers) == ["next"]


@EITHER_WAY
async def test_caller_that_cannot_be_read_is_refused(servers: Servers, client: Client, service: Service) -> None:
    """A damaged caller never becomes the system's own rights."""
    async with running(service, settings_of(service, servers)):
        problem = problem_of(await send(client, msgspec.json.encode(move("whose?")), caller='{"role": "king"}'))

    assert problem.kind is Kind.INVALID
    assert await effects(servers) == []


async def test_handler_knows_who_asks(servers: Servers, bus: Bus) -> None:
    """The caller that the gateway found arrives whole."""
    seen: list[Caller] = []

    async def look(request: GetSlot, work: Work) -> Slot:
        seen.append(work.caller)
        return slot(request.slot_id)

    caller = Caller(
        key_id="k",
        role=Role.TEACHER,
        organisation=OrganisationKind.SCHOOL,
        organisation_id="0310001A",
        scopes=ALL_SCOPES,
    )
    service = Service(name="companies", answers={GetSlot: look})
    async with running(service, settings_of(service, servers)):
        await bus.ask(GetSlot(slot_id=uuid4()), caller)

    assert seen == [caller]


async def test_defect_is_undone_and_not_told(servers: Servers, bus: Bus) -> None:
    """Whoever asked learns that it is our fault, and not a word of it; the service goes on."""

    async def break_down(request: MoveSlot, work: Work) -> Slot:
        closed = await close(request, work)
        if request.reason == "defect":
            raise RuntimeError("the secret of the house")
        return closed

    service = Service(name="companies", answers={MoveSlot: break_down})
    async with running(service, settings_of(service, servers)):
        with pytest.raises(RequestRefused) as refused:
            await bus.ask(move("defect"))
        await bus.ask(move("next"))

    problem = refused.value.problem
    assert (problem.kind, problem.slug) == (Kind.INTERNAL, "internal")
    assert b"secret" not in msgspec.json.encode(problem)
    assert await effects(servers) == ["next"]


async def test_wrong_statement_is_a_defect_not_an_outage(servers: Servers, bus: Bus) -> None:
    """A value that the driver refuses is no reason to tell people to try again."""

    async def misuse(request: MoveSlot, work: Work) -> Slot:
        await work.connection.execute("insert into effect (what) values ($1)", 5)
        return slot(request.slot_id)

    service = Service(name="companies", answers={MoveSlot: misuse})
    async with running(service, settings_of(service, servers)):
        with pytest.raises(RequestRefused) as refused:
            await bus.ask(move())

    assert refused.value.problem.kind is Kind.INTERNAL


async def test_refusal_arrives_as_it_was_raised(servers: Servers, bus: Bus) -> None:
    """Kind, sentence and facts are the owner's own."""

    async def refuse(request: GetSlot, _work: Work) -> Slot:
        raise NotFound(thing="slot", id=str(request.slot_id))

    service = Service(name="companies", answers={GetSlot: refuse})
    async with running(service, settings_of(service, servers)):
        with pytest.raises(RequestRefused) as refused:
            await bus.ask(GetSlot(slot_id=UUID(int=7)))

    assert refused.value.problem == NotFound(thing="slot", id=str(UUID(int=7))).problem


async def test_colliding_requests_are_done_again(servers: Servers, bus: Bus) -> None:
    """Two commands that lock the same rows in opposite order both succeed."""
    first, second = 4_001, 4_002
    met = asyncio.Barrier(2)

    async def cross(request: MoveSlot, work: Work) -> Slot:
        one, other = (first, second) if request.reason == "there" else (second, first)
        await work.connection.execute("select pg_advisory_xact_lock($1)", one)
        if not met.broken and met.n_waiting < 2 and request.action == "close" and crossings.pop(request.reason, None):
            await met.wait()
        await work.connection.execute("select pg_advisory_xact_lock($1)", other)
        return await close(request, work)

    crossings = {"there": True, "back": True}
    service = Service(name="companies", answers={MoveSlot: cross})
    async with running(service, settings_of(service, servers)):
        await asyncio.gather(bus.ask(move("there")), bus.ask(move("back")))

    assert crossings == {}
    assert sorted(await effects(servers)) == ["back", "there"]


async def test_answer_too_large_is_refused_and_undone(servers: Servers, bus: Bus) -> None:
    """An answer that the broker would cut the connection for is a problem instead; the connection lives."""

    async def swell(request: MoveSlot, work: Work) -> Slot:
        closed = await close(request, work)
        return msgspec.structs.replace(closed, reason="x" * 1024 * 1024) if request.reason == "much" else closed

    service = Service(name="companies", answers={MoveSlot: swell})
    async with running(service, settings_of(service, servers)) as alive:
        with pytest.raises(RequestRefused) as refused:
            await bus.ask(move("much"))
        await bus.ask(move("little"))

        assert not alive.failed.done()

    assert refused.value.problem.kind is Kind.INTERNAL
    assert await effects(servers) == ["little"]


@pytest.mark.parametrize("size", [1024 * 1024 - 200, 1024 * 1024 + 1])
async def test_request_too_large_is_refused_before_it_is_sent(servers: Servers, bus: Bus, size: int) -> None:
    """Even where only the headers make it too large; the asker's connection lives."""
    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        with pytest.raises(TooLarge):
            await bus.ask(move("x" * (size - len(msgspec.json.encode(move())))))
        await bus.ask(move("next"))

    assert await effects(servers) == ["next"]


async def test_nobody_there_is_told_at_once(bus: Bus) -> None:
    """A service that does not run is 'unavailable' by name, without waiting for a time limit."""
    with pytest.raises(Unavailable) as away:
        await bus.ask(move(), timeout_s=60)

    assert away.value.facts == {"part": "companies"}


async def test_request_that_the_service_does_not_know_is_refused(servers: Servers, bus: Bus) -> None:
    """A newer asker's request may be sent again, until a newer service answers it."""
    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        with pytest.raises(RequestRefused) as refused:
            await bus.ask(OpenSlot(visit_offer_id=uuid4(), slot={}))

    assert refused.value.problem.kind is Kind.UNAVAILABLE


async def test_request_that_wants_no_answer_is_done(servers: Servers, client: Client) -> None:
    """A command that is only published has its effect, and leaves the service well."""
    async with running(COMPANIES, settings_of(COMPANIES, servers)) as alive:
        await client.publish(subject_of(MoveSlot), msgspec.json.encode(move("aside")))
        await until(lambda: effects(servers))

        assert not alive.failed.done()

    assert await effects(servers) == ["aside"]
