"""Slots filled best where classes take different numbers of places, against trying every set."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matchmaker.matching.arrays import Floats, Ints
from services.matchmaker.matching.solving.packing import Items, Room, pack
from tests.unit.matching.problems import draw_many, flags, rows, scores


@st.composite
def packings(draw: st.DrawFn) -> tuple[Items, Room, Floats]:
    """Up to three slots with up to nine items in all; some bring nothing, some are too large."""
    slots, number = draw(st.integers(1, 3)), draw(st.integers(0, 9))
    items = Items(
        rows(sorted(draw_many(draw, st.integers(0, slots - 1), number))),
        rows(draw_many(draw, st.integers(1, 5), number)),
        flags(draw_many(draw, st.booleans(), number)),
    )
    room = Room(
        rows(draw_many(draw, st.integers(0, 9), slots)),
        rows(draw_many(draw, st.integers(0, 9), slots)),
    )
    return items, room, scores(draw_many(draw, st.integers(-3, 20), number))


def fits(items: Items, room: Room, slot: int, chosen: Ints) -> bool:
    """Whether these items keep both limits of their slot."""
    general = chosen[~items.privileged[chosen]]
    within_open = items.places[general].sum() <= room.open_places[slot]
    return bool(within_open and items.places[chosen].sum() <= room.places[slot])


def best_profit(items: Items, room: Room, profit: Floats, slot: int) -> float:
    """The best profit of one slot, by trying every set of its items."""
    mine = np.flatnonzero(items.slot == slot)
    sets = (rows(chosen) for size in range(mine.size + 1) for chosen in combinations(mine, size))
    return max(float(profit[chosen].sum()) for chosen in sets if fits(items, room, slot, chosen))


@given(packings())
def test_every_slot_is_filled_best(packing: tuple[Items, Room, Floats]) -> None:
    """No set is worth more, and the set that is told fits and is worth what is told."""
    items, room, profit = packing

    value, chosen = pack(items, room, profit)

    for slot in range(room.places.size):
        mine = np.flatnonzero(chosen & (items.slot == slot))
        assert value[slot] == pytest.approx(best_profit(items, room, profit, slot))
        assert value[slot] == pytest.approx(profit[mine].sum())
        assert fits(items, room, slot, mine)


@given(packings(), st.floats(0, 5))
def test_the_quick_way_is_never_better_than_the_best(packing: tuple[Items, Room, Floats], earned: float) -> None:
    """What places earn says which items are looked at; what is found of them fits, and is worth what is told."""
    items, room, profit = packing

    value, chosen = pack(items, room, profit, np.full(room.places.size, earned))

    for slot in range(room.places.size):
        mine = np.flatnonzero(chosen & (items.slot == slot))
        assert value[slot] <= best_profit(items, room, profit, slot) + 1e-9
        assert value[slot] == pytest.approx(profit[mine].sum())
        assert fits(items, room, slot, mine)


def test_the_quick_way_looks_at_the_likeliest_only() -> None:
    """Of many items those count that bring most beyond what their places earn elsewhere."""
    many = 40
    items = Items(rows([0] * (many + 1)), rows([1] * many + [30]), flags([False] * (many + 1)))
    room = Room(rows([30]), rows([30]))
    profit = scores([*range(1, many + 1), 700])

    quick, _ = pack(items, room, profit, scores([1]))
    exact, _ = pack(items, room, profit)

    # The large one is among the 28 that are looked at: of the others 27 are, where there is room for 30.
    assert exact.tolist() == [sum(range(11, 41))]
    assert quick.tolist() == [sum(range(14, 41))]


def test_large_tables_are_worked_through_in_parts() -> None:
    """Slots of very many places, each with a table of its own, come to the same."""
    places = 100_000
    items = Items(rows([0, 0, 1, 1]), rows([60_000, 40_000, 60_000, 50_000]), flags([False, True, False, True]))

    value, chosen = pack(items, Room(rows([places, places]), rows([60_000, 59_999])), scores([3, 2, 3, 2]))

    assert value.tolist() == [5, 2]
    assert chosen.tolist() == [True, True, False, True]
