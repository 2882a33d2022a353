"""What a choice is worth to all visits together: the cost of forcing a pair, and what a floor of equity was worth.

The cost is told from the prices that prove the plan's bound: what the class gives up elsewhere, and what the place, the
mediator and the class's day are worth to others, beyond what the pair itself would bring. Of a plan that is optimal by
its prices no pair costs less than that.
"""

from math import floor
from typing import Final

import numpy as np

from contracts.matchmaker.explanations import Cost
from services.matchmaker.matching.arrays import Bools, Floats, Ints, floats
from services.matchmaker.matching.cells import cell_of
from services.matchmaker.matching.explaining import stake_words
from services.matchmaker.matching.gates import places_needed
from services.matchmaker.matching.inputs import Wish
from services.matchmaker.matching.problem import Prices
from services.matchmaker.matching.score import mediator_points, points_of_pairs
from services.matchmaker.matching.solving.packing import Items, Room, pack
from services.matchmaker.matching.solving.residual import NEVER
from services.matchmaker.matching.travel import straight_km
from services.matchmaker.matching.visits import VisitPlan

# Costs are shown to a tenth of a point.
_TENTHS: Final = 10
# Sums of floats that stand for tenths miss them by less than this.
_ROUNDING: Final = 1e-6
# A flow of so few arcs is searched through in a millisecond, for every explanation.
_FEW_ARCS: Final = 5_000
# No mediator can come: such a pair is never worth anything.
_IMPOSSIBLE: Final = 1e9


def cost_of(plan: VisitPlan, wish_row: int, slot_row: int) -> Cost | None:
    """Return what all visits lose at least were this pair proposed; None while the plan carries no prices.

    The loss is counted from the plan's bound, and rounded down. What the prices prove less than that bound, where a
    small problem was searched to its end, may be no loss at all, and is taken off.
    """
    if plan.prices is None:
        return None
    if plan.residual is not None and plan.residual.arcs <= _FEW_ARCS:
        return exact_cost_of(plan, wish_row, slot_row)
    return _told(forced_loss(plan, wish_row, slot_row) - plan.price_slack)


def exact_cost_of(plan: VisitPlan, wish_row: int, slot_row: int) -> Cost | None:
    """Return the same to the point where the plan is one flow: what whoever is displaced on and on would lose.

    It takes a search through the whole flow, a tenth of a second in a large region: for whoever asks about one pair.
    """
    if plan.prices is None:
        return None
    if plan.residual is None or _is_packed(plan, slot_row):
        return _told(forced_loss(plan, wish_row, slot_row) - plan.price_slack)
    loss = exact_loss(plan, wish_row, slot_row)
    return None if loss == NEVER else _told(loss - plan.price_slack)


def _told(loss: float) -> Cost:
    at_least = floor(max(0.0, loss + _ROUNDING) * _TENTHS) / _TENTHS
    return Cost(at_least=at_least, words=stake_words.cost(at_least))


def floor_points(plan: VisitPlan, wish: Wish) -> float:
    """Return what one more class served in this class's cell is worth under its floor, in points; 0 without floors."""
    if plan.prices is None or cell_of(wish) not in plan.cells:
        return 0.0
    return round(float(plan.prices.cell[plan.cells.index(cell_of(wish))]), 1)


def exact_loss(plan: VisitPlan, wish_row: int, slot_row: int) -> float:
    """Return what the plan's flow loses were the pair forced, in points; NEVER where it cannot be had."""
    assert plan.residual is not None, "a plan that is no flow has no ways through it"  # noqa: S101  the caller asks before
    tables = plan.tables
    gain = float(_points_of(plan, wish_row, slot_row)[0])
    if bool(tables.is_mediated(np.array([wish_row]), np.array([slot_row]))[0]):
        gain += _best_mediator(plan, wish_row, slot_row)
    return plan.residual.loss(
        wish_row,
        slot_row,
        int(tables.openings.day[slot_row]),
        gain,
        privileged=bool(tables.wishes.under_reached[wish_row]),
    )


def _is_packed(plan: VisitPlan, slot_row: int) -> bool:
    return bool(plan.tables.openings.pooled[slot_row] or plan.tables.openings.splitting[slot_row])


def forced_loss(plan: VisitPlan, wish_row: int, slot_row: int) -> float:
    """Return by how much the bound would fall were the pair forced, in points; 0 or less where it costs nothing."""
    tables, prices = plan.tables, _prices_of(plan)
    points = _points_of(plan, wish_row, slot_row)
    if _is_packed(plan, slot_row):
        return _packed_loss(plan, wish_row, slot_row, points)
    place = float(prices.place[slot_row])
    if not tables.wishes.under_reached[wish_row]:
        place += float(prices.open_place[slot_row])
    return place - float(_profits(plan, np.array([wish_row]), slot_row, points)[0])


def _points_of(plan: VisitPlan, wish_row: int, slot_row: int) -> Ints:
    """Return the points of one pair, (1,), candidate or not."""
    pairs = plan.candidates.pairs
    # Pairs are sorted by class: looking through all of them would be half of an explanation's time.
    first, end = np.searchsorted(pairs.c, (wish_row, wish_row + 1))
    known = first + np.flatnonzero(pairs.s[first:end] == slot_row)
    if known.size:
        points: Ints = plan.candidates.points[known]
        return points
    return points_of_pairs(plan.tables, np.array([wish_row]), np.array([slot_row]), plan.weights)


def _prices_of(plan: VisitPlan) -> Prices:
    assert plan.prices is not None, "a plan without prices knows no costs"  # noqa: S101  `cost_of` asks before
    return plan.prices


def _profits(plan: VisitPlan, classes: Ints, slot_row: int, points: Ints) -> Floats:
    """Return what pairs of one slot bring beyond what their classes and mediators would bring elsewhere, in points."""
    tables, prices = plan.tables, _prices_of(plan)
    day = int(tables.openings.day[slot_row])
    profit = points - prices.visit[classes]
    profit = profit - floats(prices.class_day.get((int(row), day), 0.0) for row in classes)
    for number in np.flatnonzero(tables.is_mediated(classes, np.full(classes.size, slot_row))):
        profit[number] += _best_mediator(plan, int(classes[number]), slot_row)
    return profit


def _best_mediator(plan: VisitPlan, wish_row: int, slot_row: int) -> float:
    """Return what the mediator brings that suits the pair best, its price taken off; far below 0 where there is
    none.
    """
    tables, prices = plan.tables, _prices_of(plan)
    bits = tables.wishes.mediators[wish_row] & tables.openings.mediators[slot_row]
    able = np.flatnonzero(np.unpackbits(bits, count=len(tables.mediations)))
    opening = tables.openings
    day = int(opening.day[slot_row])
    latitude = floats(tables.mediations[row].latitude for row in able)
    longitude = floats(tables.mediations[row].longitude for row in able)
    km = straight_km(latitude, longitude, opening.latitude[slot_row], opening.longitude[slot_row])
    paid = prices.mediator[able] + floats(prices.mediator_day.get((int(row), day), 0.0) for row in able)
    return float((mediator_points(km, plan.weights) - paid).max(initial=-_IMPOSSIBLE))


def _packed_loss(plan: VisitPlan, wish_row: int, slot_row: int, points: Ints) -> float:
    """Return what the slot's best set loses with the class forced in."""
    tables, pairs = plan.tables, plan.candidates.pairs
    rows = np.flatnonzero((pairs.s == slot_row) & (pairs.c != wish_row))
    classes = np.r_[pairs.c[rows], wish_row]
    profit = _profits(plan, classes, slot_row, np.r_[plan.candidates.points[rows], points])
    places = places_needed(tables, classes, np.full(classes.size, slot_row))
    privileged = tables.wishes.under_reached[classes]
    free = int(tables.openings.places_free[slot_row])
    open_places = max(free - int(tables.openings.reserved[slot_row]), 0)
    best = _filled(profit, places, privileged, free, open_places)
    left_open = open_places - (0 if privileged[-1] else int(places[-1]))
    beside = _filled(profit[:-1], places[:-1], privileged[:-1], free - int(places[-1]), left_open)
    return best - float(profit[-1]) - beside


def _filled(profit: Floats, places: Ints, privileged: Bools, free: int, open_places: int) -> float:
    order = np.argsort(privileged, kind="stable")
    items = Items(np.zeros(order.size, np.int64), places[order], privileged[order])
    value, _ = pack(items, Room(np.array([max(free, 0)]), np.array([max(open_places, 0)])), profit[order])
    return float(value[0])
