"""The bound that given prices prove for a problem, whoever found them: the certificate of a choice put together of
parts.

Prices of parts that were solved apart need not suit the whole, but whatever they are, the bound that they prove holds.
"""

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Floats, Ints
from services.matchmaker.matching.problem import Prices, Problem
from services.matchmaker.matching.solving.checking import checked
from services.matchmaker.matching.solving.duals import bound_at, class_costs_at, gains_at
from services.matchmaker.matching.solving.pricing import duals_of


def certify(problem: Problem, prices: Prices, deficit: Ints) -> float:
    """Return what no solution that misses no more of each cell's floor, `deficit` (G,), can exceed, in the scores'
    unit.
    """
    network = checked(problem)
    reached = msgspec.structs.replace(network, cell_floor=network.cell_floor - deficit)
    alive = np.flatnonzero(network.pair_alive)
    return bound_at(reached, duals_of(network, prices, problem.step), alive) * problem.step


def reduced_gains(problem: Problem, prices: Prices) -> Floats:
    """Return what each pair gains beyond the prices of its class and its place, (P,), in the scores' unit.

    Above 0 it should be chosen, below 0 it should not; in slots whose pairs take different numbers of places the place
    is not counted: what is left there is to be compared within the slot.
    """
    network = checked(problem)
    duals = duals_of(network, prices, problem.step)
    gain = gains_at(network, duals) - class_costs_at(network, duals)
    slot = network.pair_slot
    place = duals.place[slot] + np.where(network.pair_privileged, 0.0, duals.open_place[slot])
    return np.where(network.packed[slot], gain, gain - place) * problem.step
