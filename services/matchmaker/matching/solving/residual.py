"""What is left in an optimal flow: the exact cost of forcing a pair into it.

A unit that is to go through a pair takes a place of the slot, and the class's visit of that day: whoever had the place
moves on, until somewhere nothing is lost. The cheapest such chain is a shortest way in what is left of the flow.
"""

from typing import Final

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Ints
from services.matchmaker.matching.solving.flow import UNREACHED
from services.matchmaker.matching.solving.network import Network
from services.matchmaker.matching.solving.relaxation import Choice

# There is no chain: the pair cannot be had at any cost.
NEVER: Final = float("inf")


class Residual(msgspec.Struct, frozen=True, eq=False):
    """An optimal choice, whose days have pairs, which, and where they are; which slots keep places; `step` is one step
    in scores' units.
    """

    choice: Choice
    day_class: Ints
    day_value: Ints
    day_node: Ints
    limited: Ints
    step: float

    @classmethod
    def of(cls, network: Network, choice: Choice, step: float) -> "Residual":
        """Return what is left of this choice."""
        limited = np.flatnonzero(network.slot_open_places < network.slot_places)
        used = np.unique(network.pair_day[network.pair_alive & (network.pair_day >= 0)])
        value = network.days[network.day_of_class[used]]
        return cls(choice, network.day_class[used], value, choice.nodes.day[used], limited, step)

    @property
    def arcs(self) -> int:
        """How many arcs there are to be searched through."""
        return int(self.choice.flow.units.size)

    def loss(self, class_row: int, slot_row: int, day: int, gain: float, *, privileged: bool) -> float:
        """Return what the choice loses were a pair that gains so much (in scores' units) forced, NEVER where it
        cannot.
        """
        nodes = self.choice.nodes
        through_open = slot_row in self.limited and not privileged
        start = nodes.open_slot[slot_row] if through_open else nodes.slot[slot_row]
        of_day = np.flatnonzero((self.day_class == class_row) & (self.day_value == day))
        distance = self.choice.flow.distances(int(start))
        # A day on which the class has no other pair limits nothing.
        ends = [int(distance[self.day_node[number]]) for number in of_day] or [int(distance[nodes.of_class[class_row]])]
        if ends[0] >= UNREACHED:
            return NEVER
        return ends[0] * self.step - gain
