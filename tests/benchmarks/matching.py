"""How good the matcher is, how fair, and how quick, on invented regions of three sizes (`regions.py`).

Value is held against a bound that the matcher proves, its time against HiGHS solving the linear relaxation of the very
same problem in a process of its own, its choice against the greedy one. Seconds are from the search for candidates to
the solution, floors included; whole groups are the product's default, pooled slots are told apart.
"""

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.arrays import Ints
from services.matchmaker.matching.equity import CellCounts, floors_of
from services.matchmaker.matching.inputs import Standing, StandingState, VisitFacts
from services.matchmaker.matching.problem import Solution
from services.matchmaker.matching.shards import merge, solve_shard, split
from services.matchmaker.matching.solver import solve
from services.matchmaker.matching.solving.checking import checked
from services.matchmaker.matching.solving.leximin import leximin
from services.matchmaker.matching.tables import build_tables
from services.matchmaker.matching.visits import Asked, VisitPlan, ask, match_visits, plan_of, with_floors
from tests.benchmarks.figures import Figure, informative, judged, median
from tests.benchmarks.greedy import greedy_value
from tests.benchmarks.match_events import measure_events
from tests.benchmarks.match_forcing import measure_forcing
from tests.benchmarks.match_growth import grown
from tests.benchmarks.partner_match import measure_partnerships
from tests.benchmarks.regions import SIZES, SIZES_BETWEEN, invent

SETTINGS = PolicySettings()
NO_FLOORS = msgspec.structs.replace(SETTINGS, floor_share=0.0)
POOLED = 0.1
# Goals: the certified gap, and seconds.
GAPS = {"S": 0.0005, "M": 0.0005, "L": 0.001}
SECONDS = {"S": 0.2, "M": 3.0, "L": 40.0}
# How often each size is solved; the median is quoted.
ROUNDS = {"S": 5, "S_M": 3, "M": 3, "M_L": 1, "L": 1}
NIGHT_NEW, NIGHT_GONE = 0.05, 0.03


class Solved(NamedTuple):
    """One region, solved with floors: what was asked, the floors, the solution, its plan, and the seconds."""

    facts: VisitFacts
    asked: Asked
    floors: Ints
    solution: Solution
    plan: VisitPlan
    seconds: float


async def measure() -> list[Figure]:
    """The figures of all sizes."""
    figures: list[Figure] = []
    for size in SIZES:
        whole, pooled = _solved(size, 0.0), _solved(size, POOLED)
        figures += [
            judged(f"match_gap_{size}", max(whole.plan.gap, pooled.plan.gap), "share", "<=", GAPS[size]),
            informative(f"match_whole_groups_gap_{size}", whole.plan.gap, "share"),
            judged(f"match_seconds_{size}", whole.seconds, "s", "<=", SECONDS[size]),
            judged(f"match_pooled_seconds_{size}", pooled.seconds, "s", "<=", SECONDS[size]),
            informative(f"match_pairs_{size}", whole.asked.candidates.points.size, "pairs"),
        ]
        if size == "M":
            figures += await _measure_m(whole)
    return [*figures, *_growth(figures), *measure_partnerships()]


def _solved(size: str, pooled: float) -> Solved:
    facts = invent(size, pooled=pooled)
    seconds = []
    for _ in range(ROUNDS[size]):
        # Columns of facts are made before the search for candidates begins.
        tables_s = _tables_s(facts)
        begins = time.perf_counter()
        asked = ask(facts, SETTINGS)
        floors = floors_of(asked.problem, asked.counts, SETTINGS)
        solution = solve(with_floors(asked, floors))
        seconds.append(time.perf_counter() - begins - tables_s)
    return Solved(facts, asked, floors, solution, plan_of(asked, floors, solution, SETTINGS), median(seconds))


def _tables_s(facts: VisitFacts) -> float:
    begins = time.perf_counter()
    build_tables(facts.wishes, facts.openings, facts.mediations, facts.today)
    return time.perf_counter() - begins


async def _measure_m(whole: Solved) -> list[Figure]:
    free = match_visits(whole.facts, NO_FLOORS)
    return [
        *await _against_highs(whole),
        judged("match_vs_greedy_M", whole.solution.value / greedy_value(whole.asked), "ratio", ">=", 1.15),
        *_equity(whole, free),
        *_shards(whole),
        *measure_events(whole.plan, SETTINGS, whole.facts),
        *_churn(whole),
        *measure_forcing(),
    ]


async def _against_highs(whole: Solved) -> list[Figure]:
    """Time `solve` on a problem, and HiGHS on its linear relaxation, in turn; the median ratio is quoted."""
    problem = with_floors(whole.asked, whole.floors)
    ratios, gaps = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "problem.npz"
        arrays = {name: value for name, value in msgspec.structs.asdict(problem).items() if value is not None}
        np.savez(file, **arrays)
        for _ in range(3):
            begins = time.perf_counter()
            solution = solve(problem)
            ours = time.perf_counter() - begins
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.benchmarks.highs_lp", str(file), stdout=asyncio.subprocess.PIPE
            )
            printed, _ = await process.communicate()
            seconds, value = (float(word) for word in printed.split()[-2:])
            ratios.append(ours / seconds)
            gaps.append(solution.bound / value - 1)
    return [
        judged("match_vs_highs_M", median(ratios), "ratio", "<=", 0.3),
        # How far our bound lies above (or below) the linear relaxation's.
        informative("match_bound_over_highs_M", median(gaps), "share"),
    ]


def _equity(whole: Solved, free: VisitPlan) -> list[Figure]:
    counts = whole.asked.counts
    fairest = leximin(checked(whole.asked.problem), counts.size, counts.held)
    lowest = float((fairest / counts.size).min())
    served, under_reached = _rates(whole.plan, counts)
    return [
        judged("equity_min_rate_ratio_M", whole.plan.equity.lowest_rate / lowest, "ratio", ">=", 0.95),
        judged("equity_cost_M", 1 - whole.plan.value / free.value, "share", "<=", 0.01),
        judged("equity_served_M", _served(whole.plan) / _served(free), "ratio", ">=", 1.0),
        judged("under_reached_rate_ratio_M", under_reached / served, "ratio", ">=", 1.0),
        informative("equity_gini_M", whole.plan.equity.gini, ""),
        informative("equity_gini_without_floors_M", free.equity.gini, ""),
        informative("equity_deficit_M", float(whole.solution.deficit.sum()), "classes"),
    ]


def _served(plan: VisitPlan) -> int:
    return sum(cell.served for cell in plan.equity.cells)


def _rates(plan: VisitPlan, counts: CellCounts) -> tuple[float, float]:
    """The service rate of all classes, and that of those that too few visits reach."""
    cells = plan.equity.cells
    under = [cell for cell in cells if cell.under_reached]
    return (
        _served(plan) / int(counts.size.sum()),
        sum(cell.served for cell in under) / sum(cell.classes for cell in under),
    )


def _shards(whole: Solved) -> list[Figure]:
    """The region in its two academies, each solved by itself, and merged under one certificate."""
    begins = time.perf_counter()
    solutions = {shard: solve_shard(facts, SETTINGS) for shard, facts in split(whole.facts).items()}
    solved = time.perf_counter()
    merged = merge(whole.facts, SETTINGS, solutions)
    return [
        informative("match_shards_gap_M", merged.gap, "share"),
        informative("match_shards_value_M", merged.value / whole.plan.value, "of one match of all"),
        informative("match_shards_seconds_M", solved - begins, "s, both shards"),
        informative("match_merge_seconds_M", time.perf_counter() - solved, "s"),
    ]


def _churn(whole: Solved) -> list[Figure]:
    """One night: some classes and slots are gone, others new; what was proposed and is still possible should stay."""
    draw = random.Random(20260212)
    other = invent("M", pooled=0.0, seed=20260213)
    old = whole.facts
    wishes = [wish for wish in old.wishes if draw.random() >= NIGHT_GONE]
    openings = [opening for opening in old.openings if draw.random() >= NIGHT_GONE]
    facts = msgspec.structs.replace(
        old,
        wishes=(*wishes, *other.wishes[: int(NIGHT_NEW * len(old.wishes))]),
        openings=(*openings, *other.openings[: int(NIGHT_NEW * len(old.openings))]),
    )
    alive_wishes, alive_slots = {wish.id for wish in wishes}, {opening.slot_id for opening in openings}
    standing = tuple(
        Standing(
            wish_id=match.wish_id,
            slot_id=match.slot_id,
            day=match.day,
            state=StandingState.PROPOSED,
            mediation_id=match.mediation_id,
        )
        for match in whole.plan.matches
        if match.wish_id in alive_wishes and match.slot_id in alive_slots
    )
    with_bonus = match_visits(msgspec.structs.replace(facts, standing=standing), SETTINGS)
    fresh = match_visits(facts, SETTINGS)
    kept = sum(match.stays for match in with_bonus.matches)
    stay_points = round(1000 * SETTINGS.weights.stay) * kept
    pairs = {(match.wish_id, match.slot_id) for match in fresh.matches}
    return [
        judged("churn_kept_M", kept / len(standing), "share", ">=", 0.95),
        judged("churn_cost_M", 1 - (with_bonus.value - stay_points) / fresh.value, "share", "<=", 0.0025),
        informative(
            "churn_kept_without_bonus_M",
            sum((stands.wish_id, stands.slot_id) in pairs for stands in standing) / len(standing),
            "share",
        ),
    ]


def _growth(figures: list[Figure]) -> list[Figure]:
    """How the seconds grow with the classes: figures between the sizes, powers, and a curve in `match_growth.CURVE`."""
    seconds = {figure.name: figure.value for figure in figures}
    known = {size: seconds[f"match_seconds_{size}"] for size in SIZES}
    between = {size: _solved(size, 0.0).seconds for size in SIZES_BETWEEN}
    return grown(known, between)
