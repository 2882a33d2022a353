"""Equity of a match of visits: the floors of cells before it, the table of rates after it."""

from collections.abc import Iterable
from math import ceil
from typing import Final
from uuid import UUID

import msgspec
import numpy as np

from contracts.matchmaker.equity import EquityCell, EquityTable
from contracts.matchmaker.policies import PolicySettings
from services.matchmaker.matching.arrays import Floats, Ints, ints
from services.matchmaker.matching.cells import Cell, cell_of
from services.matchmaker.matching.inputs import StandingState, VisitFacts, Wish
from services.matchmaker.matching.problem import Problem
from services.matchmaker.matching.solving.checking import checked
from services.matchmaker.matching.solving.leximin import leximin

# What two floats may differ by that stand for one whole number.
_ROUNDING: Final = 1e-9


class CellCounts(msgspec.Struct, frozen=True, eq=False):
    """The G cells, and of each, (G,): its classes, those that hold a visit, those with a visit or a proposal before.

    `rows` finds the row of each class's cell by the class's id.
    """

    cells: tuple[Cell, ...]
    size: Ints
    held: Ints
    before: Ints
    rows: dict[UUID, int]


def count_cells(facts: VisitFacts) -> CellCounts:
    """Return the cells of all classes that ask, those that have all they asked for included."""
    of_wish = {wish.id: cell_of(wish) for wish in facts.wishes}
    cells = tuple(sorted(set(of_wish.values())))
    row = {cell: number for number, cell in enumerate(cells)}
    rows = {wish_id: row[cell] for wish_id, cell in of_wish.items()}
    firm = {stands.wish_id for stands in facts.standing if stands.state is not StandingState.PROPOSED}
    stands = {stands.wish_id for stands in facts.standing}

    def count(wishes: Iterable[Wish]) -> Ints:
        return np.bincount(ints(rows[wish.id] for wish in wishes), minlength=len(cells))

    return CellCounts(
        cells=cells,
        size=count(facts.wishes),
        held=count(wish for wish in facts.wishes if wish.visits_held or wish.id in firm),
        before=count(wish for wish in facts.wishes if wish.visits_held or wish.id in stands),
        rows=rows,
    )


def floors_of(problem: Problem, counts: CellCounts, settings: PolicySettings) -> Ints:
    """Return how many classes of each cell are to have a visit, (G,), held ones included.

    A floor is the policy's share of what the fairest choice would give the cell, and never a lower rate than that
    choice gives the cell that is worst off: what can be had by all, nobody is denied. Shares are rounded down, so that
    where two are alike and one can be served, the scores say which.
    """
    floors = np.zeros(len(counts.cells), np.int64)
    if settings.floor_share and counts.cells:
        network = checked(problem)
        fairest = leximin(network, counts.size, counts.held)
        reached = counts.held > 0
        asking = network.class_cell[network.pair_class[network.pair_alive]]
        reached[asking[asking >= 0]] = True
        lowest = float((fairest[reached] / counts.size[reached]).min(initial=1.0))
        share = np.floor(settings.floor_share * fairest + _ROUNDING)
        lowest_share = np.ceil(lowest * counts.size - _ROUNDING)
        floors = np.minimum(np.maximum(share, lowest_share), fairest).astype(np.int64)
    wanted = {(floor.territory, floor.under_reached): floor.lowest_rate for floor in settings.floors}
    for row, cell in enumerate(counts.cells):
        floors[row] = max(floors[row], ceil(wanted.get(cell, 0.0) * int(counts.size[row]) - _ROUNDING))
    return floors


def equity_table(counts: CellCounts, floors: Ints, served: Ints, deficit: Ints, price: Floats) -> EquityTable:
    """Return the table; all arrays are (G,), `served` counts classes with a visit or a proposal after the match."""
    return EquityTable(
        cells=tuple(
            EquityCell(
                territory=cell.territory,
                under_reached=cell.under_reached,
                classes=int(counts.size[row]),
                served_before=int(counts.before[row]),
                served=int(served[row]),
                floor=int(floors[row]),
                deficit=int(deficit[row]),
                # Never -0.
                price=round(float(price[row]), 3) + 0.0,
            )
            for row, cell in enumerate(counts.cells)
        ),
        lowest_rate_before=lowest_rate(counts.before, counts.size),
        lowest_rate=lowest_rate(served, counts.size),
        gini_before=gini(counts.before, counts.size),
        gini=gini(served, counts.size),
    )


def lowest_rate(served: Ints, size: Ints) -> float:
    """Return the lowest service rate of any cell, 0 where there is none."""
    return round(float((served / size).min()), 6) if size.size else 0.0


def gini(served: Ints, size: Ints) -> float:
    """Return the Gini coefficient of the cells' rates, each weighed by its classes: 0 where all are equal."""
    if not served.sum():
        return 0.0
    rates = served / size
    mean = float((rates * size).sum() / size.sum())
    differences = np.abs(rates[:, None] - rates[None, :]) * size[:, None] * size[None, :]
    return round(float(differences.sum() / (2 * mean * float(size.sum()) ** 2)), 6)
