"""`solve` refuses arrays that do not fit together, with the name of the array and the remedy."""

from typing import Any

import numpy as np
import pytest

from services.matchmaker.matching import solve
from services.matchmaker.matching.problem import Problem, ProblemMalformed
from tests.unit.matching.problems import flags, rows, scores

WELL_FORMED: dict[str, Any] = {
    "pair_class": rows([0]),
    "pair_slot": rows([0]),
    "pair_score": scores([1]),
    "class_visits": rows([1]),
    "slot_places": rows([1]),
}
MEDIATED: dict[str, Any] = {
    "pair_lane": rows([0]),
    "lane_mediated": flags([True]),
    "link_lane": rows([0]),
    "link_mediator": rows([0]),
    "link_score": scores([0]),
    "mediator_visits": rows([1]),
}
TWO_SLOTS: dict[str, Any] = {
    "pair_class": rows([0, 0]),
    "pair_slot": rows([0, 1]),
    "pair_score": scores([1, 1]),
    "slot_places": rows([1, 1]),
}


def refused(changes: dict[str, Any]) -> str:
    """What is said of the well-formed problem with these changes."""
    with pytest.raises(ProblemMalformed) as refusal:
        solve(Problem(**WELL_FORMED | changes))
    return str(refusal.value)


def test_the_problem_without_changes_is_well_formed() -> None:
    """What the changes are made to is solved."""
    assert solve(Problem(**WELL_FORMED)).value == pytest.approx(1)
    assert solve(Problem(**WELL_FORMED | MEDIATED)).value == pytest.approx(1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pair_class": rows([1])}, "pair_class: rows must be from 0 to 0"),
        ({"pair_slot": rows([-1])}, "pair_slot: rows must be from 0 to 0"),
        ({"pair_slot": rows([0, 0])}, "pair_slot: has 2 entries, must have 1"),
        ({"pair_score": scores([])}, "pair_score: has 0 entries, must have 1"),
        ({"pair_score": scores([np.nan])}, "pair_score: a score is not finite"),
        ({"pair_score": scores([1e12])}, "choose a larger step"),
        ({"step": 0.0}, "step: must be above 0"),
        ({"step": float("nan")}, "step: must be above 0"),
        ({"class_visits": rows([-1])}, "class_visits: a capacity is negative"),
        ({"slot_places": rows([-1])}, "slot_places: a capacity is negative"),
        ({"slot_day": rows([1, 2])}, "slot_day: has 2 entries, must have 1"),
        ({"class_first_bonus": scores([-1])}, "class_first_bonus: a bonus is negative"),
        ({"class_first_bonus": scores([1, 1])}, "class_first_bonus: has 2 entries, must have 1"),
        ({"slot_first_bonus": scores([-1])}, "slot_first_bonus: a bonus is negative"),
    ],
)
def test_arrays_of_classes_slots_and_pairs_are_refused(changes: dict[str, Any], message: str) -> None:
    """A wrong size, row, capacity, score, bonus or step."""
    assert message in refused(changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pair_places": rows([1, 1])}, "pair_places: has 2 entries, must have 1"),
        ({"pair_places": rows([0])}, "pair_places: a pair takes no place; give 1 at least"),
        ({"pair_places": rows([2]), "slot_places": rows([1 << 20])}, "count them in a larger unit"),
        ({"pair_places": rows([2]), "slot_first_bonus": scores([1])}, "slot_first_bonus: is exact only without lanes"),
        ({"slot_open_places": rows([])}, "slot_open_places: has 0 entries, must have 1"),
        ({"slot_open_places": rows([-1])}, "slot_open_places: a capacity is negative"),
        ({"class_privileged": flags([True, False])}, "class_privileged: has 2 entries, must have 1"),
        ({"class_cell": rows([0, 0]), "cell_floor": rows([1])}, "class_cell: has 2 entries, must have 1"),
        ({"class_cell": rows([1]), "cell_floor": rows([1])}, "class_cell: rows must be from -1 to 0"),
        ({"class_cell": rows([-2]), "cell_floor": rows([1])}, "class_cell: rows must be from -1 to 0"),
        ({"class_cell": rows([0]), "cell_floor": rows([-1])}, "cell_floor: a capacity is negative"),
    ],
)
def test_arrays_of_places_and_floors_are_refused(changes: dict[str, Any], message: str) -> None:
    """What pairs take, what is kept, and what cells are to have."""
    assert message in refused(changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"slot_first_bonus": scores([1])}, "slot_first_bonus: is exact only without lanes"),
        ({"pair_lane": None}, "pair_lane, lane_mediated: one says nothing without the other"),
        ({"lane_mediated": None}, "pair_lane, lane_mediated: one says nothing without the other"),
        ({"pair_lane": rows([1])}, "pair_lane: rows must be from 0 to 0"),
        ({"pair_lane": rows([])}, "pair_lane: has 0 entries, must have 1"),
        (TWO_SLOTS | {"pair_lane": rows([0, 0])}, "pair_lane: a lane is used by pairs of two slots"),
        ({"link_lane": rows([1])}, "link_lane: rows must be from 0 to 0"),
        ({"link_mediator": rows([1])}, "link_mediator: rows must be from 0 to 0"),
        ({"link_mediator": rows([])}, "link_mediator: has 0 entries, must have 1"),
        ({"mediator_visits": None}, "link_mediator: rows must be"),
        ({"mediator_visits": rows([-1])}, "mediator_visits: a capacity is negative"),
        ({"link_score": scores([])}, "link_score: has 0 entries, must have 1"),
        ({"link_score": scores([np.inf])}, "link_score: a score is not finite"),
        (
            {"link_lane": rows([0, 0]), "link_mediator": rows([0, 0]), "link_score": scores([1, 1])},
            "link_lane: a lane is linked to a mediator twice",
        ),
        (
            TWO_SLOTS | {"pair_lane": rows([0, 1]), "lane_mediated": flags([True, True]), "slot_day": rows([1])},
            "slot_day: has 1 entries, must have 2",
        ),
    ],
)
def test_arrays_of_lanes_and_mediators_are_refused(changes: dict[str, Any], message: str) -> None:
    """Who may mediate what."""
    assert message in refused(MEDIATED | changes)
