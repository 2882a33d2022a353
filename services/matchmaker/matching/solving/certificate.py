"""The bound that given prices prove for a problem, whoever found them: the certificate of a choice put together of
parts.

Prices of parts that were solved apart need not suit the whole, but whatever they are, the bound that they prove holds.
"""

import msgspec
import numpy as np

from services.matchmaker.matching.arrays import Floats, Ints
from services.matchmaker.matching.problem import Prices, Problem
from services.matchmaker.matching.solving.checking import checked
from services.matchmaker.matching.solving.duals import Duals, bound_at, class_costs_at, gains_at
from services.matchmaker.matching.solving.network import Network


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


def duals_of(network: Network, prices: Prices, step: float) -> Duals:
    """Return prices as the solver holds them, in steps."""
    return Duals(
        visit=prices.visit / step,
        class_day=_by_number(prices.class_day, network.day_class, network.days[network.day_of_class]) / step,
        place=np.where(network.packed, 0.0, prices.place / step),
        open_place=np.where(network.packed, 0.0, prices.open_place / step),
        mediator=prices.mediator / step,
        mediator_day=_by_number(prices.mediator_day, network.day_mediator, network.days[network.day_of_mediator])
        / step,
        cell=prices.cell / step,
    )


def _by_number(prices: dict[tuple[int, int], float], owner: Ints, day: Ints) -> Floats:
    keys = zip(owner.tolist(), day.tolist(), strict=True)
    return np.array([prices.get(key, 0.0) for key in keys], dtype=np.float64)
