"""Why a class gets nothing: what alone stands between it and each slot, and which change of the request would help."""

from collections.abc import Iterator
from uuid import UUID

import numpy as np

from contracts.matchmaker.explanations import Change, ChangeCode, GateCode, Obstacle, Unserved
from services.matchmaker.matching import sentences
from services.matchmaker.matching.arrays import Bools, Ints
from services.matchmaker.matching.gates import GATES, minutes
from services.matchmaker.matching.visits import VisitPlan


def why_unserved(plan: VisitPlan, wish_id: UUID) -> Unserved:
    """Return how many slots each gate alone keeps from the class, the most frequent first.

    Gate None counts the slots that suit it and went to others. Raises KeyError for a wish that is not in the plan.
    """
    row = plan.wish_rows[wish_id]
    codes = tuple(GATES)
    slots = np.arange(len(plan.tables.openings.openings), dtype=np.int64)
    c = np.full_like(slots, row)
    failed: Bools = ~np.stack([GATES[code](plan.tables, c, slots) for code in codes])
    failures = failed.sum(axis=0)
    alone = {code: slots[failed[place] & (failures == 1)] for place, code in enumerate(codes)}
    counts: list[tuple[GateCode | None, int]] = [(code, found.size) for code, found in alone.items() if found.size]
    if suiting := int(np.count_nonzero(failures == 0)):
        counts.insert(0, (None, suiting))
    # A stable sort: equally frequent gates stay in the order in which gates are shown.
    counts.sort(key=lambda gate_count: -gate_count[1])
    return Unserved(
        openings=slots.size,
        stopped_by_several=int(np.count_nonzero(failures > 1)),
        obstacles=tuple(
            Obstacle(gate=gate, openings=number, words=sentences.obstacle(gate, number)) for gate, number in counts
        ),
        changes=tuple(_changes(plan, row, alone)),
        words=sentences.unserved(slots.size, tuple(counts)),
    )


def _changes(plan: VisitPlan, row: int, alone: dict[GateCode, Ints]) -> Iterator[Change]:
    """Yield the smallest figures of the request that would open a slot."""
    if (slots := alone[GateCode.TRAVEL]).size:
        needed = minutes(plan.tables, np.full_like(slots, row), slots)
        yield _relaxed(GateCode.TRAVEL, needed)
    if (slots := alone[GateCode.ADULTS]).size:
        pupils = plan.tables.wishes.pupils[row]
        yield _relaxed(GateCode.ADULTS, -(-pupils // plan.tables.openings.pupils_per_adult[slots]))


def _relaxed(gate: GateCode, needed: Ints) -> Change:
    least = int(needed.min())
    opened = int(np.count_nonzero(needed <= least))
    return Change(code=ChangeCode.LIMIT_RELAXED, words=sentences.relaxed(gate, least, opened))
