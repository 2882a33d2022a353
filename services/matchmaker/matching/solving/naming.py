"""Who mediates which chosen pair: a small flow of its own, and the prices of mediators that it tells.

The choice of pairs is made as if every pair had the mediator that suits it best. Here each chosen pair gets one, no
mediator twice on a day nor more often than it can; a pair for which nobody is left is missed. Where mediators are
scarce, their prices make the next choice of pairs reckon with it.
"""

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bools, Floats, Ints, runs_of
from services.matchmaker.matching.solving.duals import Duals
from services.matchmaker.matching.solving.flow import SINK, SOURCE, UNREACHED, Arcs
from services.matchmaker.matching.solving.network import Network


class Naming(msgspec.Struct, frozen=True, eq=False):
    """Each chosen pair's mediator, (n,), -1 where it needs none; the pairs that were missed (rows); the prices."""

    mediator: Ints
    missed: Ints
    duals: Duals


def name_mediators(network: Network, chosen: Ints, worth: Floats, before: Duals) -> Naming:
    """Return who mediates the pairs in `chosen` (rows); a pair is missed rather than cost more than its `worth`
    (n,).
    """
    mediator = np.full(chosen.size, -1, np.int64)
    waiting = np.flatnonzero(network.pair_mediated[chosen])
    if not waiting.size:
        return Naming(mediator, np.zeros(0, np.int64), before)
    lane = network.pair_lane[chosen[waiting]]
    lengths = network.links_of_lane[lane + 1] - network.links_of_lane[lane]
    link = runs_of(network.links_of_lane[lane], lengths)
    of_pair = np.repeat(np.arange(waiting.size), lengths)

    arcs = Arcs()
    pairs, mediators = arcs.new_nodes(waiting.size), arcs.new_nodes(network.mediator_visits.size)
    days, of_link = np.unique(network.link_day[link], return_inverse=True)
    day_nodes = arcs.new_nodes(days.size)
    arcs.add(SOURCE, pairs, 1, 0)
    link_arcs = arcs.add(pairs[of_pair], day_nodes[of_link.ravel()], 1, network.link_gain[link])
    arcs.add(day_nodes, mediators[network.day_mediator[days]], 1, 0)
    some = np.flatnonzero(network.mediator_visits > 0)
    arcs.add(mediators[some], SINK, network.mediator_visits[some], 0)
    miss_arcs = arcs.add(pairs, SINK, 1, -np.rint(worth[waiting]).astype(np.int64))
    flow = arcs.solve(waiting.size)

    named = np.flatnonzero(flow.units[link_arcs])
    mediator[waiting[of_pair[named]]] = network.link_mediator[link[named]]
    missed: Bools = flow.units[miss_arcs] > 0
    # Every pair has its unit, so that no way leads on from the source: prices are told from the sink.
    distance = flow.distances(SINK)
    of_mediator = np.where(distance[mediators] < UNREACHED, distance[mediators], 0)
    price = np.maximum(0.0, -of_mediator.astype(np.float64))
    mediator_day = before.mediator_day * 0
    reached = distance[day_nodes] < UNREACHED
    day_price = np.where(reached, -distance[day_nodes], 0) - price[network.day_mediator[days]]
    mediator_day[days] = np.maximum(0.0, day_price)
    duals = msgspec.structs.replace(before, mediator=price, mediator_day=mediator_day)
    return Naming(mediator, chosen[waiting[missed]], duals)
