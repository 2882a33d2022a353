"""Where pairs pass through a slot: one station for the whole slot, or one for each of its lanes.

A flow forgets who is who at a node. A slot where every pair may be given the same mediators needs one
station and the flow is exact. Where the classes of a slot differ in the mediators that suit them, one
station for the slot is a relaxation: it may pair a mediator with the wrong class. Only such slots are
split into one station per lane, each with its share of the slot's groups (`solver.py` decides the shares).
"""

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Bools, Ints
from services.matchmaker.matching.problem import Network


class Stations(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """T stations and their G links with mediators.

    `of_pair`: (P,) station of each pair. `slot`, `capacity`, `first_gain`, `plain`: (T,). `link_station`,
    `link_mediator`, `link_gain`: (G,); a link of a station for several lanes carries the best of their gains.
    """

    of_pair: Ints
    slot: Ints
    capacity: Ints
    first_gain: Ints
    plain: Bools
    link_station: Ints
    link_mediator: Ints
    link_gain: Ints


def build_stations(network: Network, shares: dict[int, dict[int, int]]) -> Stations:
    """Return the stations, given for every slot to split the groups that each of its lanes gets."""
    slots = network.slot_groups.size
    lane_slot = network.lane_slot
    station_of_lane = lane_slot.copy()
    split = np.isin(lane_slot, list(shares))
    split_lanes = np.flatnonzero(split)
    station_of_lane[split_lanes] = slots + np.arange(split_lanes.size)

    capacity = np.r_[network.slot_groups, np.zeros(split_lanes.size, np.int64)]
    for lane in split_lanes:
        capacity[station_of_lane[lane]] = shares[int(lane_slot[lane])].get(int(lane), 0)
    used = lane_slot >= 0
    plain = np.zeros(capacity.size, np.bool_)
    plain[station_of_lane[used & ~network.lane_mediated]] = True

    link_station = station_of_lane[network.link_lane]
    order = np.lexsort((-network.link_gain, network.link_mediator, link_station))
    order = order[link_station[order] >= 0]
    keys = np.stack([link_station[order], network.link_mediator[order]])
    first = np.r_[True, np.any(keys[:, 1:] != keys[:, :-1], axis=0)][: order.size]
    links = order[first]
    return Stations(
        of_pair=station_of_lane[network.pair_lane],
        slot=np.r_[np.arange(slots, dtype=np.int64), lane_slot[split_lanes]],
        capacity=capacity,
        # A split slot has no bonus to share out: `problem.checked` lets slots have bonuses or lanes, never both.
        first_gain=np.r_[network.slot_first_gain, np.zeros(split_lanes.size, np.int64)],
        plain=plain,
        link_station=link_station[links],
        link_mediator=network.link_mediator[links],
        link_gain=network.link_gain[links],
    )
