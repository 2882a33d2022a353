"""What a board has chosen: which class comes to which slot, with which mediator; frozen visits are no part of it."""

from collections import defaultdict
from typing import Final

# The mediator's row of a visit that needs none.
NOBODY: Final = -1


class BoardChoice:
    """The chosen pairs by class, by slot and by mediator, in rows."""

    def __init__(self) -> None:
        self.of_class: dict[int, dict[int, int]] = defaultdict(dict)
        self.of_slot: dict[int, set[int]] = defaultdict(set)
        self.of_mediator: dict[int, set[tuple[int, int]]] = defaultdict(set)

    def add(self, c: int, s: int, mediator: int) -> None:
        """Let a class come to a slot."""
        self.of_class[c][s] = mediator
        self.of_slot[s].add(c)
        if mediator != NOBODY:
            self.of_mediator[mediator].add((c, s))

    def remove(self, c: int, s: int) -> int:
        """Let a class not come; give the mediator that is free again."""
        mediator = self.of_class[c].pop(s)
        self.of_slot[s].discard(c)
        if mediator != NOBODY:
            self.of_mediator[mediator].discard((c, s))
        return mediator
