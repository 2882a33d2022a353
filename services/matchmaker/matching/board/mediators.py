"""Which mediators suit which slots and classes of a board, as whole numbers with one bit per mediator.

Bits say what a capacity is (themes, period, territory, levels, size), not what is left of it: interventions and days
come and go with every answer and are counted when somebody is matched.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

import msgspec
import numpy as np

from contracts.vocabulary import Level
from services.matchmaker.matching.arrays import Bools, ints
from services.matchmaker.matching.board.rows import BoardRows
from services.matchmaker.matching.inputs import Mediation
from services.matchmaker.matching.mediation import suits_class, suits_classes, suits_slot, suits_slots


class BoardMediators:
    """The mediators by row, and the bits of those that suit each slot and each class."""

    def __init__(self, rows: BoardRows, mediations: Iterable[Mediation]) -> None:
        self._rows = rows
        self.row_of: dict[UUID, int] = {}
        self.mediations: list[Mediation] = []
        # The same as if nothing of them were taken.
        self._natures: list[Mediation] = []
        self.slot_bits: list[int] = [0] * len(rows.openings.openings)
        self.class_bits: list[int] = [0] * len(rows.wishes.wishes)
        self._nearest: dict[int, list[int]] = {}
        # Bits by level and pupils: many classes are alike.
        self._of_kind: dict[tuple[Level, int], int] = {}
        # Mediators with an intervention left that nobody accepted.
        self._able = 0
        for capacity in sorted(mediations, key=lambda each: each.id):
            self.put(capacity)

    def put(self, capacity: Mediation) -> int:
        """Write a mediator, as frozen visits leave it, over its row or behind the last one; give the row."""
        row = self.row_of.setdefault(capacity.id, len(self.row_of))
        if row == len(self.mediations):
            self.mediations.append(capacity)
            self._natures.append(_nature(capacity))
            self._set_bits(row)
        else:
            self.mediations[row] = capacity
            was, self._natures[row] = self._natures[row], _nature(capacity)
            if was != self._natures[row]:
                self._set_bits(row)
        self._able = self._able & ~(1 << row) | (1 << row if capacity.interventions_left > 0 else 0)
        return row

    def remove(self, mediation_id: UUID) -> int | None:
        """Let a mediator suit nobody any more; give its row."""
        row = self.row_of.get(mediation_id)
        if row is not None:
            self.mediations[row] = msgspec.structs.replace(self.mediations[row], interventions_left=0)
            self._able &= ~(1 << row)
        return row

    def look_at_classes(self, classes: Iterable[int]) -> None:
        """Find anew who suits these classes."""
        self.class_bits += [0] * (len(self._rows.wishes.wishes) - len(self.class_bits))
        for c in classes:
            wish = self._rows.wishes.wishes[c]
            kind = wish.level, wish.pupils
            if kind not in self._of_kind:
                self._of_kind[kind] = _bits(suits_class(nature, *kind) for nature in self._natures)
            self.class_bits[c] = self._of_kind[kind]

    def look_at_slots(self, slots: Iterable[int]) -> None:
        """Find anew who can come to these slots."""
        self.slot_bits += [0] * (len(self._rows.openings.openings) - len(self.slot_bits))
        for s in slots:
            opening = self._rows.openings.openings[s]
            self._nearest.pop(s, None)
            self.slot_bits[s] = _bits(suits_slot(nature, opening) for nature in self._natures)

    def able(self, c: int, s: int) -> int:
        """Return the bits of those that suit both and have an intervention left."""
        return self.class_bits[c] & self.slot_bits[s] & self._able

    def nearest(self, s: int) -> list[int]:
        """Return the mediators that can come to a slot, the nearest first."""
        if s not in self._nearest:
            opening = self._rows.openings.openings[s]
            # Near enough for an order: degrees, those of longitude shortened by the latitude.
            shortened = math.cos(math.radians(opening.latitude))
            self._nearest[s] = sorted(
                rows_of(self.slot_bits[s]),
                key=lambda row: math.hypot(
                    self.mediations[row].latitude - opening.latitude,
                    (self.mediations[row].longitude - opening.longitude) * shortened,
                ),
            )
        return self._nearest[s]

    def _set_bits(self, row: int) -> None:
        self._of_kind.clear()
        table, nature = self._rows.wishes, self._natures[row]
        suits = suits_slots(nature, self._rows.slot_columns())
        for s in [s for s in self._nearest if suits[s] or self.slot_bits[s] >> row & 1]:
            del self._nearest[s]
        _set(self.slot_bits, row, suits)
        _set(self.class_bits, row, suits_classes(nature, table.level, table.pupils))


def rows_of(bits: int) -> Iterator[int]:
    """Yield the rows whose bits are set, from the lowest."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def columns_of(bits: Sequence[int], mediators: Sequence[int]) -> Bools:
    """Return the bits of these mediators alone: one row each, one column a mediator."""
    if not mediators or not bits:
        return np.zeros((len(bits), len(mediators)), np.bool_)
    width = max(mediators) // 8 + 1
    mask = (1 << 8 * width) - 1
    packed = np.frombuffer(b"".join((each & mask).to_bytes(width, "little") for each in bits), np.uint8)
    flags: Bools = np.unpackbits(packed.reshape(len(bits), width), axis=1, bitorder="little")[:, list(mediators)] == 1
    return flags


def _nature(capacity: Mediation) -> Mediation:
    """What the capacity is, whatever is left of it."""
    return msgspec.structs.replace(capacity, interventions_left=1, taken_dates=frozenset())


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << row for row, flag in enumerate(flags) if flag)


def _set(bits: list[int], row: int, suits: Bools) -> None:
    one = 1 << row
    had = ints(each >> row & 1 for each in bits) == 1
    for place in np.flatnonzero(had != suits).tolist():
        bits[place] ^= one
