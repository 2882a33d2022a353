"""When a school's wish for a class can be taken."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.companies.bookings import ClassNeeds
from contracts.errors import Invalid
from contracts.matchmaker.class_requests import ClassRequestChange
from contracts.vocabulary import Level, PriorityEducation, Role, Theme, VisitFormat, Weekday
from services.matchmaker.requests.rules import (
    actors_of,
    apply_change,
    calls_for_another,
    is_under_reached,
    replacement_request,
    write_request,
)
from tests.unit.matchmaker.given import (
    NOW,
    TODAY,
    UAI,
    a_booking,
    a_caller,
    a_new_request,
    a_school,
    an_id,
    an_offer,
)


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


def fallen(**given):
    """A booking without a wish that the company declined."""
    return a_booking(**({"class_request_id": None, "proposal_id": None, "state": "declined"} | given))


@pytest.mark.parametrize(
    ("given", "owed"),
    [
        ({}, True),
        ({"state": "cancelled", "ended_by": "company"}, True),
        ({"state": "cancelled", "ended_by": "coordinator"}, True),
        ({"state": "expired", "reason": "approved"}, True),
        ({"state": "cancelled", "ended_by": "school"}, False),
        ({"state": "expired", "reason": "requested"}, False),
        ({"state": "expired", "reason": "offered"}, False),
        ({"state": "refused"}, False),
        ({"state": "rescheduled"}, False),
        ({"state": "confirmed"}, False),
        ({"class_request_id": an_id(2)}, False),
        ({"rescheduled_to": an_id(13)}, False),
        ({"starts_at": NOW + timedelta(hours=1)}, False),
        ({"starts_at": NOW + timedelta(days=1)}, True),
    ],
)
def test_who_is_owed_another_visit(given, owed):
    """A class whose own booking fell through without its doing, while its day lay ahead."""
    assert calls_for_another(fallen(**given), TODAY) is owed


def test_the_wish_of_a_visit_that_fell_through():
    """It asks for the same class and the same kind of visit, from today to sixty days after."""
    booking = fallen(class_name="3e B", needs=ClassNeeds(motor=1))
    offer = an_offer(themes=(Theme.ENERGY, Theme.ENERGY), formats=(VisitFormat.IN_CLASS,))

    wish = replacement_request(booking, offer, a_school(rural=True), an_id(9), NOW)

    assert (wish.id, wish.state, wish.replaces_booking_id, wish.under_reached) == (an_id(9), "open", booking.id, True)
    assert (wish.level, wish.pupils, wish.adults) == (booking.level, 24, 2)
    assert (wish.class_name, wish.needs) == ("3e B", ClassNeeds(motor=1))
    assert (wish.themes, wish.formats) == ((Theme.ENERGY,), (VisitFormat.IN_CLASS,))
    assert (wish.from_date, wish.until_date) == (TODAY, date(2027, 3, 9))
    assert (wish.max_travel_minutes, wish.visits_wanted) == (60, 1)


def test_without_the_offer_any_theme_will_do():
    """On site, as most are."""
    wish = replacement_request(fallen(), None, a_school(), an_id(9), NOW)

    assert (wish.themes, wish.formats) == ((), (VisitFormat.ON_SITE,))


@pytest.mark.parametrize(
    ("visit", "first", "last"),
    [
        (date(2027, 6, 22), TODAY, date(2027, 8, 21)),
        # The class lives for one school year.
        (date(2027, 7, 2), TODAY, date(2027, 8, 31)),
        # A window longer than a year begins later.
        (date(2027, 10, 5), date(2026, 12, 3), date(2027, 12, 4)),
        (date(2027, 11, 16), date(2027, 1, 14), date(2028, 1, 15)),
        # The calendar ends.
        (date(2028, 7, 5), date(2027, 8, 31), date(2028, 8, 31)),
    ],
)
def test_the_window_ends_with_the_school_year(visit, first, last):
    """And with the calendar."""
    booking = fallen(starts_at=datetime(visit.year, visit.month, visit.day, 9, tzinfo=UTC))

    wish = replacement_request(booking, an_offer(), a_school(), an_id(9), NOW)

    assert (wish.from_date, wish.until_date) == (first, last)


def test_where_no_day_is_left_nothing_is_asked():
    """A visit of the last summer days."""
    summer = datetime(2027, 8, 20, 9, tzinfo=UTC)
    booking = fallen(starts_at=summer + timedelta(days=1))

    assert replacement_request(booking, an_offer(), a_school(), an_id(9), summer) is None
