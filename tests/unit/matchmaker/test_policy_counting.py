"""Equity in figures: cells, floors, what lacks of them, and how unequal the rates are."""

from datetime import date

import pytest

from contracts.matchmaker.equity import EquityCell, EquityTable
from contracts.matchmaker.policies import CellFloor
from services.matchmaker.matching.inputs import Standing, StandingState, VisitFacts
from services.matchmaker.policy.counting import count_equity, gini
from tests.unit.matching.facts import ALBI, TODAY, VISIT_DAY, a_wish, at, number


def facts(*wishes, standing=()):
    return VisitFacts(wishes=wishes, openings=(), mediations=(), standing=standing, today=TODAY)


def stands(wish_id, state=StandingState.PROPOSED, day: date = VISIT_DAY):
    return Standing(wish_id=number(wish_id), slot_id=number(9), day=day, state=state)


def test_every_cell_is_counted_before_and_after():
    """Sorted by territory; a floor is a whole number of classes, and says what lacks."""
    wishes = [a_wish(id=number(each)) for each in (1, 2, 3)] + [
        a_wish(id=number(4), rural=True),
        a_wish(id=number(5), **at(ALBI)),
    ]
    floors = (
        CellFloor(territory="31", under_reached=False, lowest_rate=0.5),
        CellFloor(territory="31", under_reached=True, lowest_rate=1.0),
        CellFloor(territory="48", under_reached=True, lowest_rate=1.0),
    )

    table = count_equity(facts(*wishes, standing=(stands(1), stands(4))), frozenset([number(1), number(5)]), floors)

    assert table.cells == (
        EquityCell(territory="31", under_reached=False, classes=3, served_before=1, served=1, floor=2, deficit=1),
        EquityCell(territory="31", under_reached=True, classes=1, served_before=1, served=0, floor=1, deficit=1),
        EquityCell(territory="81", under_reached=False, classes=1, served_before=0, served=1),
    )
    assert (table.lowest_rate_before, table.lowest_rate) == (0, 0)
    assert table.gini_before == pytest.approx(0.4)
    assert table.gini > 0


def test_a_floor_is_the_rate_as_it_was_written():
    """Not its neighbour among the numbers that a computer knows."""
    wishes = [a_wish(id=number(each)) for each in range(1, 101)]
    floors = (CellFloor(territory="31", under_reached=False, lowest_rate=0.55),)

    (cell,) = count_equity(facts(*wishes), frozenset(), floors).cells

    assert (cell.floor, cell.deficit) == (55, 55)


def test_where_nobody_asks_nothing_is_unequal():
    """No cell, no figure."""
    assert count_equity(facts(), frozenset(), ()) == EquityTable()


@pytest.mark.parametrize(
    ("rates", "sizes", "expected"),
    [([], [], 0), ([0.5, 0.5], [1, 9], 0), ([0, 0], [1, 1], 0), ([0, 1], [1, 1], 0.5), ([0, 1], [9, 1], 0.9)],
)
def test_the_gini_coefficient_weighs_cells_by_their_classes(rates, sizes, expected):
    """As if every class had its cell's rate."""
    assert gini(rates, sizes) == pytest.approx(expected)
