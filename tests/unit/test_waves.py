"""How the relay parts a batch, so that a failed publication never lets a later event of the same thing overtake."""

from hypothesis import given
from hypothesis import strategies as st

from services.outbox import waves


def rows(*things: str) -> list[dict[str, object]]:
    """Rows of the outbox, each about one of these things."""
    return [{"position": position, "aggregate_id": thing} for position, thing in enumerate(things)]


def test_nothing_is_no_wave() -> None:
    """An empty batch needs no publication."""
    assert waves([]) == []


def test_things_of_their_own_go_together() -> None:
    """Only a second event of the same thing waits for the first."""
    parted = waves(rows("a", "b", "a", "c", "a"))

    assert [[row["position"] for row in wave] for wave in parted] == [[0, 1, 3], [2], [4]]


@given(st.lists(st.sampled_from("abcd"), max_size=40))
def test_every_row_is_in_one_wave_and_no_wave_holds_a_thing_twice(things: list[str]) -> None:
    """And the events of each thing keep their order from wave to wave."""
    batch = rows(*things)

    parted = waves(batch)

    assert sorted(row["position"] for wave in parted for row in wave) == list(range(len(things)))
    for wave in parted:
        assert len({row["aggregate_id"] for row in wave}) == len(wave)
    for thing in set(things):
        told = [row["position"] for wave in parted for row in wave if row["aggregate_id"] == thing]
        assert told == sorted(told)
