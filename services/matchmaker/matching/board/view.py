"""A board seen as the plan that a match of the whole region would give, so that explanations work on it."""

from typing import NamedTuple

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bools, Bytes, Ints, ints
from services.matchmaker.matching.board.mediators import columns_of
from services.matchmaker.matching.board.pairs import LATER
from services.matchmaker.matching.board.position import Position
from services.matchmaker.matching.board.rows import taken
from services.matchmaker.matching.candidates import Candidates
from services.matchmaker.matching.gates import GATES
from services.matchmaker.matching.inputs import Opening, Wish
from services.matchmaker.matching.pairs import met
from services.matchmaker.matching.tables import Tables
from services.matchmaker.matching.visits import VisitMatch, VisitPlan, match_of


class _Shown(NamedTuple):
    """A match, and what it was made of."""

    wish: Wish
    opening: Opening
    mediation_id: object
    is_first: bool
    match: VisitMatch


class BoardView:
    """Makes plans of a position; matches that did not change are made once."""

    def __init__(self, at: Position) -> None:
        self._at = at
        self._shown: dict[tuple[int, int], _Shown] = {}

    def plan(self) -> VisitPlan:
        """Return the plan of how things stand: rows in the order of ids, without what is gone."""
        at = self._at
        wishes, openings = at.rows.wishes.wishes, at.rows.openings.openings
        classes = sorted(np.flatnonzero(at.rows.class_lives).tolist(), key=lambda c: wishes[c].id)
        slots = sorted(np.flatnonzero(at.rows.slot_lives).tolist(), key=lambda s: openings[s].slot_id)
        tables, mediators = self._tables(classes, slots)
        candidates = self._candidates(tables, classes, slots)
        chosen, found = self._chosen(tables, candidates, classes, slots, mediators)
        found.sort(key=lambda row_match: (row_match[1].wish_id, row_match[1].day))
        value = sum(match.points for _, match in found)
        return VisitPlan(
            matches=tuple(match for _, match in found),
            value=value,
            bound=value,
            weights=at.settings.weights,
            tables=tables,
            candidates=candidates,
            rows=tuple(row for row, _ in found),
            chosen=chosen,
            wish_rows={wish.id: row for row, wish in enumerate(tables.wishes.wishes)},
            slot_rows={opening.slot_id: row for row, opening in enumerate(tables.openings.openings)},
        )

    def _tables(self, classes: list[int], slots: list[int]) -> tuple[Tables, list[int]]:
        at = self._at
        known = at.mediators
        mediators = sorted(known.row_of.values(), key=lambda row: known.mediations[row].id)
        openings = taken(at.rows.openings, ints(slots))
        slot_suits = columns_of([known.slot_bits[s] for s in slots], mediators)
        for column, mediator in enumerate(mediators):
            capacity = known.mediations[mediator]
            if capacity.interventions_left <= 0:
                slot_suits[:, column] = False
            elif capacity.taken_dates:
                slot_suits[:, column] &= ~np.isin(openings.day, [day.toordinal() for day in capacity.taken_dates])
        class_suits = columns_of([known.class_bits[c] for c in classes], mediators)
        declined, busy = at.rows.codes(classes, slots)
        return Tables(
            wishes=msgspec.structs.replace(taken(at.rows.wishes, ints(classes)), mediators=_packed(class_suits)),
            openings=msgspec.structs.replace(openings, mediators=_packed(slot_suits)),
            mediations=tuple(known.mediations[mediator] for mediator in mediators),
            declined=declined,
            taken=busy,
            today=at.rows.today,
        ), mediators

    def _candidates(self, tables: Tables, classes: list[int], slots: list[int]) -> Candidates:
        at = self._at
        place_of = np.full(len(at.places), -1, np.int64)
        place_of[slots] = np.arange(len(slots))
        of_class = [at.pairs.of_class[c] for c in classes]
        c = np.repeat(np.arange(len(classes)), ints(len(pairs) for pairs in of_class))
        s = place_of[ints(s for pairs in of_class for s in pairs)]
        points = ints(worth for pairs in of_class for worth in pairs.values())
        stays = np.isin(c * len(slots) + s, self._codes(classes, place_of, len(slots)))
        now = np.ones(c.size, np.bool_)
        for code in LATER:
            now &= GATES[code](tables, c, s)
        order = np.lexsort((s, c))
        order = order[(now | stays)[order]]
        pairs = met(tables, c[order], s[order], stays[order])
        return Candidates(pairs, points[order] + at.stay * pairs.stays)

    def _codes(self, classes: list[int], place_of: Ints, slots: int) -> Ints:
        chosen = self._at.choice.of_class
        return ints(row * slots + int(place_of[s]) for row, c in enumerate(classes) if c in chosen for s in chosen[c])

    def _chosen(
        self, tables: Tables, candidates: Candidates, classes: list[int], slots: list[int], mediators: list[int]
    ) -> tuple[Bools, list[tuple[int, VisitMatch]]]:
        """Return which candidates are chosen, and their rows and matches."""
        at, day = self._at, self._at.rows.openings.day
        column_of = {mediator: column for column, mediator in enumerate(mediators)}
        pairs, shown, found = candidates.pairs, {}, []
        for row in np.flatnonzero(pairs.stays).tolist():
            c, s = classes[int(pairs.c[row])], slots[int(pairs.s[row])]
            mediator = column_of.get(at.choice.of_class[c][s], -1)
            wish, opening = tables.wishes.wishes[pairs.c[row]], tables.openings.openings[pairs.s[row]]
            mediation_id = tables.mediations[mediator].id if mediator >= 0 else None
            is_first = all(day[s] <= day[other] for other in at.choice.of_class[c])
            known = self._shown.get((c, s))
            if (
                known is None
                or known.wish is not wish
                or known.opening is not opening
                or (known.mediation_id, known.is_first) != (mediation_id, is_first)
            ):
                match = match_of(tables, candidates, row, mediator, at.settings.weights, is_first=is_first)
                known = _Shown(wish, opening, mediation_id, is_first, match)
            shown[c, s] = known
            found.append((row, known.match))
        self._shown = shown
        return pairs.stays.copy(), found


def _packed(flags: Bools) -> Bytes:
    return np.packbits(flags, axis=1)
