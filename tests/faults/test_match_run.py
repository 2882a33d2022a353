"""A kill -9 of the matchmaker in a match of the whole region: it goes on, here or elsewhere, and nothing is half."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from contracts.vocabulary import Role
from deploy.embedded.service import start_service
from tests.faults.killing import Storm, a_storm
from tests.given import a_class_request, a_company, a_school, a_site, a_slot, an_offer, body, numbers, until

pytestmark = [pytest.mark.faults, pytest.mark.slow]

CLASSES = 4
GATE = 47
# The territory that a killed replica had in hand is delivered again after 20 s (deploy/provision.py).
PATIENCE_S = 60
# The academies of the storm's classes.
TERRITORIES = ("montpellier", "toulouse")
# What each stage writes first, so that it is held up there: facts, a territory's solution, a proposal.
GATES = {
    "requested": "insert on match_run_facts",
    "solving": "update on match_shard",
    "sweeping": "insert on visit_proposal",
}


@pytest.fixture
async def storm(disk: Path) -> AsyncIterator[Storm]:
    """A region with classes in two academies, all of them proposed something."""
    async with a_storm(disk / f"match-run-{next(numbers)}") as running:
        coordinator = await running.region.sign_in(Role.COORDINATOR)
        company = await a_company(coordinator)
        for commune in ("32013", "30189"):
            site = await a_site(coordinator, company, commune=commune)
            offer = await an_offer(coordinator, company, site)
            for number in range(CLASSES // 2):
                await a_slot(coordinator, offer, weeks=6 + 2 * number)
                await a_class_request(coordinator, await a_school(running.region, commune=commune))
        yield running


@asynccontextmanager
async def session(storm: Storm) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A session in the matchmaker's schema."""
    connection = await asyncpg.connect(storm.servers.dsn("matchmaker"))
    try:
        yield connection
    finally:
        await connection.close()


async def proposed(connection: "asyncpg.Connection[Any]") -> int:
    return await connection.fetchval("select count(*) from visit_proposal where state = 'proposed'")


async def all_proposed(connection: "asyncpg.Connection[Any]") -> None:
    """Every class has its proposal, and nothing more is due."""

    async def quiet() -> bool:
        due = await connection.fetchval("select count(*) from timer where due_at <= now()")
        return await proposed(connection) == CLASSES and not due

    await until(quiet)


async def test_a_run_outlives_the_process_that_had_it(storm: Storm) -> None:
    """Held up and killed in every stage, one run after the other; each ends, with every proposal or none."""
    coordinator = await storm.region.sign_in(Role.COORDINATOR)
    async with session(storm) as books, session(storm) as gate:
        await all_proposed(books)
        for stage, what in GATES.items():
            # As if they had been lost: only the run can know.
            await books.execute("delete from visit_proposal")
            await hold_up(books, what)
            await gate.execute("select pg_advisory_lock($1)", GATE)
            begun = await coordinator.post("/v1/match-runs")
            run_path = begun.headers["location"]
            await until(lambda: is_held_up(books))
            in_hand = await state_of(books, body(begun, 202)["id"])

            await storm.kill("matchmaker")
            half = await proposed(books)
            await gate.execute("select pg_advisory_unlock($1)", GATE)
            run = await ended(coordinator, run_path)
            await books.execute(f"drop trigger hold_up on {what.rpartition(' ')[2]}")

            assert (in_hand, half) == (stage, 0)
            assert (run["state"], run["visits_proposed"]) == ("completed", CLASSES)
            rows = await books.fetch("select class_request_id, document ->> 'match_run_id' as run from visit_proposal")
            assert len({row["class_request_id"] for row in rows}) == len(rows) == CLASSES
            assert {row["run"] for row in rows} == {run["id"]}

    assert storm.died() == ["matchmaker"] * len(GATES)


async def test_a_lost_replicas_territory_goes_to_one_that_lives(storm: Storm, disk: Path) -> None:
    """Two replicas with a territory each; one is killed and never comes back: the other solves both."""
    coordinator = await storm.region.sign_in(Role.COORDINATOR)
    own = {
        "PASSERELLE_DATABASE_DSN": storm.servers.dsn("matchmaker"),
        "PASSERELLE_NATS_URL": storm.everything.nats.url("matchmaker"),
    }
    lost = await start_service("matchmaker", own, disk / "logs-of-the-lost")
    survivor = storm.everything.services.pid("matchmaker")
    try:
        async with session(storm) as books, session(storm) as gate:
            await all_proposed(books)
            await hold_up(books, GATES["solving"])
            await gate.execute("select pg_advisory_lock($1)", GATE)
            begun = await coordinator.post("/v1/match-runs")

            async def each_has_one() -> bool:
                # One waits at the gate, the other for the run's row, which the first one has.
                return await books.fetchval("select count(*) from pg_locks where not granted") == len(TERRITORIES)

            await until(each_has_one)
            os.kill(lost.pid, signal.SIGKILL)
            await gate.execute("select pg_advisory_unlock($1)", GATE)
            run = await ended(coordinator, begun.headers["location"])

        assert run["state"] == "completed"
        assert [each["shard"] for each in run["shards"]] == sorted(TERRITORIES)
        assert storm.everything.services.pid("matchmaker") == survivor
        assert storm.died() == []
    finally:
        await lost.stop()


async def hold_up(connection: "asyncpg.Connection[Any]", what: str) -> None:
    """Have whoever does that wait for the gate."""
    await connection.execute(
        "create or replace function hold_up() returns trigger language plpgsql as"
        f" $$ begin perform pg_advisory_xact_lock({GATE}); return new; end $$"
    )
    await connection.execute(f"create trigger hold_up before {what} for each row execute function hold_up()")


async def is_held_up(connection: "asyncpg.Connection[Any]") -> bool:
    return await connection.fetchval("select exists (select from pg_locks where objid = $1 and not granted)", GATE)


async def state_of(connection: "asyncpg.Connection[Any]", run_id: str) -> str:
    return await connection.fetchval("select state from match_run where id = $1", run_id)


async def ended(client: Any, run_path: str) -> Any:
    """The run, once it has ended."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = await client.get(run_path)
            if answer.status_code == 200 and answer.json()["state"] in {"completed", "failed"}:
                return answer.json()
            await asyncio.sleep(0.1)
