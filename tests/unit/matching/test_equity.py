"""Floors: what each cell is to have of the fairest choice, and of the Region's own wishes; and rates in figures."""

from typing import Any

import msgspec
import pytest

from contracts.matchmaker.equity import EquityCell
from contracts.matchmaker.policies import CellFloor, PolicySettings
from services.matchmaker.matching.equity import floors_of, gini, lowest_rate
from services.matchmaker.matching.inputs import Opening, Standing, StandingState, VisitFacts, Wish
from services.matchmaker.matching.visits import ask
from tests.unit.matching.facts import TODAY, VISIT_DAY, a_wish, an_opening, number, standing
from tests.unit.matching.planning import planned
from tests.unit.matching.problems import rows


def classes(department: str, many: int, first: int = 1, **changes: Any) -> list[Wish]:
    """So many classes of a department; whatever its name, they are in Toulouse."""
    return [a_wish(id=number(first + place), department=department, **changes) for place in range(many)]


def slots(many: int) -> list[Opening]:
    """So many slots for one group."""
    return [an_opening(slot_id=number(100 + place)) for place in range(many)]


def floors(
    wishes: list[Wish],
    openings: list[Opening],
    settings: PolicySettings | None = None,
    stands: list[Standing] | None = None,
) -> list[int]:
    """The floors of the cells, in the order of their names."""
    facts = VisitFacts(
        wishes=tuple(wishes), openings=tuple(openings), mediations=(), standing=tuple(stands or ()), today=TODAY
    )
    settings = settings or PolicySettings()
    asked = ask(facts, settings)
    return [int(floor) for floor in floors_of(asked.problem, asked.counts, settings)]


def wanting(territory: str, lowest_rate: float, floor_share: float = 0) -> PolicySettings:
    """A policy whose Region wants this rate for a department's classes that are reached well."""
    return PolicySettings(
        floor_share=floor_share,
        floors=(CellFloor(territory=territory, under_reached=False, lowest_rate=lowest_rate),),
    )


def test_each_cell_has_its_share_of_the_fairest_choice() -> None:
    """Six classes of one cell, four of another, five slots: the fairest gives three and two, of which 0.9 is a floor.

    No cell is to have a lower rate than the fairest choice gives the worst off, so that two of four are wanted.
    """
    assert floors([*classes("31", 6), *classes("81", 4, first=50)], slots(5)) == [3, 2]
    assert floors([*classes("31", 6), *classes("81", 4, first=50)], slots(5), PolicySettings(floor_share=0.5)) == [3, 2]


def test_where_one_of_two_cells_can_be_served_scores_say_which() -> None:
    """One slot and a class in each cell: neither has a floor, and the class that is nearer to the slot has it."""
    near = a_wish(id=number(2), department="81", latitude=43.635, longitude=1.397)
    wishes = [*classes("31", 1), near]

    assert floors(wishes, slots(1)) == [0, 0]
    assert [match.wish_id for match in planned(wishes, slots(1)).matches] == [near.id]


def test_a_cell_that_nothing_reaches_lowers_nobodys_floor() -> None:
    """Classes that no slot suits are not served by the fairest choice either; the others are not made to wait."""
    unreached = classes("81", 2, first=50, from_date=VISIT_DAY.replace(year=2027))

    assert floors([*classes("31", 2), *unreached], slots(2)) == [2, 0]


def test_under_reached_classes_are_a_cell_of_their_own() -> None:
    """Of one department the under-reached and the others each have their floor."""
    wishes = [*classes("31", 2), *classes("31", 2, first=50, rural=True)]

    assert floors(wishes, slots(2)) == [1, 1]


def test_classes_that_hold_a_visit_count_as_served() -> None:
    """A cell whose class has accepted a visit has its share already."""
    wishes, openings = [*classes("31", 2), *classes("81", 2, first=50)], slots(3)
    held = [standing(wishes[0], openings[0], StandingState.ACCEPTED)]

    assert floors(wishes, openings, stands=held) == [1, 1]
    plan = planned(wishes, openings, standing_list=held)
    assert [cell.served for cell in plan.equity.cells] in ([2, 1], [1, 2])
    assert [cell.deficit for cell in plan.equity.cells] == [0, 0]


def test_without_a_share_there_are_no_floors_but_the_regions_own() -> None:
    """`floor_share` 0 asks nothing; a rate that the Region wants is rounded up to whole classes."""
    wishes = [*classes("31", 3), *classes("81", 3, first=50)]

    assert floors(wishes, slots(6), PolicySettings(floor_share=0)) == [0, 0]
    assert floors(wishes, slots(6), wanting("81", 0.5)) == [0, 2]
    assert floors(wishes, slots(6), wanting("12", 1.0)) == [0, 0]
    assert floors(wishes, slots(6), wanting("81", 0.1, floor_share=0.9)) == [3, 3]


def test_a_floor_of_the_region_goes_before_scores() -> None:
    """The class that is nearer has to wait for the one whose cell the Region wants served."""
    near = a_wish(id=number(1), latitude=43.635, longitude=1.397)
    other = a_wish(id=number(2), department="81")

    plan = planned([near, other], slots(1), settings=wanting("81", 1.0))

    assert [match.wish_id for match in plan.matches] == [other.id]
    assert [(cell.floor, cell.deficit) for cell in plan.equity.cells] == [(0, 0), (1, 0)]


def test_what_is_missing_to_a_floor_is_told() -> None:
    """The Region wants all classes of a cell served, and there is one slot for three."""
    plan = planned(classes("31", 3), slots(1), settings=wanting("31", 1.0))

    assert [(cell.floor, cell.served, cell.deficit) for cell in plan.equity.cells] == [(3, 1, 2)]


def test_without_classes_there_is_nothing_to_be_fair_about() -> None:
    """No cell, no floor, rates of 0."""
    assert floors([], slots(1)) == []
    assert lowest_rate(rows([]), rows([])) == 0
    assert gini(rows([]), rows([])) == 0


@pytest.mark.parametrize(
    ("served", "size", "lowest", "coefficient"),
    [
        ([1, 1], [2, 2], 0.5, 0.0),
        ([0, 0], [2, 2], 0.0, 0.0),
        # One half has everything.
        ([2, 0], [2, 2], 0.0, 0.5),
        # A quarter has everything.
        ([1, 0], [1, 3], 0.0, 0.75),
        # Rates 1 and 1/2, twice as many classes in the second: 2 · 1/2 · 1 · 2 / (2 · 2/3 · 9).
        ([1, 1], [1, 2], 0.5, 0.166667),
    ],
)
def test_rates_in_figures(served: list[int], size: list[int], lowest: float, coefficient: float) -> None:
    """The lowest rate, and the Gini coefficient of the rates that each class has in its cell."""
    assert lowest_rate(rows(served), rows(size)) == lowest
    assert gini(rows(served), rows(size)) == coefficient


def test_a_cell_tells_its_rate() -> None:
    """The share of its classes that are served, 0 where there are none."""
    cell = EquityCell(territory="48", under_reached=True, classes=4, served_before=0, served=3)

    assert cell.rate == 0.75
    assert msgspec.structs.replace(cell, classes=0, served=0).rate == 0
