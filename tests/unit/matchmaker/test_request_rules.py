"""When a school's wish for a class can be taken."""

from datetime import date

import pytest

from contracts.companies.bookings import ClassNeeds
from contracts.errors import Invalid
from contracts.matchmaker.class_requests import ClassRequestChange
from contracts.vocabulary import Level, PriorityEducation, Role, Theme, Weekday
from services.matchmaker.requests.rules import actors_of, apply_change, is_under_reached, write_request
from tests.unit.matchmaker.given import NOW, TODAY, UAI, a_caller, a_new_request, a_school, an_id


def test_a_good_wish_is_open():
    """It knows its school's name and place."""
    written = write_request(a_new_request(), a_school(rural=True), an_id(2), NOW)

    assert (written.state, written.school_uai, written.under_reached) == ("open", UAI, True)


@pytest.mark.parametrize(
    ("wrong", "field", "word"),
    [
        ({"level": Level.CM1}, "level", "choose one of"),
        ({"needs": ClassNeeds(motor=25)}, "needs", "24"),
        ({"themes": (Theme.ENERGY, Theme.ENERGY)}, "themes", "twice"),
        ({"from_date": date(2026, 1, 5), "until_date": date(2026, 1, 9)}, "until_date", "past"),
        ({"until_date": date(2026, 12, 1)}, "until_date", "before from_date"),
        ({"until_date": date(2028, 3, 1)}, "until_date", "longer than a year"),
        ({"from_date": date(2028, 8, 1), "until_date": date(2028, 9, 15)}, "until_date", "calendar"),
        ({"from_date": date(2026, 12, 21), "until_date": date(2026, 12, 31)}, "weekdays", "No school day"),
        (
            {"from_date": date(2027, 1, 4), "until_date": date(2027, 1, 5), "weekdays": (Weekday.FRIDAY,)},
            "weekdays",
            "widen",
        ),
    ],
)
def test_a_wish_that_cannot_be_met_names_the_field_and_the_remedy(wrong, field, word):
    """Whatever is wrong is told before anything is stored."""
    with pytest.raises(Invalid) as refused:
        write_request(a_new_request(**wrong), a_school(), an_id(2), NOW)

    assert [error.field for error in refused.value.fields] == [field]
    assert word in refused.value.fields[0].message.en


def test_every_wrong_field_is_named_at_once():
    """Nobody has to try again for each."""
    wrong = a_new_request(level=Level.CM1, until_date=date(2026, 12, 1))

    with pytest.raises(Invalid) as refused:
        write_request(wrong, a_school(), an_id(2), NOW)

    assert [error.field for error in refused.value.fields] == ["level", "until_date"]


def test_a_change_leaves_the_rest():
    """What is not given stays."""
    known = write_request(a_new_request(), a_school(), an_id(2), NOW)

    renewed = apply_change(known, ClassRequestChange(pupils=20), a_school(), TODAY)

    assert (renewed.version, renewed.pupils, renewed.adults) == (2, 20, 2)


@pytest.mark.parametrize(
    ("known", "expected"),
    [({}, False), ({"rural": True}, True), ({"priority": PriorityEducation.REP_PLUS}, True)],
)
def test_who_is_under_reached(known, expected):
    """Priority education or a rural commune."""
    assert is_under_reached(a_school(**known)) is expected


@pytest.mark.parametrize(
    ("caller", "actors"),
    [
        (a_caller(Role.TEACHER, UAI), {"school"}),
        (a_caller(Role.TEACHER, "0310002J"), set()),
        (a_caller(Role.COMPANY, an_id(5)), set()),
        (a_caller(Role.COORDINATOR), {"coordinator"}),
    ],
)
def test_as_whom_a_caller_acts(caller, actors):
    """Only the school itself, and the Region."""
    assert actors_of(caller, UAI) == actors
