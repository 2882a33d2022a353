"""What forcing a pair is told to cost, against matching everything again with the pair forced.

Whole groups and no mediators: there the optimum is exact, and so is what is measured against.
"""

import random

import msgspec
import numpy as np

from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.explaining.stakes import exact_loss
from services.matchmaker.matching.solver import solve
from services.matchmaker.matching.visits import Asked, ask, plan_of, with_floors
from tests.benchmarks.figures import Figure, judged
from tests.benchmarks.regions import invent

SAMPLES = 100
# Points: 0.05 of a score, in which one point is a thousandth.
CLOSE = 50.0
SETTINGS = PolicySettings(floor_share=0.0)


def measure_forcing() -> list[Figure]:
    """How often the told cost is a lower bound, and how often within 0.05 of the true one."""
    facts = invent("M", pooled=0.0)
    facts = msgspec.structs.replace(
        facts,
        wishes=tuple(msgspec.structs.replace(wish, wants_mediation=False) for wish in facts.wishes),
        openings=tuple(msgspec.structs.replace(opening, needs_mediation=False) for opening in facts.openings),
        mediations=(),
    )
    asked = ask(facts, SETTINGS)
    problem = with_floors(asked, np.zeros(len(asked.counts.cells), np.int64))
    solution = solve(problem)
    plan = plan_of(asked, problem.cell_floor, solution, SETTINGS)
    unchosen = np.setdiff1d(np.arange(problem.pair_class.size), solution.pairs).tolist()
    below, close = 0, 0
    for row in random.Random(20260214).sample(unchosen, SAMPLES):
        told = exact_loss(plan, int(problem.pair_class[row]), int(problem.pair_slot[row]))
        true = solution.value - _value_with(asked, row)
        below += max(told, 0.0) <= true + 1e-6
        close += true - max(told, 0.0) <= CLOSE
    return [
        judged("why_not_lower_bound_M", below / SAMPLES, "share", ">=", 1.0),
        judged("why_not_close_M", close / SAMPLES, "share", ">=", 0.98),
    ]


def _value_with(asked: Asked, row: int) -> float:
    """The value of the best choice that has this pair: it is worth so much more that it is taken."""
    problem = asked.problem
    score = problem.pair_score.copy()
    extra = 100 * float(score.max())
    score[row] += extra
    return solve(msgspec.structs.replace(problem, pair_score=score)).value - extra
