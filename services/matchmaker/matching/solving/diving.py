"""From prices to a choice where slots are packed: the surest sets are fixed first, the prices of what is left renewed.

Each round packs every open slot by how often its pairs were chosen of late, fixes the slots whose sets were chosen most
steadily and fit together, and lets a few more steps of ascent find the prices of the rest. Slots that hold groups are
left to the flow that comes after.
"""

from typing import Final

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bools, Floats, Ints
from services.matchmaker.matching.solving.ascent import Climb, climb
from services.matchmaker.matching.solving.network import Network
from services.matchmaker.matching.solving.packing import Items, Room, pack
from services.matchmaker.matching.solving.relaxation import Task, counted

# Of the open slots at least this share is fixed in each round, and at least so many.
_SHARE: Final = 0.15
_LEAST: Final = 5
# A set chosen as steadily as this is fixed at once.
_SURE: Final = 0.98
# A pair chosen less often than this is no part of a set.
_SELDOM: Final = 0.1


class Fixed(msgspec.Struct, frozen=True, eq=False):
    """Pairs of packed slots that are fixed, (P,), and what is left to choose."""

    pairs: Bools
    task: Task
    gain: float


def dive(network: Network, task: Task, climbed: Climb, liked: Bools, steps: int, begun: Fixed | None = None) -> Fixed:
    """Return the packed slots' sets, with those `begun` with, and the task of everything else."""
    fixed = begun or Fixed(np.zeros(network.pair_class.size, np.bool_), task, 0.0)
    alive = fixed.task.alive
    open_slots = np.unique(network.pair_slot[alive[network.packed[network.pair_slot[alive]]]])
    share, now, excess = climbed.share, climbed.last, climbed.excess
    while open_slots.size:
        sets, steadiness = _sets(network, fixed.task, share, open_slots)
        chosen, done = _fitting(network, fixed.task, sets, steadiness, open_slots)
        fixed = fix(network, fixed, chosen, done)
        open_slots = np.setdiff1d(open_slots, done)
        if not open_slots.size:
            break
        if not steps:
            share = np.where(np.isin(np.arange(share.size), fixed.task.alive), share, 0.0)
            continue
        step = climb(network, fixed.task, now, liked, steps, max(excess, 0.0003 * climbed.bound), fixed.gain)
        now, excess = step.last, step.excess
        share = 0.3 * share + 0.7 * step.share
    return fixed


def _sets(network: Network, task: Task, share: Floats, open_slots: Ints) -> tuple[dict[int, Ints], Floats]:
    """Return each open slot's set by how often its pairs were chosen, and how steadily its least steady pair was."""
    rows = task.alive[np.isin(network.pair_slot[task.alive], open_slots) & (share[task.alive] > _SELDOM)]
    rows = rows[np.argsort(network.pair_slot[rows], kind="stable")]
    items = Items(
        np.searchsorted(open_slots, network.pair_slot[rows]), network.pair_places[rows], network.pair_privileged[rows]
    )
    _, picked = pack(items, Room(task.places[open_slots], task.open_places[open_slots]), share[rows] - _SELDOM)
    rows = rows[picked]
    # A class that has several pairs with the slot comes by one of them: for more it may not be free.
    _, once = np.unique(network.pair_slot[rows] * task.visits.size + network.pair_class[rows], return_index=True)
    rows = rows[np.sort(once)]
    steadiness = np.ones(open_slots.size)
    where = np.searchsorted(open_slots, network.pair_slot[rows])
    np.minimum.at(steadiness, where, share[rows])
    steadiness[np.bincount(where, minlength=open_slots.size) == 0] = 0.0
    parts = np.split(rows, np.searchsorted(network.pair_slot[rows], open_slots[1:]))
    return dict(zip(open_slots.tolist(), parts, strict=True)), steadiness


def _fitting(
    network: Network, task: Task, sets: dict[int, Ints], steadiness: Floats, open_slots: Ints
) -> tuple[Ints, Ints]:
    """Return the pairs of the steadiest sets that fit together, and their slots."""
    left, days = task.visits.copy(), set[int]()
    quota = max(_LEAST, int(_SHARE * open_slots.size))
    chosen: list[int] = []
    done: list[int] = []
    for place in np.argsort(-steadiness, kind="stable"):
        if len(done) >= quota and steadiness[place] < _SURE:
            break
        slot = int(open_slots[place])
        rows = sets[slot].tolist()
        days_of = [int(network.pair_day[row]) for row in rows]
        if any(left[network.pair_class[row]] < 1 for row in rows) or days.intersection(days_of):
            continue
        for row, day in zip(rows, days_of, strict=True):
            left[network.pair_class[row]] -= 1
            if day >= 0:
                days.add(day)
        chosen += rows
        done.append(slot)
    return np.array(chosen, dtype=np.int64), np.array(sorted(done), dtype=np.int64)


def fix(network: Network, fixed: Fixed, chosen: Ints, done: Ints) -> Fixed:
    """Return what is left once these pairs are fixed and their slots done with."""
    task, pairs = fixed.task, fixed.pairs.copy()
    pairs[chosen] = True
    classes = network.pair_class[chosen]
    first = np.unique(classes)
    gain = fixed.gain + float(task.gain[chosen].sum() + task.first_gain[first].sum())
    visits, first_gain, floor = task.visits.copy(), task.first_gain.copy(), task.floor.copy()
    np.subtract.at(visits, classes, 1)
    newly = first[counted(network, task)[first]]
    np.subtract.at(floor, network.class_cell[newly], 1)
    served = task.served.copy()
    served[first] = True
    first_gain[first] = 0
    alive = task.alive
    taken_days = network.pair_day[chosen]
    taken_days = taken_days[taken_days >= 0]
    dead = (
        np.isin(network.pair_slot[alive], done)
        | (visits[network.pair_class[alive]] < 1)
        | np.isin(network.pair_day[alive], taken_days)
    )
    left = msgspec.structs.replace(
        task, alive=alive[~dead], visits=visits, first_gain=first_gain, floor=np.maximum(floor, 0), served=served
    )
    return Fixed(pairs, left, gain)
