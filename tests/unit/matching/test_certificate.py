"""Prices prove a bound, whoever found them and however bad they are; and what a flow tells of forcing a pair."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matchmaker.matching import solve
from services.matchmaker.matching.problem import Prices, Problem, Solution
from services.matchmaker.matching.solving.certificate import certify, reduced_gains
from services.matchmaker.matching.solving.residual import NEVER
from services.matchmaker.matching.solving.search import solve_choice
from tests.unit.matching.brute_force import best_of, choices, outcomes, worth
from tests.unit.matching.problems import BY_DIVES, faults_of, problems, rows, scores

_SLIP = 1e-3


def drawn_prices(data: st.DataObject, problem: Problem) -> Prices:
    """Any prices at all: not below 0, but for what classes and slots would pay for their bonus."""

    def many(number: int, lowest: int = 0) -> Any:
        return scores(data.draw(st.lists(st.integers(lowest, 40), min_size=number, max_size=number)))

    classes, slots = problem.class_visits.size, problem.slot_places.size
    mediators = 0 if problem.mediator_visits is None else problem.mediator_visits.size
    days = [(row, day) for row in range(max(classes, mediators)) for day in (1, 2)]
    by_day = st.dictionaries(st.sampled_from(days), st.integers(0, 20).map(float))
    return Prices(
        visit=many(classes, -20),
        place=many(slots, -20),
        open_place=many(slots),
        mediator=many(mediators),
        cell=many(0 if problem.cell_floor is None else problem.cell_floor.size),
        class_day=data.draw(by_day),
        mediator_day=data.draw(by_day),
    )


@settings(max_examples=100)
@given(
    st.one_of(
        problems(kept=True, floors=True), problems(packed=True, kept=True, floors=True, lanes=2), problems(lanes=2)
    ),
    st.data(),
)
def test_any_prices_prove_a_bound(problem: Problem, data: st.DataObject) -> None:
    """Of choices that miss so much of the floors, whatever that is, none is worth more than any prices prove."""
    found = outcomes(problem)
    misses = data.draw(st.sampled_from(sorted(found)))
    prices = drawn_prices(data, problem)

    assert certify(problem, prices, rows(misses)) >= best_of(found, misses) - _SLIP


@settings(max_examples=60)
@given(problems(packed=True, kept=True, floors=True, lanes=2), st.data())
def test_a_search_that_begins_with_any_prices_does_not_lie(problem: Problem, data: st.DataObject) -> None:
    """Prices of parts may be as bad as they like: rules are kept, and what is proven is true."""
    solution = solve_choice(problem, BY_DIVES, drawn_prices(data, problem))

    assert faults_of(problem, solution) == []


@settings(max_examples=100)
@given(problems(kept=True))
def test_what_is_chosen_lacks_nothing_at_its_prices(problem: Problem) -> None:
    """At the prices of an optimal flow a chosen pair gains at least what it pays, and who gains more is chosen."""
    solution = solve(problem)

    gains = reduced_gains(problem, solution.prices)

    may_be = np.ones(problem.pair_class.size, np.bool_)
    may_be[solution.pairs] = False
    assert gains[solution.pairs].min(initial=0.0) >= -_SLIP
    for pair in np.flatnonzero(may_be & (gains > _SLIP)):
        assert forced(problem, int(pair)) is None


def forced(problem: Problem, pair: int) -> float | None:
    """The best value of those choices that have this pair; None where there are none."""
    return max((worth(problem, choice) for choice in choices(problem) if pair in choice), default=None)


def one_packed_slot() -> Problem:
    """A slot that has places for either of two classes."""
    return Problem(
        pair_class=rows([0, 1]),
        pair_slot=rows([0, 0]),
        pair_places=rows([2, 3]),
        pair_score=scores([9, 8]),
        class_visits=rows([1, 1]),
        slot_places=rows([3]),
    )


def test_a_packed_slot_tells_no_price_of_one_place() -> None:
    """What a place is worth depends there on who else comes."""
    prices = solve(one_packed_slot()).prices

    assert (prices.place.tolist(), prices.open_place.tolist()) == ([0.0], [0.0])


def test_in_packed_slots_a_pair_is_held_against_its_class_alone() -> None:
    """Whatever prices of places are told, they count for nothing there."""
    problem = one_packed_slot()
    prices = solve(problem).prices
    free = msgspec.structs.replace(prices, visit=scores([0, 2]), place=scores([100]))

    assert reduced_gains(problem, free).tolist() == [9.0, 6.0]


@settings(max_examples=100)
@given(problems(kept=True))
def test_a_flow_tells_what_forcing_a_pair_costs(problem: Problem) -> None:
    """The shortest way through what is left of the flow costs what the best choice with the pair lacks."""
    solution = solve(problem)

    for pair in np.setdiff1d(np.arange(problem.pair_class.size), solution.pairs).tolist():
        best, loss = forced(problem, pair), told_loss(problem, solution, pair)
        cost = NEVER if best is None else solution.value - best
        assert loss is None or loss == pytest.approx(cost, abs=_SLIP)


@settings(max_examples=100)
@given(problems(lanes=2, kept=True))
def test_with_mediators_no_cost_is_told_that_is_too_high(problem: Problem) -> None:
    """There the flow reckons with mediators' prices: less what these prove too much, what it tells is a lower bound."""
    solution = solve(problem)

    for pair in np.setdiff1d(np.arange(problem.pair_class.size), solution.pairs).tolist():
        best, loss = forced(problem, pair), told_loss(problem, solution, pair)
        if best is not None and loss is not None:
            assert loss - solution.price_slack <= solution.bound - best + _SLIP


def test_a_day_on_which_nothing_can_be_stands_in_no_pairs_way() -> None:
    """A class of two visits has a pair on this day that can never be: forcing another one of the day costs as usual."""
    problem = Problem(
        pair_class=rows([0, 0, 1]),
        pair_slot=rows([0, 1, 2]),
        pair_score=scores([5, 4, 3]),
        class_visits=rows([2, 1]),
        slot_places=rows([0, 1, 1]),
        slot_day=rows([1, 2, 1]),
    )

    residual = solve(problem).residual

    assert residual is not None
    assert residual.loss(0, 2, 1, 2.0, privileged=False) == pytest.approx(1.0)


def told_loss(problem: Problem, solution: Solution, pair: int) -> float | None:
    """What the solution's flow says that forcing a pair costs; None where the solution is no flow."""
    c, s = int(problem.pair_class[pair]), int(problem.pair_slot[pair])
    privileged = problem.class_privileged is not None and bool(problem.class_privileged[c])
    day = s if problem.slot_day is None else int(problem.slot_day[s])
    gain = float(problem.pair_score[pair]) + mediator_gain(problem, solution.prices, pair, day)
    return None if solution.residual is None else solution.residual.loss(c, s, day, gain, privileged=privileged)


def mediator_gain(problem: Problem, prices: Prices, pair: int, day: int) -> float:
    """What the mediator brings that suits the pair best, its price taken off."""
    if problem.pair_lane is None or problem.lane_mediated is None or not problem.lane_mediated[problem.pair_lane[pair]]:
        return 0.0
    assert problem.link_lane is not None
    assert problem.link_mediator is not None
    assert problem.link_score is not None
    able = np.flatnonzero(problem.link_lane == problem.pair_lane[pair])
    found = [
        problem.link_score[link] - prices.mediator[m] - prices.mediator_day.get((m, day), 0.0)
        for link, m in zip(able.tolist(), problem.link_mediator[able].tolist(), strict=True)
    ]
    return float(max(found, default=-1e6))
