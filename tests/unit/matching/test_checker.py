"""The checker finds each broken constraint, and nothing where all is well."""

from typing import Any

import pytest

from contracts.vocabulary import AccessNeed, Level, Theme, VisitFormat, Weekday
from services.matchmaker.matching.inputs import Mediation, Opening, Standing, StandingState, VisitFacts, Wish
from tests.unit.matching.checker import Visit, broken_constraints
from tests.unit.matching.facts import (
    ALBI,
    TODAY,
    VISIT_DAY,
    a_mediation,
    a_wish,
    an_opening,
    at,
    number,
    standing,
)

SECOND = a_wish(id=number(2))


def broken(
    wishes: list[Wish],
    openings: list[Opening],
    visits: list[Visit],
    mediations: list[Mediation] | None = None,
    stands: list[Standing] | None = None,
) -> list[str]:
    """What the visits break."""
    facts = VisitFacts(
        wishes=tuple(wishes),
        openings=tuple(openings),
        mediations=tuple(mediations or ()),
        standing=tuple(stands or ()),
        today=TODAY,
    )
    return broken_constraints(facts, visits)


def visit(wish: int = 1, slot: int = 1, mediation: int | None = None) -> Visit:
    """A visit by the numbers of its ids."""
    return Visit(number(wish), number(slot), None if mediation is None else number(mediation))


def test_what_fits_breaks_nothing() -> None:
    """A class, its slot and its mediator."""
    assert broken([a_wish(wants_mediation=True)], [an_opening()], [visit(mediation=1)], [a_mediation()]) == []


@pytest.mark.parametrize(
    ("wish", "opening", "fault"),
    [
        ({"level": Level.CM2}, {}, "level"),
        ({"themes": frozenset({Theme.ENERGY})}, {}, "theme"),
        ({"until_date": TODAY}, {}, "date window"),
        ({"weekdays": frozenset({Weekday.MONDAY})}, {}, "weekday"),
        ({}, {"day": VISIT_DAY.replace(day=14)}, "no school day"),
        ({}, {"lead_time_days": 90}, "lead time"),
        ({"declined_slots": frozenset({number(1)})}, {}, "declined before"),
        ({"declined_offers": frozenset({number(100)})}, {}, "declined before"),
        ({"pupils": 9}, {}, "too few pupils"),
        ({"pupils": 31, "adults": 3}, {}, "too many pupils"),
        ({"formats": frozenset({VisitFormat.REMOTE})}, {}, "format"),
        ({"adults": 1}, {}, "adults"),
        ({"access_needs": frozenset({AccessNeed.MOTOR})}, {}, "access"),
        ({}, {"minimum_age": 18}, "minimum age"),
        ({}, {**at(ALBI), "starts_minute": 660, "ends_minute": 780}, "travel"),
        ({}, {"starts_minute": 485}, "school hours"),
        ({}, {"ends_minute": 1075}, "school hours"),
        ({}, {"needs_mediation": True}, "mediator too many"),
    ],
)
def test_each_fault_of_a_pair_is_found(wish: dict[str, Any], opening: dict[str, Any], fault: str) -> None:
    """One fact changed, one constraint broken."""
    found = broken([a_wish(**wish)], [an_opening(**opening)], [visit()])

    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    ("mediation", "fault"),
    [
        ({"levels": frozenset({Level.CM2})}, "level"),
        ({"group_size_max": 20}, "group"),
        ({"themes": frozenset({Theme.ENERGY})}, "theme"),
        ({"formats": frozenset({VisitFormat.REMOTE})}, "format"),
        ({"until_date": TODAY}, "period"),
        ({"weekdays": frozenset({Weekday.MONDAY})}, "weekday"),
        ({"departments": frozenset({"48"})}, "territory"),
        ({"radius_km": 1.0}, "territory"),
        ({"interventions_left": 0}, "interventions"),
        ({"taken_dates": frozenset({VISIT_DAY})}, "one day"),
    ],
)
def test_each_fault_of_a_mediator_is_found(mediation: dict[str, Any], fault: str) -> None:
    """A mediator that does not suit, or has nothing left."""
    found = broken([a_wish(wants_mediation=True)], [an_opening()], [visit(mediation=1)], [a_mediation(**mediation)])

    assert len(found) == 1
    assert fault in found[0]


def test_nobody_is_twice_somewhere() -> None:
    """Two visits of a class, two interventions of a mediator, on one day."""
    slots = [an_opening(slot_id=number(1), groups_free=2), an_opening(slot_id=number(2))]

    twice = broken([a_wish(visits_wanted=2)], slots, [visit(slot=1), visit(slot=2)])
    wanting = [a_wish(wants_mediation=True), a_wish(id=number(2), wants_mediation=True)]
    mediated = broken(wanting, slots, [visit(1, mediation=1), visit(2, mediation=1)], [a_mediation()])

    assert len(twice) == len(mediated) == 1
    assert "two visits on one day" in twice[0]
    assert "two interventions on one day" in mediated[0]


def test_nobody_has_more_than_there_is() -> None:
    """Groups, pupils, two places for a class that is split, reserved places; what is accepted counts."""
    one, two = a_wish(), SECOND
    accepted = [standing(two, an_opening(), StandingState.ACCEPTED)]
    booked = [standing(two, an_opening(), StandingState.BOOKED)]

    def faults(visits: list[Visit], stands: list[Standing], **opening: Any) -> int:
        return len(broken([one, two], [an_opening(**opening)], visits, stands=stands))

    assert faults([visit(1), visit(2)], []) == 1
    assert faults([visit(1)], accepted) == 1
    assert faults([visit(1)], accepted, groups_free=2) == 0
    assert faults([visit(1)], booked) == 0
    assert faults([visit(1), visit(2)], [], pooled=True, pupils_free=48) == 0
    assert faults([visit(1), visit(2)], [], pooled=True, pupils_free=47) == 1
    assert faults([visit(1)], [], pupils_per_group=20, splitting=True, groups_free=2) == 0
    assert faults([visit(1)], [], pupils_per_group=20, splitting=True) == 1
    assert faults([visit(1)], [], reserved=1) == 1
    assert len(broken([a_wish()], [an_opening(), an_opening(slot_id=number(2), day=TODAY)], [visit()] * 2)) == 3
    assert len(broken([one], [an_opening()], [visit(7)])) == 1


def test_an_under_reached_class_may_take_what_is_reserved() -> None:
    """A reserved place is for a class that too few visits reach."""
    assert broken([a_wish(rural=True)], [an_opening(reserved=1)], [visit()]) == []
