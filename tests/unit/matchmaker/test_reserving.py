"""Places kept for under-reached classes: how many, in which slots, until when."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.companies.profiles import Site
from contracts.matchmaker.explanations import UnderReachedReason
from contracts.matchmaker.policies import PolicySettings
from contracts.place import place_of
from contracts.reference.travel import coach_minutes_over, straight_km
from contracts.vocabulary import PriorityEducation
from services.matchmaker.runs.reach import reasons_by_school
from services.matchmaker.runs.reserving import PlannedSlot, Reserve, Taker, is_released, kept_places, with_reserved
from tests.unit.matching.facts import TODAY, VISIT_DAY, an_opening
from tests.unit.matchmaker.given import AUCH, NOW, UAI, a_school, an_id

RURAL = frozenset({UnderReachedReason.RURAL})
REACHED = frozenset()


def planned(*places: int, offer: int = 100) -> list[PlannedSlot]:
    """Slots of one offer, a day apart."""
    return [
        PlannedSlot(an_id(offer + number), an_id(offer), NOW + timedelta(days=number), size)
        for number, size in enumerate(places, 1)
    ]


def kept(share: float, *places: int) -> list[int]:
    return list(kept_places(planned(*places), share).values())


@pytest.mark.parametrize(
    ("share", "places", "expected"),
    [
        (0.2, (1,) * 10, [0, 0, 1, 0, 0, 0, 0, 1, 0, 0]),
        (0.5, (1, 1, 1, 1), [1, 0, 1, 0]),
        (0.0, (5, 5), [0, 0]),
        (0.2, (3, 3, 3, 1), [1, 0, 1, 0]),
        (0.29, (100,), [29]),
        (0.1, (60, 60), [6, 6]),
    ],
)
def test_a_share_of_an_offer_s_places_is_kept_over_all_its_slots(share, places, expected):
    """A share of 0.2 of slots of one group keeps every fifth; up to any date no more than half a place is missing."""
    assert kept(share, *places) == expected


def test_every_offer_is_counted_by_itself_and_by_date():
    """In whatever order the slots come."""
    slots = [*planned(1, 1, 1), *planned(1, 1, 1, offer=200)]

    found = kept_places(reversed(slots), 0.2)

    assert [found[slot.slot_id] for slot in slots] == [0, 0, 1, 0, 0, 1]


@given(st.lists(st.integers(0, 200), max_size=30), st.integers(0, 500))
def test_up_to_any_date_what_is_kept_is_the_share_to_half_a_place(places, thousandths):
    """No slot keeps more than it has, nor less than nothing."""
    found = kept(thousandths / 1000, *places)

    for end in range(1, len(places) + 1):
        assert abs(2000 * sum(found[:end]) - 2 * thousandths * sum(places[:end])) <= 1000
    assert all(0 <= number <= size for number, size in zip(found, places, strict=True))


def reserved(today: date = TODAY, taken: int = 0, reasons=RURAL, until_days: int = 21, **told) -> int:
    """How many places of a slot of ten groups, half of them kept, are still reserved on a day."""
    opening = an_opening(**({"groups_free": 10 - taken} | told))
    slot = PlannedSlot(opening.slot_id, opening.offer_id, datetime.combine(VISIT_DAY, NOW.timetz()), 10)
    takers = (Taker(opening.slot_id, a_school(), taken),) if taken else ()
    settings = PolicySettings(reserved_share=0.5, reserved_until_days=until_days)
    (found,) = with_reserved([opening], Reserve((slot,), takers), {UAI: reasons}, settings, today)
    return found.reserved


def test_what_under_reached_classes_hold_is_no_longer_reserved():
    """What others hold is; never more than is free."""
    assert reserved() == 5
    assert reserved(taken=2) == 3
    assert reserved(taken=2, reasons=REACHED) == 5
    assert reserved(taken=7, reasons=REACHED) == 3
    assert reserved(taken=6) == 0
    assert reserved(pooled=True, pupils_free=4) == 4


def test_a_slot_that_nobody_planned_keeps_nothing():
    """Where no share is kept, or the look-up was spared."""
    (found,) = with_reserved([an_opening()], Reserve(), {}, PolicySettings(), TODAY)

    assert found.reserved == 0


@pytest.mark.parametrize(
    ("until_days", "lead_time_days", "released_before"), [(21, 7, 21), (21, 14, 21), (21, 30, 37), (120, 30, 120)]
)
def test_what_nobody_took_is_free_in_time(until_days, lead_time_days, released_before):
    """As the policy says, and a week before the offer's lead time is over, lest a place be kept for nobody."""
    opening = an_opening(lead_time_days=lead_time_days)
    day = VISIT_DAY - timedelta(days=released_before)

    assert is_released(opening, until_days, day)
    assert not is_released(opening, until_days, day - timedelta(days=1))
    assert reserved(day, until_days=until_days, lead_time_days=lead_time_days) == 0


def reasons_of(school, settings, sites=()):
    return reasons_by_school([school], sites, settings)[school.uai]


def test_only_the_reasons_that_the_policy_names_count():
    """A rural school of priority education is under-reached by either, or by none of the two."""
    school = a_school(rural=True, priority=PriorityEducation.REP)

    assert reasons_of(school, PolicySettings()) == {UnderReachedReason.PRIORITY_EDUCATION, UnderReachedReason.RURAL}
    assert reasons_of(school, PolicySettings(under_reached_by=(UnderReachedReason.RURAL,))) == RURAL
    far = PolicySettings(under_reached_by=(UnderReachedReason.FAR_FROM_INDUSTRY,))
    assert reasons_of(school, far) == REACHED


def test_how_far_is_far_is_for_the_policy_to_say():
    """By coach, one way, to the nearest site of all; where there is no site nobody is far."""
    school = a_school()
    toulouse = Site(id=an_id(1), company_id=an_id(2), name="Usine", place=place_of("31555", None, None))
    mende = Site(id=an_id(3), company_id=an_id(2), name="Usine", place=place_of("48095", None, None))
    km = straight_km(AUCH.latitude, AUCH.longitude, toulouse.place.latitude, toulouse.place.longitude)
    minutes = int(coach_minutes_over(km, mountain=False)) + 1

    def far(limit):
        settings = PolicySettings(far_from_industry_minutes=limit)
        return UnderReachedReason.FAR_FROM_INDUSTRY in reasons_of(school, settings, [toulouse, mende])

    assert far(minutes - 1)
    assert not far(minutes)
    assert UnderReachedReason.FAR_FROM_INDUSTRY not in reasons_of(school, PolicySettings())
