"""Changes are numbered in the order in which they become visible, however many transactions note some at once."""

import asyncio
import random
from datetime import UTC, datetime

import asyncpg
import pytest

from contracts.identifiers import uuid7
from services.database import transaction
from services.gateway.directory.live_store import find_kept, insert_changes, list_changes
from services.gateway.directory.projections import write
from services.gateway.live.hearing_rules import Change
from services.work import Work
from tests.component.gateway.given import until
from tests.component.gateway.resources import a_company

WRITERS = 4
TRANSACTIONS = 25


def a_change(version: int = 1) -> Change:
    """A change of a company."""
    return Change(kind="company", thing_id=uuid7(), version=version, state="approved", public=True)


async def versions(connection) -> list[int]:
    """The changes that somebody sees now, in the order of their numbers."""
    return [change.version for _, change in await list_changes(connection, 0, 100)]


@pytest.mark.parametrize("ends_well", [True, False])
async def test_who_comes_second_gets_its_number_after_the_first_has_ended(pool, ends_well):
    """Nobody sees a change while one with a lower number may still come."""
    async with pool.acquire() as one, pool.acquire() as other, pool.acquire() as reader:
        first, second = one.transaction(), other.transaction()
        await first.start()
        await second.start()
        await insert_changes(one, [a_change(1)])
        waiting = asyncio.create_task(insert_changes(other, [a_change(2), a_change(3)]))

        async def waits() -> bool:
            return bool(
                await reader.fetchval("select count(*) from pg_locks where locktype = 'advisory' and not granted")
            )

        await until(waits)
        before = await versions(reader)
        await (first.commit() if ends_well else first.rollback())
        await waiting
        between = await versions(reader)
        await second.commit()
        after = await versions(reader)

    assert before == []
    assert between == ([1] if ends_well else [])
    assert after == [*between, 2, 3]


async def test_a_reader_who_asks_for_what_comes_next_misses_nothing(pool):
    """While several transactions note changes at once, in any order and some in vain."""
    draw = random.Random(31)
    noted: set[int] = set()
    over = asyncio.Event()

    async def note(writer: int) -> None:
        for turn in range(TRANSACTIONS):
            named = [1000 * writer + 10 * turn + place for place in range(draw.randint(1, 3))]
            async with pool.acquire() as connection:
                given_up = draw.random() < 0.2
                begun = connection.transaction()
                await begun.start()
                await insert_changes(connection, [a_change(version) for version in named])
                await connection.execute("select pg_sleep(0.001)")
                await (begun.rollback() if given_up else begun.commit())
            if not given_up:
                noted.update(named)

    async def read() -> list[int]:
        seen: list[int] = []
        position = 0
        async with pool.acquire() as connection:
            while True:
                last = over.is_set()
                changes = await list_changes(connection, position, 7)
                seen += [change.version for _, change in changes]
                position = changes[-1].number if changes else position
                if last and not changes:
                    return seen

    reading = asyncio.create_task(read())
    await asyncio.gather(*map(note, range(WRITERS)))
    over.set()
    seen = await reading

    assert len(seen) == len(noted)
    assert set(seen) == noted


async def test_followers_that_write_the_same_things_never_wait_for_each_other_in_a_ring(pool):
    """Rows are written first and changes noted last, so that whoever holds the order waits for nobody."""
    companies = [a_company() for _ in range(6)]
    draw = random.Random(32)

    async def follow() -> None:
        for _ in range(TRANSACTIONS):
            async with transaction(pool) as connection:
                work = Work(connection, datetime.now(UTC), "gateway")
                work.gather(write, *draw.sample(companies, 3))
                await work.finish()

    try:
        await asyncio.gather(*(follow() for _ in range(WRITERS)))
    except asyncpg.DeadlockDetectedError:
        pytest.fail("two followers waited for each other")

    async with pool.acquire() as connection:
        assert len(await list_changes(connection, 0, 100)) == len(companies)


async def test_before_anything_has_changed_there_is_nothing_to_miss(pool):
    """Whoever begins at nothing is told nothing."""
    async with pool.acquire() as connection:
        assert await find_kept(connection) == (1, 0)
