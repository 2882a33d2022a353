"""Better dual prices step by step, where packed slots keep a flow from telling them: a subgradient method.

Each step asks what everybody would choose at the present prices, and moves each price towards balance: up where more is
wanted than there is, down where less. Steps follow the direction of the last few (which keeps them from swinging), and
are as long as the bound is thought to be too high; that thought is halved where nothing gets better. Only pairs that
may become worth choosing are looked at; whoever needs a certain bound asks `duals.bound_at` for all.
Source: Polyak's step with momentum, as in Barahona and Anbil, The volume algorithm (2000).
"""

from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.matchmaker.matching.arrays import Bools, Floats, Ints
from services.matchmaker.matching.solving.duals import Duals, class_costs_at
from services.matchmaker.matching.solving.network import Network
from services.matchmaker.matching.solving.packing import Items, Room, pack
from services.matchmaker.matching.solving.relaxation import Task, counted

_MOMENTUM: Final = 0.7
_PATIENCE: Final = 8
# How fast the sets chosen in earlier steps are forgotten.
_MEMORY: Final = 0.93
# A pair whose gain lacks more than this share of the largest gain is not looked at.
_NEAR: Final = 0.15
# After so many steps the pairs to look at are found anew.
_RENEWED: Final = 30
_NOTHING: Final = 1e-9


class Climb(msgspec.Struct, frozen=True, eq=False):
    """Where an ascent ended: about the lowest bound in steps and its prices, the last prices, how far off the bound is
    thought to be, and how often of late each pair of a packed slot was in its slot's best set, (P,).
    """

    bound: float
    duals: Duals
    last: Duals
    excess: float
    share: Floats

    @classmethod
    def of_chosen(cls, chosen: Bools, duals: Duals) -> "Climb":
        """Return what stands for an ascent where none is made: what a flow chose was always chosen."""
        return cls(0.0, duals, duals, 0.0, chosen.astype(np.float64))


class _Core(msgspec.Struct, frozen=True, eq=False):
    """The pairs looked at: N of slots that hold groups, and the items of packed slots, by slot.

    `first_gain` (C,) has the prices of cells in it, which stay as a flow told them; `fixed` is what is certain beside.
    """

    task: Task
    fixed: float
    first_gain: Floats
    loose: Ints
    loose_class: Ints
    loose_slot: Ints
    loose_day: Ints
    loose_gain: Floats
    loose_general: Bools
    loose_liked: Bools
    rows: Ints
    items: Items
    room: Room
    packed_class: Ints
    packed_day: Ints
    packed_gain: Floats


def climb(network: Network, task: Task, start: Duals, liked: Bools, steps: int, excess: float, fixed: float) -> Climb:
    """Return better prices after so many steps; `liked` are the pairs that a flow chose, `fixed` the gain beside."""
    now = [start.visit, start.class_day, start.place, start.open_place]
    velocity = [np.zeros_like(each) for each in now]
    best, kept, stalled = np.inf, list(now), 0
    share, weight = np.zeros(network.pair_class.size), 0.0
    earned = np.zeros(int(network.packed.sum()))
    for number in range(steps):
        if number % _RENEWED == 0:
            core = _core(network, task, _with(start, now), liked, fixed)
            # What was not looked at may count by now: bounds from before are not to be compared with.
            best = np.inf
        bound, pull, picked, earned = _look(network, core, now, earned)
        if bound < best - 0.5:
            best, kept, stalled = bound, list(now), 0
        else:
            stalled += 1
        if stalled >= _PATIENCE:
            excess, stalled = excess / 2, 0
        share *= _MEMORY
        share[core.rows[picked]] += 1
        weight = _MEMORY * weight + 1
        velocity = [_MOMENTUM * old + (1 - _MOMENTUM) * new for old, new in zip(velocity, pull, strict=True)]
        norm = sum(float(np.square(each).sum()) for each in velocity)
        if norm < _NOTHING:
            break
        step = min(bound - best + excess, 2 * excess) / norm
        now = [each - step * way for each, way in zip(now, velocity, strict=True)]
        now[1:] = [np.maximum(each, 0.0) for each in now[1:]]
    return Climb(best, _with(start, kept), _with(start, now), excess, share / max(weight, 1.0))


def _with(start: Duals, prices: list[Floats]) -> Duals:
    visit, class_day, place, open_place = prices
    return msgspec.structs.replace(start, visit=visit, class_day=class_day, place=place, open_place=open_place)


def _core(network: Network, task: Task, start: Duals, liked: Bools, fixed: float) -> _Core:
    alive = task.alive
    profit = (task.gain - class_costs_at(network, start))[alive]
    slot = network.pair_slot[alive]
    near = _NEAR * float(np.abs(task.gain[alive]).max(initial=1))
    packed = network.packed[slot]
    general = ~network.pair_privileged[alive]
    paid = profit - start.place[slot] - np.where(general, start.open_place[slot], 0.0)
    loose = alive[~packed & (paid > -near)]
    slots = np.flatnonzero(network.packed)
    rows = _near_items(network, task, alive[packed], profit[packed], near)
    first = task.first_gain.astype(np.float64)
    counts = np.flatnonzero(counted(network, task))
    first[counts] += start.cell[network.class_cell[counts]]
    return _Core(
        task=task,
        fixed=fixed - float((start.cell * task.floor).sum()),
        first_gain=first,
        loose=loose,
        loose_class=network.pair_class[loose],
        loose_slot=network.pair_slot[loose],
        loose_day=network.pair_day[loose],
        loose_gain=task.gain[loose].astype(np.float64),
        loose_general=~network.pair_privileged[loose],
        loose_liked=liked[loose],
        rows=rows,
        items=Items(
            np.searchsorted(slots, network.pair_slot[rows]), network.pair_places[rows], network.pair_privileged[rows]
        ),
        room=Room(task.places[slots], task.open_places[slots]),
        packed_class=network.pair_class[rows],
        packed_day=network.pair_day[rows],
        packed_gain=task.gain[rows].astype(np.float64),
    )


def _near_items(network: Network, task: Task, rows: Ints, profit: Floats, near: float) -> Ints:
    """Return the pairs of packed slots that may become part of a best set, by slot.

    Each place of a slot earns what its best set earns on average; a pair that lacks more than `near` to that is far.
    """
    order = np.argsort(network.pair_slot[rows], kind="stable")
    rows, profit = rows[order], profit[order]
    slots = np.flatnonzero(network.packed)
    of = np.searchsorted(slots, network.pair_slot[rows])
    room = Room(task.places[slots], task.open_places[slots])
    filled, _ = pack(Items(of, network.pair_places[rows], network.pair_privileged[rows]), room, profit)
    earned = filled / np.maximum(room.places, 1)
    return rows[profit > earned[of] * network.pair_places[rows] - near]


def _look(
    network: Network, core: _Core, now: list[Floats], earned: Floats
) -> tuple[float, list[Floats], Bools, Floats]:
    """Return the bound at these prices, by how much each is out of balance (more than wanted: above 0), the items that
    fill the packed slots, and what a place of each earns.
    """
    visit, class_day, place, open_place = now
    task = core.task
    profit = core.packed_gain - visit[core.packed_class]
    if class_day.size:
        profit -= np.where(core.packed_day >= 0, class_day[core.packed_day], 0.0)
    filled, picked = pack(core.items, core.room, profit, earned)
    reduced = core.loose_gain - visit[core.loose_class] - place[core.loose_slot]
    reduced -= np.where(core.loose_general, open_place[core.loose_slot], 0.0)
    if class_day.size:
        reduced -= np.where(core.loose_day >= 0, class_day[core.loose_day], 0.0)
    taken = np.flatnonzero((reduced > _NOTHING) | ((np.abs(reduced) <= _NOTHING) & core.loose_liked))

    first = core.first_gain
    open_to = task.visits > 0
    own = np.where(visit >= 0, first + task.visits * visit, np.maximum(0.0, first + visit))
    bound = core.fixed + float(np.maximum(reduced, 0.0).sum() + filled.sum() + own[open_to].sum() + class_day.sum())
    simple = ~network.packed
    bound += float((place * task.places)[simple].sum() + (open_place * task.open_places)[simple].sum())

    slots = task.places.size
    classes = np.r_[core.loose_class[taken], core.packed_class[picked]]
    got = np.bincount(classes, minlength=task.visits.size)
    wanted = np.where(visit > _NOTHING, task.visits, np.where(first + visit > _NOTHING, np.minimum(task.visits, 1), 0))
    wanted = np.where(np.abs(visit) <= _NOTHING, np.clip(got, np.minimum(1, task.visits), task.visits), wanted)
    wanted = np.where(np.abs(first + visit) <= _NOTHING, np.clip(got, 0, np.minimum(1, task.visits)), wanted)
    days = np.r_[core.loose_day[taken], core.packed_day[picked]]
    on_day = np.bincount(days[days >= 0], minlength=class_day.size)
    general = taken[core.loose_general[taken]]
    pull = [
        (wanted - got).astype(np.float64),
        _not_below_zero(class_day, 1.0 - on_day),
        _not_below_zero(place, (task.places - np.bincount(core.loose_slot[taken], minlength=slots)) * simple),
        _not_below_zero(
            open_place, (task.open_places - np.bincount(core.loose_slot[general], minlength=slots)) * simple
        ),
    ]
    return bound, pull, picked, filled / np.maximum(core.room.places, 1)


def _not_below_zero(price: Floats, pull: NDArray[np.floating[Any]] | Ints) -> Floats:
    """Return the pull without what would take a price of 0 lower."""
    return np.where((price <= 0) & (pull > 0), 0.0, pull).astype(np.float64)
