"""Whom an event concerns: the classes and slots where matching again can gain, found from where it happened.

Whoever takes a place leaves one, and whoever is displaced looks for another. These chains are followed from the
event on, the ones that lose least by the prices first, as Dijkstra follows roads; what is found is matched again as
one small problem (`problem.py`), so that the chain that is best in truth is found among them.
"""

from collections.abc import Callable, Collection, Iterator
from heapq import heappop, heappush
from typing import Final, NamedTuple

import msgspec

from services.matchmaker.matching.board.position import Position

# Of each class the best slots, of each slot the best classes: more are hardly ever chosen.
_BRANCHES: Final = 6
# Points that a chain may lose by the prices and still be followed; the prices are that wrong at most.
_LOSS: Final = 400.0
# Classes and slots from which chains are followed on, for one event and for each further one.
_STEPS: Final = 12
_STEPS_MORE: Final = 3
# With so many classes besides those of the event no more chains are followed: the small problem is to stay one.
_CLASSES: Final = 34


class Seeds(msgspec.Struct, frozen=True):
    """Rows of the classes that look for a slot, and of the slots that look for classes."""

    classes: frozenset[int]
    slots: frozenset[int]


class Around(NamedTuple):
    """The classes to match again, and the pairs to choose among: all that these classes have now, and others."""

    classes: frozenset[int]
    pairs: tuple[tuple[int, int], ...]


def neighbourhood(at: Position, seeds: Seeds) -> Around:
    """Return what is to be matched again around the seeds."""
    search = _Search(at, seeds)
    for c in sorted(seeds.classes):
        search.bring_in(c)
        if not _only_lacks_mediator(at, c):
            search.follow(0.0, is_slot=False, row=c)
    for s in sorted(seeds.slots):
        # Where a slot lost places, or keeps more of them, its classes have to go somewhere else.
        if at.is_overfilled(s):
            search.displace(0.0, s)
        else:
            search.follow(0.0, is_slot=True, row=s)
    search.run(_STEPS + _STEPS_MORE * max(0, len(seeds.classes) + len(seeds.slots) - 2))
    return search.found()


def _only_lacks_mediator(at: Position, c: int) -> bool:
    """Say whether the class has all its visits, and each can go on with some mediator."""
    return at.has_all(c) and all(at.is_mediated(c, s) and at.possible(c, s) for s in at.choice.of_class[c])


class _Search:
    def __init__(self, at: Position, seeds: Seeds) -> None:
        self._at = at
        self._seeds = seeds
        self._classes: set[int] = set()
        self._slots: set[int] = set()
        self._pairs: set[tuple[int, int]] = set()
        self._waiting: list[tuple[float, bool, int]] = []
        self._seen: set[tuple[bool, int]] = set()

    def bring_in(self, c: int) -> None:
        """Let the class be matched again, with all that it has."""
        if c not in self._classes:
            self._classes.add(c)
            self._pairs.update((c, s) for s in self._at.choice.of_class[c])

    def follow(self, loss: float, *, is_slot: bool, row: int) -> None:
        """Go on from this slot or class later."""
        if (is_slot, row) not in self._seen:
            heappush(self._waiting, (loss, is_slot, row))

    def displace(self, loss: float, s: int) -> None:
        """Let those who are proposed the slot look for another."""
        for taker in sorted(self._at.choice.of_slot[s]):
            self.bring_in(taker)
            self.follow(loss, is_slot=False, row=taker)

    def run(self, steps: int) -> None:
        """Follow the chains, those that lose least first."""
        most = len(self._classes) + _CLASSES
        while self._waiting and steps and len(self._classes) < most:
            loss, is_slot, row = heappop(self._waiting)
            if (is_slot, row) in self._seen:
                continue
            self._seen.add((is_slot, row))
            steps -= 1
            if is_slot:
                self._from_slot(loss, row)
            else:
                self._from_class(loss, row)

    def found(self) -> Around:
        """Return the classes and every pair of theirs with a slot that was looked at."""
        slots = {s for _, s in self._pairs}
        possible = self._at.possible
        for c in self._classes:
            self._pairs.update((c, s) for s in self._at.pairs.of_class[c].keys() & slots if possible(c, s))
        return Around(frozenset(self._classes), tuple(sorted(self._pairs)))

    def _from_slot(self, loss: float, s: int) -> None:
        at, takers, ask = self._at, self._at.choice.of_slot[s], self._at.ask
        price = at.price[s]
        losses = [(price + ask[c] - points, c) for c, points in at.pairs.of_slot[s].items() if c not in takers]
        # Slots that open together want the same best classes: each brings in others besides.
        shared = self._classes.copy() if s in self._seeds.slots else ()
        for more, c in self._least(losses, lambda c: at.possible(c, s), shared):
            self.bring_in(c)
            self._pairs.add((c, s))
            if at.has_all(c):
                for left in at.choice.of_class[c]:
                    self.follow(loss + more, is_slot=True, row=left)

    def _from_class(self, loss: float, c: int) -> None:
        at, chosen, ask, price = self._at, self._at.choice.of_class[c], self._at.ask[c], self._at.price
        losses = [(price[s] + ask - points, s) for s, points in at.pairs.of_class[c].items() if s not in chosen]
        shared = self._slots.copy() if c in self._seeds.classes else ()
        for more, s in self._least(losses, lambda s: at.possible(c, s), shared):
            self._pairs.add((c, s))
            self._slots.add(s)
            if at.free(s) < at.needed(c, s):
                self.displace(loss + more, s)

    def _least(
        self, losses: list[tuple[float, int]], possible: Callable[[int], bool], shared: Collection[int]
    ) -> Iterator[tuple[float, int]]:
        """Yield the least losses of those that are possible, as what they lose more than the best of them.

        Rows that are `shared` with others do not count among the few.
        """
        losses.sort()
        least, found, is_first = 0.0, 0, True
        for lost, row in losses:
            if found == _BRANCHES or lost - least > _LOSS:
                return
            if possible(row):
                # A new class, or a place that came free, gains: then the best is what the others are held against.
                least = min(lost, 0.0) if is_first else least
                is_first = False
                found += row not in shared
                yield lost - least, row
