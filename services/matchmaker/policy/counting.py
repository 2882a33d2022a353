"""How many classes of each cell a choice serves, held against the floors that a policy names. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil
from uuid import UUID

from contracts.matchmaker.equity import EquityCell, EquityTable
from contracts.matchmaker.policies import CellFloor
from services.matchmaker.matching.cells import Cell, cell_of
from services.matchmaker.matching.inputs import VisitFacts


def count_equity(facts: VisitFacts, served: frozenset[UUID], floors: Iterable[CellFloor]) -> EquityTable:
    """The cells of all classes that ask; `served` are those that have a visit, or a proposal of one, by the choice."""
    stood = {one.wish_id for one in facts.standing}
    classes = Counter(cell_of(wish) for wish in facts.wishes)
    before = Counter(cell_of(wish) for wish in facts.wishes if wish.id in stood)
    after = Counter(cell_of(wish) for wish in facts.wishes if wish.id in served)
    rates = {Cell(floor.territory, floor.under_reached): floor.lowest_rate for floor in floors}
    cells = []
    for cell in sorted(classes):
        # As it was written: 0.55 of 100 classes are 55, not 56.
        floor = ceil(Fraction(str(rates.get(cell, 0))) * classes[cell])
        cells.append(
            EquityCell(
                territory=cell.territory,
                under_reached=cell.under_reached,
                classes=classes[cell],
                served_before=before[cell],
                served=after[cell],
                floor=floor,
                deficit=max(0, floor - after[cell]),
            )
        )
    sizes = [each.classes for each in cells]
    rates_before = [each.served_before / each.classes for each in cells]
    rates_after = [each.rate for each in cells]
    return EquityTable(
        cells=tuple(cells),
        lowest_rate_before=min(rates_before, default=0.0),
        lowest_rate=min(rates_after, default=0.0),
        gini_before=gini(rates_before, sizes),
        gini=gini(rates_after, sizes),
    )


def gini(rates: Sequence[float], sizes: Sequence[int]) -> float:
    """The Gini coefficient of the cells' rates, each weighed by its classes; 0 where all are equal, or all are 0."""
    pairs = list(zip(rates, sizes, strict=True))
    total = sum(rate * size for rate, size in pairs) * sum(sizes)
    apart = sum(size * other * abs(rate - rate2) for rate, size in pairs for rate2, other in pairs)
    return apart / (2 * total) if total else 0.0
