"""The pairs of a board that pass every gate but those that come and go, with their points, by class and by slot.

Places, reserved places and mediators change with every answer; pairs that only lack one of these are kept, and left
out when somebody is matched. Of a class's pairs the best are kept, as in `candidates.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from contracts.matchmaker.explanations import GateCode
from contracts.matchmaker.policies import Weights
from services.matchmaker.matching.arrays import Bools, Ints
from services.matchmaker.matching.board.rows import BoardRows
from services.matchmaker.matching.candidates import PAIRS_PER_CLASS
from services.matchmaker.matching.gates import CHEAP_GATES, COSTLY_GATES, GATES, SLOT_GATES
from services.matchmaker.matching.score import points_of_pairs
from services.matchmaker.matching.tables import Tables

# What these ask is asked anew at each match: of places by the problem, of mediators by its links.
LATER: Final = (GateCode.CAPACITY, GateCode.RESERVED, GateCode.MEDIATION)
# What sifts most comes first.
_NOW: Final = tuple(
    code
    for code in dict.fromkeys((GateCode.LEVEL, GateCode.DATE_WINDOW, *CHEAP_GATES, *SLOT_GATES, *COSTLY_GATES))
    if code not in LATER
)
# As many pairs at a time as keep the working arrays at a few MiB.
_BLOCK: Final = 400_000


class BoardPairs:
    """Points of the pairs: `of_class[c][s]` and `of_slot[s][c]`, without what staying or a first visit adds."""

    def __init__(self, rows: BoardRows, weights: Weights) -> None:
        self._rows = rows
        self._weights = weights
        self.of_class: list[dict[int, int]] = []
        self.of_slot: list[dict[int, int]] = []
        # The fewest points with which a new pair is among the best of its class.
        self._least: list[int] = []
        self.look_at_classes(range(len(rows.wishes.wishes)))

    def look_at_classes(self, classes: Sequence[int], kept: Iterable[tuple[int, int]] = ()) -> None:
        """Find the pairs of these classes anew; `kept` pairs are not left out for being too few points."""
        self._enlarge()
        for c in classes:
            self._clear_class(c)
        staying = set(kept)
        for c, slots, points, open_now in self._passing(classes):
            least = int(np.sort(points[open_now])[-PAIRS_PER_CLASS]) if open_now.sum() > PAIRS_PER_CLASS else 0
            self._least[c] = least
            for s, worth in zip(slots.tolist(), points.tolist(), strict=True):
                if worth >= least or (c, s) in staying:
                    self.of_class[c][s] = worth
                    self.of_slot[s][c] = worth

    def narrow(self, c: int) -> None:
        """Leave out the pairs of a class with slots that it declined, and on days on which it is busy."""
        wish, openings = self._rows.wishes.wishes[c], self._rows.openings.openings
        for s in list(self.of_class[c]):
            if openings[s].slot_id in wish.declined_slots or openings[s].day in wish.taken_dates:
                del self.of_class[c][s], self.of_slot[s][c]

    def look_at_slots(self, slots: Sequence[int], kept: Iterable[tuple[int, int]] = ()) -> None:
        """Find the pairs of these slots anew."""
        self._enlarge()
        for s in slots:
            self.clear_slot(s)
        staying = set(kept)
        tables = self._rows.tables_of_slots(slots)
        classes = np.flatnonzero(self._rows.class_lives)
        c, place = passing(tables, np.tile(classes, len(slots)), np.repeat(np.arange(len(slots)), classes.size))
        points = points_of_pairs(tables, c, place, self._weights)
        for row, where, worth in zip(c.tolist(), place.tolist(), points.tolist(), strict=True):
            s = slots[where]
            if worth >= self._least[row] or (row, s) in staying:
                self.of_class[row][s] = worth
                self.of_slot[s][row] = worth

    def clear_slot(self, s: int) -> None:
        """Forget the pairs of a slot."""
        for c in self.of_slot[s]:
            del self.of_class[c][s]
        self.of_slot[s] = {}

    def _clear_class(self, c: int) -> None:
        for s in self.of_class[c]:
            del self.of_slot[s][c]
        self.of_class[c] = {}
        self._least[c] = 0

    def forget_class(self, c: int) -> None:
        """Forget the pairs of a class."""
        if c < len(self.of_class):
            self._clear_class(c)

    def _enlarge(self) -> None:
        classes, slots = len(self._rows.wishes.wishes), len(self._rows.openings.openings)
        self.of_class += [{} for _ in range(classes - len(self.of_class))]
        self._least += [0] * (classes - len(self._least))
        self.of_slot += [{} for _ in range(slots - len(self.of_slot))]

    def _passing(self, classes: Sequence[int]) -> Iterator[tuple[int, Ints, Ints, Bools]]:
        """Yield of each class that has pairs its slots, their points, and which of them have a place."""
        slots = np.flatnonzero(self._rows.slot_lives)
        step = max(1, _BLOCK // max(1, slots.size))
        for start in range(0, len(classes), step):
            block = classes[start : start + step]
            tables = self._rows.tables_of_classes(block)
            place, s = passing(tables, np.repeat(np.arange(len(block)), slots.size), np.tile(slots, len(block)))
            points = points_of_pairs(tables, place, s, self._weights)
            open_now = tables.openings.places_free[s] > 0
            ends = np.searchsorted(place, np.arange(len(block) + 1))
            for row, begin, end in zip(block, ends.tolist(), ends.tolist()[1:], strict=False):
                if begin < end:
                    yield row, s[begin:end], points[begin:end], open_now[begin:end]


def passing(tables: Tables, c: Ints, s: Ints) -> tuple[Ints, Ints]:
    """Return those of these pairs that pass every gate that is asked now."""
    for code in _NOW:
        kept = GATES[code](tables, c, s)
        c, s = c[kept], s[kept]
    return c, s
