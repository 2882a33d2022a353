"""The columns of `tables.py` for a board: rows keep their place, changed ones are written over, new ones come last.

A row whose thing is gone stays, and is not looked at. Mediators are kept apart (`mediators.py`), so that the
tables given here have none.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bools, Ints, ints
from services.matchmaker.matching.inputs import Opening, Wish
from services.matchmaker.matching.mediation import SlotColumns
from services.matchmaker.matching.tables import DAY_CODES, OpeningTable, Tables, WishTable, build_tables

TableT = TypeVar("TableT", WishTable, OpeningTable)


class BoardRows:
    """The columns of all classes and slots, and who declined what or is busy when."""

    def __init__(self, wishes: Sequence[Wish], openings: Sequence[Opening], today: date) -> None:
        tables = build_tables(wishes, openings, (), today)
        self.today = today
        self.wishes, self.openings = tables.wishes, tables.openings
        self.class_lives: Bools = np.ones(len(tables.wishes.wishes), np.bool_)
        self.slot_lives: Bools = np.ones(len(tables.openings.openings), np.bool_)
        self.row_of_wish = {wish.id: row for row, wish in enumerate(tables.wishes.wishes)}
        self.row_of_slot = {opening.slot_id: row for row, opening in enumerate(tables.openings.openings)}
        # Rows of classes by the slots and offers that they declined, and by the days on which they are busy.
        self._declined_by: dict[UUID, set[int]] = defaultdict(set)
        self._busy_on: dict[int, set[int]] = defaultdict(set)
        self._rows_of_offer: dict[UUID, set[int]] = defaultdict(set)
        for row, wish in enumerate(tables.wishes.wishes):
            self._note_wish(row, wish)
        for row, opening in enumerate(tables.openings.openings):
            self._rows_of_offer[opening.offer_id].add(row)

    def put_wishes(self, wishes: Sequence[Wish]) -> list[int]:
        """Write the wishes over their rows or behind the last one; give the rows."""
        if not wishes:
            return []
        fresh = build_tables(wishes, (), (), self.today).wishes
        rows = _rows_for(self.row_of_wish, [wish.id for wish in fresh.wishes])
        known = len(self.wishes.wishes)
        for row, wish in zip(rows, fresh.wishes, strict=True):
            if row < known:
                self._forget_wish(row, self.wishes.wishes[row])
            self._note_wish(row, wish)
        self.wishes = _put(self.wishes, rows, fresh)
        self.class_lives = _enlarged(self.class_lives, len(self.wishes.wishes))
        self.class_lives[rows] = True
        return rows

    def put_openings(self, openings: Sequence[Opening]) -> list[int]:
        """Write the openings over their rows or behind the last one; give the rows."""
        if not openings:
            return []
        fresh = build_tables((), openings, (), self.today).openings
        rows = _rows_for(self.row_of_slot, [opening.slot_id for opening in fresh.openings])
        known = len(self.openings.openings)
        for row, opening in zip(rows, fresh.openings, strict=True):
            if row < known:
                self._rows_of_offer[self.openings.openings[row].offer_id].discard(row)
            self._rows_of_offer[opening.offer_id].add(row)
        self.openings = _put(self.openings, rows, fresh)
        self.slot_lives = _enlarged(self.slot_lives, len(self.openings.openings))
        self.slot_lives[rows] = True
        return rows

    def tables_of_classes(self, rows: Sequence[int]) -> Tables:
        """Return tables of these classes, in this order, with all slots."""
        declined, busy = self.codes(rows, range(len(self.openings.openings)))
        return Tables(taken(self.wishes, ints(rows)), self.openings, (), declined, busy, self.today)

    def tables_of_slots(self, rows: Sequence[int]) -> Tables:
        """Return tables of these slots, in this order, with all classes."""
        openings = taken(self.openings, ints(rows))
        declined: set[int] = set()
        busy: set[int] = set()
        for place, opening in enumerate(openings.openings):
            day = opening.day.toordinal()
            for decliners in (self._declined_by.get(opening.slot_id, ()), self._declined_by.get(opening.offer_id, ())):
                declined.update(c * len(rows) + place for c in decliners)
            busy.update(c * DAY_CODES + day for c in self._busy_on.get(day, ()))
        return Tables(self.wishes, openings, (), ints(sorted(declined)), ints(sorted(busy)), self.today)

    def codes(self, classes: Sequence[int], slots: Sequence[int]) -> tuple[Ints, Ints]:
        """Return what these classes declined among these slots, and when they are busy: codes as in `Tables`."""
        # All slots in their own order need no dictionary of them.
        place_of = slots if isinstance(slots, range) else {s: place for place, s in enumerate(slots)}
        declined: set[int] = set()
        busy: set[int] = set()
        for row, c in enumerate(classes):
            wish = self.wishes.wishes[c]
            named = {self.row_of_slot[slot] for slot in wish.declined_slots if slot in self.row_of_slot}
            named.update(*(self._rows_of_offer.get(offer, ()) for offer in wish.declined_offers))
            declined.update(row * len(slots) + place_of[s] for s in named if s in place_of)
            busy.update(row * DAY_CODES + day.toordinal() for day in wish.taken_dates)
        return ints(sorted(declined)), ints(sorted(busy))

    def slot_columns(self) -> SlotColumns:
        """Return what mediators ask of all slots."""
        table = self.openings
        return SlotColumns(
            day=table.day,
            weekday=table.weekday,
            themes=table.themes,
            formats=table.formats,
            latitude=table.latitude,
            longitude=table.longitude,
            department=np.array([opening.department for opening in table.openings], dtype=np.str_),
        )

    def _note_wish(self, row: int, wish: Wish) -> None:
        for thing in (*wish.declined_slots, *wish.declined_offers):
            self._declined_by[thing].add(row)
        for day in wish.taken_dates:
            self._busy_on[day.toordinal()].add(row)

    def _forget_wish(self, row: int, wish: Wish) -> None:
        for thing in (*wish.declined_slots, *wish.declined_offers):
            self._declined_by[thing].discard(row)
        for day in wish.taken_dates:
            self._busy_on[day.toordinal()].discard(row)


def taken(table: TableT, rows: Ints) -> TableT:
    """Return these rows of a table, in this order."""
    listed = rows.tolist()
    return msgspec.structs.replace(
        table,
        **{
            name: tuple([column[row] for row in listed]) if isinstance(column, tuple) else column[rows]
            for name, column in _columns(table)
        },
    )


def _put(table: TableT, rows: list[int], fresh: TableT) -> TableT:
    """Return the table with the fresh rows written over these rows, or appended in order where they are new."""
    known = _size(table)
    old = [place for place, row in enumerate(rows) if row < known]
    new = [place for place, row in enumerate(rows) if row >= known]
    columns = {name: _put_column(column, getattr(fresh, name), rows, old, new) for name, column in _columns(table)}
    return msgspec.structs.replace(table, **columns)


def _put_column(column: Any, values: Any, rows: list[int], old: list[int], new: list[int]) -> Any:
    """Write the values at places `old` over their rows, append those at places `new`."""
    if isinstance(column, tuple):
        listed = [*column, *(values[place] for place in new)]
        for place in old:
            listed[rows[place]] = values[place]
        return tuple(listed)
    if old:
        column[[rows[place] for place in old]] = values[old]
    return np.concatenate([column, values[new]]) if new else column


def _size(table: WishTable | OpeningTable) -> int:
    return int(table.latitude.size)


def _columns(table: WishTable | OpeningTable) -> list[tuple[str, Any]]:
    return [(name, getattr(table, name)) for name in table.__struct_fields__]


def _rows_for(row_of: dict[UUID, int], ids: Sequence[UUID]) -> list[int]:
    """Return the rows of these ids; an id that is new gets the next one."""
    return [row_of.setdefault(each, len(row_of)) for each in ids]


def _enlarged(lives: Bools, size: int) -> Bools:
    return np.concatenate([lives, np.zeros(size - lives.size, np.bool_)]) if size > lives.size else lives
