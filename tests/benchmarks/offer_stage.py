"""Where a new slot is followed until it is proposed: all services, a region of M's size, one company with many sites.

The region is written into the matchmaker's tables, the company into its owner's and into those of the matchmaker.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import msgspec
import psutil

from contracts.caller import SCOPES_OF_ROLE
from contracts.matchmaker.policies import PolicySettings
from contracts.vocabulary import OrganisationKind, Role
from deploy.embedded.process import Process
from services.companies.offers.store import insert_offer
from services.companies.profiles.store import insert_company, insert_site
from services.gateway.auth.rules import hash_secret, write_secret
from services.matchmaker.matching.candidates import find_candidates
from services.matchmaker.matching.inputs import Opening, VisitFacts
from services.matchmaker.matching.tables import build_tables
from tests.benchmarks import region_tables
from tests.benchmarks.bookable import numbered
from tests.benchmarks.front import start_servers, start_services
from tests.benchmarks.regions import invent
from tests.benchmarks.search import KEY_COLUMNS, connected

POLL_S = 0.005
PATIENCE_S = 20
RUN_PATIENCE_S, QUIET_PATIENCE_S, LOOK_S = 300, 120, 1.0
COMPANY_ID = numbered(23, 1)
KEYS = {
    role: write_secret(numbered(24, number), number.to_bytes(32))
    for number, role in enumerate((Role.COMPANY, Role.COORDINATOR))
}


@dataclass
class Stage:
    """What runs, how to reach it, and which slots are still to be opened."""

    processes: dict[str, Process]
    admin: "asyncpg.Pool[asyncpg.Record]"
    company: httpx.AsyncClient
    coordinator: httpx.AsyncClient
    region: VisitFacts
    openings: list[Opening]
    takers: dict[UUID, frozenset[UUID]]
    posted_ms: list[float] = field(default_factory=list)
    missed: int = 0

    def resident_mib(self) -> float:
        """The matchmaker's memory."""
        resident: float = psutil.Process(self.processes["matchmaker"].pid).memory_info().rss / 2**20
        return resident

    async def quiet(self) -> None:
        """Wait until nothing is left to do: what one part leaves behind is not the next one's."""
        async with asyncio.timeout(QUIET_PATIENCE_S):
            seen = None
            while (now := await self.admin.fetchrow(_BUSY)) != seen or now is None or now["left"]:
                seen = now
                await asyncio.sleep(LOOK_S)


_BUSY = """
select (select count(*) from matchmaker.timer where due_at <= now())
    + (select count(*) from matchmaker.outbox where published_at is null)
    + (select count(*) from companies.outbox where published_at is null) as left,
    (select count(*) from gateway.inbox) as gateway, (select count(*) from matchmaker.inbox) as matchmaker
"""


@asynccontextmanager
async def a_stage(folder: Path) -> AsyncIterator[Stage]:
    """Start and fill everything, and stop it when the block ends."""
    region = region_tables.moved_on(invent("M"))
    # The company's are those of another region: some days, groups and places suit nobody who waits. One group each,
    # but where a class may take two: the classes that wait are to last.
    elsewhere = region_tables.moved_on(invent("M", seed=20260213))
    openings = [
        msgspec.structs.replace(each, company_id=COMPANY_ID, groups_free=each.groups_free if each.splitting else 1)
        for each in elsewhere.openings
    ]
    async with AsyncExitStack() as stack:
        servers = await start_servers(folder, stack)
        async with connected(servers.postgres, "matchmaker") as connection:
            await region_tables.fill(connection, region)
            await region_tables.fill_supply(connection, openings)
        async with connected(servers.postgres, "companies") as connection:
            await insert_company(connection, region_tables.company_of(openings[0]))
            for opening in region_tables.offers_in(openings):
                await insert_site(connection, region_tables.site_of(opening))
                await insert_offer(connection, region_tables.offer_of(opening))
        async with connected(servers.postgres, "gateway") as connection:
            await connection.copy_records_to_table("api_key", columns=KEY_COLUMNS, records=_key_rows())
        dsn = servers.postgres.admin_dsn("passerelle")
        admin = await stack.enter_async_context(asyncpg.create_pool(dsn, min_size=2, max_size=4))
        await admin.execute("vacuum analyze")
        names = ("companies", "associations", "matchmaker", "gateway")
        processes, port = await start_services(servers, folder, stack, names)
        company = await stack.enter_async_context(_client(port, KEYS[Role.COMPANY]))
        coordinator = await stack.enter_async_context(_client(port, KEYS[Role.COORDINATOR]))
        yield Stage(processes, admin, company, coordinator, region, openings, takers(region, openings))


def _key_rows() -> list[tuple[object, ...]]:
    holders = {
        Role.COMPANY: (OrganisationKind.COMPANY, COMPANY_ID),
        Role.COORDINATOR: (OrganisationKind.REGION, "occitanie"),
    }
    return [
        (
            numbered(24, number),
            hash_secret(secret),
            role.value,
            holders[role][0].value,
            str(holders[role][1]),
            [scope.value for scope in SCOPES_OF_ROLE[role]],
            region_tables.NOW,
            "bench",
        )
        for number, (role, secret) in enumerate(KEYS.items())
    ]


def _client(port: int, key: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=PATIENCE_S)


async def match_region(stage: Stage) -> None:
    """Have the whole region matched once, and wait for it."""
    answer = await stage.coordinator.post("/v1/match-runs")
    run_id = answer.raise_for_status().json()["id"]
    async with asyncio.timeout(RUN_PATIENCE_S):
        while (state := await stage.admin.fetchval(_RUN_STATE, UUID(run_id))) != "completed":
            if state == "failed":
                raise RuntimeError("the match of the whole region failed; see the log of the matchmaker")
            await asyncio.sleep(POLL_S)


_RUN_STATE = "select state from matchmaker.match_run where id = $1"


def takers(region: VisitFacts, openings: Iterable[Opening]) -> dict[UUID, frozenset[UUID]]:
    """The classes that can take each slot, by the gates; a slot that needs a mediator hangs on more than that."""
    plain = tuple(opening for opening in openings if not opening.needs_mediation)
    tables = build_tables(region.wishes, plain, region.mediations, region.today)
    pairs = find_candidates(tables, (), PolicySettings().weights).pairs
    found: dict[UUID, set[UUID]] = {opening.slot_id: set() for opening in plain}
    for wish, opening in zip(pairs.c.tolist(), pairs.s.tolist(), strict=True):
        found[tables.openings.openings[opening].slot_id].add(tables.wishes.wishes[wish].id)
    return {slot_id: frozenset(wishes) for slot_id, wishes in found.items()}


async def choose(stage: Stage, number: int) -> list[Opening]:
    """Take so many of the openings off, each of which a class can take that has no visit now."""
    waiting = {wish.id for wish in stage.region.wishes}
    waiting -= {row["class_request_id"] for row in await stage.admin.fetch(_SERVED)}
    able = (opening for opening in stage.openings if not waiting.isdisjoint(stage.takers.get(opening.slot_id, ())))
    chosen = list(islice(able, number))
    if len(chosen) < number:
        raise RuntimeError("too few slots are left that a class can take which waits")
    stage.openings = [opening for opening in stage.openings if opening not in chosen]
    return chosen


_SERVED = "select distinct class_request_id from matchmaker.visit_proposal where state in ('proposed', 'accepted')"
