"""On which days a recurrence opens a slot."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from contracts.companies.slots import Recurrence
from contracts.errors import Invalid, TransitionRefused
from contracts.local_time import local, local_day
from contracts.vocabulary import Weekday
from services.companies.slots.recurrence_rules import openings_of
from tests.component.companies.given import NOW, VISIT_DAY, an_offer, at

MONDAY, TUESDAY, FRIDAY = Weekday.MONDAY, Weekday.TUESDAY, Weekday.FRIDAY


def a_recurrence(**given):
    """Every Tuesday at nine, from the visit day to the end of January."""
    asked = {
        "from_date": VISIT_DAY,
        "until_date": date(2027, 1, 31),
        "weekdays": (TUESDAY,),
        "starts_at": time(9),
    }
    return Recurrence(**(asked | given))


def openings(offer=None, **given):
    return openings_of(a_recurrence(**given), offer or an_offer(), NOW)


def days_of(found):
    return [local_day(slot.starts_at) for slot in found.slots]


def refused_fields(**given):
    with pytest.raises(Invalid) as refused:
        openings(**given)
    return [(wrong.field, wrong.message.en) for wrong in refused.value.fields]


def test_every_tuesday_but_in_the_holidays():
    """Each day that is skipped is told, with its name in both languages."""
    found = openings(groups=2, pupils_per_group=20, ends_at=time(10, 30))

    assert days_of(found) == [VISIT_DAY, date(2027, 1, 5), date(2027, 1, 12), date(2027, 1, 19), date(2027, 1, 26)]
    assert [skipped.day for skipped in found.skipped] == [date(2026, 12, 22), date(2026, 12, 29)]
    assert (found.skipped[0].reason.en, found.skipped[0].reason.fr) == ("Christmas holidays", "Vacances de Noël")
    first = found.slots[0]
    assert (first.starts_at, first.ends_at) == (at(VISIT_DAY, 9), at(VISIT_DAY, 10, 30))
    assert (first.groups, first.pupils_per_group, first.external_id) == (2, 20, "")


def test_its_hours_are_those_of_the_clocks_of_occitanie():
    """Nine o'clock before and after summer time begins, on 28 March 2027: one hour less in UTC."""
    found = openings(from_date=date(2027, 3, 23), until_date=date(2027, 3, 30))

    assert [local(slot.starts_at).hour for slot in found.slots] == [9, 9]
    assert [slot.starts_at for slot in found.slots] == [
        datetime(2027, 3, 23, 8, tzinfo=UTC),
        datetime(2027, 3, 30, 7, tzinfo=UTC),
    ]


def test_every_other_week_counts_from_the_first_day_that_it_names():
    """Not from the week of a first day that it does not name."""
    thursday = date(2027, 1, 7)

    one = openings(from_date=thursday, every_weeks=2)
    two = openings(from_date=thursday, weekdays=(TUESDAY, FRIDAY), every_weeks=2)

    assert days_of(one) == [date(2027, 1, 12), date(2027, 1, 26)]
    assert days_of(two) == [date(2027, 1, 8), date(2027, 1, 19), date(2027, 1, 22)]


def test_a_week_that_is_skipped_still_counts():
    """A holiday does not move the days after it."""
    found = openings(from_date=date(2026, 12, 15), every_weeks=2)

    assert days_of(found) == [date(2026, 12, 15), date(2027, 1, 12), date(2027, 1, 26)]
    assert [skipped.day for skipped in found.skipped] == [date(2026, 12, 29)]


def test_one_day_alone_is_a_recurrence_too():
    """From a day until the same day."""
    assert days_of(openings(until_date=VISIT_DAY)) == [VISIT_DAY]


def test_skipped_days_before_the_lead_time_are_no_fault():
    """Only what it opens is held against it: the first school day of it is far enough."""
    offer = an_offer(lead_time_days=30)

    assert days_of(openings(offer, from_date=date(2026, 12, 22)))[0] == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("given", "field", "word"),
    [
        ({"from_date": date(2026, 12, 1)}, "from_date", "14 days ahead: choose a day from 2026-12-08 on"),
        ({"from_date": date(2026, 11, 3)}, "from_date", "in the past"),
        ({"until_date": date(2026, 12, 14)}, "until_date", "from 2026-12-15 on"),
        ({"from_date": date(2024, 8, 31)}, "from_date", "from 2024-09-01 to 2028-08-31"),
        ({"until_date": date.max}, "until_date", "from 2024-09-01 to 2028-08-31"),
        ({"weekdays": (TUESDAY, TUESDAY)}, "weekdays", "more than once"),
        ({"starts_at": time(9, tzinfo=UTC)}, "starts_at", "without an offset"),
        ({"ends_at": time(11, tzinfo=timezone(timedelta(hours=1)))}, "ends_at", "without an offset"),
        ({"weekdays": (MONDAY,), "until_date": VISIT_DAY}, "until_date", "None of these weekdays"),
        ({"from_date": date(2026, 12, 22), "until_date": date(2026, 12, 30)}, "until_date", "closed on each"),
        ({"starts_at": time(5)}, "starts_at", "05:00"),
        ({"ends_at": time(8)}, "ends_at", "before it begins"),
        ({"starts_at": time(21)}, "ends_at", "23:00"),
        ({"pupils_per_group": 31}, "pupils_per_group", "10 to 30"),
    ],
)
def test_a_wrong_recurrence_names_the_field_and_the_remedy(given, field, word):
    """One fault, named from the root of the input."""
    [(name, message)] = refused_fields(**given)

    assert name == f"recurrence.{field}"
    assert word in message


def test_all_of_its_faults_are_told_together():
    """Those of its days beside those of its hours and its size."""
    faults = refused_fields(from_date=date(2026, 12, 1), starts_at=time(5), pupils_per_group=31)

    assert [field for field, _ in faults] == [
        "recurrence.from_date",
        "recurrence.starts_at",
        "recurrence.pupils_per_group",
    ]


def test_more_than_two_hundred_slots_are_too_many_at_once():
    """The refusal says where to part them."""
    school_week = tuple(Weekday)
    [(field, message)] = refused_fields(until_date=date(2028, 6, 30), weekdays=school_week)

    assert (field, "at most 200" in message) == ("recurrence.until_date", True)
    last = date.fromisoformat(message.partition("end it on ")[2][:10])
    assert len(openings(until_date=last, weekdays=school_week).slots) == 200


def test_an_offer_that_is_over_opens_nothing():
    """The refusal names the offer's state."""
    with pytest.raises(TransitionRefused):
        openings(an_offer(state="archived"))
