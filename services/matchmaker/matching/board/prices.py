"""What a place of each slot is worth to others, for a whole board at once: the prices that a neighbourhood follows.

A class pays what it brings above what it gives up; a place that is free costs nothing; and what a class gives up
depends on what its own place is worth. Passed on a dozen times this comes near to the prices of the optimum. They
only say where to look: a wrong one costs value, never a rule.
"""

from typing import Final

import numpy as np

from services.matchmaker.matching.arrays import bools, floats, ints
from services.matchmaker.matching.board.position import Position

# Chains of classes that displace each other are rarely longer.
_ROUNDS: Final = 12


def price_all(at: Position) -> None:
    """Set the price of every slot."""
    at.price = [0.0] * len(at.places)
    full = [s for s, places in enumerate(at.places) if places and at.free(s) <= 0]
    pairs = [(c, s, points) for s in full for c, points in at.pairs.of_slot[s].items() if at.possible(c, s)]
    if not pairs:
        return
    c, s = ints(pair[0] for pair in pairs), ints(pair[1] for pair in pairs)
    points = floats(pair[2] for pair in pairs)
    waits = bools(row not in at.choice.of_slot[slot] and at.wanted[row] > 0 for row, slot, _ in pairs)
    begins = np.flatnonzero(np.r_[True, s[1:] != s[:-1]])
    price = np.zeros(len(at.places))
    chosen = [
        (row, slot, at.pairs.of_class[row].get(slot, 0) + at.hold)
        for row, slots in at.choice.of_class.items()
        if slots and at.has_all(row)
        for slot in slots
    ]
    taker, taken = ints(row for row, _, _ in chosen), ints(slot for _, slot, _ in chosen)
    kept = floats(value for _, _, value in chosen)
    at.take_asks(range(len(at.wanted)))
    others = np.array(at.ask)
    others[taker] = np.inf
    for _ in range(_ROUNDS):
        ask = others.copy()
        np.minimum.at(ask, taker, kept - price[taken])
        ask[taker] = np.maximum(ask[taker], 0.0)
        bid = np.where(waits, points - ask[c], 0.0)
        price[s[begins]] = np.maximum(np.maximum.reduceat(bid, begins), 0.0)
    at.price = price.tolist()
    at.take_asks(range(len(at.wanted)))
