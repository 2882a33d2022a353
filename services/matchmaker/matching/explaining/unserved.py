"""Why a class gets nothing: what alone stands between it and each slot, and which change of the request would help."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import numpy as np

from contracts.errors import Wording
from contracts.matchmaker.explanations import Change, ChangeCode, GateCode, Obstacle, Unserved
from services.matchmaker.matching.arrays import Bools, Ints
from services.matchmaker.matching.explaining import unserved_words as said
from services.matchmaker.matching.gates import GATES, minutes
from services.matchmaker.matching.masks import THEMES, WEEKDAYS
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
            Obstacle(gate=gate, openings=number, words=said.obstacle(gate, number)) for gate, number in counts
        ),
        changes=tuple(_changes(plan, row, alone)),
        words=said.unserved(slots.size, tuple(counts)),
    )


def _changes(plan: VisitPlan, row: int, alone: dict[GateCode, Ints]) -> Iterator[Change]:
    """Yield the smallest changes of the request that would open a slot: a figure, a day, a weekday, a theme."""
    openings = plan.tables.openings
    if (slots := alone[GateCode.TRAVEL]).size:
        least, opened = _least(minutes(plan.tables, np.full_like(slots, row), slots))
        yield _relaxed(said.farther(least, opened))
    if (slots := alone[GateCode.ADULTS]).size:
        least, opened = _least(-(-plan.tables.wishes.pupils[row] // openings.pupils_per_adult[slots]))
        yield _relaxed(said.more_adults(least, opened))
    day, first = openings.day[alone[GateCode.DATE_WINDOW]], plan.tables.wishes.from_day[row]
    if (before := day[day < first]).size:
        latest, opened = _least(-before)
        yield _relaxed(said.earlier(date.fromordinal(-latest), opened))
    if (after := day[day >= first]).size:
        soonest, opened = _least(after)
        yield _relaxed(said.later(date.fromordinal(soonest), opened))
    if (most := _most(openings.weekday[alone[GateCode.WEEKDAY]], len(WEEKDAYS))) is not None:
        yield _relaxed(said.another_weekday(WEEKDAYS[most[0]], most[1]))
    if (most := _most(openings.themes[alone[GateCode.THEME]], len(THEMES))) is not None:
        yield _relaxed(said.another_theme(THEMES[most[0]], most[1]))


def _relaxed(words: Wording) -> Change:
    return Change(code=ChangeCode.LIMIT_RELAXED, words=words)


def _least(needed: Ints) -> tuple[int, int]:
    """Return the least figure that opens a slot, and how many it opens."""
    least = int(needed.min())
    return least, int(np.count_nonzero(needed == least))


def _most(masks: Ints, places: int) -> tuple[int, int] | None:
    """Return the place that most masks have, the first of equals, and how many have it; None where none has any."""
    counts = [int(np.count_nonzero(masks >> place & 1)) for place in range(places)]
    return (counts.index(max(counts)), max(counts)) if any(counts) else None
