"""A choice made better: the packed slots that prices say were filled worst are opened again and dived into anew.

Everything that is fixed well stays, so that each try costs a part of a dive. What was opened lately is left in peace.
"""

from typing import Final

import numpy as np

from services.matchmaker.matching.arrays import Bools, Ints
from services.matchmaker.matching.solving.ascent import Climb, climb
from services.matchmaker.matching.solving.diving import Fixed, dive, fix
from services.matchmaker.matching.solving.duals import class_costs_at, gains_at, packed_items
from services.matchmaker.matching.solving.network import Network
from services.matchmaker.matching.solving.packing import pack
from services.matchmaker.matching.solving.relaxation import Task

_SHARE: Final = 0.3
_STEPS: Final = 15
_EXCESS: Final = 0.0006


class Mender:
    """Tries at one problem: which slots were opened lately, and what each loses against its best set at the prices."""

    def __init__(self, network: Network, task: Task, climbed: Climb) -> None:
        self._network, self._task, self._climbed = network, task, climbed
        self._items, room, rows = packed_items(network, task.alive)
        self._rows = task.alive[rows]
        self._slots = np.flatnonzero(network.packed)
        self._profit = (gains_at(network, climbed.duals) - class_costs_at(network, climbed.duals))[self._rows]
        self._best, _ = pack(self._items, room, self._profit)
        self._tired = np.zeros(self._slots.size)
        # Where nothing is lost, chance (always the same) says what is tried.
        self._chance = np.random.default_rng(self._slots.size)

    def again(self, pairs: Ints) -> Fixed:
        """Return the packed slots' sets with the worst of `pairs` (rows) chosen anew."""
        network, task = self._network, self._task
        chosen: Bools = np.zeros(network.pair_class.size, np.bool_)
        chosen[pairs] = True
        got = np.zeros(self._slots.size)
        np.add.at(got, self._items.slot, np.where(chosen[self._rows], self._profit, 0.0))
        worst = (self._best - got) * self._chance.uniform(0.3, 1.0, got.size) - self._tired
        opened = np.argsort(-worst, kind="stable")[: max(1, int(_SHARE * self._slots.size))]
        self._tired *= 0.5
        self._tired[opened] += 20.0
        closed = np.setdiff1d(self._slots, self._slots[opened])
        kept = np.flatnonzero(chosen & np.isin(network.pair_slot, closed))
        begun = fix(network, Fixed(np.zeros_like(chosen), task, 0.0), kept, closed)
        excess = _EXCESS * abs(self._climbed.bound)
        climbed = climb(network, begun.task, self._climbed.duals, chosen, _STEPS, excess, begun.gain)
        return dive(network, task, climbed, chosen, _STEPS, begun)
