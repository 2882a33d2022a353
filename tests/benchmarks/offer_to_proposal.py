"""From a company's new slot to the proposals that it brings, with a region of M's size standing, through all services.

The region is written into the matchmaker's tables and matched once, so that proposals stand. Then one company with
many sites opens slots over HTTP, each where a class waits that can take it by the facts. The clock runs from before
the request is sent until the proposal is committed in the matchmaker's database, asked every few ms; it is judged by
the median of rounds, of each of which the worst sample of a hundred counts.
`python -m tests.benchmarks.offer_to_proposal` measures one round, for development.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
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
from tests.benchmarks.figures import Figure, informative, judged, median, quantile
from tests.benchmarks.front import start_servers, start_services
from tests.benchmarks.regions import invent
from tests.benchmarks.search import KEY_COLUMNS, connected

SAMPLES, ROUNDS, TOGETHER = 100, 3, 20
POLL_S = 0.005
PATIENCE_S = 20
RUN_PATIENCE_S, QUIET_PATIENCE_S, LOOK_S = 300, 120, 1.0
COMPANY_ID = numbered(23, 1)
# So many openings of another region of the same size are the company's: some days, groups and places suit nobody.
STOCK = 3_000
KEYS = {
    role: write_secret(numbered(24, number), number.to_bytes(32))
    for number, role in enumerate((Role.COMPANY, Role.COORDINATOR))
}


@dataclass
class Stage:
    """What runs, how to reach it, and which slots are still to be opened."""

    processes: dict[str, Process]
    admin: "asyncpg.Connection[asyncpg.Record]"
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
    openings = region_tables.moved_on(invent("M", seed=20260213)).openings[:STOCK]
    openings = tuple(msgspec.structs.replace(each, company_id=COMPANY_ID) for each in openings)
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
        admin = await asyncpg.connect(servers.postgres.admin_dsn("passerelle"))
        stack.push_async_callback(admin.close)
        await admin.execute("vacuum analyze")
        names = ("companies", "associations", "matchmaker", "gateway")
        processes, port = await start_services(servers, folder, stack, names)
        company = await stack.enter_async_context(_client(port, KEYS[Role.COMPANY]))
        coordinator = await stack.enter_async_context(_client(port, KEYS[Role.COORDINATOR]))
        yield Stage(processes, admin, company, coordinator, region, list(openings), takers(region, openings))


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


def takers(region: VisitFacts, openings: tuple[Opening, ...]) -> dict[UUID, frozenset[UUID]]:
    """The classes that can take each slot, by the gates; a slot that needs a mediator hangs on more than that."""
    plain = tuple(opening for opening in openings if not opening.needs_mediation)
    tables = build_tables(region.wishes, plain, region.mediations, region.today)
    pairs = find_candidates(tables, (), PolicySettings().weights).pairs
    found: dict[UUID, set[UUID]] = {opening.slot_id: set() for opening in plain}
    for wish, opening in zip(pairs.c.tolist(), pairs.s.tolist(), strict=True):
        found[tables.openings.openings[opening].slot_id].add(tables.wishes.wishes[wish].id)
    return {slot_id: frozenset(wishes) for slot_id, wishes in found.items()}


async def choose(stage: Stage, number: int) -> list[Opening]:
    """Take so many of the openings off, each of which a class can take that has no visit now, each another class."""
    waiting = {wish.id for wish in stage.region.wishes}
    waiting -= {row["class_request_id"] for row in await stage.admin.fetch(_SERVED)}
    chosen = []
    for opening in stage.openings:
        if len(chosen) < number and (able := stage.takers.get(opening.slot_id, frozenset()) & waiting):
            waiting.remove(min(able))
            chosen.append(opening)
    if len(chosen) < number:
        raise RuntimeError("too few slots that a waiting class can take: raise STOCK")
    stage.openings = [opening for opening in stage.openings if opening not in chosen]
    return chosen


_SERVED = "select distinct class_request_id from matchmaker.visit_proposal where state in ('proposed', 'accepted')"


async def open_slots(stage: Stage, number: int) -> float:
    """Open so many slots at once; how long until what they bring is committed, in ms."""
    openings = await choose(stage, number)
    began = time.perf_counter()
    waited_for = set(await asyncio.gather(*(_open_slot(stage, opening) for opening in openings)))
    while waited_for:
        waited_for -= {row["slot_id"] for row in await stage.admin.fetch(_PROPOSED, list(waited_for))}
        # Whoever has waited so long is counted as that, and shows in the figure.
        if time.perf_counter() - began > PATIENCE_S:
            stage.missed += len(waited_for)
            break
        if waited_for:
            await asyncio.sleep(POLL_S)
    return (time.perf_counter() - began) * 1000


_PROPOSED = "select slot_id from matchmaker.visit_proposal where slot_id = any($1::uuid[])"


async def _open_slot(stage: Stage, opening: Opening) -> UUID:
    slot = region_tables.slot_of(opening)
    new = {
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "groups": slot.groups,
        "pupils_per_group": slot.pupils_per_group,
    }
    began = time.perf_counter()
    answer = await stage.company.post(f"/v1/visit-offers/{opening.offer_id}/slots", json=new)
    stage.posted_ms.append((time.perf_counter() - began) * 1000)
    return UUID(answer.raise_for_status().json()["id"])


async def turns_ms(stage: Stage) -> dict[str, list[float]]:
    """What the turns that moved something say of themselves: how long they loaded, solved and stored."""
    rows = await stage.admin.fetch(_TURNS)
    return {part: [row[part] for row in rows] for part in ("loading", "solving", "storing")}


_TURNS = """
select (document ->> 'loading_ms')::float8 as loading, (document ->> 'solving_ms')::float8 as solving,
    (document ->> 'storing_ms')::float8 as storing
from matchmaker.match_run where document ->> 'trigger' = 'event' order by started_at
"""


async def run(rounds: int) -> list[Figure]:
    """The figures of so many rounds."""
    # A short path: PostgreSQL's socket lies in it.
    with tempfile.TemporaryDirectory(prefix="passerelle-bench-") as folder:
        async with a_stage(Path(folder)) as stage:
            await match_region(stage)
            standing = await stage.admin.fetchval("select count(*) from matchmaker.visit_proposal")
            after_run_ms = await open_slots(stage, 1)
            await stage.quiet()
            one_by_one = [[await open_slots(stage, 1) for _ in range(SAMPLES)] for _ in range(rounds)]
            turns, posted_ms = await turns_ms(stage), stage.posted_ms[1:]
            together_ms = [await open_slots(stage, TOGETHER) for _ in range(rounds)]
            return [
                judged(
                    "offer_to_proposal_p99_ms_M",
                    median([quantile(each, 0.99) for each in one_by_one]),
                    "ms",
                    "<=",
                    1000,
                ),
                informative("offer_to_proposal_p50_ms_M", median([median(each) for each in one_by_one]), "ms"),
                informative("offer_to_proposal_worst_ms_M", max(map(max, one_by_one)), "ms"),
                informative("offer_to_proposal_after_run_ms_M", after_run_ms, "ms"),
                informative(f"offer_to_proposal_{TOGETHER}_together_ms_M", median(together_ms), "ms"),
                informative("offer_to_proposal_post_p50_ms_M", median(posted_ms), "ms"),
                *(
                    informative(f"offer_to_proposal_{part}_p50_ms_M", median(each), "ms")
                    for part, each in turns.items()
                ),
                informative("offer_to_proposal_missed_M", stage.missed, "slots"),
                informative("offer_to_proposal_standing_M", standing, "proposals"),
                informative("offer_to_proposal_matchmaker_mib_M", stage.resident_mib(), "MiB"),
            ]


async def measure() -> list[Figure]:
    """The figures of a new slot in a region of M's size."""
    return await run(ROUNDS)


def main() -> None:
    """Measure one round and print; no goal is judged by so little."""
    for figure in asyncio.run(run(1)):
        print(f"{figure.name:45} {figure.value:12,.1f} {figure.unit}")  # noqa: T201  a person reads it


if __name__ == "__main__":
    main()
