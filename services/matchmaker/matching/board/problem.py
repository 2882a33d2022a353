"""The small problem of a neighbourhood: its own tables, in which the others' places, days and mediators are taken.

It is built by `visit_problem` like that of a whole region, so that whatever a region's match keeps to is kept here.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bytes, Floats, Ints, bools, floats, ints
from services.matchmaker.matching.board.choice import NOBODY
from services.matchmaker.matching.board.mediators import columns_of
from services.matchmaker.matching.board.neighbourhood import Around
from services.matchmaker.matching.board.packing import Room, rooms
from services.matchmaker.matching.board.position import Position
from services.matchmaker.matching.board.rows import taken
from services.matchmaker.matching.candidates import Candidates
from services.matchmaker.matching.inputs import Mediation
from services.matchmaker.matching.pairs import met
from services.matchmaker.matching.problem import Problem
from services.matchmaker.matching.tables import OpeningTable, Tables
from services.matchmaker.matching.visit_problem import visit_problem

# Of the mediators that a pair could have, the nearest: farther ones are hardly ever chosen.
_MEDIATORS: Final = 6
# What it is worth that a mediator stays, against what it is worth that a visit does: it is told to fewer people.
_MEDIATOR_STAYS: Final = 0.1
_NO_CODES: Final = np.zeros(0, np.int64)


class Part(NamedTuple):
    """The problem, the tables and candidates that it was made of, and the board's rows behind theirs."""

    problem: Problem
    tables: Tables
    candidates: Candidates
    classes: list[int]
    slots: list[int]
    mediators: list[int]


def part_of(at: Position, around: Around) -> Part:
    """Return the choice among the pairs around, what all others are proposed being fixed."""
    packed = rooms(at, around)
    around = Around(around.classes, tuple(pair for pair in around.pairs if _has_room(at, packed, *pair)))
    classes, slots = sorted(around.classes), sorted({s for _, s in around.pairs})
    place_of_class = {c: place for place, c in enumerate(classes)}
    place_of_slot = {s: place for place, s in enumerate(slots)}
    mediators = _Mediators(at, around)
    tables = Tables(
        wishes=msgspec.structs.replace(taken(at.rows.wishes, ints(classes)), mediators=mediators.of_classes(classes)),
        openings=msgspec.structs.replace(_openings(at, around, slots), mediators=mediators.of_slots(slots)),
        mediations=mediators.capacities(),
        declined=_NO_CODES,
        taken=_NO_CODES,
        today=at.rows.today,
    )
    c = ints(place_of_class[c] for c, _ in around.pairs)
    s = ints(place_of_slot[s] for _, s in around.pairs)
    stays = bools(s in at.choice.of_class[c] for c, s in around.pairs)
    points = ints(at.pairs.of_class[c][s] for c, s in around.pairs) + np.rint(at.hold * stays).astype(np.int64)
    candidates = Candidates(met(tables, c, s, stays), points)
    problem = visit_problem(tables, candidates, at.settings.weights)
    places, open_places = problem.slot_places.copy(), np.minimum(problem.slot_places, _open_places(problem))
    for slot, room in packed.items():
        if (place := place_of_slot.get(slot)) is not None:
            places[place], open_places[place] = room.classes, room.reached
    problem = msgspec.structs.replace(
        problem,
        pair_places=None,
        slot_places=places,
        slot_open_places=open_places,
        class_first_bonus=floats(at.first_bonus[c] for c in classes),
        link_score=_link_scores(at, around, problem, mediators.rows),
    )
    return Part(problem, tables, candidates, classes, slots, mediators.rows)


def _openings(at: Position, around: Around, slots: list[int]) -> OpeningTable:
    """Return the slots without what classes that are not around are proposed of them."""
    table = taken(at.rows.openings, ints(slots))
    by_reached, by_under_reached = np.zeros(len(slots), np.int64), np.zeros(len(slots), np.int64)
    for place, s in enumerate(slots):
        for c in at.choice.of_slot[s]:
            if c not in around.classes:
                counts = by_under_reached if at.rows.wishes.under_reached[c] else by_reached
                counts[place] += at.needed(c, s)
    others = by_reached + by_under_reached
    return msgspec.structs.replace(
        table,
        places_free=np.maximum(table.places_free - others, 0),
        # Places that are reserved are taken first by those for whom they are.
        reserved=np.maximum(table.reserved - by_under_reached, 0),
    )


def _has_room(at: Position, packed: dict[int, Room], c: int, s: int) -> bool:
    return s not in packed or s in at.choice.of_class[c] or at.needed(c, s) <= packed[s].largest


def _open_places(problem: Problem) -> Ints:
    return problem.slot_places if problem.slot_open_places is None else problem.slot_open_places


def _link_scores(at: Position, around: Around, problem: Problem, mediators: list[int]) -> Floats | None:
    """Return the links' scores, those of mediators that are proposed now with what it is worth that they stay."""
    if problem.link_score is None or problem.pair_lane is None or not problem.link_score.size:
        return problem.link_score
    scores = problem.link_score.copy()
    column_of = {mediator: column for column, mediator in enumerate(mediators)}
    for row, (c, s) in enumerate(around.pairs):
        has = column_of.get(at.choice.of_class[c].get(s, NOBODY))
        if has is not None:
            stays = (problem.link_lane == problem.pair_lane[row]) & (problem.link_mediator == has)
            scores[stays] += _MEDIATOR_STAYS * at.hold
    return scores


class _Mediators:
    """The mediators to choose among: for each pair the one that it has, and the nearest few that are free that day."""

    def __init__(self, at: Position, around: Around) -> None:
        self._at = at
        self._around = around
        self._free: dict[int, tuple[int, set[int]]] = {}
        self._of_slot: dict[int, set[int]] = defaultdict(set)
        for c, s in around.pairs:
            if at.is_mediated(c, s):
                self._of_slot[s].update(islice(self._possible(c, s), _MEDIATORS))
        self.rows = sorted(set().union(*self._of_slot.values()))

    def capacities(self) -> tuple[Mediation, ...]:
        """Return the mediators with the interventions that are left to this problem."""
        known = self._at.mediators.mediations
        return tuple(msgspec.structs.replace(known[row], interventions_left=self._left(row)[0]) for row in self.rows)

    def of_classes(self, classes: list[int]) -> Bytes:
        """Return the bits of those that suit each class."""
        return self._packed([self._at.mediators.class_bits[c] for c in classes])

    def of_slots(self, slots: list[int]) -> Bytes:
        """Return the bits of those that each slot can choose among."""
        return self._packed([sum(1 << row for row in self._of_slot.get(s, ())) for s in slots])

    def _packed(self, bits: list[int]) -> Bytes:
        return np.packbits(columns_of(bits, self.rows), axis=1)

    def _possible(self, c: int, s: int) -> Iterator[int]:
        at = self._at
        able, day, has = at.mediators.able(c, s), int(at.rows.openings.day[s]), at.choice.of_class[c].get(s, NOBODY)
        for row in chain((has,) if has != NOBODY else (), at.mediators.nearest(s)):
            if able >> row & 1:
                left, busy = self._left(row)
                if left > 0 and day not in busy:
                    yield row

    def _left(self, row: int) -> tuple[int, set[int]]:
        """Return the interventions that a mediator has left for this problem, and the days on which it is elsewhere."""
        if row not in self._free:
            capacity, day = self._at.mediators.mediations[row], self._at.rows.openings.day
            others = [s for c, s in self._at.choice.of_mediator[row] if c not in self._around.classes]
            busy = {taken.toordinal() for taken in capacity.taken_dates} | {int(day[s]) for s in others}
            self._free[row] = max(0, capacity.interventions_left - len(others)), busy
        return self._free[row]
