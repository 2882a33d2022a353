"""Packed slots as a flow can see them: as if each of their pairs took what such pairs take on average."""

import numpy as np

from services.matchmaker.matching.arrays import Floats, Ints
from services.matchmaker.matching.solving.network import Network


def average_taken(network: Network, alive: Ints) -> Floats:
    """Return what the pairs in `alive` (rows) of each slot take on average, (S,), 1 at least."""
    slots = network.slot_places.size
    slot = network.pair_slot[alive]
    number = np.maximum(np.bincount(slot, minlength=slots), 1)
    return np.maximum(np.bincount(slot, network.pair_places[alive], minlength=slots) / number, 1.0)


def average_places(network: Network, alive: Ints) -> tuple[Ints, Ints]:
    """Return how many such pairs each slot takes, and how many of general classes, (S,); exact where it holds
    groups.
    """
    average = average_taken(network, alive)
    fitting = np.maximum(np.rint(network.slot_places / average), network.slot_places > 0).astype(np.int64)
    open_fitting = np.minimum(np.rint(network.slot_open_places / average).astype(np.int64), fitting)
    packed = network.packed
    return (
        np.where(packed, fitting, network.slot_places),
        np.where(packed, open_fitting, network.slot_open_places),
    )
