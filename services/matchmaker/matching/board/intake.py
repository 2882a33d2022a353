"""What events make true, taken into a board: rows, pairs, mediators, what is held and proposed; and where to look then.

Nobody is matched here. A proposal that is no longer possible is dropped at once; who had it looks for another.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from services.matchmaker.matching.board.changes import BoardChange
from services.matchmaker.matching.board.choice import NOBODY
from services.matchmaker.matching.board.neighbourhood import Seeds
from services.matchmaker.matching.board.position import Position
from services.matchmaker.matching.inputs import Opening, Standing, StandingState, Wish

# A mediator that can give more than before is offered to so many slots and classes that had the fewest others.
_OFFERS: Final = 4


class TakenIn(msgspec.Struct, frozen=True, kw_only=True):
    """Where to look, what was dropped (ids of class and slot), and the rows that the events themselves touched.

    `cut` are slots that have fewer places than are proposed, or leave fewer to classes that are reached well, and
    `gone` mediators that can give less than before.
    """

    seeds: Seeds
    dropped: tuple[tuple[UUID, UUID], ...]
    classes: frozenset[int]
    slots: frozenset[int]
    cut: frozenset[int]
    gone: frozenset[int]


# A visit by ids: class, slot, mediator.
Proposed = tuple[UUID, UUID, UUID | None]


def begin(at: Position, proposed: Iterable[Proposed]) -> tuple[tuple[UUID, UUID], ...]:
    """Let a new position have these proposals; give those that are not possible, which it does not have."""
    of_wish: dict[UUID, list[Proposed]] = defaultdict(list)
    for each in proposed:
        of_wish[each[0]].append(each)
    return _Intake(at).begin(of_wish)


def take_in(at: Position, change: BoardChange) -> TakenIn:
    """Bring the position up to date with the change."""
    return _Intake(at).take(change)


class _Intake:
    def __init__(self, at: Position) -> None:
        self._at = at
        self._dropped: list[tuple[UUID, UUID]] = []
        self._seed_classes: set[int] = set()
        self._seed_slots: set[int] = set()
        self._gone: set[int] = set()

    def begin(self, of_wish: Mapping[UUID, Sequence[Proposed]]) -> tuple[tuple[UUID, UUID], ...]:
        """Take the proposals, and drop what fails."""
        self._take_proposals(of_wish)
        self._drop_what_fails(range(len(self._at.wanted)), ())
        return tuple(self._dropped)

    def take(self, change: BoardChange) -> TakenIn:
        at = self._at
        held_slots, held_mediations = self._learn(change)
        slots = self._take_slots({opening.slot_id for opening in change.openings} | held_slots, change.gone_openings)
        classes = self._take_classes({wish.id for wish in change.wishes} | change.standing.keys(), change.gone_wishes)
        # Before the proposals, which may be with a mediator that is new.
        could = self._take_mediators(
            {capacity.id for capacity in change.mediations} | held_mediations, change.gone_mediations
        )
        self._take_proposals({wish_id: _proposed(stands) for wish_id, stands in change.standing.items()})
        self._look_at_mediators(could)
        self._seed_classes |= classes
        self._seed_slots |= slots
        self._drop_what_fails(classes, slots)
        self._seed_slots = {s for s in self._seed_slots if at.rows.slot_lives[s]}
        self._seed_classes = {c for c in self._seed_classes if at.rows.class_lives[c]}
        # Who lost something asks less; who got something, more.
        at.take_asks(sorted(self._seed_classes))
        at.reprice(sorted(self._seed_slots))
        return TakenIn(
            seeds=Seeds(classes=frozenset(self._seed_classes), slots=frozenset(self._seed_slots)),
            dropped=tuple(pair for pair in self._dropped if _is_told_to_stand(change, *pair)),
            classes=frozenset(classes),
            slots=frozenset(slots),
            cut=frozenset(s for s in self._seed_slots if at.is_overfilled(s)),
            gone=frozenset(self._gone),
        )

    def _learn(self, change: BoardChange) -> tuple[set[UUID], set[UUID]]:
        """Take down the facts; give the slots and mediations that frozen visits hold more or less of."""
        facts = self._at.facts
        facts.wishes.update((wish.id, wish) for wish in change.wishes)
        facts.openings.update((opening.slot_id, opening) for opening in change.openings)
        facts.mediations.update((capacity.id, capacity) for capacity in change.mediations)
        for wish_id in change.gone_wishes:
            facts.wishes.pop(wish_id, None)
        for slot_id in change.gone_openings:
            facts.openings.pop(slot_id, None)
        for mediation_id in change.gone_mediations:
            facts.mediations.pop(mediation_id, None)
        slots: set[UUID] = set()
        mediations: set[UUID] = set()
        for wish_id, stands in change.standing.items():
            of_slots, of_mediations = facts.hold(wish_id, stands)
            slots |= of_slots
            mediations |= of_mediations
        return slots, mediations

    def _take_slots(self, told: set[UUID], gone: Iterable[UUID]) -> set[int]:
        """Write the slots' rows and find their pairs where more than their places changed; give the rows."""
        at, rows = self._at, self._at.rows
        left = {slot_id: at.facts.opening_left(slot_id) for slot_id in sorted(told)}
        new: list[Opening] = []
        counted: list[Opening] = []
        for slot_id, opening in left.items():
            if opening is None:
                continue
            row = rows.row_of_slot.get(slot_id)
            known = row is not None and rows.slot_lives[row] and _same_but_places(rows.openings.openings[row], opening)
            (counted if known else new).append(opening)
        changed = rows.put_openings(new)
        touched = changed + rows.put_openings(counted)
        lost = [rows.row_of_slot[each] for each in (*gone, *_missing(left)) if each in rows.row_of_slot]
        for s in lost:
            self._empty_slot(s)
            rows.slot_lives[s] = False
            at.pairs.clear_slot(s)
        at.take_slots((*touched, *lost))
        at.mediators.look_at_slots(changed)
        if changed:
            kept = self._kept_of_slots(changed)
            at.pairs.look_at_slots(changed, kept)
            # Another day or another need of mediation: what stands may no longer stand as it is.
            self._seed_classes.update(c for c, _ in kept)
        return set(touched) | set(lost)

    def _take_classes(self, told: set[UUID], gone: Iterable[UUID]) -> set[int]:
        """Write the classes' rows and find their pairs where they changed; give the rows."""
        at, rows = self._at, self._at.rows
        left = {wish_id: at.facts.wish_left(wish_id) for wish_id in sorted(told)}
        new: list[Wish] = []
        narrowed: list[Wish] = []
        for wish_id, wish in left.items():
            if wish is None:
                continue
            row = rows.row_of_wish.get(wish_id)
            known = rows.wishes.wishes[row] if row is not None and rows.class_lives[row] else None
            if known != wish:
                (narrowed if known is not None and _is_narrower(wish, known) else new).append(wish)
        changed, fewer = rows.put_wishes(new), rows.put_wishes(narrowed)
        lost = [rows.row_of_wish[each] for each in (*gone, *_missing(left)) if each in rows.row_of_wish]
        for c in lost:
            rows.class_lives[c] = False
            at.pairs.forget_class(c)
        at.take_classes((*changed, *fewer, *lost))
        for c in fewer:
            at.pairs.narrow(c)
        at.mediators.look_at_classes(changed)
        if changed:
            at.pairs.look_at_classes(changed, [(c, s) for c in changed for s in at.choice.of_class[c]])
        return {rows.row_of_wish[wish_id] for wish_id in (*left, *gone) if wish_id in rows.row_of_wish}

    def _take_proposals(self, of_wish: Mapping[UUID, Sequence[Proposed]]) -> None:
        """Let these classes be proposed what they are told to be, and nothing else."""
        at, rows = self._at, self._at.rows
        strange: list[int] = []
        for wish_id in sorted(of_wish):
            c = rows.row_of_wish.get(wish_id)
            told: dict[int, int] = {}
            for _, slot_id, mediation_id in of_wish[wish_id]:
                s = rows.row_of_slot.get(slot_id)
                if c is None or s is None or not rows.slot_lives[s]:
                    self._dropped.append((wish_id, slot_id))
                else:
                    told[s] = at.mediators.row_of.get(mediation_id, NOBODY) if mediation_id else NOBODY
            if c is None:
                continue
            for s in sorted(at.choice.of_class[c].keys() - told.keys()):
                at.choice.remove(c, s)
                self._seed_slots.add(s)
            for s, mediator in sorted(told.items()):
                if at.choice.of_class[c].get(s) == mediator:
                    continue
                if s in at.choice.of_class[c]:
                    at.choice.remove(c, s)
                at.choice.add(c, s, mediator)
                self._seed_slots.add(s)
            if rows.class_lives[c] and not told.keys() <= at.pairs.of_class[c].keys():
                strange.append(c)
        # A pair may be too few points to be kept for itself; what is proposed is kept.
        at.pairs.look_at_classes(strange, [(c, s) for c in strange for s in at.choice.of_class[c]])

    def _take_mediators(self, told: set[UUID], gone: Iterable[UUID]) -> dict[int, int]:
        """Write the mediators' rows; give how many interventions each could give before."""
        mediators = self._at.mediators
        could: dict[int, int] = {}
        for mediation_id in sorted({*told, *gone}):
            capacity = self._at.facts.mediation_left(mediation_id)
            known = mediators.row_of.get(mediation_id)
            before = mediators.mediations[known].interventions_left if known is not None else 0
            row = mediators.remove(mediation_id) if capacity is None else mediators.put(capacity)
            if row is not None:
                could[row] = before
        return could

    def _look_at_mediators(self, could: Mapping[int, int]) -> None:
        """Look for others where these mediators can give less than they are proposed to, for visits where more."""
        at = self._at
        for row, before in could.items():
            can = at.mediators.mediations[row].interventions_left
            given = at.choice.of_mediator[row]
            lost = {(c, s) for c, s in given if not self._can_give(row, c, s)}
            if len(given) > can:
                lost = given
            if lost:
                self._gone.add(row)
                self._seed_classes.update(c for c, _ in lost)
            if can > max(before, len(given)):
                self._offer(row)

    def _can_give(self, row: int, c: int, s: int) -> bool:
        at = self._at
        suits = at.mediators.able(c, s) >> row & 1
        return bool(suits) and at.rows.openings.openings[s].day not in at.mediators.mediations[row].taken_dates

    def _offer(self, row: int) -> None:
        """Look where a mediator that can give more is most missed."""
        at, one = self._at, 1 << row
        table = at.rows.openings.openings
        slots = [
            (bits.bit_count(), s)
            for s, bits in enumerate(at.mediators.slot_bits)
            if bits & one and at.rows.slot_lives[s] and table[s].needs_mediation and at.free(s) > 0
        ]
        self._seed_slots.update(s for _, s in sorted(slots)[:_OFFERS])
        wishes = at.rows.wishes.wishes
        classes = [
            (bits.bit_count(), c)
            for c, bits in enumerate(at.mediators.class_bits)
            if bits & one and at.wanted[c] and not at.has_all(c) and wishes[c].wants_mediation
        ]
        self._seed_classes.update(c for _, c in sorted(classes)[:_OFFERS])

    def _drop_what_fails(self, classes: Iterable[int], slots: Iterable[int]) -> None:
        """Drop the proposals of these classes and slots that are no longer possible."""
        at = self._at
        pairs = {(c, s) for c in classes for s in at.choice.of_class[c]}
        pairs |= {(c, s) for s in slots for c in at.choice.of_slot[s]}
        for c, s in sorted(pairs):
            if s not in at.pairs.of_class[c] or not at.wanted[c]:
                self._drop(c, s)

    def _drop(self, c: int, s: int) -> None:
        at = self._at
        at.choice.remove(c, s)
        self._dropped.append((at.rows.wishes.wishes[c].id, at.rows.openings.openings[s].slot_id))
        self._seed_classes.add(c)
        self._seed_slots.add(s)

    def _empty_slot(self, s: int) -> None:
        for c in sorted(self._at.choice.of_slot[s]):
            self._drop(c, s)

    def _kept_of_slots(self, slots: Iterable[int]) -> list[tuple[int, int]]:
        return [(c, s) for s in slots for c in self._at.choice.of_slot[s]]


def _proposed(stands: Iterable[Standing]) -> list[Proposed]:
    return [(each.wish_id, each.slot_id, each.mediation_id) for each in stands if each.state is StandingState.PROPOSED]


def _is_told_to_stand(change: BoardChange, wish_id: UUID, slot_id: UUID) -> bool:
    """Say whether the proposal still waits: what ended together with its slot is not to be taken back once more."""
    stands = change.standing.get(wish_id)
    return stands is None or any(each[1] == slot_id for each in _proposed(stands))


def _missing(left: dict[UUID, Wish | None] | dict[UUID, Opening | None]) -> list[UUID]:
    return [each for each, thing in left.items() if thing is None]


def _is_narrower(wish: Wish, before: Wish) -> bool:
    """Say whether the wish differs in nothing but days and slots that it no longer takes, and visits."""
    if not (wish.declined_slots >= before.declined_slots and wish.taken_dates >= before.taken_dates):
        return False
    own = {
        "version": wish.version,
        "visits_wanted": wish.visits_wanted,
        "visits_held": wish.visits_held,
        "declined_slots": wish.declined_slots,
        "taken_dates": wish.taken_dates,
    }
    return msgspec.structs.replace(before, **own) == wish


def _same_but_places(one: Opening, other: Opening) -> bool:
    """Say whether the openings differ in nothing but how many places are left."""
    places = {"groups_free": other.groups_free, "pupils_free": other.pupils_free, "reserved": other.reserved}
    return msgspec.structs.replace(one, **places) == other
