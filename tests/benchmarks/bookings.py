"""Bookings per second over HTTP, durable, against what PostgreSQL alone takes and against the usual way.

In every round the same machine, server and disk serve, one after another: 128 schools that book as fast as they can
through gateway, NATS and companies; the same at half that rate; pgbench with the booking in one statement
(`pgbench.py`); and the same schools on the peer (`peer/`). The goals are ratios within the run.
`python -m tests.benchmarks.bookings [seconds] [rounds]` measures briefly, for development, and judges nothing.
"""

import asyncio
import resource
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import msgspec

from tests.benchmarks import bookable, pgbench
from tests.benchmarks.figures import Figure, informative, judged, median, quantile
from tests.benchmarks.load import Outcome, Plan
from tests.benchmarks.stage import PEER, Stage, a_stage

SECONDS = 8.0
ROUNDS = 3
WARM_UP_S = 2.0
LOAD_PATIENCE_S = 90


@dataclass
class Measured:
    """The samples of all rounds."""

    ours: list[float] = field(default_factory=list)
    ours_p50_ms: list[float] = field(default_factory=list)
    half_p99_ms: list[float] = field(default_factory=list)
    pgbench: list[float] = field(default_factory=list)
    peer: list[float] = field(default_factory=list)
    cpu_us: dict[str, list[float]] = field(default_factory=dict)
    refused: int = 0


class Rounds:
    """Owns the files of promised bookings, and the places not booked yet."""

    def __init__(self, stage: Stage, seconds: float) -> None:
        self.stage = stage
        self.seconds = seconds
        self.measured = Measured()
        self.next_place = dict.fromkeys(("ours", PEER), 0)
        self.promises: dict[str, list[Path]] = {name: [] for name in self.next_place}

    async def book(self, who: str, seconds: float, warm_up_s: float, rate: float = 0) -> Outcome:
        """Have the schools book with one of the two; raises RuntimeError with the crowd's last words."""
        await self.stage.settle()
        promises = self.stage.folder / f"promised-{who}-{len(self.promises[who])}"
        self.promises[who].append(promises)
        plan = Plan(
            port=self.stage.port if who == "ours" else self.stage.peer_port,
            first_place=self.next_place[who],
            last_place=bookable.PLACES,
            seconds=seconds,
            warm_up_s=warm_up_s,
            rate=rate,
            acknowledged=str(promises),
        )
        before = self.stage.cpu_s()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.benchmarks.load",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(seconds + warm_up_s + LOAD_PATIENCE_S):
            output, errors = await process.communicate(msgspec.json.encode(plan))
        if process.returncode != 0:
            raise RuntimeError(f"the crowd at {who} failed:\n{errors.decode()}")
        outcome = msgspec.json.decode(output, type=Outcome)
        self.note_cpu(f"{who}{' half' if rate else ''}", before, outcome.cpu_s, outcome.promised)
        self.next_place[who] = outcome.next_place
        self.measured.refused += sum(outcome.refused.values())
        return outcome

    def note_cpu(self, who: str, before: dict[str, float], asking_s: float, bookings: int) -> None:
        """Keep how much processor each part has used for a booking since `before`; `asking_s` is that of who asked."""
        used_s = {name: now - before[name] for name, now in self.stage.cpu_s().items()}
        for name, each_s in {**used_s, "client": asking_s}.items():
            self.measured.cpu_us.setdefault(f"{who} {name}", []).append(each_s * 1e6 / max(1, bookings))

    async def round(self) -> None:
        """One round of all four."""
        measured = self.measured
        peak = await self.book("ours", self.seconds, WARM_UP_S)
        measured.ours.append(peak.booked / peak.seconds)
        measured.ours_p50_ms.append(median(peak.times_ms))
        half = await self.book("ours", self.seconds * 0.8, WARM_UP_S / 2, rate=measured.ours[-1] / 2)
        measured.half_p99_ms.append(quantile(half.times_ms, 0.99))
        measured.pgbench.append(await self.book_alone())
        peer = await self.book(PEER, self.seconds, WARM_UP_S)
        measured.peer.append(peer.booked / peer.seconds)

    async def book_alone(self) -> float:
        """Bookings per second by pgbench."""
        stage = self.stage
        values = await pgbench.sample(stage.admin)
        await pgbench.prepare(stage.admin)
        await stage.settle()
        before, children_s = stage.cpu_s(), _children_s()
        rate, booked = await pgbench.measure(
            stage.admin, stage.folder, stage.postgres.admin_dsn("passerelle"), values, self.seconds
        )
        self.note_cpu("pgbench", before, _children_s() - children_s, booked)
        return rate

    async def audit(self) -> tuple[int, int]:
        """How many bookings that were promised are not there, and how many slots are over or counted wrongly."""
        promised = [UUID(line.decode()) for path in self.promises["ours"] for line in path.read_bytes().split()]
        lost = await self.stage.admin.fetchval(_LOST, promised)
        miscounted = await self.stage.admin.fetchval(_MISCOUNTED)
        return lost, miscounted


def _children_s() -> float:
    """The seconds of processor that programs started from here, and ended since, have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


_LOST = """
select count(*) from unnest($1::uuid[]) as promised
where not exists (select from companies.booking where booking.id = promised)
"""
_MISCOUNTED = """
select count(*) from companies.slot left join (
    select slot_id, sum(coalesce((document ->> 'groups')::int, 1)) as groups,
        sum((document ->> 'pupils')::int) as pupils
    from companies.booking group by slot_id
) booked on slot_id = id
where groups_taken > slot.groups
    or groups_taken <> coalesce(booked.groups, 0) or pupils_taken <> coalesce(booked.pupils, 0)
"""


async def run(seconds: float, rounds: int) -> tuple[Measured, int, int]:
    """Everything measured, and what the audit found."""
    # A short path: PostgreSQL's socket lies in it.
    with tempfile.TemporaryDirectory(prefix="passerelle-bench-") as folder:
        async with a_stage(Path(folder)) as stage:
            each = Rounds(stage, seconds)
            for _ in range(rounds):
                await each.round()
            await stage.settle()
            return each.measured, *await each.audit()


async def measure() -> list[Figure]:
    """The figures of bookings."""
    measured, lost, miscounted = await run(SECONDS, ROUNDS)
    pairs = list(zip(measured.ours, measured.pgbench, measured.peer, strict=True))
    return [
        *described(measured),
        judged("booking_vs_pgbench", median([ours / alone for ours, alone, _ in pairs]), "ratio", ">=", 0.45),
        judged("booking_vs_peer", median([ours / peer for ours, _, peer in pairs]), "ratio", ">=", 2),
        judged("booking_half_load_p99_ms", median(measured.half_p99_ms), "ms", "<=", 150),
        judged("booking_acknowledged_lost", lost, "bookings", "<=", 0),
        judged("booking_slots_miscounted", miscounted, "slots", "<=", 0),
    ]


def described(measured: Measured) -> list[Figure]:
    """What only informs."""
    return [
        informative("booking_rate_per_s", median(measured.ours), "1/s"),
        informative("pgbench_rate_per_s", median(measured.pgbench), "1/s"),
        informative("peer_rate_per_s", median(measured.peer), "1/s"),
        informative("booking_peak_p50_ms", median(measured.ours_p50_ms), "ms"),
        informative("booking_refused", measured.refused, "answers"),
        *(
            informative(f"cpu_{name.replace(' ', '_')}_us", median(used), "µs/booking")
            for name, used in measured.cpu_us.items()
            if used and median(used) >= 1
        ),
    ]


def main() -> None:
    """Measure briefly and print; no goal is judged by so little."""
    seconds, rounds = (float(sys.argv[1]) if sys.argv[1:] else 3, int(sys.argv[2]) if sys.argv[2:] else 1)
    measured, lost, miscounted = asyncio.run(run(seconds, rounds))
    for figure in described(measured):
        print(f"{figure.name:40} {figure.value:12,.1f} {figure.unit}")  # noqa: T201  a person reads it
    print(f"half load p99: {measured.half_p99_ms} ms; lost {lost}, miscounted {miscounted}")  # noqa: T201


if __name__ == "__main__":
    main()
