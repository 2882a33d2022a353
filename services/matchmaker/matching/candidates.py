"""The pairs that pass every gate, found without looking closely at every wish with every opening.

Wishes are joined to openings level by level, in blocks that stay small in memory: slots that suit nobody
are dropped first, then the gates of a few integer operations sift each block, then the costly ones what is
left. Of each class's pairs the best are kept; what is left out is priced out of the bound (`visits.py`).
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
import numpy as np

from contracts.matchmaker.policies import Weights
from services.matchmaker.matching.arrays import Bools, Ints, rank_in_group
from services.matchmaker.matching.gates import (
    CHEAP_GATES,
    COSTLY_GATES,
    GATES,
    SLOT_GATES,
    within_box,
)
from services.matchmaker.matching.inputs import Standing, StandingState
from services.matchmaker.matching.masks import LEVELS
from services.matchmaker.matching.pairs import Pairs, met
from services.matchmaker.matching.score import pair_points
from services.matchmaker.matching.tables import Tables

# 80 lose 0.02 % of the optimum against all of them; hardly any class has more than these.
PAIRS_PER_CLASS: Final = 400
# A block of this many pairs keeps the working arrays at a few MiB.
_BLOCK: Final = 400_000


class LeftOut(msgspec.Struct, frozen=True, eq=False):
    """The N passing pairs that are not chosen among: wish row, opening row, points, each (N,)."""

    c: Ints
    s: Ints
    points: Ints


class Candidates(msgspec.Struct, frozen=True, eq=False):
    """The pairs to choose among, sorted by wish row and opening row, and their points, (P,); and those left out."""

    pairs: Pairs
    points: Ints
    left_out: LeftOut | None = None


def find_candidates(
    tables: Tables, standing: Iterable[Standing], weights: Weights, per_class: int = PAIRS_PER_CLASS
) -> Candidates:
    """Return the `per_class` best passing pairs of every class, and every passing pair that is already proposed.

    Pairs of slots that pool or split their places are never left out: such a pair has no price of its own.
    """
    blocks = list(_passing_blocks(tables))
    c = np.concatenate([block[0] for block in blocks]) if blocks else np.zeros(0, np.int64)
    s = np.concatenate([block[1] for block in blocks]) if blocks else np.zeros(0, np.int64)
    order = np.lexsort((s, c))
    c, s = c[order], s[order]
    stays = np.isin(c * len(tables.openings.openings) + s, _standing_codes(tables, standing))
    pairs = met(tables, c, s, stays)
    points = pair_points(tables, pairs, weights)
    packed = (tables.openings.pooled | tables.openings.splitting)[pairs.s]
    kept = _best(pairs, points, per_class) | pairs.stays | packed
    rows, rest = np.flatnonzero(kept), np.flatnonzero(~kept)
    left_out = LeftOut(pairs.c[rest], pairs.s[rest], points[rest]) if rest.size else None
    return Candidates(pairs.take(rows), points[rows], left_out)


def _passing_blocks(tables: Tables) -> Iterator[tuple[Ints, Ints]]:
    wishes, openings = tables.wishes, tables.openings
    # What a class needs of a slot depends on the class, but it is one place at least.
    slots = np.flatnonzero(openings.places_free > 0)
    for code in SLOT_GATES:
        slots = slots[GATES[code](tables, np.zeros(1, np.int64), slots)]
    for level in range(len(LEVELS)):
        classes = np.flatnonzero(wishes.level == level)
        of_level = slots[openings.levels[slots] >> level & 1 == 1]
        if not of_level.size:
            continue
        step = max(1, _BLOCK // of_level.size)
        for start in range(0, classes.size, step):
            yield _sift(tables, classes[start : start + step], of_level)


def _sift(tables: Tables, classes: Ints, slots: Ints) -> tuple[Ints, Ints]:
    """Return the passing pairs of a block of classes with slots of their level."""
    passed = within_box(tables, classes[:, None], slots[None, :])
    for code in CHEAP_GATES:
        passed &= GATES[code](tables, classes[:, None], slots[None, :])
    row_c, row_s = np.nonzero(passed)
    c, s = classes[row_c], slots[row_s]
    for code in COSTLY_GATES:
        kept = GATES[code](tables, c, s)
        c, s = c[kept], s[kept]
    return c, s


def _best(pairs: Pairs, points: Ints, per_class: int) -> Bools:
    """Say which pairs are among the best of their class; equal points go to the earlier slot id."""
    order = np.lexsort((pairs.s, -points, pairs.c))
    best = np.zeros(pairs.c.size, np.bool_)
    best[order] = rank_in_group(pairs.c[order]) < per_class
    return best


def _standing_codes(tables: Tables, standing: Iterable[Standing]) -> Ints:
    row_of_wish = {wish.id: row for row, wish in enumerate(tables.wishes.wishes)}
    row_of_slot = {opening.slot_id: row for row, opening in enumerate(tables.openings.openings)}
    codes = [
        row_of_wish[stands.wish_id] * len(row_of_slot) + row_of_slot[stands.slot_id]
        for stands in standing
        if stands.state is StandingState.PROPOSED and stands.wish_id in row_of_wish and stands.slot_id in row_of_slot
    ]
    return np.array(codes, dtype=np.int64)
