"""A command sent again with its key has one effect and one answer, however it is sent again."""

import asyncio
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from contracts.caller import ALL_SCOPES, Caller
from contracts.companies.slots import GetSlot, MoveSlot, Slot
from contracts.errors import AlreadyExists, RequestRefused
from contracts.matchmaker.proposals import AnswerPartnershipProposal, AnswerVisitProposal
from contracts.vocabulary import OrganisationKind, Role
from services.bus import Bus
from services.runtime import Service, running
from services.work import Work
from tests.component.plumbing.toys import (
    EITHER_WAY,
    close,
    effects,
    get,
    move,
    note,
    rows,
    settings_of,
    slot,
)
from tests.conftest import Servers


def school(uai: str) -> Caller:
    """A school's key."""
    return Caller(
        key_id="k", role=Role.HEAD, organisation=OrganisationKind.SCHOOL, organisation_id=uai, scopes=ALL_SCOPES
    )


@EITHER_WAY
async def test_command_sent_twice_has_one_effect_and_one_answer(servers: Servers, bus: Bus, service: Service) -> None:
    """The second answer is the first one again."""
    command = move("once")
    async with running(service, settings_of(service, servers)):
        first = await bus.ask(command, idempotency_key="a")
        second = await bus.ask(command, idempotency_key="a")

    assert first == second
    assert await effects(servers) == ["once"]


@EITHER_WAY
async def test_command_sent_many_times_at_once_has_one_effect(servers: Servers, bus: Bus, service: Service) -> None:
    """Twenty copies in flight together: one is done, all get its answer."""
    command = move("once")
    async with running(service, settings_of(service, servers)):
        answers = await asyncio.gather(*(bus.ask(command, idempotency_key="a") for _ in range(20)))

    assert answers == [answers[0]] * 20
    assert await effects(servers) == ["once"]


async def test_copy_in_flight_is_not_told_that_it_exists_already(servers: Servers, bus: Bus) -> None:
    """Where the first copy makes a thing unique, the second waits for its answer instead of being refused."""

    async def register(request: MoveSlot, work: Work) -> Slot:
        try:
            await work.connection.execute("insert into only_one values ($1)", request.reason)
        except asyncpg.UniqueViolationError as error:
            raise AlreadyExists(thing="slot", key=request.reason) from error
        await asyncio.sleep(0.1)
        return await close(request, work)

    await rows(servers, "companies", "create table only_one (what text primary key)")
    command = move("mine")
    service = Service(name="companies", answers={MoveSlot: register})
    async with running(service, settings_of(service, servers)):
        answers = await asyncio.gather(*(bus.ask(command, idempotency_key="a") for _ in range(5)))
        with pytest.raises(RequestRefused) as refused:
            await bus.ask(command, idempotency_key="b")

    assert answers == [answers[0]] * 5
    assert refused.value.problem.slug == "already-exists"
    assert await effects(servers) == ["mine"]


@EITHER_WAY
async def test_key_of_another_body_is_refused(servers: Servers, bus: Bus, service: Service) -> None:
    """The same key for something else names the remedy and does nothing."""
    async with running(service, settings_of(service, servers)):
        await bus.ask(move("one"), idempotency_key="a")
        with pytest.raises(RequestRefused) as refused:
            await bus.ask(move("other"), idempotency_key="a")

    assert refused.value.problem.slug == "idempotency-key-reused"
    assert await effects(servers) == ["one"]


async def test_key_of_another_request_is_refused(servers: Servers, bus: Bus) -> None:
    """Two kinds of request never share an answer, though their bodies be the same."""

    async def answer(request: AnswerVisitProposal | AnswerPartnershipProposal, work: Work) -> Slot:
        await note(work, type(request).__name__)
        return slot()

    body = {"proposal_id": uuid4(), "action": "accept"}
    service = Service(name="matchmaker", answers={AnswerVisitProposal: answer, AnswerPartnershipProposal: answer})
    async with running(service, settings_of(service, servers)):
        # The toy's answer is not that of the contract.
        with pytest.raises(msgspec.ValidationError):
            await bus.ask(AnswerVisitProposal(**body), idempotency_key="a")
        with pytest.raises(RequestRefused) as refused:
            await bus.ask(AnswerPartnershipProposal(**body), idempotency_key="a")

    assert refused.value.problem.slug == "idempotency-key-reused"
    assert await effects(servers, "matchmaker") == ["AnswerVisitProposal"]


@EITHER_WAY
async def test_keys_of_two_parties_are_two_keys(servers: Servers, bus: Bus, service: Service) -> None:
    """What one organisation chose never answers another."""
    command = move("each")
    async with running(service, settings_of(service, servers)):
        await bus.ask(command, school("0310001A"), idempotency_key="1")
        await bus.ask(command, school("0310002B"), idempotency_key="1")

    assert await effects(servers) == ["each", "each"]


@EITHER_WAY
async def test_without_a_key_each_is_done(servers: Servers, bus: Bus, service: Service) -> None:
    """Who sends no key asks twice."""
    command = move("again")
    async with running(service, settings_of(service, servers)):
        await bus.ask(command)
        await bus.ask(command)

    assert await effects(servers) == ["again", "again"]


async def test_refusal_is_not_kept(servers: Servers, bus: Bus) -> None:
    """What was refused may succeed with the same key once its reason is gone."""
    open_now = False

    async def sometimes(request: MoveSlot, work: Work) -> Slot:
        closed = await close(request, work)
        if not open_now:
            raise AlreadyExists(thing="slot", key="it")
        return closed

    command = move("at last")
    service = Service(name="companies", answers={MoveSlot: sometimes})
    async with running(service, settings_of(service, servers)):
        with pytest.raises(RequestRefused):
            await bus.ask(command, idempotency_key="a")
        open_now = True
        await bus.ask(command, idempotency_key="a")

    assert await effects(servers) == ["at last"]


async def test_query_keeps_nothing(servers: Servers, bus: Bus) -> None:
    """A question with a key is answered anew each time."""
    service = Service(name="companies", answers={GetSlot: get})
    query = GetSlot(slot_id=uuid4())
    async with running(service, settings_of(service, servers)):
        await bus.ask(query, idempotency_key="a")
        await bus.ask(query, idempotency_key="a")

    assert await rows(servers, "companies", "select * from idempotency") == []
