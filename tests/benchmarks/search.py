"""The search over 100 000 slots, by 16 clients that ask as fast as they are answered, while classes book.

The gateway and companies run as their own processes on servers of their own; the goals are those of the product: 99 of
100 pages within 50 ms, and no slot shown a quarter of a second after its last place went.
`python -m tests.benchmarks.search [seconds]` measures briefly, for development, and judges nothing.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import psutil

from deploy.embedded.postgres import RunningPostgres
from deploy.embedded.process import Process
from services.companies.offers.store import insert_offer
from services.companies.profiles.store import insert_company, insert_site
from services.database import set_codecs
from services.gateway.directory.upserts import upsert_resources
from tests.benchmarks import searchable
from tests.benchmarks.figures import Figure, informative, judged, quantile
from tests.benchmarks.front import SLOT_COLUMNS, cpu_s, start_servers, start_services
from tests.benchmarks.search_crowd import Outcome, Plan

SECONDS = 20.0
WARM_UP_S = 5.0
PATIENCE_S = 60
CHUNK = 2_000


@dataclass(frozen=True)
class Stage:
    """What runs, and how to reach it."""

    postgres: RunningPostgres
    processes: dict[str, Process]
    port: int

    def cpu_s(self) -> dict[str, float]:
        """The seconds of processor that each part has used so far, its children with it."""
        return cpu_s(self.processes)

    def resident_mib(self) -> float:
        """The gateway's memory."""
        resident: float = psutil.Process(self.processes["gateway"].pid).memory_info().rss / 2**20
        return resident


@asynccontextmanager
async def a_stage(folder: Path) -> AsyncIterator[Stage]:
    """Start and fill everything, and stop it when the block ends."""
    async with AsyncExitStack() as stack:
        servers = await start_servers(folder, stack)
        await fill(servers.postgres)
        processes, port = await start_services(servers, folder, stack)
        yield Stage(servers.postgres, processes, port)


async def fill(postgres: RunningPostgres) -> None:
    """Write the stock into the tables of companies and gateway, as the services themselves would."""
    stock = searchable.stock()
    async with connected(postgres, "companies") as connection:
        for company in stock.companies:
            await insert_company(connection, company)
        for site in stock.sites:
            await insert_site(connection, site)
        for offer in stock.offers:
            await insert_offer(connection, offer)
        await connection.copy_records_to_table(
            "slot",
            columns=SLOT_COLUMNS,
            records=(tuple(getattr(slot, name) for name in SLOT_COLUMNS) for slot in stock.slots),
        )
        await connection.copy_records_to_table(
            "school",
            columns=("uai", "version", "head_approves", "name"),
            records=[(school.uai, school.version, False, school.name) for school in stock.schools],
        )
    async with connected(postgres, "gateway") as connection:
        resources = [*stock.companies, *stock.sites, *stock.offers, *stock.slots, *stock.schools]
        for first in range(0, len(resources), CHUNK):
            await upsert_resources(connection, resources[first : first + CHUNK])
        await connection.copy_records_to_table("api_key", columns=KEY_COLUMNS, records=searchable.key_rows())
    async with connected(postgres, "administrator") as connection:
        await connection.execute("vacuum analyze")
        await connection.execute("checkpoint")


KEY_COLUMNS = (
    "id",
    "secret_hash",
    "role",
    "organisation",
    "organisation_id",
    "scopes",
    "created_at",
    "created_by",
)


@asynccontextmanager
async def connected(postgres: RunningPostgres, role: str) -> AsyncIterator[Any]:
    """A connection in a role, until the block ends."""
    connection = await asyncpg.connect(postgres.dsn(role))
    try:
        await set_codecs(connection)
        yield connection
    finally:
        await connection.close()


async def search(stage: Stage, seconds: float, warm_up_s: float = WARM_UP_S) -> Outcome:
    """Have the crowd search; raises RuntimeError with its last words."""
    plan = Plan(port=stage.port, seconds=seconds, warm_up_s=warm_up_s)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.search_crowd"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(seconds + warm_up_s + PATIENCE_S):
        output, errors = await process.communicate(msgspec.json.encode(plan))
    if process.returncode != 0:
        raise RuntimeError(f"the crowd failed:\n{errors.decode()}")
    return msgspec.json.decode(output, type=Outcome)


async def run(seconds: float) -> tuple[Outcome, dict[str, float], float]:
    """What the crowd saw, the processor time of each part in µs a search, and the gateway's memory in MiB."""
    # A short path: PostgreSQL's socket lies in it.
    with tempfile.TemporaryDirectory(prefix="passerelle-bench-") as folder:
        async with a_stage(Path(folder)) as stage:
            before = stage.cpu_s()
            outcome = await search(stage, seconds)
            after = stage.cpu_s()
            share = seconds / (seconds + WARM_UP_S) / max(1, len(outcome.times_ms)) * 1e6
            used = {name: (after[name] - before[name]) * share for name in after}
            return outcome, used | {"crowd": outcome.cpu_s * share}, stage.resident_mib()


def described(outcome: Outcome, used: dict[str, float], resident_mib: float, seconds: float) -> list[Figure]:
    """What only informs."""
    return [
        informative("search_100k_rate_per_s", len(outcome.times_ms) / seconds, "1/s"),
        informative("search_100k_p50_ms", quantile(outcome.times_ms, 0.5), "ms"),
        informative("search_100k_items_a_page", outcome.items / max(1, len(outcome.times_ms)), "visits"),
        informative("search_100k_refused", sum(outcome.refused.values()), "answers"),
        informative("search_100k_booked", outcome.booked, "bookings"),
        informative("search_100k_filled", outcome.filled, "slots"),
        informative("search_100k_longest_shown_full_ms", outcome.longest_shown_ms, "ms"),
        informative("search_100k_gateway_mib", resident_mib, "MiB"),
        *(informative(f"cpu_search_{name}_us", each, "µs/search") for name, each in used.items()),
    ]


async def measure() -> list[Figure]:
    """The figures of the search."""
    outcome, used, resident_mib = await run(SECONDS)
    return [
        *described(outcome, used, resident_mib, SECONDS),
        judged("search_100k_p99_ms", quantile(outcome.times_ms, 0.99), "ms", "<=", 50),
        judged("search_100k_stale_shown", outcome.stale_shown, "visits", "<=", 0),
    ]


def main() -> None:
    """Measure briefly and print; no goal is judged by so little."""
    seconds = float(sys.argv[1]) if sys.argv[1:] else 5
    outcome, used, resident_mib = asyncio.run(run(seconds))
    for figure in described(outcome, used, resident_mib, seconds):
        print(f"{figure.name:40} {figure.value:12,.1f} {figure.unit}")  # noqa: T201  a person reads it
    worst = {share: quantile(outcome.times_ms, share) for share in (0.9, 0.99, 0.999, 1)}
    print(f"{worst} ms; stale {outcome.stale_shown}; {outcome.refused} {outcome.unbooked}")  # noqa: T201


if __name__ == "__main__":
    main()
