"""The published table of the generalized assignment problem: gap1–12 and types a and b, one second each.

The folder of the instances is named by GAP_DIR; without it there is nothing to measure, and that is said.

gap1–12 (Cattrysse, Salomon & Van Wassenhove 1994; Osman 1995) stand in OR-Library as problems to maximise, and in
later tables, with the same numbers, as problems to minimise. Both optima are here. Minimised is what is asked for
unless the folder has a table that gives an instance the optimum of the maximisation. Types a and b are those of
Chu & Beasley 1997. Values: OR-Library, `gapinfo` (maxima), and `data/data.csv` of fontanf/generalizedassignmentsolver
(minima, all proven optimal). A value that a table in the folder gives counts before these.
"""

import os
import time
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from rich.console import Console

from services.matchmaker.matching.assignment.problem import AssignmentProblem
from services.matchmaker.matching.assignment.solver import solve_assignment
from tests.benchmarks.figures import Figure, informative, judged
from tests.benchmarks.gap_instances import Instance, read_best_known, read_instances

LIMIT_S: Final = 1.0

# Five a set, gap1 to gap12.
_MINIMA: Final = (
    (261, 269, 256, 274, 251),
    (277, 269, 260, 269, 267),
    (438, 415, 446, 430, 411),
    (423, 424, 426, 395, 406),
    (403, 389, 383, 384, 396),
    (525, 527, 519, 516, 521),
    (646, 662, 662, 645, 649),
    (797, 783, 800, 789, 792),
    (482, 476, 496, 497, 488),
    (638, 638, 654, 635, 639),
    (573, 583, 589, 578, 581),
    (974, 956, 941, 954, 945),
)
_MAXIMA: Final = (
    (336, 327, 339, 341, 326),
    (434, 436, 420, 419, 428),
    (580, 564, 573, 570, 564),
    (656, 644, 673, 647, 664),
    (563, 558, 564, 568, 559),
    (761, 759, 758, 752, 747),
    (942, 949, 968, 945, 951),
    (1133, 1134, 1141, 1117, 1127),
    (709, 717, 712, 723, 706),
    (958, 963, 960, 947, 947),
    (1139, 1178, 1195, 1171, 1171),
    (1451, 1449, 1433, 1447, 1446),
)
_TYPES: Final = {
    "a05100": 1698,
    "a05200": 3235,
    "a10100": 1360,
    "a10200": 2623,
    "a20100": 1158,
    "a20200": 2339,
    "b05100": 1843,
    "b05200": 3552,
    "b10100": 1407,
    "b10200": 2827,
    "b20100": 1166,
    "b20200": 2339,
}


def _of_sets(table: tuple[tuple[int, ...], ...]) -> dict[str, int]:
    return {f"gap{number}-{place}": value for number, row in enumerate(table, 1) for place, value in enumerate(row, 1)}


MINIMA: Final = _of_sets(_MINIMA) | _TYPES
MAXIMA: Final = _of_sets(_MAXIMA)


class Attempt(msgspec.Struct, frozen=True):
    """How one instance went: what it cost, what is known to be possible, and how long it took."""

    name: str
    cost: float
    best_known: float
    proven: bool
    seconds: float

    @property
    def solved(self) -> bool:
        """Whether the best known value was reached in time."""
        return self.cost <= self.best_known and self.seconds <= LIMIT_S


async def measure() -> list[Figure]:
    """The share of the table that is solved; nothing where GAP_DIR names no folder with instances."""
    console = Console()
    folder = os.environ.get("GAP_DIR")
    if not folder or not Path(folder).is_dir():
        console.print("gap_table skipped: GAP_DIR names no folder of instances (gap1–12, types a and b).")
        return []
    told = read_best_known(Path(folder))
    instances = [instance for instance in read_instances(Path(folder)) if instance.name in MINIMA]
    if not instances:
        console.print(f"gap_table skipped: GAP_DIR ({folder}) has no instance of gap1–12 or types a and b.")
        return []
    # The solvers' libraries are read at their first use, which is no instance's time.
    _attempt(instances[0], told)
    attempts = [_attempt(instance, told) for instance in instances]
    for attempt in attempts:
        if not attempt.solved:
            console.print(
                f"{attempt.name}: {abs(attempt.cost):g} in {attempt.seconds:.2f} s, "
                f"best known {abs(attempt.best_known):g}"
            )
    return [
        judged("gap_table", sum(attempt.solved for attempt in attempts) / len(attempts), "share", ">=", 1.0),
        informative("gap_table_instances", len(attempts), f"of {len(MINIMA)}"),
        informative("gap_table_proven", sum(attempt.proven for attempt in attempts) / len(attempts), "share"),
        informative("gap_table_slowest", max(attempt.seconds for attempt in attempts), "s"),
    ]


def _attempt(instance: Instance, told: dict[str, float]) -> Attempt:
    """Solve one instance, as a minimisation: profits to maximise are costs below zero."""
    best_known = told.get(instance.name, MINIMA[instance.name])
    sign = -1 if best_known == MAXIMA.get(instance.name) else 1
    problem: AssignmentProblem = msgspec.structs.replace(instance.problem, cost=sign * instance.problem.cost)
    begins = time.perf_counter()
    solution = solve_assignment(problem, LIMIT_S)
    seconds = time.perf_counter() - begins
    jobs = np.arange(solution.agent.size)
    # Reckoned from the instance itself, so that the solver's word is not taken for it.
    loads = np.bincount(solution.agent, problem.weight[solution.agent, jobs], problem.capacity.size)
    cost = float(problem.cost[solution.agent, jobs].sum()) if np.all(loads <= problem.capacity) else float("inf")
    return Attempt(instance.name, cost, sign * best_known, solution.proven, seconds)
