"""The fairest choice that there could be: leximin of the service rates of cells, by one flow.

Served classes of each cell leave the source by arcs that cost more and more, the sooner the smaller the cell: the sum
of n²/size is least where no cell's rate can be raised without lowering one that is not higher. That as many classes as
possible are served comes first. Pairs bear no score here, and mediators are taken for plenty, so that the rates are, if
anything, too high; floors are a share of them.
Source: Fujishige, Lexicographically optimal base of a polymatroid (1980); Frank and Murota, Fair integral network
flows.
"""

from typing import Final

import numpy as np

from services.matchmaker.matching.arrays import Ints, rank_in_group
from services.matchmaker.matching.solving.averages import average_places
from services.matchmaker.matching.solving.flow import SINK, SOURCE, Arcs
from services.matchmaker.matching.solving.network import Network

# Rates are compared to this fineness.
_STEPS: Final = 1_000_000
# Beyond so many pairs only so many of each class are looked at.
_MANY: Final = 400_000
_PAIRS_PER_CLASS: Final = 16
# Serving a class is worth more than any difference of rates, each of which is below 2.
_SERVED: Final = 4 * _STEPS


def leximin(network: Network, size: Ints, held: Ints) -> Ints:
    """Return how many of each cell's classes the fairest choice serves, (G,), `held` that have a visit already
    included.

    `size` (G,) counts all classes of a cell. A packed slot takes as many classes as fit on average.
    """
    cells = size.size
    alive = np.flatnonzero(network.pair_alive)
    places, _ = average_places(network, alive)
    alive = _some(network, alive)
    arcs = Arcs()
    of_cell, of_class, of_slot = (arcs.new_nodes(n) for n in (cells, network.class_visits.size, places.size))
    waiting = np.flatnonzero((network.class_cell >= 0) & (network.class_visits > 0))
    cell = np.sort(network.class_cell[waiting])
    number = held[cell] + rank_in_group(cell) + 1
    cost = np.rint(_STEPS * (2 * number - 1) / np.maximum(size[cell], 1)).astype(np.int64)
    served = arcs.add(SOURCE, of_cell[cell], 1, _SERVED - cost)
    arcs.add(of_cell[network.class_cell[waiting]], of_class[waiting], 1, 0)
    arcs.add(of_class[network.pair_class[alive]], of_slot[network.pair_slot[alive]], 1, 0)
    some = np.flatnonzero(places > 0)
    arcs.add(of_slot[some], SINK, places[some], 0)
    arcs.add(SOURCE, SINK, cell.size, 0)
    flow = arcs.solve(cell.size)
    return held + np.bincount(cell[flow.units[served] > 0], minlength=cells)


def _some(network: Network, alive: Ints) -> Ints:
    """Return the pairs to look at: in a very large problem some of each class's, spread over all of them.

    Whether a class can be served at all, and by what, a part of its many pairs tells as well.
    """
    if alive.size <= _MANY:
        return alive
    number = rank_in_group(network.pair_class[alive])
    of_class = np.bincount(network.pair_class[alive], minlength=network.class_visits.size)
    step = np.maximum(-(-of_class // _PAIRS_PER_CLASS), 1)[network.pair_class[alive]]
    some: Ints = alive[number % step == 0]
    return some
