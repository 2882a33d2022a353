"""A small world around a board: facts that events change, proposals that its moves change, and what each event tells.

Shared by the board's stories and its benchmark. Every event is a method that changes the facts and returns what the
board is told; `apply` takes the moves, and holds them against what is proposed.
"""

from typing import Any
from uuid import UUID

import msgspec

from services.matchmaker.matching.board.changes import BoardChange, BoardMoves
from services.matchmaker.matching.inputs import Mediation, Opening, Standing, StandingState, VisitFacts, Wish
from tests.unit.matching.checker import Visit

Pair = tuple[UUID, UUID]


class World:
    """The facts of a region, changed by events and by moves."""

    def __init__(self, facts: VisitFacts) -> None:
        self.today = facts.today
        self.wishes = {wish.id: wish for wish in facts.wishes}
        self.openings = {opening.slot_id: opening for opening in facts.openings}
        self.mediations = {capacity.id: capacity for capacity in facts.mediations}
        self.standing = {(stands.wish_id, stands.slot_id): stands for stands in facts.standing}

    @property
    def facts(self) -> VisitFacts:
        """What is true now."""
        return VisitFacts(
            wishes=tuple(self.wishes.values()),
            openings=tuple(self.openings.values()),
            mediations=tuple(self.mediations.values()),
            standing=tuple(self.standing.values()),
            today=self.today,
        )

    @property
    def proposed(self) -> list[Visit]:
        """The visits that wait for an answer."""
        return [
            Visit(stands.wish_id, stands.slot_id, stands.mediation_id)
            for stands in self.standing.values()
            if stands.state is StandingState.PROPOSED
        ]

    def in_state(self, *states: StandingState) -> list[Pair]:
        """The pairs in these states, in the order of their ids."""
        return sorted(pair for pair, stands in self.standing.items() if stands.state in states)

    def apply(self, moves: BoardMoves) -> None:
        """Make the moves; each must fit what is proposed."""
        for gone in moves.withdrawn:
            assert self.standing.pop((gone.wish_id, gone.slot_id)).state is StandingState.PROPOSED
        for match in (*moves.made, *moves.mediators):
            pair = match.wish_id, match.slot_id
            assert (pair in self.standing) == (match in moves.mediators)
            self.standing[pair] = Standing(
                wish_id=match.wish_id,
                slot_id=match.slot_id,
                day=match.day,
                state=StandingState.PROPOSED,
                mediation_id=match.mediation_id,
            )

    def put_wish(self, wish: Wish) -> BoardChange:
        """A class request is new or changed."""
        self.wishes[wish.id] = wish
        return BoardChange(wishes=(wish,))

    def put_opening(self, opening: Opening) -> BoardChange:
        """A slot is new or changed; who stands there comes on its new day."""
        self.openings[opening.slot_id] = opening
        moved = [pair for pair, stands in self.standing.items() if pair[1] == opening.slot_id]
        moved = [pair for pair in moved if self.standing[pair].day != opening.day]
        for pair in moved:
            self.standing[pair] = msgspec.structs.replace(self.standing[pair], day=opening.day)
        return msgspec.structs.replace(self._told([wish_id for wish_id, _ in moved]), openings=(opening,))

    def put_mediation(self, capacity: Mediation) -> BoardChange:
        """A capacity is new or changed."""
        self.mediations[capacity.id] = capacity
        return BoardChange(mediations=(capacity,))

    def withdraw_wish(self, wish_id: UUID) -> BoardChange:
        """A school withdraws its request, and the proposals go with it."""
        del self.wishes[wish_id]
        for pair in [pair for pair in self.standing if pair[0] == wish_id]:
            del self.standing[pair]
        return BoardChange(gone_wishes=(wish_id,), standing={wish_id: ()})

    def close_slot(self, slot_id: UUID) -> BoardChange:
        """A company closes a slot; accepted visits fall, proposals are the board's to take back."""
        del self.openings[slot_id]
        fallen = [pair for pair, stands in self.standing.items() if pair[1] == slot_id and not _waits(stands)]
        for pair in fallen:
            del self.standing[pair]
        return msgspec.structs.replace(self._told([wish_id for wish_id, _ in fallen]), gone_openings=(slot_id,))

    def withdraw_mediation(self, mediation_id: UUID) -> BoardChange:
        """An association withdraws a capacity; those who accepted come without it for now."""
        del self.mediations[mediation_id]
        held = [pair for pair, stands in self.standing.items() if stands.mediation_id == mediation_id]
        held = [pair for pair in held if not _waits(self.standing[pair])]
        for pair in held:
            self.standing[pair] = msgspec.structs.replace(self.standing[pair], mediation_id=None)
        change = self._told([wish_id for wish_id, _ in held])
        return msgspec.structs.replace(change, gone_mediations=(mediation_id,))

    def decline(self, pair: Pair) -> BoardChange:
        """A school declines, or lets the deadline pass: the slot is not proposed to the class again."""
        del self.standing[pair]
        wish = self.wishes[pair[0]]
        self.wishes[wish.id] = msgspec.structs.replace(wish, declined_slots=wish.declined_slots | {pair[1]})
        return self._told([wish.id])

    def accept(self, pair: Pair) -> BoardChange:
        """A school says yes."""
        self.standing[pair] = msgspec.structs.replace(self.standing[pair], state=StandingState.ACCEPTED)
        return self._told([pair[0]])

    def book(self, pair: Pair) -> BoardChange:
        """What was accepted becomes a booking: slot and capacity leave it out of their counts."""
        stands = self.standing[pair]
        self.standing[pair] = msgspec.structs.replace(stands, state=StandingState.BOOKED)
        opening = self._count(pair, 1)
        mediations: tuple[Mediation, ...] = ()
        if stands.mediation_id is not None:
            capacity = self.mediations[stands.mediation_id]
            capacity = msgspec.structs.replace(capacity, interventions_left=max(0, capacity.interventions_left - 1))
            self.mediations[capacity.id] = capacity
            mediations = (capacity,)
        return msgspec.structs.replace(self._told([pair[0]]), openings=(opening,), mediations=mediations)

    def cancel(self, pair: Pair) -> BoardChange:
        """An accepted or booked visit falls through without anybody's wish for another slot being touched."""
        stands = self.standing.pop(pair)
        change = self._told([pair[0]])
        if stands.state is not StandingState.BOOKED:
            return change
        if stands.mediation_id is not None:
            capacity = self.mediations[stands.mediation_id]
            capacity = msgspec.structs.replace(capacity, interventions_left=capacity.interventions_left + 1)
            self.mediations[capacity.id] = capacity
            change = msgspec.structs.replace(change, mediations=(capacity,))
        return msgspec.structs.replace(change, openings=(self._count(pair, -1),))

    def _count(self, pair: Pair, more: int) -> Opening:
        """Count so many more bookings of the class in the slot."""
        wish, opening = self.wishes[pair[0]], self.openings[pair[1]]
        groups = 1 + (opening.splitting and wish.pupils > opening.pupils_per_group)
        counts: dict[str, Any] = (
            {"pupils_free": max(0, opening.pupils_free - more * wish.pupils)}
            if opening.pooled
            else {"groups_free": max(0, opening.groups_free - more * groups)}
        )
        self.openings[opening.slot_id] = msgspec.structs.replace(opening, **counts)
        return self.openings[opening.slot_id]

    def _told(self, wish_ids: list[UUID]) -> BoardChange:
        """What is told of these classes: their wishes, and all that they hold."""
        classes = sorted(set(wish_ids))
        return BoardChange(
            wishes=tuple(self.wishes[wish_id] for wish_id in classes),
            standing={
                wish_id: tuple(stands for pair, stands in sorted(self.standing.items()) if pair[0] == wish_id)
                for wish_id in classes
            },
        )


def _waits(stands: Standing) -> bool:
    return stands.state is StandingState.PROPOSED
