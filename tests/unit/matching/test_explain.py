"""Explanations of visits: words agree with facts, parts add up, alternatives are the nearest; why others get none."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from contracts.matchmaker.explanations import (
    AlternativeReason,
    AlternativeSide,
    ChangeCode,
    Explanation,
    GateCode,
    PartCode,
    UnderReachedReason,
    Unserved,
)
from contracts.vocabulary import Level, Theme, VisitFormat, Weekday
from services.matchmaker.matching.explaining.explain import explain_visit
from services.matchmaker.matching.explaining.unserved import why_unserved
from services.matchmaker.matching.inputs import Mediation, Opening, Wish
from services.matchmaker.matching.visits import VisitPlan
from tests.unit.matching.facts import (
    ALBI,
    VISIT_DAY,
    a_mediation,
    a_wish,
    an_opening,
    at,
    mediations,
    number,
    openings,
    wishes,
)
from tests.unit.matching.planning import planned

LATER = VISIT_DAY.replace(day=19)


def explained(wish_list: list[Wish], opening_list: list[Opening]) -> Explanation:
    """The explanation of the first match."""
    plan = planned(wish_list, opening_list)
    return explain_visit(plan, plan.matches[0])


@settings(max_examples=60)
@given(wishes(), openings(), mediations())
def test_every_match_can_be_explained(
    wish_list: list[Wish], opening_list: list[Opening], mediation_list: list[Mediation]
) -> None:
    """All gates passed, parts add up to the score, equity is its part, alternatives are not matches, and it travels."""
    plan = planned(wish_list, opening_list, mediation_list)
    proposed = {(match.wish_id, match.slot_id) for match in plan.matches}

    for match in plan.matches:
        why = explain_visit(plan, match)
        assert all(gate.passed for gate in why.gates)
        assert sum(part.points for part in why.parts) == why.points == match.points
        equity = sum(part.points for part in why.parts if part.code is PartCode.UNDER_REACHED)
        assert equity == (why.equity.points if why.equity else 0)
        for found in why.alternatives:
            other = (match.wish_id, found.id) if found.side is AlternativeSide.CLASS else (found.id, match.slot_id)
            assert other not in proposed
        assert msgspec.json.decode(msgspec.json.encode(why), type=Explanation) == why


def test_the_sentence_says_it_in_each_language() -> None:
    """The main facts in plain words, with the numbers, dates and spaces of French and of English."""
    why = explained([a_wish(rural=True)], [an_opening(day=VISIT_DAY)])

    assert why.words.en.startswith(
        "The visit of Thursday 12\u00a0November 2026 is proposed to this class (3e (age 14), 24\u00a0pupils): "
        "it meets every condition, 13\u00a0min by coach one way (at most 60\u00a0min)."
    )
    assert why.words.fr.startswith(
        "La visite du jeudi 12\u00a0novembre 2026 est proposée à cette classe (Troisième, 24\u00a0élèves)\u00a0: "
        "toutes les conditions sont remplies, 13\u00a0min de car à l'aller (60\u00a0min au plus)."
    )
    assert "250" in why.words.fr
    assert why.words.fr.endswith("trop peu de visites atteignent cette classe (commune rurale).")


def test_a_visit_in_class_has_no_journey() -> None:
    """Where nobody travels the sentence says so, and no longest journey could change it."""
    why = explained([a_wish()], [an_opening(formats=frozenset({VisitFormat.IN_CLASS}), **at(ALBI))])

    assert "without a journey" in why.words.en
    assert [change.code for change in why.changes] == [ChangeCode.DECLINED, ChangeCode.LIMIT_TIGHTENED]


def test_equity_says_why_the_class_comes_first() -> None:
    """A class with two reasons has both named; a class that is reached well has no equity part."""
    under_reached = explained([a_wish(priority_education=True, far_from_industry=True)], [an_opening()])
    reached = explained([a_wish()], [an_opening()])

    assert under_reached.equity is not None
    assert under_reached.equity.reasons == (
        UnderReachedReason.PRIORITY_EDUCATION,
        UnderReachedReason.FAR_FROM_INDUSTRY,
    )
    assert under_reached.equity.points == 250
    assert reached.equity is None


def test_the_nearest_alternatives_of_both_sides_are_shown() -> None:
    """The next best slot for the class, the next best class for the slot, with their points and why not."""
    best, next_best, worst = (
        an_opening(slot_id=number(10 + place), pupils_per_group=size) for place, size in enumerate((24, 30, 40))
    )
    of_other = an_opening(slot_id=number(20), pupils_per_group=24, day=LATER)
    chosen, other = a_wish(id=number(1), rural=True, until_date=VISIT_DAY), a_wish(id=number(2))
    plan = planned([chosen, other], [best, next_best, worst, of_other])

    why = explain_visit(plan, next(match for match in plan.matches if match.wish_id == chosen.id))

    slot, class_ = why.alternatives
    assert (slot.side, slot.id, slot.reason) == (AlternativeSide.CLASS, number(11), AlternativeReason.LOWER_SCORE)
    assert (class_.side, class_.id, class_.reason) == (
        AlternativeSide.SLOT,
        number(2),
        AlternativeReason.LOWER_SCORE,
    )
    assert why.points - slot.points == 20
    assert why.points - class_.points == 250
    assert why.changes[0].words.en.startswith("If the school declines, the visit of Thursday 12")


def test_a_class_alone_has_no_alternative() -> None:
    """With one class and one slot there is nothing else, and a refusal would leave the class without."""
    why = explained([a_wish()], [an_opening()])

    assert why.alternatives == ()
    assert why.changes[0].words.en == "If the school declines, no other visit suits this class today."


def test_a_better_slot_that_went_to_another_is_named() -> None:
    """The class would rather have the full slot: it is told that the place is taken, and what would change that."""
    full, left = an_opening(slot_id=number(1), pupils_per_group=24), an_opening(slot_id=number(2), day=LATER)
    loser, winner = a_wish(id=number(1)), a_wish(id=number(2), until_date=VISIT_DAY)
    plan = planned([loser, winner], [full, left])

    why = explain_visit(plan, plan.matches[0])

    assert plan.matches[0].slot_id == left.slot_id
    assert why.alternatives[0].reason is AlternativeReason.PLACE_TAKEN
    assert ChangeCode.PLACE_FREED in [change.code for change in why.changes]


def test_a_better_class_that_is_elsewhere_is_named() -> None:
    """The slot would rather have the other class, which comes on the same day or is needed elsewhere."""
    first, second = an_opening(slot_id=number(1)), an_opening(slot_id=number(2), levels=frozenset({Level.TROISIEME}))
    later = an_opening(slot_id=number(2), day=LATER, levels=frozenset({Level.TROISIEME}))
    fourth = a_wish(id=number(1), level=Level.QUATRIEME)
    third = a_wish(id=number(2), rural=True)

    same_day = planned([fourth, third], [first, second])
    elsewhere = planned([fourth, third], [first, later])

    assert reason_for_slot(same_day) is AlternativeReason.SAME_DAY
    assert reason_for_slot(elsewhere) is AlternativeReason.BETTER_TOGETHER


def reason_for_slot(plan: VisitPlan) -> AlternativeReason:
    """Why the first slot's next best class does not have it."""
    why = explain_visit(plan, plan.matches[0])
    return next(found.reason for found in why.alternatives if found.side is AlternativeSide.SLOT)


def test_a_better_slot_on_a_day_already_taken_is_named() -> None:
    """A class with two visits learns that the better third slot falls on the day of its other visit."""
    best, better, third = (
        an_opening(slot_id=number(1), pupils_per_group=24),
        an_opening(slot_id=number(2), pupils_per_group=25),
        an_opening(slot_id=number(3), day=LATER),
    )
    plan = planned([a_wish(visits_wanted=2)], [best, better, third])

    why = explain_visit(plan, plan.matches[1])

    assert [match.slot_id.int for match in plan.matches] == [1, 3]
    assert (why.alternatives[0].id, why.alternatives[0].reason) == (number(2), AlternativeReason.SAME_DAY)


def test_a_better_slot_whose_mediator_is_needed_elsewhere_is_named() -> None:
    """The better slot is free, but the only mediator is worth more with another class."""
    third, fourth = frozenset({Level.TROISIEME}), frozenset({Level.QUATRIEME})
    better = an_opening(slot_id=number(1), pupils_per_group=24, needs_mediation=True, levels=third)
    left = an_opening(slot_id=number(2), day=LATER)
    elsewhere = an_opening(slot_id=number(3), needs_mediation=True, levels=fourth)
    plan = planned(
        [a_wish(id=number(1)), a_wish(id=number(2), level=Level.QUATRIEME, until_date=VISIT_DAY, rural=True)],
        [better, left, elsewhere],
        [a_mediation(interventions_left=1)],
    )

    why = explain_visit(plan, plan.matches[0])

    assert plan.matches[0].slot_id == left.slot_id
    assert (why.alternatives[0].id, why.alternatives[0].reason) == (better.slot_id, AlternativeReason.BETTER_TOGETHER)


def unserved(wish: Wish, opening_list: list[Opening], others: list[Wish] | None = None) -> Unserved:
    """Why the class gets nothing."""
    return why_unserved(planned([wish, *(others or [])], opening_list), wish.id)


def counts(why: Unserved) -> list[tuple[GateCode | None, int]]:
    """Gates and how many slots each alone stops."""
    return [(obstacle.gate, obstacle.openings) for obstacle in why.obstacles]


def test_each_obstacle_is_counted_where_it_stands_alone() -> None:
    """Slots are counted by the one gate that stops them, most frequent first; several gates are counted together."""
    slots = [
        an_opening(slot_id=number(1), starts_minute=660, ends_minute=780, **at(ALBI)),
        an_opening(slot_id=number(2), starts_minute=660, ends_minute=780, **at(ALBI)),
        an_opening(slot_id=number(3), levels=frozenset({Level.CM2})),
        an_opening(slot_id=number(4), levels=frozenset({Level.CM2}), groups_free=0),
    ]

    why = unserved(a_wish(), slots)

    assert counts(why) == [(GateCode.TRAVEL, 2), (GateCode.LEVEL, 1)]
    assert (why.openings, why.stopped_by_several) == (4, 1)
    assert why.words.en == (
        "No visit for this class: most often the only obstacle is the longest journey (2 of 4 slots)."
    )
    assert why.obstacles[0].words.fr == "2\u00a0créneaux\u00a0: le seul obstacle est le trajet maximal."


@pytest.mark.parametrize(
    ("wish_changes", "opening_changes", "remedy"),
    [
        ({"max_travel_minutes": 10}, {}, "A longest journey of 13\u00a0min would open 1\u00a0slot."),
        ({"adults": 1}, {}, "2\u00a0adults would open 1\u00a0slot."),
        (
            {"from_date": date(2026, 11, 20)},
            {},
            "A period that begins on Thursday 12\u00a0November 2026 would open 1\u00a0slot.",
        ),
        (
            {"until_date": date(2026, 11, 2)},
            {},
            "A period until Thursday 12\u00a0November 2026 would open 1\u00a0slot.",
        ),
        ({"weekdays": frozenset({Weekday.MONDAY})}, {}, "Coming on a Thursday too would open 1\u00a0slot."),
        ({"themes": frozenset({Theme.ENERGY})}, {}, "Asking for the theme “Aerospace” too would open 1\u00a0slot."),
    ],
)
def test_a_remedy_is_told(wish_changes: dict[str, Any], opening_changes: dict[str, Any], remedy: str) -> None:
    """Where a figure of the request alone stops slots, the least change that opens one is told."""
    wish = a_wish(**wish_changes)

    why = unserved(wish, [an_opening(**opening_changes)])

    assert [change.words.en for change in why.changes] == [remedy]


def test_a_slot_that_went_to_another_class_is_told() -> None:
    """A class that fits a slot and lost it learns that its place went to another class."""
    why = unserved(a_wish(id=number(1)), [an_opening()], [a_wish(id=number(2), rural=True)])

    assert counts(why) == [(None, 1)]
    assert why.words.fr == (
        "Pas de visite pour cette classe\u00a0: le plus souvent, le seul obstacle est une place donnée à une autre"
        " classe (1 des 1 créneaux)."
    )


def test_nothing_near_and_nothing_open_are_told_apart() -> None:
    """No slot at all, and slots that each miss several conditions, have sentences of their own."""
    nothing = unserved(a_wish(), [])
    hopeless = unserved(a_wish(themes=frozenset({Theme.ENERGY})), [an_opening(groups_free=0)])

    assert nothing.words.en == "No slot is open to classes yet."
    assert hopeless.words.en == "None of the 1 open slots suits this class: each misses several conditions."
    assert (hopeless.stopped_by_several, hopeless.obstacles) == (1, ())


def test_someone_elses_wish_is_no_part_of_the_plan() -> None:
    """A wish that the plan does not know is a KeyError, never an invented reason."""
    with pytest.raises(KeyError):
        why_unserved(planned([a_wish()], [an_opening()], [a_mediation()]), number(99))
