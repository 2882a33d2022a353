"""What would let a class pass a gate: each change is enough for its gate, and not larger than it must be."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from contracts.matchmaker.explanations import ChangeCode, GateCode
from contracts.vocabulary import AccessNeed, Level, Theme, VisitFormat, Weekday
from services.matchmaker.matching.checks import check_pair
from services.matchmaker.matching.explaining.relaxing import Relaxed, relaxations
from services.matchmaker.matching.inputs import Mediation, Opening, Wish
from tests.unit.matching.facts import (
    ALBI,
    TODAY,
    VISIT_DAY,
    a_wish,
    an_opening,
    at,
    mediations,
    number,
    openings_of_any_kind,
    wishes,
)

# Of each change: what stands in the way, and what is said.
CHANGES: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    (
        {"themes": frozenset({Theme.ENERGY})},
        {},
        "If the class also asked for what the visit shows (one of: Aerospace), the theme would suit.",
        "Si la classe demandait aussi ce que montre la visite (au choix\u00a0: Aéronautique et espace), le thème"
        " conviendrait.",
    ),
    (
        {"formats": frozenset({VisitFormat.REMOTE})},
        {},
        "If the class also agreed to meet in another way (one of: on site), the format would suit.",
        "Si la classe acceptait une autre forme de rencontre (au choix\u00a0: sur place), le format conviendrait.",
    ),
    (
        {"from_date": date(2026, 11, 13)},
        {},
        "If the period asked for began on Thursday 12\u00a0November 2026, the date would suit.",
        "Si la période demandée commençait le jeudi 12\u00a0novembre 2026, la date conviendrait.",
    ),
    (
        {"until_date": date(2026, 11, 11)},
        {},
        "If the period asked for lasted until Thursday 12\u00a0November 2026, the date would suit.",
        "Si la période demandée durait jusqu'au jeudi 12\u00a0novembre 2026, la date conviendrait.",
    ),
    (
        {"weekdays": frozenset({Weekday.FRIDAY})},
        {},
        "If the class could also come on a Thursday, the day would suit.",
        "Si la classe pouvait aussi venir un jeudi, le jour conviendrait.",
    ),
    (
        {},
        {"groups_free": 0},
        "If room for 1\u00a0group more came free, the class could come.",
        "Si de la place pour 1\u00a0groupe de plus se libérait, la classe pourrait venir.",
    ),
    (
        {},
        {"pooled": True, "pupils_free": 20},
        "If room for 4\u00a0pupils more came free, the class could come.",
        "Si de la place pour 4\u00a0élèves de plus se libérait, la classe pourrait venir.",
    ),
    (
        {},
        {"reserved": 1},
        "Once the places kept for under-reached classes are released, the class could come.",
        "Dès que les places gardées pour les publics éloignés seront ouvertes à tous, la classe pourrait venir.",
    ),
    (
        {},
        {"pupils_per_group": 20},
        "With 20\u00a0pupils at most, the size would suit.",
        "Avec 20\u00a0élèves au plus, l'effectif conviendrait.",
    ),
    (
        {},
        {"pupils_min": 30},
        "With 30\u00a0pupils at least, the size would suit.",
        "Avec 30\u00a0élèves au moins, l'effectif conviendrait.",
    ),
    (
        {"adults": 1},
        {},
        "With 2\u00a0adults, enough would come along.",
        "Avec 2\u00a0adultes, l'accompagnement suffirait.",
    ),
    (
        {"max_travel_minutes": 10},
        {},
        "With a longest journey of 13\u00a0min, the journey would suit.",
        "Avec un trajet maximal de 13\u00a0min, le trajet conviendrait.",
    ),
    (
        {},
        {"starts_minute": 485},
        "If the visit took place between 08:13 and 17:47, the coach would be back in time.",
        "Si la visite avait lieu entre 8\u00a0h\u00a013 et 17\u00a0h\u00a047, le car serait de retour à temps.",
    ),
    (
        {"taken_dates": frozenset({VISIT_DAY})},
        {},
        "If the class had no other visit on Thursday 12\u00a0November 2026, that day would be free.",
        "Si la classe n'avait pas d'autre visite le jeudi 12\u00a0novembre 2026, ce jour serait libre.",
    ),
    (
        {"declined_slots": frozenset({number(1)})},
        {},
        "What the school declined is not proposed again; it can still book this visit itself.",
        "Ce que l'école a décliné n'est plus proposé\u00a0; elle peut encore réserver elle-même cette visite.",
    ),
    (
        {"wants_mediation": True},
        {},
        "If the class did not wish for mediation, none would be needed.",
        "Si la classe ne souhaitait pas de médiation, il n'en faudrait pas.",
    ),
]

# What nobody could reasonably change.
WITHOUT_REMEDY: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"level": Level.SECONDE_GT}, {}),
    ({}, {"day": date(2026, 11, 14)}),
    ({}, {"lead_time_days": 73}),
    ({"access_needs": frozenset({AccessNeed.MOTOR})}, {}),
    ({}, {"minimum_age": 15}),
    ({"max_travel_minutes": 60}, at((48.85, 2.35, "75"))),
    ({"max_travel_minutes": 240}, {"starts_minute": 500, "ends_minute": 1000, **at(ALBI)}),
    ({}, {"needs_mediation": True}),
]


def remedies(wish: Wish, opening: Opening, mediation_list: list[Mediation] | None = None) -> list[Relaxed]:
    """What would let the class pass."""
    return list(relaxations(wish, opening, check_pair(wish, opening, mediation_list or [], TODAY)))


@pytest.mark.parametrize(("wish_changes", "opening_changes", "english", "french"), CHANGES)
def test_each_change_is_told(
    wish_changes: dict[str, Any], opening_changes: dict[str, Any], english: str, french: str
) -> None:
    """In both languages, with the figure that would do."""
    (remedy,) = remedies(a_wish(**wish_changes), an_opening(**opening_changes))

    assert remedy.change.words.en == english
    assert remedy.change.words.fr == french


@pytest.mark.parametrize(("wish_changes", "opening_changes"), WITHOUT_REMEDY)
def test_what_cannot_be_changed_has_no_remedy(wish_changes: dict[str, Any], opening_changes: dict[str, Any]) -> None:
    """Level, calendar, access, age, and journeys longer than any school day."""
    assert remedies(a_wish(**wish_changes), an_opening(**opening_changes)) == []


def test_only_a_freed_place_is_told_as_such() -> None:
    """Everything else relaxes a limit."""
    codes = {
        remedy.gate: remedy.change.code
        for wish_changes, opening_changes, _, _ in CHANGES
        for remedy in remedies(a_wish(**wish_changes), an_opening(**opening_changes))
    }

    assert [gate for gate, code in codes.items() if code is not ChangeCode.LIMIT_RELAXED] == [GateCode.CAPACITY]
    assert codes[GateCode.CAPACITY] is ChangeCode.PLACE_FREED


@settings(max_examples=80)
@given(wishes(), openings_of_any_kind(), mediations())
def test_each_change_is_enough_and_no_larger(
    wish_list: list[Wish], opening_list: list[Opening], mediation_list: list[Mediation]
) -> None:
    """Asked again after the change, its gate is passed; a step less and it is not."""
    for wish in (msgspec.structs.replace(wish, until_date=max(wish.from_date, wish.until_date)) for wish in wish_list):
        for opening in opening_list:
            for remedy in remedies(wish, opening, mediation_list):
                assert passes(remedy.wish, remedy.opening, mediation_list, remedy.gate)
                for less_wish, less_opening in one_step_less(wish, remedy):
                    assert not passes(less_wish, less_opening, mediation_list, remedy.gate)


def passes(wish: Wish, opening: Opening, mediation_list: list[Mediation], code: GateCode) -> bool:
    """Whether the pair passes that gate."""
    return next(gate.passed for gate in check_pair(wish, opening, mediation_list, TODAY) if gate.code is code)


def one_step_less(before: Wish, remedy: Relaxed) -> list[tuple[Wish, Opening]]:
    """The class and the slot one step short of the change, where the change is a figure."""
    wish, opening = remedy.wish, remedy.opening
    a_day = timedelta(days=1)
    steps: dict[GateCode, dict[str, Any]] = {
        GateCode.TRAVEL: {"max_travel_minutes": wish.max_travel_minutes - 1},
        GateCode.ADULTS: {"adults": wish.adults - 1},
        GateCode.GROUP_MAX: {"pupils": wish.pupils + 1},
        GateCode.GROUP_MIN: {"pupils": wish.pupils - 1},
        GateCode.DATE_WINDOW: (
            {"from_date": wish.from_date + a_day}
            if wish.from_date != before.from_date
            else {"until_date": wish.until_date - a_day}
        ),
    }
    if remedy.gate in steps:
        return [(msgspec.structs.replace(wish, **steps[remedy.gate]), opening)]
    if remedy.gate is GateCode.CAPACITY:
        field = "pupils_free" if opening.pooled else "groups_free"
        return [(wish, msgspec.structs.replace(opening, **{field: getattr(opening, field) - 1}))]
    return []
