"""Sixty-four classes on three slots while every process dies: all invariants hold, and nothing acknowledged is lost."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.verify.audit import Outcome, Verdict
from tests.faults.books import NAMES, audited, audited_at_work, lost, versions, wrong
from tests.faults.crowd import a_crowd
from tests.faults.killing import Storm, a_storm, progress
from tests.faults.people import Acknowledged

pytestmark = [pytest.mark.faults, pytest.mark.slow]

# The relay dies with its service.
VICTIMS = ("companies", "gateway", "nats", "postgres", "companies")
# What has to go on after each kill before the next one.
PROGRESS = {"change": 350, "waited": 30, "accepted": 10, "cancelled": 30, "rescheduled": 10, "confirm": 1, "approve": 2}


@dataclass
class Aftermath:
    """What was acknowledged, what is kept of it, and what an audit finds."""

    storm: Storm
    acknowledged: Acknowledged
    kept: dict[str, int]
    outcomes: dict[str, Outcome]
    # What an audit had found while all were at work.
    at_work: dict[str, Outcome]


@pytest.fixture(scope="module")
async def aftermath(disk: Path) -> AsyncIterator[Aftermath]:
    """All of it at rest again."""
    async with a_storm(disk / "data") as storm:
        acknowledged = Acknowledged()
        async with a_crowd(storm.region, acknowledged):
            await progress(acknowledged, PROGRESS)
            for victim in VICTIMS:
                await storm.kill(victim)
                await progress(acknowledged, PROGRESS)
            at_work = await audited_at_work(storm.servers)
        outcomes = await audited(storm.servers)
        yield Aftermath(storm, acknowledged, await versions(storm.servers, "booking"), outcomes, at_work)


async def test_it_was_a_storm(aftermath: Aftermath) -> None:
    """Everybody who was to be killed died, and thousands of changes were made all the same."""
    assert aftermath.storm.died() == list(VICTIMS)
    assert aftermath.acknowledged.count("change") > 2000


@pytest.mark.parametrize("name", NAMES)
async def test_invariant_holds(aftermath: Aftermath, name: str) -> None:
    """As `passerelle verify` sees it."""
    assert wrong(aftermath.outcomes[name]) == []


async def test_what_is_on_its_way_is_no_violation(aftermath: Aftermath) -> None:
    """An audit in the middle of the work found nothing wrong either."""
    broken = [outcome for outcome in aftermath.at_work.values() if outcome.verdict is Verdict.BROKEN]

    assert broken == []


async def test_every_acknowledged_booking_is_kept(aftermath: Aftermath) -> None:
    """At least as far as it was acknowledged."""
    assert lost(aftermath.acknowledged.answers["change"], aftermath.kept) == {}


async def test_no_write_was_done_twice(aftermath: Aftermath) -> None:
    """However often it was sent: there is no booking that nobody was told of."""
    begun = [one for kind in ("booked", "waited", "rescheduled") for one in aftermath.acknowledged.ids(kind)]

    assert len(begun) == len(set(begun))
    assert set(aftermath.kept) == set(begun)


async def test_it_was_close(aftermath: Aftermath) -> None:
    """Many more wanted to come than could: they were told that all is taken, and that they may wait."""
    full = [refused for refused in aftermath.acknowledged.answers["refused"] if refused["slug"] == "slot-full"]

    assert full
    assert all(refused["allowed_actions"] == ["wait"] for refused in full)
