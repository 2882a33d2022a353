"""The demo region against services at work: every command is accepted, and loading again changes nothing."""

from datetime import UTC, datetime

import asyncpg
import pytest

from deploy.demo.load import LoadFailed, load
from deploy.demo.region import make_region
from tests.conftest import Servers
from tests.given import a_region

TODAY = datetime.now(UTC).date()


async def announced(servers: Servers) -> dict[str, int]:
    """How many events of things that the loading makes each service has announced."""
    found = {}
    for service in ("companies", "associations", "matchmaker"):
        connection = await asyncpg.connect(servers.dsn(service))
        query = "select count(*) from outbox where subject !~ 'proposal|match-run'"
        found[service] = await connection.fetchval(query)
        await connection.close()
    return found


@pytest.mark.slow
async def test_the_region_loads_once(servers: Servers):
    """Its counts are as told, phase by phase; what is sent twice has one effect, so that it may be cut short."""
    region = make_region(TODAY)
    heard: list[tuple[str, int, int]] = []

    async with a_region(servers) as running:
        first = await load(region, running.bus, lambda *progress: heard.append(progress))
        before = await announced(servers)
        second = await load(region, running.bus, lambda *_: None)

        assert second == first
        assert await announced(servers) == before
    assert (first.companies, first.associations, first.schools) == (43, 25, 120)
    phases = list(dict.fromkeys(phase for phase, _, _ in heard))
    assert len(phases) == 4
    assert all((phase, total, total) in heard for phase, _, total in heard)


async def test_a_refused_part_is_named(servers: Servers):
    """One sentence says which company the service did not take."""
    async with a_region(servers) as running:
        await load(make_region(TODAY), running.bus, lambda *_: None)

        with pytest.raises(LoadFailed, match="of the demo region was not loaded"):
            await load(make_region(TODAY, seed=7), running.bus, lambda *_: None)
