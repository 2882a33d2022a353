"""The fairest choice that there could be: leximin of the service rates of cells, by one flow.

Served classes of each cell leave the source by arcs that gain less and less, in one order for all cells: first the
class of the cell whose rate is lowest without it. Since what can be served is a matroid, taking the best next one gives
in the end as many as possible, and rates of which none can be raised without lowering one that is not higher. Pairs
bear no score here, and mediators are taken for plenty, so that the rates are, if anything, too high; floors are a share
of them.
Source: Fujishige, Lexicographically optimal base of a polymatroid (1980); Frank and Murota, Fair integral network
flows.
"""

from typing import Final

import numpy as np

from services.matchmaker.matching.arrays import Ints, rank_in_group
from services.matchmaker.matching.solving.averages import average_places
from services.matchmaker.matching.solving.flow import SINK, SOURCE, Arcs
from services.matchmaker.matching.solving.network import Network

# Beyond so many pairs only so many of each class are looked at.
_MANY: Final = 400_000
_PAIRS_PER_CLASS: Final = 16


def leximin(network: Network, size: Ints, held: Ints, most_pairs: int = _MANY) -> Ints:
    """Return how many of each cell's classes the fairest choice serves, (G,), `held` that have a visit already
    included.

    `size` (G,) counts all classes of a cell. A packed slot takes as many classes as fit on average. Of more than
    `most_pairs` pairs only some are looked at.
    """
    cells = size.size
    alive = np.flatnonzero(network.pair_alive)
    places, _ = average_places(network, alive)
    alive = _some(network, alive) if alive.size > most_pairs else alive
    arcs = Arcs()
    of_cell, of_class, of_slot = (arcs.new_nodes(n) for n in (cells, network.class_visits.size, places.size))
    waiting = np.flatnonzero((network.class_cell >= 0) & (network.class_visits > 0))
    cell = np.sort(network.class_cell[waiting])
    rate = (held[cell] + rank_in_group(cell)) / np.maximum(size[cell], 1)
    # Of two cells whose rates are equal the smaller one, where a class more raises the rate more.
    gain = np.empty(cell.size, np.int64)
    gain[np.lexsort((size[cell], rate))] = np.arange(cell.size, 0, -1)
    served = arcs.add(SOURCE, of_cell[cell], 1, gain)
    arcs.add(of_cell[network.class_cell[waiting]], of_class[waiting], 1, 0)
    arcs.add(of_class[network.pair_class[alive]], of_slot[network.pair_slot[alive]], 1, 0)
    some = np.flatnonzero(places > 0)
    arcs.add(of_slot[some], SINK, places[some], 0)
    arcs.add(SOURCE, SINK, cell.size, 0)
    flow = arcs.solve(cell.size)
    return held + np.bincount(cell[flow.units[served] > 0], minlength=cells)


def _some(network: Network, alive: Ints) -> Ints:
    """Return the pairs to look at in a very large problem: some of each class's, spread over all of them.

    Whether a class can be served at all, and by what, a part of its many pairs tells as well.
    """
    number = rank_in_group(network.pair_class[alive])
    of_class = np.bincount(network.pair_class[alive], minlength=network.class_visits.size)
    step = np.maximum(-(-of_class // _PAIRS_PER_CLASS), 1)[network.pair_class[alive]]
    some: Ints = alive[number % step == 0]
    return some
