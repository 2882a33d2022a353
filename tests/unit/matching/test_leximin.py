"""The fairest choice on small networks, against every set of classes that can be served."""

from itertools import product
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matchmaker.matching.arrays import Ints
from services.matchmaker.matching.problem import Problem
from services.matchmaker.matching.solving.checking import checked
from services.matchmaker.matching.solving.leximin import leximin
from tests.unit.matching.problems import chances, rows, scores


class Fairness(NamedTuple):
    """A problem, and of each cell how many classes there are and how many have a visit already."""

    problem: Problem
    size: Ints
    held: Ints


@st.composite
def fairness(draw: st.DrawFn) -> Fairness:
    """Five classes that wait, in two or three cells with others beside; two slots with few places."""
    chance = chances(draw)
    cells, classes, slots = int(chance.integers(2, 4)), 5, 2
    pair_class, pair_slot = np.nonzero(chance.random((classes, slots)) < 0.7)
    cell = chance.integers(-1, cells, classes)
    held, others = chance.integers(0, 2, cells), chance.integers(0, 7, cells)
    problem = Problem(
        pair_class=pair_class,
        pair_slot=pair_slot,
        pair_score=np.ones(pair_class.size),
        class_visits=chance.choice([0, 1, 1, 2], classes),
        slot_places=chance.integers(0, 3, slots),
        class_cell=cell,
        cell_floor=rows([0] * cells),
    )
    waiting = np.bincount(cell[cell >= 0], minlength=cells)
    return Fairness(problem, np.maximum(held + others + waiting, 1), held)


def served_of(problem: Problem) -> set[tuple[int, ...]]:
    """How many classes of each cell each possible choice serves, each class by one slot at most."""
    assert problem.class_cell is not None
    assert problem.cell_floor is not None
    ways = [[-1] for _ in range(problem.class_visits.size)]
    for c, s in zip(problem.pair_class.tolist(), problem.pair_slot.tolist(), strict=True):
        if problem.class_visits[c] and problem.class_cell[c] >= 0:
            ways[c].append(s)
    found = set[tuple[int, ...]]()
    for slots in product(*ways):
        taken = np.bincount([s for s in slots if s >= 0], minlength=problem.slot_places.size)
        if np.all(taken <= problem.slot_places):
            cells = [int(problem.class_cell[c]) for c, s in enumerate(slots) if s >= 0]
            found.add(tuple(np.bincount(cells, minlength=problem.cell_floor.size).tolist()))
    return found


@settings(max_examples=200)
@given(fairness())
def test_the_fairest_rates_of_those_that_serve_most(given_facts: Fairness) -> None:
    """As many as possible are served; of such choices the lowest rate is highest, then the next lowest, and so on."""
    problem, size, held = given_facts
    most = max(sum(served) for served in served_of(problem))

    def rates(served: tuple[int, ...]) -> list[float]:
        return sorted(((held + rows(served)) / size).tolist())

    fairest = leximin(checked(problem), size, held)

    possible = [served for served in served_of(problem) if sum(served) == most]
    assert tuple((fairest - held).tolist()) in possible
    assert rates(tuple((fairest - held).tolist())) == max(rates(served) for served in possible)


def test_a_cell_of_one_class_is_not_forgotten() -> None:
    """Five places for ten classes of one cell and the only one of another: each cell has its share."""
    problem = Problem(
        pair_class=rows(range(11)),
        pair_slot=rows([0] * 11),
        pair_score=scores([1] * 11),
        class_visits=rows([1] * 11),
        slot_places=rows([5]),
        class_cell=rows([0] * 10 + [1]),
        cell_floor=rows([0, 0]),
    )

    assert leximin(checked(problem), rows([10, 1]), rows([0, 0])).tolist() == [4, 1]


def test_of_very_many_pairs_some_tell_as_much() -> None:
    """Where each class has many pairs, some of them, spread over all, serve as many."""
    classes, slots = 4, 40
    problem = Problem(
        pair_class=rows(np.repeat(np.arange(classes), slots)),
        pair_slot=rows(np.tile(np.arange(slots), classes)),
        pair_score=scores([1] * (classes * slots)),
        class_visits=rows([1] * classes),
        slot_places=rows([1] * slots),
        class_cell=rows([0, 0, 1, 1]),
        cell_floor=rows([0, 0]),
    )

    assert leximin(checked(problem), rows([2, 2]), rows([0, 0]), most_pairs=100).tolist() == [2, 2]
