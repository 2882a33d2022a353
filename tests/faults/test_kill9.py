"""A kill -9 of every process in the middle of the main job, one after the other: nothing is lost, nothing doubled."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from deploy.embedded.everything import LOOPBACK, Everything, run_everything
from deploy.permissions import SERVICES
from deploy.postgres.provision import DATABASE
from services.bus import Bus, connect
from tests.conftest import Servers
from tests.faults.books import OWNERS, Books, per_thing
from tests.faults.people import Acknowledged, at_work
from tests.given import Region

pytestmark = [pytest.mark.faults, pytest.mark.slow]

VICTIMS = ("gateway", "companies", "associations", "matchmaker", "nats", "postgres")
PATIENCE_S = 45
# What has to go on after each kill before the next one: new writes of every kind, and what follows from them.
PROGRESS = {"slot": 15, "class_request": 8, "acceptance": 4, "capacity": 2}


@dataclass
class Aftermath:
    """What was acknowledged through the storm, what is kept, and what was told at the terminal."""

    acknowledged: Acknowledged
    books: Books
    told: list[str]


def pid_of(victim: str, everything: Everything) -> int:
    """The process that runs now."""
    servers = {"nats": everything.nats, "postgres": everything.postgres}
    return servers[victim].process.pid if victim in servers else everything.services.pid(victim)


async def progress(acknowledged: Acknowledged, wanted: dict[str, int]) -> None:
    """Wait until so many more of each kind are acknowledged."""
    goal = {kind: acknowledged.count(kind) + more for kind, more in wanted.items()}

    def missing() -> dict[str, int]:
        return {kind: goal[kind] - acknowledged.count(kind) for kind in goal if acknowledged.count(kind) < goal[kind]}

    try:
        async with asyncio.timeout(PATIENCE_S):
            while missing():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"nothing goes on: {missing()} more were to be acknowledged") from None


async def until_told(told: list[str], sentence: str) -> None:
    """Wait until it was said at the terminal."""
    async with asyncio.timeout(PATIENCE_S):
        while sentence not in told:
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
async def aftermath(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aftermath]:
    """The whole system, durable and supervised, after the storm and at rest again."""
    told: list[str] = []
    say: Callable[[str], None] = told.append
    async with run_everything(tmp_path_factory.mktemp("storm") / "data", LOOPBACK, 0, say) as everything:
        servers = Servers(everything.postgres, DATABASE, everything.nats)
        operator = await connect(everything.nats.url("operator"), "operator")
        region = Region(everything.http_url, servers, Bus(operator))
        async with at_work(region) as acknowledged:
            await progress(acknowledged, PROGRESS)
            for victim in VICTIMS:
                os.kill(pid_of(victim, everything), signal.SIGKILL)
                await until_told(told, f"{victim} is ready again.")
                await progress(acknowledged, PROGRESS)
        for client in region.clients:
            await client.aclose()
        await operator.close()
        books = Books(servers)
        await books.until_quiet()
        yield Aftermath(acknowledged, books, told)


async def test_every_process_died_and_came_back_once(aftermath: Aftermath) -> None:
    """The storm was one: each was killed, and nothing else died with it."""
    died = [sentence.split()[0] for sentence in aftermath.told if " died (" in sentence]

    assert died == list(VICTIMS)
    assert all(f"{victim} died (signal SIGKILL)" in " ".join(aftermath.told) for victim in VICTIMS)


@pytest.mark.parametrize("kind", ["slot", "job_need", "class_request", "capacity"])
async def test_acknowledged_writes_exist_exactly_once(aftermath: Aftermath, kind: str) -> None:
    """Each that was acknowledged is kept by its owner, and there is no other: no retry made a second one."""
    kept = [thing for thing, _ in (await aftermath.books.versions(kind)).elements()]

    assert aftermath.acknowledged.count(kind) > len(VICTIMS)
    assert sorted(kept) == sorted(aftermath.acknowledged.ids(kind))


@pytest.mark.parametrize("service", SERVICES)
async def test_stream_tells_what_was_recorded(aftermath: Aftermath, service: str) -> None:
    """Every event of the outbox is in the stream once, and each thing's versions in order."""
    recorded, told = await aftermath.books.outbox(service), await aftermath.books.stream(service)

    assert sorted(event.event_id for event in told) == sorted(event.event_id for event in recorded)
    assert per_thing(told) == per_thing(recorded)
    assert all(versions == sorted(versions) for versions in per_thing(told).values())


@pytest.mark.parametrize("kind", OWNERS)
async def test_directory_shows_what_owners_keep(aftermath: Aftermath, kind: str) -> None:
    """Every thing in its last version, and nothing else."""
    assert await aftermath.books.shown(kind) == await aftermath.books.versions(kind)


async def test_no_slot_is_over_its_capacity(aftermath: Aftermath) -> None:
    """The live bookings of each slot are as many as it counts, and no more than its groups."""
    assert await aftermath.books.overbooked() == []


async def test_accepted_proposal_is_one_booking_or_says_why_not(aftermath: Aftermath) -> None:
    """None is left waiting; a booked one has its one booking, any other its reason."""
    proposals = await aftermath.books.proposals()
    bookings = await aftermath.books.bookings_of_proposals()
    accepted = set(aftermath.acknowledged.ids("acceptance"))
    booked = {proposal_id for proposal_id in accepted if proposals[proposal_id].state == "booked"}

    assert booked
    assert {proposal_id: [(str(proposals[proposal_id].booking_id), "confirmed")] for proposal_id in booked} == {
        proposal_id: bookings.get(proposal_id, []) for proposal_id in booked
    }
    for proposal_id in accepted - booked:
        assert proposals[proposal_id].state == "withdrawn"
        assert proposals[proposal_id].why
    assert all(len(made) == 1 for made in bookings.values())
    assert [proposal for proposal in proposals.values() if proposal.state == "accepted"] == []


async def test_agreed_proposal_is_one_partnership(aftermath: Aftermath) -> None:
    """Where both sides accepted, there is the one partnership; where not, there is none."""
    agreed = await aftermath.books.agreed()

    assert agreed
    assert await aftermath.books.partnerships() == dict.fromkeys(agreed, 1)


async def test_nothing_was_given_up(aftermath: Aftermath) -> None:
    """An outage is nobody's fault: no event and no timer became a dead letter."""
    assert await aftermath.books.dead_letters() == []
