"""What recurs by the calendar: each slot once, also those that came while nobody ran; and what it tidies up."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg

from services.runtime import Service, running
from services.schedule import Job
from services.work import Work
from tests.component.plumbing.toys import effects, note, rows, settings_of, until, until_effects
from tests.conftest import Servers

EVERY_MINUTE = "* * * * *"
NIGHTLY = "30 2 * * *"


async def tidy(work: Work) -> None:
    """The toys' recurring job."""
    await note(work, "tidied")


def scheduled(crontab: str) -> Service:
    """A service with one recurring job."""
    return Service(name="companies", schedule={crontab: tidy})


async def seen(servers: Servers, crontab: str, ago: timedelta) -> None:
    """Remember that the job's slot was that long ago."""
    job = Job(crontab, tidy)
    await rows(servers, "companies", "insert into job_run values ($1, $2)", job.name, datetime.now(UTC) - ago)


async def test_slots_missed_while_nobody_ran_are_made_up_for_once(servers: Servers) -> None:
    """After three nights of outage two replicas start, and the job runs once."""
    await seen(servers, NIGHTLY, timedelta(days=3))
    service = scheduled(NIGHTLY)
    async with running(service, settings_of(service, servers)), running(service, settings_of(service, servers)):
        await until_effects(servers, "companies", 1)
    async with running(service, settings_of(service, servers)):
        await asyncio.sleep(0.3)

    assert await effects(servers) == ["tidied"]


async def test_job_that_is_new_waits_for_its_slot(servers: Servers) -> None:
    """The first start ever makes up for nothing, since nothing was missed; it remembers where it began."""
    service = scheduled(NIGHTLY)
    async with running(service, settings_of(service, servers)):

        async def remembered() -> list[asyncpg.Record]:
            return await rows(servers, "companies", "select from job_run where job = $1", Job(NIGHTLY, tidy).name)

        await until(remembered)

    assert await effects(servers) == []
    assert await rows(servers, "companies", "select from timer") == []


async def test_job_that_fails_is_tried_again_like_any_timer(servers: Servers) -> None:
    """A slot is not lost by one failure."""
    attempts = 0

    async def tidy(work: Work) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise RuntimeError("not yet")
        await note(work, "tidied")

    await seen(servers, NIGHTLY, timedelta(days=1, hours=1))
    service = Service(name="companies", schedule={NIGHTLY: tidy})
    async with running(service, settings_of(service, servers)):
        await until_effects(servers, "companies", 1)

    assert attempts == 2


async def test_old_rows_of_the_plumbing_are_forgotten(servers: Servers) -> None:
    """What no repeated request or late event can need goes; what tells of missed slots stays."""
    await rows(
        servers,
        "companies",
        "insert into idempotency (caller, key, request_hash, answer, created_at)"
        " values ('a', 'old', '', '', now() - interval '8 days'), ('a', 'new', '', '', now())",
    )
    await rows(servers, "companies", "insert into inbox values ('old', now() - interval '61 days'), ('new', now())")
    await rows(
        servers,
        "companies",
        "insert into job_run values ('j', now() - interval '99 days'), ('j', now() - interval '98 days'),"
        " ('17 4 * * * forget_old_rows', now() - interval '2 days')",
    )
    service = Service(name="companies")
    async with running(service, settings_of(service, servers)):

        async def forgotten() -> bool:
            return len(await rows(servers, "companies", "select from inbox")) == 1

        await until(forgotten)

    assert [row["key"] for row in await rows(servers, "companies", "select key from idempotency")] == ["new"]
    assert len(await rows(servers, "companies", "select from job_run where job = 'j'")) == 1
