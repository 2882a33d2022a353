"""PostgreSQL or NATS away or frozen: 'unavailable' in good time, back without a restart, nothing lost or doubled."""

import asyncio
import gc
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from contracts.companies.slots import MoveSlot, Slot
from contracts.errors import PasserelleError, RequestRefused, Unavailable
from contracts.operations import ListDeadLetters
from deploy.choreography import durables_of
from deploy.embedded.nats import start_nats
from deploy.embedded.postgres import start_postgres
from deploy.postgres.provision import DATABASE, provision_database
from deploy.provision import provision_streams
from services.bus import Bus, connect
from services.database import migrate
from services.runtime import Service, running
from services.work import Work
from tests.component.plumbing.toys import (
    COMPANIES,
    MATCHMAKER,
    SCHEMA,
    close,
    effects,
    move,
    settings_of,
    until,
    until_effects,
)
from tests.conftest import Servers

pytestmark = [pytest.mark.faults, pytest.mark.slow]


class Breakable:
    """Servers of one test's own, which it may stop, freeze and start again."""

    def __init__(self, folder: Path, servers: Servers) -> None:
        self.folder = folder
        self.servers = servers

    async def stop_postgres(self) -> None:
        """Away: connections are cut and refused."""
        await self.servers.postgres.stop()

    async def start_postgres(self) -> None:
        """Back on the same socket."""
        self._replace(postgres=await start_postgres(self.folder, durable=False))

    async def kill_nats(self) -> None:
        """Away without a word."""
        os.kill(self.servers.nats.process.pid, signal.SIGKILL)
        await self.servers.nats.process.wait()

    async def start_nats(self) -> None:
        """Back on the same port."""
        self._replace(nats=await start_nats(self.folder, self.servers.nats.port))

    def freeze(self, pid: int, *, frozen: bool) -> None:
        """Stop a server and all its processes in their tracks, or let them go on."""
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            one.suspend() if frozen else one.resume()

    def _replace(self, **changed: object) -> None:
        kept = {"postgres": self.servers.postgres, "database": self.servers.database, "nats": self.servers.nats}
        self.servers = Servers(**(kept | changed))


@pytest.fixture
async def breakable(tmp_path: Path) -> AsyncIterator[Breakable]:
    """Both servers, with room for the toys' effects."""
    postgres, nats = await start_postgres(tmp_path, durable=False), await start_nats(tmp_path)
    await provision_database(postgres.admin_dsn(), postgres.passwords)
    for service in (COMPANIES, MATCHMAKER):
        await migrate(postgres.dsn(service.name), service.name)
        connection = await asyncpg.connect(postgres.dsn(service.name))
        await connection.execute(SCHEMA)
        await connection.close()
    await provision_streams(nats.url("provision"), durables_of([COMPANIES, MATCHMAKER]))
    own = Breakable(tmp_path, Servers(postgres, DATABASE, nats))
    yield own
    await own.servers.nats.stop()
    await own.servers.postgres.stop()


@pytest.fixture
async def bus(breakable: Breakable) -> AsyncIterator[Bus]:
    """The bus as the gateway has it."""
    client = await connect(breakable.servers.nats_url("gateway"), "gateway")
    yield Bus(client)
    await client.close()


async def refused_within(seconds: float, bus: Bus, command: MoveSlot, timeout_s: float = 5) -> str:
    """Which part is said to be away, in good time."""
    began = time.monotonic()
    with pytest.raises((Unavailable, RequestRefused)) as refused:
        await bus.ask(command, timeout_s=timeout_s)
    assert time.monotonic() - began < seconds
    problem = refused.value.problem
    assert problem.slug == "unavailable"
    return str(problem.facts["part"])


async def until_answered(bus: Bus, command: MoveSlot, key: str = "") -> Slot:
    """The answer, once the system is back; only 'unavailable' is heard until then."""
    heard = set()

    async def answered() -> Slot | None:
        try:
            return await bus.ask(command, idempotency_key=key)
        except PasserelleError as error:
            heard.add(error.problem.slug)
            return None

    answer = await until(answered, 30)
    assert heard <= {"unavailable"}
    return answer


async def test_database_that_is_away_is_waited_for(breakable: Breakable, bus: Bus) -> None:
    """Requests hear it at once; events stay in hand for longer than they would be delivered; then all is done once."""
    servers = breakable.servers
    async with (
        running(COMPANIES, settings_of(COMPANIES, servers)) as companies,
        running(MATCHMAKER, settings_of(MATCHMAKER, servers)) as matchmaker,
    ):
        await bus.ask(move("before"))
        await until_effects(servers, "matchmaker", 1)
        await breakable.stop_postgres()

        parts = {await refused_within(2, bus, move("meanwhile")) for _ in range(3)}
        await asyncio.sleep(4)
        await breakable.start_postgres()
        await until_answered(bus, move("after"))
        heard = await until_effects(servers, "matchmaker", 2)
        letters = await bus.ask(ListDeadLetters(), service="matchmaker")

        assert not companies.failed.done()
        assert not matchmaker.failed.done()

    assert parts == {"PostgreSQL"}
    assert await effects(servers) == ["before", "after"]
    assert heard == ["before", "after"]
    assert letters == ()


async def test_event_in_hand_outlives_an_outage_of_its_database(breakable: Breakable, bus: Bus) -> None:
    """An event whose handler loses the database is handled by the same process once it is back, and once only."""
    reached, tries = asyncio.Event(), 0

    async def lose_database(event: object, work: Work) -> None:
        nonlocal tries
        tries += 1
        await work.connection.execute("insert into effect (what) values ('heard')")
        if tries == 1:
            reached.set()
            await work.connection.execute("select pg_sleep(60)")

    follower = Service(name="matchmaker", follows=dict.fromkeys(MATCHMAKER.follows, lose_database))
    servers = breakable.servers
    async with (
        running(COMPANIES, settings_of(COMPANIES, servers)),
        running(follower, settings_of(follower, servers)),
    ):
        await bus.ask(move())
        await reached.wait()
        await breakable.stop_postgres()
        await asyncio.sleep(1)
        await breakable.start_postgres()
        heard = await until_effects(servers, "matchmaker", 1)

    assert heard == ["heard"]
    assert tries == 2


async def test_frozen_database_is_given_up_at_the_deadline(breakable: Breakable, bus: Bus) -> None:
    """Who asks hears it in time; what was not committed by then does not happen when it thaws."""
    servers = breakable.servers
    async with running(COMPANIES, settings_of(COMPANIES, servers)):
        await bus.ask(move("before"))
        breakable.freeze(servers.postgres.process.pid, frozen=True)

        await refused_within(3, bus, move("frozen"), timeout_s=1)
        breakable.freeze(servers.postgres.process.pid, frozen=False)
        await until_answered(bus, move("after"))

    assert await effects(servers) == ["before", "after"]


async def test_broker_that_is_away_is_waited_for(breakable: Breakable, bus: Bus) -> None:
    """Who asks hears it at once; both sides come back by themselves, and what was committed is told."""
    servers = breakable.servers
    async with (
        running(COMPANIES, settings_of(COMPANIES, servers)) as companies,
        running(MATCHMAKER, settings_of(MATCHMAKER, servers)) as matchmaker,
    ):
        await bus.ask(move("before"))
        await until_effects(servers, "matchmaker", 1)
        await breakable.kill_nats()
        while bus.nats.is_connected:
            await asyncio.sleep(0.01)

        part = await refused_within(1, bus, move("meanwhile"))
        await breakable.start_nats()
        await until_answered(bus, move("after"))
        heard = await until_effects(servers, "matchmaker", 2)

        assert not companies.failed.done()
        assert not matchmaker.failed.done()

    assert part == "NATS"
    assert heard == ["before", "after"]


async def test_answer_that_was_lost_is_given_to_who_asks_again(breakable: Breakable, bus: Bus) -> None:
    """The broker dies while a command is at work: it is done once, and its key brings the answer later."""
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def outlive(request: MoveSlot, work: Work) -> Slot:
        closed = await close(request, work)
        reached.set()
        await go_on.wait()
        return closed

    service = Service(name="companies", answers={MoveSlot: outlive})
    servers = breakable.servers
    command = move("once")
    async with running(service, settings_of(service, servers)):
        asked = asyncio.create_task(bus.ask(command, idempotency_key="k", timeout_s=30))
        await reached.wait()
        await breakable.kill_nats()
        go_on.set()
        await until_effects(servers, "companies", 1)
        asked.cancel()
        await breakable.start_nats()
        answer = await until_answered(bus, command, "k")

    assert answer.reason == "once"
    assert await effects(servers) == ["once"]


# The client library leaves its attempts to reach a frozen broker to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_frozen_broker_is_noticed_and_found_again(breakable: Breakable, bus: Bus) -> None:
    """A connection that is silent is given up at the time limit, and works once the broker thaws."""
    servers = breakable.servers
    async with running(COMPANIES, settings_of(COMPANIES, servers)) as alive:
        await bus.ask(move("before"))
        breakable.freeze(servers.nats.process.pid, frozen=True)

        await refused_within(3, bus, move("frozen"), timeout_s=1)
        await asyncio.sleep(8)
        breakable.freeze(servers.nats.process.pid, frozen=False)
        await until_answered(bus, move("after"))

        assert not alive.failed.done()
    gc.collect()

    # The frozen request had been sent: whether it was done is for its key to say, and twice it was not.
    assert [what for what in await effects(servers) if what != "frozen"] == ["before", "after"]
    assert (await effects(servers)).count("frozen") <= 1


async def test_forbidden_subject_ends_the_process(breakable: Breakable) -> None:
    """What the broker does not allow is a fault of the deployment: no service goes on half deaf."""
    wrong_user = settings_of(COMPANIES, breakable.servers)
    wrong_user = type(wrong_user)(
        database_dsn=wrong_user.database_dsn, nats_url=breakable.servers.nats_url("associations")
    )
    async with running(COMPANIES, wrong_user) as alive, asyncio.timeout(10):
        reason = await alive.failed

    assert "permissions violation" in reason.lower()
