"""A kill -9 of every process in the middle of the main job, one after the other: nothing is lost, nothing doubled."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.machines import LIVE_BOOKING_STATES
from contracts.matchmaker.proposals import VisitProposal
from contracts.message import decoder_of
from deploy.verify.audit import Outcome
from tests.faults.books import NAMES, audited, lost, rows, versions, wrong
from tests.faults.crowd import a_crowd
from tests.faults.killing import Storm, a_storm, progress
from tests.faults.people import Acknowledged, at_work

pytestmark = [pytest.mark.faults, pytest.mark.slow]

VICTIMS = ("gateway", "companies", "associations", "matchmaker", "nats", "postgres")
# What has to go on after each kill before the next one: new writes of every kind, and what follows from them.
PROGRESS = {
    "slot": 15,
    "class_request": 8,
    "acceptance": 4,
    "capacity": 2,
    "intervention": 1,
    "account": 4,
    "booked": 4,
    "waited": 4,
    "accepted": 2,
    "cancelled": 4,
    "rescheduled": 2,
    "confirm": 1,
    "approve": 1,
}


@dataclass
class Aftermath:
    """What was acknowledged through the storm, what is kept of it, and what an audit finds."""

    storm: Storm
    acknowledged: Acknowledged
    outcomes: dict[str, Outcome]


@pytest.fixture(scope="module")
async def aftermath(disk: Path) -> AsyncIterator[Aftermath]:
    """The whole system after the storm and at rest again."""
    async with a_storm(disk / "data") as storm:
        async with at_work(storm.region) as acknowledged, a_crowd(storm.region, acknowledged, schools=2, groups=1):
            await progress(acknowledged, PROGRESS)
            for victim in VICTIMS:
                await storm.kill(victim)
                await progress(acknowledged, PROGRESS)
        yield Aftermath(storm, acknowledged, await audited(storm.servers))


async def test_every_process_died_and_came_back_once(aftermath: Aftermath) -> None:
    """The storm was one: each was killed, and nothing else died with it."""
    died = [sentence.split()[0] for sentence in aftermath.storm.told if " died (" in sentence]

    assert died == list(VICTIMS)
    assert aftermath.storm.died() == died


@pytest.mark.parametrize("name", NAMES)
async def test_invariant_holds(aftermath: Aftermath, name: str) -> None:
    """As `passerelle verify` sees it."""
    assert wrong(aftermath.outcomes[name]) == []


@pytest.mark.parametrize("kind", ["slot", "job_need", "class_request", "capacity"])
async def test_acknowledged_writes_exist_exactly_once(aftermath: Aftermath, kind: str) -> None:
    """Each that was acknowledged is kept by its owner, and there is no other: no retry made a second one."""
    # For a visit that fell through the matchmaker makes a wish by itself.
    by_people = "replaces_booking_id is null" if kind == "class_request" else "true"
    kept = await versions(aftermath.storm.servers, kind, by_people)

    assert aftermath.acknowledged.count(kind) > len(VICTIMS)
    assert sorted(kept) == sorted(aftermath.acknowledged.ids(kind))


async def test_acknowledged_accounts_exist_exactly_once(aftermath: Aftermath) -> None:
    """Those are the gateway's own, which answers a repeated request by itself."""
    found = await rows(aftermath.storm.servers, "gateway", "select id from account")

    assert aftermath.acknowledged.count("account") > len(VICTIMS)
    assert sorted(str(row["id"]) for row in found) == sorted(aftermath.acknowledged.ids("account"))


@pytest.mark.parametrize(("kind", "table"), [("change", "booking"), ("intervention", "intervention")])
async def test_acknowledged_changes_are_kept(aftermath: Aftermath, kind: str, table: str) -> None:
    """At least as far as they were acknowledged."""
    kept = await versions(aftermath.storm.servers, table)

    assert aftermath.acknowledged.count(kind) > len(VICTIMS)
    assert lost(aftermath.acknowledged.answers[kind], kept) == {}


async def test_accepted_proposal_is_one_booking_or_says_why_not(aftermath: Aftermath) -> None:
    """None is left waiting; a booked one has its one booking, any other its reason."""
    servers = aftermath.storm.servers
    found = await rows(servers, "matchmaker", "select document from visit_proposal")
    proposals = {str(one.id): one for one in (decoder_of(VisitProposal).decode(row["document"]) for row in found)}
    made = await rows(servers, "companies", "select proposal_id, id, state from booking where proposal_id is not null")
    live = {str(row["proposal_id"]): row["id"] for row in made if row["state"] in LIVE_BOOKING_STATES}
    accepted = set(aftermath.acknowledged.ids("acceptance"))
    booked = {one for one in accepted if proposals[one].state == "booked"}

    assert booked
    assert {one: live.get(one) for one in booked} == {one: proposals[one].booking_id for one in booked}
    for one in accepted - booked:
        assert proposals[one].state == "withdrawn"
        assert proposals[one].why
    assert len({row["proposal_id"] for row in made}) == len(made)


async def test_both_sides_agreed_on_something(aftermath: Aftermath) -> None:
    """There are partnerships, and visits with a mediator, about which the invariants say something."""
    assert aftermath.outcomes["partnerships"].counted
    assert aftermath.outcomes["mediators"].counted
