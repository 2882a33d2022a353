"""Which classes fill a slot best where they take different numbers of its places: exact knapsacks, many at once.

A slot has `places`; of these, classes that are not privileged may together take `open_places`. The best set is found by
dynamic programming over places, one row of a table for each slot, one step for each item. That the general classes
come first makes the second limit exact: what they may not use is cut off before the privileged ones come.
"""

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bools, Floats, Ints, rank_in_group

# Tables of more cells than this are worked through in parts, which keeps them in a few tens of MiB.
_CELLS = 4_000_000
# So many items of a slot are looked at where it need not be exact.
_LIKELIEST = 28


class Items(msgspec.Struct, frozen=True, eq=False):
    """N pairs that may fill H slots, sorted by slot: each its slot's row (0 to H-1), its places, whether privileged."""

    slot: Ints
    places: Ints
    privileged: Bools


class Room(msgspec.Struct, frozen=True, eq=False):
    """The H slots: their places, and how many of them general classes may take, each (H,)."""

    places: Ints
    open_places: Ints


def pack(items: Items, room: Room, profit: Floats, earned: Floats | None = None) -> tuple[Floats, Bools]:
    """Return each slot's best profit, (H,), and which items make it, (N,); items without profit are left out.

    Exact, unless `earned` (H,) says what a place of each slot earns: then only the few items are looked at that bring
    most beyond that, which is several times as fast and misses little.
    """
    chosen = np.zeros(profit.size, np.bool_)
    value = np.zeros(room.places.size)
    rows = _worth_looking_at(items, room, profit) if earned is None else _likeliest(items, room, profit, earned)
    if not rows.size:
        return value, chosen
    present = np.unique(items.slot[rows])
    step = max(1, _CELLS // int((room.places[present].max() + 1) * 64))
    for start in range(0, present.size, step):
        part = present[start : start + step]
        mine = rows[np.searchsorted(items.slot[rows], part[0]) : np.searchsorted(items.slot[rows], part[-1], "right")]
        found, taken = _fill(
            np.searchsorted(part, items.slot[mine]),
            items.places[mine],
            items.privileged[mine],
            profit[mine],
            Room(room.places[part], np.minimum(room.open_places, room.places)[part]),
        )
        value[part] = found
        chosen[mine[taken]] = True
    return value, chosen


def _worth_looking_at(items: Items, room: Room, profit: Floats) -> Ints:
    """Return the items that some best set may need, by slot, general ones first.

    Of items of one slot that take the same number of places, only as many of the best as fit together count.
    """
    rows = np.flatnonzero((profit > 0) & (items.places <= room.places[items.slot]))
    kind = (items.slot[rows] * 2 + items.privileged[rows]) * (1 << 20) + items.places[rows]
    order = np.lexsort((-profit[rows], kind))
    rows, kind = rows[order], kind[order]
    return rows[rank_in_group(kind) < room.places[items.slot[rows]] // items.places[rows]]


def _likeliest(items: Items, room: Room, profit: Floats, earned: Floats) -> Ints:
    """Return the few items of each slot that bring most beyond what their places earn, by slot, general ones first."""
    rows = np.flatnonzero((profit > 0) & (items.places <= room.places[items.slot]))
    slot = items.slot[rows]
    beyond = profit[rows] - earned[slot] * items.places[rows]
    order = np.lexsort((-beyond, slot))
    rows = rows[order[rank_in_group(slot[order]) < _LIKELIEST]]
    return rows[np.argsort(items.slot[rows] * 2 + items.privileged[rows], kind="stable")]


def _fill(slot: Ints, places: Ints, privileged: Bools, profit: Floats, room: Room) -> tuple[Floats, Bools]:
    """Return the best values and sets of slots, item by item: all of one kind and number of places at once."""
    slots, width = room.places.size, int(room.places.max()) + 1
    best = np.zeros((slots, width))
    # One layer at a time: items of one kind and number of places, of each slot one.
    kind = privileged * np.int64(width) + places
    order = np.argsort(kind * slots + slot, kind="stable")
    turn = np.empty(slot.size, np.int64)
    turn[order] = rank_in_group(kind[order] * slots + slot[order])
    layer = kind * (int(turn.max()) + 1) + turn
    order = np.argsort(layer, kind="stable")
    layers = np.split(order, np.flatnonzero(np.diff(layer[order])) + 1)
    cut = np.flatnonzero(room.open_places < room.places)
    is_cut = not cut.size
    took: list[Bools] = []
    for items in layers:
        if not is_cut and privileged[items[0]]:
            _cut(best, cut, room)
            is_cut = True
        taken = int(places[items[0]])
        mine = slot[items]
        old = best[mine]
        new = old[:, : width - taken] + profit[items][:, None]
        better = new > old[:, taken:]
        took.append(better)
        np.maximum(old[:, taken:], new, out=old[:, taken:])
        best[mine] = old
    if not is_cut:
        _cut(best, cut, room)
    chosen = np.zeros(slot.size, np.bool_)
    left = room.places.copy()
    for items, better in zip(reversed(layers), reversed(took), strict=True):
        mine, taken = slot[items], int(places[items[0]])
        if not privileged[items[0]]:
            left[mine] = np.minimum(left[mine], room.open_places[mine])
        at = left[mine] - taken
        picked = np.flatnonzero((at >= 0) & better[np.arange(mine.size), np.maximum(at, 0)])
        chosen[items[picked]] = True
        left[mine[picked]] -= taken
    return best[np.arange(slots), room.places], chosen


def _cut(best: Floats, slots: Ints, room: Room) -> None:
    """Take from general items what they may not use: beyond the open places, more room is worth no more to them."""
    for slot in slots:
        best[slot, room.open_places[slot] :] = best[slot, room.open_places[slot]]
