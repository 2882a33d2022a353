"""Where a board stands: what is wanted, what is free, what is chosen, and what a place is worth to others.

Plain lists by row, because a neighbourhood looks at single classes and slots, thousands of times after each event.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Final

from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.board.choice import BoardChoice
from services.matchmaker.matching.board.facts import BoardFacts
from services.matchmaker.matching.board.mediators import BoardMediators
from services.matchmaker.matching.board.pairs import BoardPairs
from services.matchmaker.matching.board.rows import BoardRows
from services.matchmaker.matching.cells import Cell, cell_of
from services.matchmaker.matching.inputs import VisitFacts
from services.matchmaker.matching.score import points_of

# Between two matches of the region a proposal is held faster than over night by so much: a school that is just reading
# it is not to see it go for a little more, which the hourly sweep, that sees everything, recovers with fewer moves.
_HOLD: Final = 3.0


class Position:
    """One region: its rows, pairs, mediators and choice, and by row what is wanted, free, and worth."""

    def __init__(self, facts: VisitFacts, settings: PolicySettings, cell_prices: Mapping[Cell, float]) -> None:
        self.facts = BoardFacts(facts)
        self.settings = settings
        self.stay = points_of(settings.weights.stay, 1.0)
        # What a move must gain for each proposal that it takes back.
        self.hold = _HOLD * self.stay
        self._cell_prices = dict(cell_prices)
        left = self.facts.all_left()
        self.rows = BoardRows(left.wishes, left.openings, facts.today)
        self.mediators = BoardMediators(self.rows, left.mediations)
        self.pairs = BoardPairs(self.rows, settings.weights)
        self.choice = BoardChoice()
        # By class: visits that it still wants, what its first one adds, and how many points a slot must be worth to it
        # (`_ask`: what it gives up for it, less what a first visit adds). By slot: places left, and the price of one.
        self.wanted: list[int] = []
        self.first_bonus: list[float] = []
        self.ask: list[float] = []
        self.places: list[int] = []
        self.price: list[float] = []
        self.take_classes(range(len(left.wishes)))
        self.take_slots(range(len(left.openings)))

    def take_classes(self, classes: Iterable[int]) -> None:
        """Bring what these classes want up to date with their rows."""
        table = self.rows.wishes.wishes
        self.wanted += [0] * (len(table) - len(self.wanted))
        self.first_bonus += [0.0] * (len(table) - len(self.first_bonus))
        self.ask += [math.inf] * (len(table) - len(self.ask))
        first_visit = points_of(self.settings.weights.first_visit, 1.0)
        for c in classes:
            wish = table[c]
            self.wanted[c] = wish.visits_wanted - wish.visits_held if self.rows.class_lives[c] else 0
            bonus = first_visit + self._cell_prices.get(cell_of(wish), 0.0)
            self.first_bonus[c] = 0.0 if wish.visits_held else bonus
            self.ask[c] = self._ask(c)

    def take_slots(self, slots: Iterable[int]) -> None:
        """Bring the places of these slots up to date with their rows."""
        table = self.rows.openings
        self.places += [0] * (len(table.openings) - len(self.places))
        self.price += [0.0] * (len(table.openings) - len(self.price))
        for s in slots:
            self.places[s] = int(table.places_free[s]) if self.rows.slot_lives[s] else 0

    def needed(self, c: int, s: int) -> int:
        """Return the places that a class takes of a slot; `gates.places_needed` for one pair."""
        opening = self.rows.openings.openings[s]
        if opening.pooled:
            return self.rows.wishes.wishes[c].pupils
        return 1 + (opening.splitting and self.rows.wishes.wishes[c].pupils > opening.pupils_per_group)

    def free(self, s: int) -> int:
        """Return the places of a slot that nobody is proposed; negative where it lost some."""
        return self.places[s] - sum(self.needed(c, s) for c in self.choice.of_slot[s])

    def is_overfilled(self, s: int) -> bool:
        """Say whether more is proposed of a slot than it has, or than it leaves to classes that are reached well."""
        if self.free(s) < 0:
            return True
        reserved = self.rows.openings.openings[s].reserved
        if not reserved:
            return False
        under_reached = self.rows.wishes.under_reached
        taken = sum(self.needed(c, s) for c in self.choice.of_slot[s] if not under_reached[c])
        return taken > max(0, self.places[s] - reserved)

    def is_mediated(self, c: int, s: int) -> bool:
        """Say whether a mediator takes part."""
        return self.rows.openings.openings[s].needs_mediation or self.rows.wishes.wishes[c].wants_mediation

    def possible(self, c: int, s: int) -> bool:
        """Say whether the pair lacks neither places nor a mediator, were nobody else proposed anything."""
        return self.places[s] >= self.needed(c, s) and (not self.is_mediated(c, s) or self.mediators.able(c, s) != 0)

    def has_all(self, c: int) -> bool:
        """Say whether the class has as many visits as it wants."""
        return len(self.choice.of_class[c]) >= self.wanted[c]

    def take_asks(self, classes: Iterable[int]) -> None:
        """Bring what these classes ask for coming up to date with what they have."""
        for c in classes:
            self.ask[c] = self._ask(c)

    def _ask(self, c: int) -> float:
        if not self.wanted[c]:
            return math.inf
        chosen = self.choice.of_class[c]
        if len(chosen) < self.wanted[c]:
            return 0.0 if chosen else -self.first_bonus[c]
        points = self.pairs.of_class[c]
        return max(0.0, min(points.get(s, 0) + self.hold - self.price[s] for s in chosen))

    def reprice(self, slots: Iterable[int]) -> None:
        """Set what a place of these slots is worth to the best class that does not have it; 0 where one is free."""
        for s in slots:
            price = 0.0 if self.free(s) > 0 else self._best_bid(s)
            if price != self.price[s]:
                self.price[s] = price
                self.take_asks(self.choice.of_slot[s])

    def _best_bid(self, s: int) -> float:
        takers, ask, best = self.choice.of_slot[s], self.ask, 0.0
        for c, points in self.pairs.of_slot[s].items():
            bid = points - ask[c]
            if bid > best and c not in takers and self.possible(c, s):
                best = bid
        return best
