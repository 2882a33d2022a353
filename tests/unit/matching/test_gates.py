"""The hard conditions: one example on each side of every limit, and both ways of asking agree."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from contracts.matchmaker.explanations import Gate, GateCode
from contracts.matchmaker.policies import Weights
from contracts.vocabulary import AccessNeed, Level, Theme, VisitFormat, Weekday
from services.matchmaker.matching.candidates import find_candidates
from services.matchmaker.matching.checks import CHECKS, check_pair
from services.matchmaker.matching.gates import CHEAP_GATES, COSTLY_GATES, GATES, SLOT_GATES
from services.matchmaker.matching.inputs import Mediation, Opening, Wish
from services.matchmaker.matching.tables import build_tables
from tests.unit.matching.facts import (
    ALBI,
    TODAY,
    VISIT_DAY,
    a_mediation,
    a_wish,
    an_opening,
    at,
    mediations,
    number,
    openings_of_any_kind,
    wishes,
)

# Of each gate: what to change in the class, in the slot, in the mediators, so that this gate alone fails.
ONE_FAILURE: list[tuple[GateCode, dict[str, Any], dict[str, Any]]] = [
    (GateCode.LEVEL, {"level": Level.SECONDE_GT}, {}),
    (GateCode.THEME, {"themes": frozenset({Theme.ENERGY})}, {}),
    (GateCode.FORMAT, {"formats": frozenset({VisitFormat.REMOTE})}, {}),
    (GateCode.DATE_WINDOW, {"from_date": date(2026, 11, 13)}, {}),
    (GateCode.DATE_WINDOW, {"until_date": date(2026, 11, 11)}, {}),
    (GateCode.WEEKDAY, {"weekdays": frozenset({Weekday.FRIDAY})}, {}),
    (GateCode.SCHOOL_DAY, {}, {"day": date(2026, 10, 22)}),
    (GateCode.SCHOOL_DAY, {}, {"day": date(2026, 11, 11)}),
    (GateCode.SCHOOL_DAY, {"until_date": date(2031, 1, 1)}, {"day": date(2030, 1, 10)}),
    (GateCode.LEAD_TIME, {}, {"lead_time_days": 73}),
    (GateCode.LEAD_TIME, {"from_date": TODAY}, {"day": date(2026, 9, 7), "lead_time_days": 1}),
    (GateCode.ONE_A_DAY, {"taken_dates": frozenset({VISIT_DAY})}, {}),
    (GateCode.CAPACITY, {}, {"groups_free": 0}),
    (GateCode.CAPACITY, {}, {"pupils_per_group": 23, "splitting": True}),
    (GateCode.CAPACITY, {}, {"pooled": True, "pupils_free": 23}),
    (GateCode.RESERVED, {}, {"reserved": 1}),
    (GateCode.RESERVED, {}, {"groups_free": 3, "pupils_per_group": 23, "splitting": True, "reserved": 2}),
    (GateCode.RESERVED, {}, {"pooled": True, "pupils_free": 40, "reserved": 17}),
    (GateCode.GROUP_MAX, {}, {"pupils_per_group": 23}),
    (GateCode.GROUP_MAX, {}, {"groups_free": 2, "pupils_per_group": 11, "splitting": True}),
    (GateCode.GROUP_MIN, {}, {"pupils_min": 25}),
    (GateCode.ADULTS, {"adults": 1}, {}),
    (GateCode.ACCESS, {"access_needs": frozenset({AccessNeed.MOTOR})}, {"access": frozenset({AccessNeed.VISUAL})}),
    (GateCode.MINIMUM_AGE, {}, {"minimum_age": 15}),
    (GateCode.TRAVEL, {}, {"starts_minute": 660, "ends_minute": 780, **at(ALBI)}),
    (GateCode.SCHOOL_HOURS, {}, {"starts_minute": 480 + 12}),
    (GateCode.SCHOOL_HOURS, {}, {"ends_minute": 1080 - 12}),
    (GateCode.SCHOOL_HOURS, {"level": Level.CM2}, {"levels": frozenset({Level.CM2}), "starts_minute": 510 + 12}),
    (GateCode.SCHOOL_HOURS, {"level": Level.CM2}, {"levels": frozenset({Level.CM2}), "ends_minute": 990 - 12}),
    (GateCode.NOT_DECLINED, {"declined_slots": frozenset({number(1)})}, {}),
    (GateCode.NOT_DECLINED, {"declined_offers": frozenset({number(100)})}, {}),
    (GateCode.MEDIATION, {}, {"needs_mediation": True}),
    (GateCode.MEDIATION, {"wants_mediation": True}, {}),
]

# What a class may just do: the coach ride takes 13 minutes, the class has 24 pupils.
JUST_POSSIBLE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"starts_minute": 480 + 13, "ends_minute": 1080 - 13}),
    ({"level": Level.CM2}, {"levels": frozenset(), "starts_minute": 510 + 13, "ends_minute": 990 - 13}),
    ({}, {"groups_free": 2, "pupils_per_group": 12, "splitting": True}),
    ({}, {"pooled": True, "pupils_free": 24, "groups_free": 0}),
    ({}, {"groups_free": 2, "reserved": 1}),
    ({}, {"groups_free": 3, "pupils_per_group": 23, "splitting": True, "reserved": 1}),
    ({}, {"pooled": True, "pupils_free": 40, "reserved": 16}),
    ({"rural": True}, {"reserved": 1}),
]

# What to change in a mediator so that it suits no more.
UNSUITABLE: list[dict[str, Any]] = [
    {"interventions_left": 0},
    {"themes": frozenset({Theme.ENERGY})},
    {"levels": frozenset({Level.CM2})},
    {"weekdays": frozenset({Weekday.MONDAY})},
    {"formats": frozenset({VisitFormat.REMOTE})},
    {"from_date": date(2026, 11, 13)},
    {"until_date": date(2026, 11, 11)},
    {"group_size_max": 23},
    {"departments": frozenset({"81"})},
    {"radius_km": 2.0},
    {"taken_dates": frozenset({VISIT_DAY})},
]


def failing(gates: tuple[Gate, ...]) -> list[GateCode]:
    """The gates that fail."""
    return [gate.code for gate in gates if not gate.passed]


def passing_pairs(wish_list: list[Wish], opening_list: list[Opening], mediation_list: list[Mediation]) -> set[Any]:
    """The pairs that the join lets through, by ids."""
    tables = build_tables(wish_list, opening_list, mediation_list, TODAY)
    pairs = find_candidates(tables, (), Weights()).pairs
    return {
        (tables.wishes.wishes[c].id, tables.openings.openings[s].slot_id)
        for c, s in zip(pairs.c.tolist(), pairs.s.tolist(), strict=True)
    }


def test_facts_that_fit_pass_every_gate() -> None:
    """The class and the slot of the examples fit, so that each example changes one thing only."""
    gates = check_pair(a_wish(), an_opening(), (), TODAY)

    assert failing(gates) == []
    assert passing_pairs([a_wish()], [an_opening()], []) == {(number(1), number(1))}


@pytest.mark.parametrize(("code", "wish_changes", "opening_changes"), ONE_FAILURE)
def test_each_gate_fails_alone(code: GateCode, wish_changes: dict[str, Any], opening_changes: dict[str, Any]) -> None:
    """One step over a limit fails its own gate and no other, and the join drops the pair."""
    wish, opening = a_wish(**wish_changes), an_opening(**opening_changes)

    gates = check_pair(wish, opening, (), TODAY)

    assert failing(gates) == [code]
    assert passing_pairs([wish], [opening], []) == set()


@pytest.mark.parametrize(("wish_changes", "opening_changes"), JUST_POSSIBLE)
def test_what_is_just_possible_passes(wish_changes: dict[str, Any], opening_changes: dict[str, Any]) -> None:
    """At the limit itself every gate is passed, and the join keeps the pair."""
    wish, opening = a_wish(**wish_changes), an_opening(**opening_changes)

    gates = check_pair(wish, opening, (), TODAY)

    assert failing(gates) == []
    assert passing_pairs([wish], [opening], []) == {(wish.id, opening.slot_id)}


@pytest.mark.parametrize("format_", [VisitFormat.IN_CLASS, VisitFormat.REMOTE])
def test_conditions_of_the_site_bind_only_those_who_come_to_it(format_: VisitFormat) -> None:
    """Who can also meet elsewhere needs no journey and back in time, no access, no age and no adults at the site."""
    wish = a_wish(adults=1, access_needs=frozenset({AccessNeed.MOTOR}))
    opening = an_opening(
        formats=frozenset({VisitFormat.ON_SITE, format_}), minimum_age=15, starts_minute=480, **at(ALBI)
    )

    gates = check_pair(wish, opening, (), TODAY)

    assert failing(gates) == []
    assert passing_pairs([wish], [opening], []) == {(wish.id, opening.slot_id)}


@pytest.mark.parametrize("changes", UNSUITABLE)
def test_a_mediator_that_does_not_suit_is_none(changes: dict[str, Any]) -> None:
    """A visit that needs mediation passes with a suitable mediator, and fails with any that does not suit."""
    opening = an_opening(needs_mediation=True)

    suited = check_pair(a_wish(), opening, [a_mediation()], TODAY)
    unsuited = check_pair(a_wish(), opening, [a_mediation(**changes)], TODAY)

    assert failing(suited) == []
    assert failing(unsuited) == [GateCode.MEDIATION]
    assert passing_pairs([a_wish()], [opening], [a_mediation(**changes)]) == set()


def test_every_gate_is_asked_once_both_ways() -> None:
    """The join evaluates the very gates that are shown, each once; level is its own block."""
    joined = [GateCode.LEVEL, *SLOT_GATES, *CHEAP_GATES, *COSTLY_GATES]

    assert sorted(joined) == sorted(GATES)
    assert list(CHECKS) == list(GATES)


@settings(max_examples=60)
@given(wishes(), openings_of_any_kind(), mediations())
def test_both_ways_of_asking_agree(
    wish_list: list[Wish], opening_list: list[Opening], mediation_list: list[Mediation]
) -> None:
    """Gate by gate and pair by pair, arrays say what the single check says; the join keeps what passes all."""
    tables = build_tables(wish_list, opening_list, mediation_list, TODAY)
    checks = {
        (c, s): check_pair(wish, opening, mediation_list, TODAY)
        for c, wish in enumerate(tables.wishes.wishes)
        for s, opening in enumerate(tables.openings.openings)
    }

    for (c, s), gates in checks.items():
        found = {code: bool(gate(tables, np.array([c]), np.array([s]))[0]) for code, gate in GATES.items()}
        assert found == {gate.code: gate.passed for gate in gates}

    assert passing_pairs(wish_list, opening_list, mediation_list) == {
        (tables.wishes.wishes[c].id, tables.openings.openings[s].slot_id)
        for (c, s), gates in checks.items()
        if not failing(gates)
    }
