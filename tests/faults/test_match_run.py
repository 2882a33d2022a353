"""A kill -9 of the matchmaker in each stage of a match of the whole region: it goes on, nothing is published half."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from contracts.vocabulary import Role
from tests.faults.killing import Storm, a_storm
from tests.given import a_class_request, a_company, a_school, a_site, a_slot, an_offer, body, until

pytestmark = [pytest.mark.faults, pytest.mark.slow]

CLASSES = 4
GATE = 47
# The territory that a killed replica had in hand is delivered again after 20 s (deploy/provision.py).
PATIENCE_S = 60
# What each stage writes first, so that it is held up there: facts, a territory's solution, a proposal.
GATES = {
    "requested": "insert on match_run_facts",
    "solving": "update on match_shard",
    "sweeping": "insert on visit_proposal",
}


@pytest.fixture
async def storm(disk: Path) -> AsyncIterator[Storm]:
    """A region with classes in two academies, all of them proposed something."""
    async with a_storm(disk / "match-run") as running:
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


async def test_a_run_outlives_the_process_that_had_it(storm: Storm) -> None:
    """Held up and killed in every stage, one run after the other; each ends, with every proposal or none."""
    coordinator = await storm.region.sign_in(Role.COORDINATOR)
    async with session(storm) as books, session(storm) as gate:

        async def all_proposed() -> bool:
            due = await books.fetchval("select count(*) from timer where due_at <= now()")
            return await proposed(books) == CLASSES and not due

        await until(all_proposed)
        await books.execute(
            "create function hold_up() returns trigger language plpgsql as"
            f" $$ begin perform pg_advisory_xact_lock({GATE}); return new; end $$"
        )
        for stage, what in GATES.items():
            # As if they had been lost: only the run can know.
            await books.execute("delete from visit_proposal")
            await books.execute(f"create trigger hold_up before {what} for each row execute function hold_up()")
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
