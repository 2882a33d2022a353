"""Prices as the solver holds them, in steps and by rows, and as they are told, in the scores' unit and by day."""

import numpy as np

from services.matchmaker.matching.arrays import Floats, Ints
from services.matchmaker.matching.problem import Prices
from services.matchmaker.matching.solving.duals import Duals
from services.matchmaker.matching.solving.network import Network


def prices_of(network: Network, duals: Duals, step: float) -> Prices:
    """Return the solver's prices in the scores' unit."""

    def by_day(owner: Ints, day: Ints, price: Floats) -> dict[tuple[int, int], float]:
        paid = np.flatnonzero(price > 0)
        keys = zip(owner[paid].tolist(), network.days[day[paid]].tolist(), strict=True)
        return dict(zip(keys, (price[paid] * step).tolist(), strict=True))

    return Prices(
        visit=duals.visit * step,
        # What a flow reckoned with, as if each pair took as much as the average, is no price of one place.
        place=np.where(network.packed, 0.0, duals.place * step),
        open_place=np.where(network.packed, 0.0, duals.open_place * step),
        mediator=duals.mediator * step,
        cell=duals.cell * step,
        class_day=by_day(network.day_class, network.day_of_class, duals.class_day),
        mediator_day=by_day(network.day_mediator, network.day_of_mediator, duals.mediator_day),
    )


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
