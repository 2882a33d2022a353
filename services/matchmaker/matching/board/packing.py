"""Slots of a neighbourhood that are packed (pooled places, classes that take two groups), told as if of whole groups.

Small problems are solved while somebody waits: a flow does that, packing does not. So of each packed slot it is said
how many classes may come and how large they may be, such that any of them fit together. Somewhat less is possible than
in truth, never more; the next match of the whole region packs them exactly.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from services.matchmaker.matching.board.neighbourhood import Around
from services.matchmaker.matching.board.position import Position


class Room(NamedTuple):
    """How many classes a packed slot takes, how many of them may be classes that are reached well, and how large."""

    classes: int
    reached: int
    largest: int


def rooms(at: Position, around: Around) -> dict[int, Room]:
    """Return the room of every packed slot around."""
    of_slot: dict[int, list[int]] = defaultdict(list)
    for c, s in around.pairs:
        opening = at.rows.openings.openings[s]
        if opening.pooled or opening.splitting:
            of_slot[s].append(c)
    return {s: _room(at, around, s, classes) for s, classes in of_slot.items()}


def _room(at: Position, around: Around, s: int, classes: list[int]) -> Room:
    wishes, takers = at.rows.wishes.under_reached, at.choice.of_slot[s]
    others = [c for c in takers if c not in around.classes]
    left = at.places[s] - sum(at.needed(c, s) for c in others)
    kept = max(0, at.rows.openings.openings[s].reserved - sum(at.needed(c, s) for c in others if wishes[c]))
    have = [at.needed(c, s) for c in classes if c in takers]
    want = [at.needed(c, s) for c in classes if c not in takers]
    number, largest = room_for(left, have, want)
    allowed = [at.needed(c, s) for c in classes if not wishes[c] and (c in takers or at.needed(c, s) <= largest)]
    return Room(number, min(number, _fitting(max(0, left - kept), allowed)), largest)


def room_for(places: int, have: Sequence[int], want: Sequence[int]) -> tuple[int, int]:
    """Return how many classes may come and how many places a new one may take, so that any of them fit together.

    `have` are the places that those who come now take, who may stay whatever they take; `want` those of the others.
    One more than now comes where that is possible for some; where nobody comes now, as many as fit on average.
    """
    now = _fitting(places, have)
    average = max(1, round(sum(want) / len(want))) if want else 1
    for number in range(max(now + 1, places // average if not have else 0), max(now, 1) - 1, -1):
        for largest in sorted(set(want), reverse=True):
            if sum(sorted([*have, *(need for need in want if need <= largest)])[-number:]) <= places:
                return number, largest
    return now, 0


def _fitting(places: int, needs: Sequence[int]) -> int:
    """Return how many of these fit whichever they are."""
    number = 0
    for need in sorted(needs, reverse=True):
        places -= need
        if places < 0:
            return number
        number += 1
    return number
