"""A region cut into territories that are solved apart, and put together again with one certificate for the whole.

A class belongs to the shard of its school, a slot to that of its site, a mediator to those that it may go to. What the
shards found comes back as prices: merged, they say which pairs of the whole, those across borders included, can matter
at all. These alone are chosen among again, and the prices of that choice are held against all pairs: what they leave
out and should not have is taken in. So each shard's work is its own, the last step is small, and the bound is of the
whole.
"""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

import msgspec
import numpy as np

from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.arrays import Bools, Floats, bools, floats
from services.matchmaker.matching.cells import Cell, shard_of
from services.matchmaker.matching.equity import floors_of
from services.matchmaker.matching.inputs import StandingState, VisitFacts
from services.matchmaker.matching.problem import Prices, Problem, Solution
from services.matchmaker.matching.solver import solve
from services.matchmaker.matching.solving.certificate import certify, reduced_gains
from services.matchmaker.matching.solving.effort import Effort
from services.matchmaker.matching.solving.search import solve_choice
from services.matchmaker.matching.standing import settle
from services.matchmaker.matching.visits import Asked, VisitPlan, ask, plan_of, with_floors

# A pair that lacks more than this share of the largest score, at the prices of its class and place, is left out.
_NEAR: Final = 0.1
# How often pairs that were left out wrongly are taken in.
_ROUNDS: Final = 2
# What may be lost with pairs that were left out, as a share of the value, before they are taken in.
_LITTLE: Final = 1e-4
# Most of the search was done in the shards.
_EFFORT: Final = Effort(climb=200, dive=25, mend=1)


class ShardSolution(msgspec.Struct, frozen=True, kw_only=True):
    """What one shard chose, by ids: class, slot, mediator; its value and bound in points, its candidate pairs.

    `visits`, `places`, `open_places` and `mediators` are prices by id, those that are not 0; `class_days` and
    `mediator_days` by id and day; `cells` those of floors, by territory and whether under-reached. `limited`: the time
    was over before the search was.
    """

    chosen: tuple[tuple[UUID, UUID, UUID | None], ...]
    value: int
    bound: int
    pairs: int
    visits: dict[UUID, float] = {}
    places: dict[UUID, float] = {}
    open_places: dict[UUID, float] = {}
    mediators: dict[UUID, float] = {}
    class_days: tuple[tuple[UUID, int, float], ...] = ()
    mediator_days: tuple[tuple[UUID, int, float], ...] = ()
    cells: tuple[tuple[str, bool, float], ...] = ()
    limited: bool = False


def split(facts: VisitFacts) -> dict[str, VisitFacts]:
    """Return the facts of each shard that has classes, by its name, in the order of names."""
    shards = sorted({shard_of(wish.department) for wish in facts.wishes})
    return {shard: _of(facts, shard) for shard in shards}


def _of(facts: VisitFacts, shard: str) -> VisitFacts:
    wishes = tuple(wish for wish in facts.wishes if shard_of(wish.department) == shard)
    theirs = {wish.id for wish in wishes}
    openings = tuple(opening for opening in facts.openings if shard_of(opening.department) == shard)
    # What others hold of this shard's slots and mediators is taken off here: the shard does not know of them.
    of_others = (
        stands
        for stands in facts.standing
        if stands.wish_id not in theirs and stands.state is not StandingState.PROPOSED
    )
    left = settle(facts.wishes, openings, facts.mediations, of_others)
    return VisitFacts(
        wishes=wishes,
        openings=left.openings,
        mediations=left.mediations,
        standing=tuple(stands for stands in facts.standing if stands.wish_id in theirs),
        today=facts.today,
    )


def solve_shard(facts: VisitFacts, settings: PolicySettings) -> ShardSolution:
    """Return the best choice for one shard by itself."""
    asked = ask(facts, settings)
    floors = floors_of(asked.problem, asked.counts, settings)
    solution = solve(with_floors(asked, floors))
    plan = plan_of(asked, floors, solution, settings)
    tables, prices = asked.tables, solution.prices
    wishes = [wish.id for wish in tables.wishes.wishes]
    slots = [opening.slot_id for opening in tables.openings.openings]
    mediators = [capacity.id for capacity in tables.mediations]
    return ShardSolution(
        chosen=tuple((match.wish_id, match.slot_id, match.mediation_id) for match in plan.matches),
        value=plan.value,
        bound=plan.bound,
        pairs=int(plan.candidates.points.size),
        visits=_by_id(wishes, prices.visit),
        places=_by_id(slots, prices.place),
        open_places=_by_id(slots, prices.open_place),
        mediators=_by_id(mediators, prices.mediator),
        class_days=tuple((wishes[row], day, price) for (row, day), price in sorted(prices.class_day.items())),
        mediator_days=tuple((mediators[row], day, price) for (row, day), price in sorted(prices.mediator_day.items())),
        cells=tuple(
            (cell.territory, cell.under_reached, float(price))
            for cell, price in zip(asked.counts.cells, prices.cell, strict=True)
        ),
        limited=plan.limited,
    )


def _by_id(ids: list[UUID], prices: Floats) -> dict[UUID, float]:
    return {ids[row]: float(prices[row]) for row in np.flatnonzero(prices)}


def merge(facts: VisitFacts, settings: PolicySettings, solutions: Mapping[str, ShardSolution]) -> VisitPlan:
    """Return the plan of the whole region, whatever crosses a border included, with one bound for all of it."""
    asked = ask(facts, settings)
    floors = floors_of(asked.problem, asked.counts, settings)
    problem = with_floors(asked, floors)
    near = _NEAR * float(np.abs(problem.pair_score).max(initial=1.0))
    prices = _merged(asked, solutions)
    counted = _chosen_rows(asked, solutions) | (reduced_gains(problem, prices) > -near)
    solution = _solve_among(problem, counted, prices)
    proofs = [solution.prices]
    for _ in range(_ROUNDS):
        left_out = np.where(counted, 0.0, reduced_gains(problem, proofs[-1]))
        if np.maximum(left_out, 0.0).sum() <= _LITTLE * abs(solution.value):
            break
        counted = counted | (left_out > 0)
        again = _solve_among(problem, counted, proofs[-1])
        proofs.append(again.prices)
        solution = max(solution, again, key=lambda found: (-int(found.deficit.sum()), found.value))
    bounds = [certify(problem, each, solution.deficit) for each in proofs]
    best = int(np.argmin(bounds))
    certified = msgspec.structs.replace(
        solution,
        prices=proofs[best],
        bound=max(bounds[best], solution.value),
        price_slack=0.0,
        residual=None,
        # What is put together of a search that was given up need not be the same again either.
        limited=solution.limited or any(each.limited for each in solutions.values()),
    )
    return plan_of(asked, floors, certified, settings)


def _chosen_rows(asked: Asked, solutions: Mapping[str, ShardSolution]) -> Bools:
    """Return which candidate pairs some shard chose, (P,)."""
    pairs = {(wish, slot) for solution in solutions.values() for wish, slot, _ in solution.chosen}
    wishes, slots = asked.tables.wishes.wishes, asked.tables.openings.openings
    c, s = asked.candidates.pairs.c.tolist(), asked.candidates.pairs.s.tolist()
    return bools((wishes[a].id, slots[b].slot_id) in pairs for a, b in zip(c, s, strict=True))


def _merged(asked: Asked, solutions: Mapping[str, ShardSolution]) -> Prices:
    """Return the prices of all shards; what several shards want is worth the most that one of them would pay."""
    wishes = [wish.id for wish in asked.tables.wishes.wishes]
    slots = [opening.slot_id for opening in asked.tables.openings.openings]
    mediators = [capacity.id for capacity in asked.tables.mediations]
    found = solutions.values()
    cells = {Cell(territory, under): price for each in found for territory, under, price in each.cells}
    return Prices(
        visit=_highest(wishes, [each.visits for each in found]),
        place=_highest(slots, [each.places for each in found]),
        open_place=_highest(slots, [each.open_places for each in found]),
        mediator=_highest(mediators, [each.mediators for each in found]),
        # A department is of one shard alone, and so are its cells.
        cell=floats(cells.get(cell, 0.0) for cell in asked.counts.cells),
        class_day=_highest_by_day(wishes, [each.class_days for each in found]),
        mediator_day=_highest_by_day(mediators, [each.mediator_days for each in found]),
    )


def _highest(ids: list[UUID], prices: list[dict[UUID, float]]) -> Floats:
    """Return the highest price told of each, 0 where none is."""
    return floats(max((told[one] for told in prices if one in told), default=0.0) for one in ids)


def _highest_by_day(
    ids: list[UUID], prices: Iterable[Iterable[tuple[UUID, int, float]]]
) -> dict[tuple[int, int], float]:
    rows = {one: row for row, one in enumerate(ids)}
    highest: dict[tuple[int, int], float] = {}
    for told in prices:
        for one, day, price in told:
            if one in rows:
                key = rows[one], day
                highest[key] = max(price, highest.get(key, 0.0))
    return highest


def _solve_among(problem: Problem, counted: Bools, start: Prices) -> Solution:
    """Return the best choice among these pairs, told by the rows of the whole problem."""
    rows = np.flatnonzero(counted)
    part = msgspec.structs.replace(
        problem,
        pair_class=problem.pair_class[rows],
        pair_slot=problem.pair_slot[rows],
        pair_score=problem.pair_score[rows],
        pair_places=None if problem.pair_places is None else problem.pair_places[rows],
        pair_lane=None if problem.pair_lane is None else problem.pair_lane[rows],
    )
    solution = solve_choice(part, _EFFORT, start)
    return msgspec.structs.replace(solution, pairs=rows[solution.pairs])
