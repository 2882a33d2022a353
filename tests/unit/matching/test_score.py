"""Scores: parts add up exactly, many at once equal one by one, and each part does what its name says."""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.matchmaker.explanations import PartCode
from contracts.matchmaker.policies import Weights
from contracts.vocabulary import Theme, VisitFormat
from services.matchmaker.matching.candidates import Candidates, find_candidates
from services.matchmaker.matching.inputs import Mediation, Opening, StandingState, Wish
from services.matchmaker.matching.pairs import Pairs
from services.matchmaker.matching.score import pair_points, visit_parts
from services.matchmaker.matching.tables import Tables, build_tables
from tests.unit.matching.facts import (
    ALBI,
    TODAY,
    a_wish,
    an_opening,
    at,
    mediations,
    number,
    openings,
    standing,
    wishes,
)

any_weights = st.builds(Weights, **{field.name: st.floats(0, 1) for field in msgspec.structs.fields(Weights)})


@dataclass
class Scored:
    """One pair's value and points by part."""

    values: dict[PartCode, float]
    points: dict[PartCode, int]


def scored(wish: Wish, opening: Opening, *, proposed: bool = False) -> Scored:
    """The parts of one pair under the default weights."""
    tables = build_tables([wish], [opening], [], TODAY)
    earlier = [standing(wish, opening, StandingState.PROPOSED)] if proposed else []
    pairs = find_candidates(tables, earlier, Weights()).pairs
    parts = visit_parts(tables, pairs, 0, Weights())
    return Scored({part.code: part.value for part in parts}, {part.code: part.points for part in parts})


@settings(max_examples=60)
@given(wishes(), openings(), mediations(), any_weights)
def test_points_of_many_equal_the_parts_of_each(
    wish_list: list[Wish], opening_list: list[Opening], mediation_list: list[Mediation], weights: Weights
) -> None:
    """Under any weights, a pair's points are exactly the sum of its parts, and no part is outside its range."""
    tables = build_tables(wish_list, opening_list, mediation_list, TODAY)
    candidates = find_candidates(tables, (), weights)

    points = pair_points(tables, candidates.pairs, weights)

    for row, total in enumerate(points.tolist()):
        parts = visit_parts(tables, candidates.pairs, row, weights)
        assert sum(part.points for part in parts) == total
        assert all(0 <= part.value <= 1 and 0 <= part.points <= 1000 for part in parts)


def test_no_pair_scores_nothing() -> None:
    """Without pairs there are no points, not an error."""
    tables = build_tables([], [], [], TODAY)
    none = np.zeros(0, np.int64)

    points = pair_points(tables, Pairs(none, none, none, none == 1, none == 1), Weights())

    assert points.tolist() == []


@pytest.mark.parametrize(
    ("wish_changes", "opening_changes", "code", "value"),
    [
        ({}, {}, PartCode.THEME, 0.5),
        ({"themes": frozenset({Theme.AEROSPACE, Theme.ENERGY})}, {}, PartCode.THEME, 1.0),
        (
            {"themes": frozenset({Theme.AEROSPACE, Theme.ENERGY})},
            {"themes": frozenset({Theme.AEROSPACE, Theme.DIGITAL})},
            PartCode.THEME,
            0.5,
        ),
        ({}, {"pupils_per_group": 48}, PartCode.FILL, 0.5),
        ({"priority_education": True, "rural": True}, {}, PartCode.UNDER_REACHED, 1.0),
        ({"wants_role_model": True}, {"role_model": True}, PartCode.ROLE_MODEL, 1.0),
        ({}, {"confirmed_on": TODAY.replace(month=3, day=5)}, PartCode.FRESHNESS, None),
        ({"wants_role_model": True}, {}, PartCode.ROLE_MODEL, None),
        ({}, {"role_model": True}, PartCode.ROLE_MODEL, None),
        ({}, {"formats": frozenset({VisitFormat.IN_CLASS}), **at(ALBI)}, PartCode.TRAVEL, 1.0),
        ({"formats": frozenset()}, {"formats": frozenset(VisitFormat), **at(ALBI)}, PartCode.TRAVEL, 1.0),
        ({"max_travel_minutes": 0}, {"formats": frozenset({VisitFormat.IN_CLASS})}, PartCode.TRAVEL, 1.0),
    ],
)
def test_each_part_has_its_value(
    wish_changes: dict[str, Any], opening_changes: dict[str, Any], code: PartCode, value: float | None
) -> None:
    """Each part's value is what its name says; a part worth nothing is left out."""
    found = scored(a_wish(**wish_changes), an_opening(**opening_changes))

    assert found.values.get(code) == value


def test_a_shorter_journey_and_an_earlier_proposal_count() -> None:
    """Half of the longest journey is half the travel part, and a proposal that stands gets its bonus."""
    wish = a_wish()
    minutes = round(60 * (1 - scored(wish, an_opening()).values[PartCode.TRAVEL]))

    doubled = scored(a_wish(max_travel_minutes=2 * minutes), an_opening())
    stays = scored(wish, an_opening(), proposed=True)

    assert doubled.values[PartCode.TRAVEL] == 0.5
    assert stays.points[PartCode.STAY] == 100
    assert PartCode.STAY not in doubled.points


def test_weights_out_of_range_are_refused() -> None:
    """A weight above 1 is refused where weights are read."""
    with pytest.raises(msgspec.ValidationError, match="theme"):
        msgspec.convert({"theme": 1.5}, Weights)


def best_two(tables: Tables, per_class: int) -> Candidates:
    """The candidates when only so many are kept."""
    proposed = standing(a_wish(), an_opening(slot_id=number(9)), StandingState.PROPOSED)
    return find_candidates(tables, [proposed], Weights(), per_class)


def test_only_the_best_pairs_of_a_class_are_kept() -> None:
    """Of four slots the two best are kept, the earlier id where equal, and the one that is already proposed."""
    slots = [
        an_opening(slot_id=number(2), pupils_per_group=30),
        an_opening(slot_id=number(3), pupils_per_group=24),
        an_opening(slot_id=number(4), pupils_per_group=30),
        an_opening(slot_id=number(9), pupils_per_group=200, confirmed_on=TODAY.replace(year=2025)),
    ]
    tables = build_tables([a_wish()], slots, [], TODAY)

    kept = best_two(tables, 2)

    assert [tables.openings.openings[s].slot_id.int for s in kept.pairs.s] == [2, 3, 9]
    assert kept.pairs.stays.tolist() == [False, False, True]
