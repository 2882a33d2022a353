"""Why a slot is not proposed to a class: gates, figures and sentences of any pair, proposed or not."""

import msgspec
import pytest
from hypothesis import given, settings

from contracts.matchmaker.explanations import AlternativeReason, AlternativeSide, ChangeCode, GateCode, PartCode, WhyNot
from contracts.vocabulary import Theme
from services.matchmaker.matching.checks import check_pair
from services.matchmaker.matching.explaining.explain import explain_visit
from services.matchmaker.matching.explaining.why_not import why_not
from services.matchmaker.matching.inputs import Mediation, Opening, StandingState, Wish
from tests.unit.matching.facts import (
    ALBI,
    TODAY,
    VISIT_DAY,
    a_mediation,
    a_wish,
    an_opening,
    mediations,
    number,
    openings,
    similar_openings,
    similar_wishes,
    standing,
    wishes,
)
from tests.unit.matching.planning import planned

LATER = VISIT_DAY.replace(day=19)


@settings(max_examples=80)
@given(wishes() | similar_wishes(), openings() | similar_openings(), mediations())
def test_every_pair_has_its_answer(
    wish_list: list[Wish], opening_list: list[Opening], mediation_list: list[Mediation]
) -> None:
    """Gates are those of the pair; its parts add up; what is proposed has the figures of its explanation."""
    plan = planned(wish_list, opening_list, mediation_list)
    proposed = {(match.wish_id, match.slot_id): match for match in plan.matches}

    for wish in plan.tables.wishes.wishes:
        for opening in plan.tables.openings.openings:
            why = why_not(plan, wish.id, opening.slot_id)

            assert (why.class_request_id, why.slot_id, why.stands) == (wish.id, opening.slot_id, "")
            assert why.gates == check_pair(wish, opening, mediation_list, TODAY)
            fits = all(gate.passed for gate in why.gates)
            assert fits == (why.points is not None) == bool(why.parts)
            assert sum(part.points for part in why.parts) == (why.points or 0)
            assert {found.id for found in why.alternatives}.isdisjoint({wish.id, opening.slot_id})
            assert (why.cost is not None) == (fits and (wish.id, opening.slot_id) not in proposed)
            if match := proposed.get((wish.id, opening.slot_id)):
                explained = explain_visit(plan, match)
                assert (why.points, why.parts, why.equity) == (match.points, match.parts, explained.equity)
                assert (why.alternatives, why.changes) == (explained.alternatives, explained.changes)
            assert why.words.en != why.words.fr
            assert msgspec.json.decode(msgspec.json.encode(why), type=WhyNot) == why


def test_what_stands_in_the_way_is_told_with_what_would_do() -> None:
    """Every failed gate is named, with the change that would let the class pass it."""
    plan = planned([a_wish(themes=frozenset({Theme.ENERGY}), max_travel_minutes=10)], [an_opening()])

    why = why_not(plan, number(1), number(1))

    assert why.words.en == (
        "For this class (3e (age 14), 24\u00a0pupils), the visit of Thursday 12\u00a0November 2026 is not possible."
        " What stands in the way: the theme and the longest journey."
    )
    assert why.words.fr == (
        "Pour cette classe (Troisième, 24\u00a0élèves), la visite du jeudi 12\u00a0novembre 2026 n'est pas possible."
        " Ce qui s'y oppose\u00a0: le thème et le trajet maximal."
    )
    assert [change.code for change in why.changes] == [ChangeCode.LIMIT_RELAXED] * 2
    assert why.changes[1].words.en == "With a longest journey of 13\u00a0min, the journey would suit."
    assert (why.points, why.parts, why.cost) == (None, (), None)


def test_a_class_whose_place_another_has_is_told_so() -> None:
    """What the slot has instead, the pair's own figures, and that a place freed would change it."""
    plan = planned([a_wish(id=number(1)), a_wish(id=number(2), rural=True)], [an_opening()])

    why = why_not(plan, number(1), number(1))

    (other,) = why.alternatives
    (winner,) = plan.matches
    assert (other.side, other.id, other.reason) == (AlternativeSide.SLOT, number(2), AlternativeReason.PROPOSED)
    assert other.points == winner.points
    assert why.points == winner.points - 250
    assert [change.code for change in why.changes] == [ChangeCode.PLACE_FREED]
    assert "because its places go to classes for which the whole is worth more." in why.words.en
    assert "car ses places vont à des classes pour lesquelles l'ensemble vaut davantage." in why.words.fr


def test_a_class_that_has_a_better_visit_is_told_so() -> None:
    """What the class has instead; its refusal would change the answer."""
    better, worse = an_opening(slot_id=number(1), pupils_per_group=24), an_opening(slot_id=number(2), day=LATER)
    plan = planned([a_wish()], [better, worse])

    why = why_not(plan, number(1), number(2))

    (instead,) = why.alternatives
    assert (instead.side, instead.id, instead.reason) == (
        AlternativeSide.CLASS,
        number(1),
        AlternativeReason.PROPOSED,
    )
    assert instead.words.fr.startswith("Proposée à la classe\u00a0: la visite du jeudi 12\u00a0novembre 2026 (")
    assert [change.words.en for change in why.changes] == [
        "If the school declined the visit of Thursday 12\u00a0November 2026, this one would be looked at for the class."
    ]
    assert "the class is proposed other visits" in why.words.en


def test_a_second_visit_on_one_day_is_told_so() -> None:
    """A class that would take two visits learns that it has one on that very day; it would not be its first."""
    better, worse = an_opening(slot_id=number(1), pupils_per_group=24), an_opening(slot_id=number(2))
    plan = planned([a_wish(visits_wanted=2)], [better, worse])

    why = why_not(plan, number(1), number(2))

    assert "the class is proposed another visit on that day" in why.words.en
    assert PartCode.FIRST_VISIT not in [part.code for part in why.parts]


def test_a_pair_that_is_nobodys_candidate_has_its_figures_too() -> None:
    """Only the best pairs of a class are candidates; any other one is measured when it is asked about."""
    better, worse = (
        [an_opening(slot_id=number(10 + place), pupils_per_group=24, groups_free=9) for place in range(80)],
        an_opening(slot_id=number(999), pupils_per_group=30, needs_mediation=True),
    )
    plan = planned([a_wish()], [*better, worse], [a_mediation(), a_mediation(id=number(2), latitude=ALBI[0])])

    why = why_not(plan, number(1), number(999))

    codes = {part.code: part.points for part in why.parts}
    assert codes[PartCode.FILL] == 80
    assert -10 < codes[PartCode.MEDIATOR_DISTANCE] < 0
    assert why.alternatives[0].reason is AlternativeReason.PROPOSED


@pytest.mark.parametrize(
    ("state", "english", "french"),
    [
        ("proposed", "This visit is proposed to the class", "Cette visite est proposée à la classe"),
        ("accepted", "The school has accepted this visit.", "L'établissement a accepté cette visite."),
        ("confirmed", "This visit is booked for the class.", "Cette visite est réservée pour la classe."),
        ("declined", "Nothing stands in the way", "Rien ne s'y oppose"),
        ("", "Nothing stands in the way", "Rien ne s'y oppose"),
    ],
)
def test_what_is_proposed_is_told_with_its_state(state: str, english: str, french: str) -> None:
    """There is no why not: how it stands, or that the next match would propose it, and why."""
    wish, opening = a_wish(), an_opening()
    plan = planned([wish], [opening], (), [standing(wish, opening, StandingState.PROPOSED)])

    why = why_not(plan, wish.id, opening.slot_id, stands=state)

    assert why.stands == state
    assert why.words.en.startswith(english)
    assert why.words.fr.startswith(french)
    assert why.words.en.endswith(explain_visit(plan, plan.matches[0]).words.en)
    assert why.cost is None


def test_what_is_booked_against_the_gates_is_told_as_booked() -> None:
    """A school may book what its class request did not ask for."""
    plan = planned([a_wish(max_travel_minutes=10)], [an_opening()])

    why = why_not(plan, number(1), number(1), stands="confirmed")

    assert [gate.code for gate in why.gates if not gate.passed] == [GateCode.TRAVEL]
    assert why.words.en.startswith("This visit is booked for the class. Were it asked about today: for this class (3e")
    assert why.words.fr.startswith(
        "Cette visite est réservée pour la classe. Si la question se posait aujourd'hui\u00a0: pour cette classe"
    )


def test_who_is_unknown_has_no_answer() -> None:
    """A class or a slot that the plan does not know is a KeyError, never an invented reason."""
    plan = planned([a_wish()], [an_opening()])

    with pytest.raises(KeyError):
        why_not(plan, number(99), number(1))
    with pytest.raises(KeyError):
        why_not(plan, number(1), number(99))
