"""A problem that was checked, in whole steps and with every array there: what all parts of the solver work on."""

import msgspec

from services.matchmaker.matching.arrays import Bools, Ints


class Network(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A checked problem in whole steps, every array there; a class without visits, a slot without places have no pairs.

    `pair_day` (P,) numbers the class and day of each pair among all of the problem, -1 where days do not matter to it.
    `packed` (S,) marks slots whose pairs take different numbers of places. `links_of_lane` (L + 1,) is where the links
    of each lane begin: links are sorted by lane. `link_day` (F,) numbers the mediator and day of each link; whose and
    which day (a row of `days`) each number is, stands in `day_mediator` and `day_of_mediator`, as for classes.
    """

    pair_class: Ints
    pair_slot: Ints
    pair_gain: Ints
    pair_places: Ints
    pair_lane: Ints
    pair_day: Ints
    pair_privileged: Bools
    pair_alive: Bools
    class_visits: Ints
    class_first_gain: Ints
    class_cell: Ints
    cell_floor: Ints
    slot_places: Ints
    slot_open_places: Ints
    slot_first_gain: Ints
    days: Ints
    packed: Bools
    lane_mediated: Bools
    links_of_lane: Ints
    link_mediator: Ints
    link_gain: Ints
    link_day: Ints
    mediator_visits: Ints
    day_class: Ints
    day_of_class: Ints
    day_mediator: Ints
    day_of_mediator: Ints

    @property
    def pair_mediated(self) -> Bools:
        """Which pairs need a mediator, (P,)."""
        mediated: Bools = self.lane_mediated[self.pair_lane]
        return mediated
