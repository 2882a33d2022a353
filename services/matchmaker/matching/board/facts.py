"""The facts behind a board, thing by thing: as they were told, and as frozen visits leave them."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from services.matchmaker.matching.inputs import Mediation, Opening, Standing, StandingState, VisitFacts, Wish
from services.matchmaker.matching.standing import Settled, settle


class BoardFacts:
    """Wishes, openings and mediations by id, and the frozen visits of each."""

    def __init__(self, facts: VisitFacts) -> None:
        self.today = facts.today
        self.wishes = {wish.id: wish for wish in facts.wishes}
        self.openings = {opening.slot_id: opening for opening in facts.openings}
        self.mediations = {capacity.id: capacity for capacity in facts.mediations}
        self._of_wish: dict[UUID, tuple[Standing, ...]] = {}
        self._of_slot: dict[UUID, list[Standing]] = defaultdict(list)
        self._of_mediation: dict[UUID, list[Standing]] = defaultdict(list)
        by_wish: dict[UUID, list[Standing]] = defaultdict(list)
        for stands in facts.standing:
            by_wish[stands.wish_id].append(stands)
        for wish_id, stands_of_wish in by_wish.items():
            self.hold(wish_id, stands_of_wish)

    def hold(self, wish_id: UUID, stands: Iterable[Standing]) -> tuple[set[UUID], set[UUID]]:
        """Take down what a class now holds; give the slots and mediations of which it holds more or less."""
        before = self._of_wish.pop(wish_id, ())
        after = tuple(each for each in stands if each.state is not StandingState.PROPOSED)
        for gone in before:
            self._of_slot[gone.slot_id].remove(gone)
            if gone.mediation_id is not None:
                self._of_mediation[gone.mediation_id].remove(gone)
        for new in after:
            self._of_slot[new.slot_id].append(new)
            if new.mediation_id is not None:
                self._of_mediation[new.mediation_id].append(new)
        if after:
            self._of_wish[wish_id] = after
        changed = set(before) ^ set(after)
        return (
            {each.slot_id for each in changed},
            {each.mediation_id for each in changed if each.mediation_id is not None},
        )

    def all_left(self) -> Settled:
        """Return everything as frozen visits leave it."""
        stands = tuple(each for of_wish in self._of_wish.values() for each in of_wish)
        return settle(self.wishes.values(), self.openings.values(), self.mediations.values(), stands)

    def wish_left(self, wish_id: UUID) -> Wish | None:
        """Return the wish, None where it is gone or has all its visits."""
        wish = self.wishes.get(wish_id)
        if wish is None:
            return None
        return next(iter(settle((wish,), (), (), self._of_wish.get(wish_id, ())).wishes), None)

    def opening_left(self, slot_id: UUID) -> Opening | None:
        """Return the opening with the places that nobody holds, None where it is gone."""
        opening = self.openings.get(slot_id)
        if opening is None:
            return None
        stands = self._of_slot.get(slot_id, ())
        # What an accepted class takes of the slot depends on its pupils.
        holders = tuple(self.wishes[each.wish_id] for each in stands if each.wish_id in self.wishes)
        return settle(holders, (opening,), (), stands).openings[0]

    def mediation_left(self, mediation_id: UUID) -> Mediation | None:
        """Return the mediation with the interventions and days that nobody holds, None where it is gone."""
        capacity = self.mediations.get(mediation_id)
        if capacity is None:
            return None
        return settle((), (), (capacity,), self._of_mediation.get(mediation_id, ())).mediations[0]
