"""When a slot can be opened, alone or in a batch, and how its places are counted."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from contracts.companies.slots import NewSlots
from contracts.errors import Invalid, TransitionRefused
from services.companies.slots.rules import (
    groups_for,
    has_place,
    new_slots,
    with_place_freed,
    with_place_taken,
)
from services.companies.slots.rules import new_slot as opened
from tests.component.companies.given import (
    COMPANY_ID,
    NOW,
    OFFER_ID,
    SLOT_ID,
    TODAY,
    VISIT_DAY,
    a_slot,
    an_offer,
    at,
    new_slot,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
IDS = [UUID(int=number) for number in range(100, 110)]


def open_slot(offer=None, now=NOW, **given):
    return opened(new_slot(**given), offer or an_offer(), SLOT_ID, now)


def open_batch(*news, offer=None, taken=None):
    return new_slots(NewSlots(slots=news), offer or an_offer(), IDS[: len(news)], taken or {}, NOW)


def faults_of(refused):
    return [wrong.field for wrong in refused.value.fields]


def test_a_slot_takes_what_it_is_not_told_from_its_offer():
    """The end is the offer's duration later, a group as large as the offer's largest."""
    slot = open_slot(an_offer(duration_minutes=90, pupils_max=25, fictional=True))

    assert (slot.starts_at, slot.ends_at) == (at(VISIT_DAY, 9), at(VISIT_DAY, 10, 30))
    assert (slot.groups, slot.groups_left, slot.pupils_per_group) == (1, 1, 25)
    assert (slot.visit_offer_id, slot.company_id, slot.state) == (OFFER_ID, COMPANY_ID, "open")
    assert (slot.fictional, slot.starts_at.tzinfo) == (True, UTC)


def test_a_slot_may_be_smaller_and_longer():
    """What it is told counts."""
    slot = open_slot(ends_at=at(VISIT_DAY, 22), groups=3, pupils_per_group=12, external_id="S-1")

    assert (slot.ends_at, slot.groups, slot.pupils_per_group) == (at(VISIT_DAY, 22), 3, 12)
    assert slot.external_id == "S-1"


@pytest.mark.parametrize(
    ("given", "field", "word"),
    [
        ({"day": TODAY - DAY}, "starts_at", "past"),
        ({"day": TODAY + 13 * DAY}, "starts_at", "14 days ahead"),
        ({"day": date(2026, 12, 12)}, "starts_at", "weekend"),
        ({"day": date(2026, 12, 23)}, "starts_at", "Christmas"),
        ({"day": date(2027, 5, 6)}, "starts_at", "Ascension"),
        ({"day": date(2029, 1, 9)}, "starts_at", "calendar"),
        ({"starts_at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)}, "starts_at", "9999-12-31 lies outside"),
        ({"starts_at": datetime(1, 1, 1, tzinfo=timezone(14 * HOUR))}, "starts_at", "outside the school calendar"),
        ({"ends_at": datetime(9999, 12, 31, tzinfo=timezone(-14 * HOUR))}, "ends_at", "outside the school calendar"),
        ({"day": date(2028, 9, 5)}, "starts_at", "calendar"),
        ({"starts_at": at(VISIT_DAY, 5, 59)}, "starts_at", "05:59"),
        ({"starts_at": at(VISIT_DAY, 20, 1)}, "ends_at", "22:01"),
        ({"ends_at": at(VISIT_DAY, 9)}, "ends_at", "before"),
        ({"ends_at": at(VISIT_DAY + DAY, 10)}, "ends_at", "another day"),
        ({"pupils_per_group": 31}, "pupils_per_group", "10 to 30"),
        ({"pupils_per_group": 9}, "pupils_per_group", "10 to 30"),
    ],
)
def test_a_wrong_slot_names_the_field_and_the_reason(given, field, word):
    """Past, too soon, on a closed day by its name, at night, the wrong way round, larger than the offer."""
    with pytest.raises(Invalid) as refused:
        open_slot(**given)

    assert faults_of(refused) == [field]
    assert word in refused.value.fields[0].message.en


def test_the_first_day_possible_counts_days_not_hours():
    """In the evening one may still open the morning fourteen days later."""
    slot = open_slot(now=datetime(2026, 12, 1, 22, 59, tzinfo=UTC))

    assert slot.state == "open"
    with pytest.raises(Invalid):
        open_slot(now=datetime(2026, 12, 1, 23, 1, tzinfo=UTC))


@pytest.mark.parametrize("state", ["draft", "in_review", "published", "paused"])
def test_a_slot_may_be_prepared_before_its_offer_is_public(state):
    """It is booked once the offer is published."""
    assert open_slot(an_offer(state=state)).state == "open"


@pytest.mark.parametrize("state", ["archived", "rejected"])
def test_an_offer_that_is_over_opens_nothing(state):
    """The refusal names the offer's state."""
    with pytest.raises(TransitionRefused) as refused:
        open_slot(an_offer(state=state))

    assert refused.value.facts["state"] == state


def test_a_slot_of_a_pooling_offer_pools():
    """Two groups of 30 are 60 places."""
    slot = open_slot(an_offer(pooled=True), groups=2)

    assert (slot.pooled, slot.places, slot.pupils_left) == (True, 60, 60)


# ------------------------------------------------------------ a batch


def test_a_batch_opens_its_slots_soonest_first():
    """Whatever the order of its rows; those that nobody named have no external id to collide."""
    rows = new_slot(VISIT_DAY + DAY, external_id="S-1"), new_slot()

    soon, late = open_batch(*rows, offer=an_offer(fictional=True))

    assert (soon.starts_at, late.starts_at) == (at(VISIT_DAY, 9), at(VISIT_DAY + DAY, 9))
    assert (soon.id, late.id, late.external_id, late.fictional) == (IDS[1], IDS[0], "S-1", True)


def test_a_batch_names_every_fault_of_every_row():
    """Right rows beside them do not count."""
    with pytest.raises(Invalid) as refused:
        open_batch(
            new_slot(),
            new_slot(TODAY + DAY, pupils_per_group=31),
            new_slot(ends_at=at(VISIT_DAY, 23)),
            new_slot(starts_at=datetime(9999, 12, 31, tzinfo=UTC)),
        )

    assert faults_of(refused) == [
        "slots[1].starts_at",
        "slots[1].pupils_per_group",
        "slots[2].ends_at",
        "slots[3].starts_at",
    ]


def test_an_external_id_is_named_by_its_row():
    """Whether an earlier row has it or a slot of the company; a row without one is nobody's double."""
    rows = [new_slot(external_id=external_id) for external_id in ("S-1", "", "S-1", "S-2", "")]

    with pytest.raises(Invalid) as refused:
        open_batch(*rows, taken={"S-2": SLOT_ID})

    twice, taken = refused.value.fields
    assert (twice.field, taken.field) == ("slots[2].external_id", "slots[3].external_id")
    assert "slots[0]" in twice.message.en
    assert str(SLOT_ID) in taken.message.fr


def test_an_offer_that_is_over_opens_no_batch():
    """The refusal names the offer's state."""
    with pytest.raises(TransitionRefused):
        open_batch(new_slot(), offer=an_offer(state="archived"))


# ------------------------------------------------------------ how places are counted


@pytest.mark.parametrize(
    ("pupils", "splitting", "groups"),
    [(28, False, 1), (29, False, 0), (29, True, 2), (56, True, 2), (57, True, 0)],
)
def test_a_class_larger_than_a_group_takes_two_where_it_may_split(pupils, splitting, groups):
    """Never three."""
    assert groups_for(a_slot(pupils_per_group=28), pupils, splitting=splitting) == groups


def test_a_slot_of_one_group_has_no_second_one_to_split_into():
    """Not even once it is empty."""
    assert groups_for(a_slot(groups=1, pupils_per_group=28), 40, splitting=True) == 0


@pytest.mark.parametrize(("pupils", "groups"), [(56, 1), (57, 0)])
def test_where_places_are_pooled_a_class_is_one_group_of_any_size(pupils, groups):
    """As long as the slot holds it."""
    assert groups_for(a_slot(pooled=True, groups=2, pupils_per_group=28), pupils, splitting=False) == groups


@pytest.mark.parametrize(
    ("given", "groups", "pupils", "room"),
    [
        ({"groups_taken": 1}, 1, 28, True),
        ({"groups_taken": 1}, 2, 40, False),
        ({"pooled": True, "groups_taken": 2, "pupils_taken": 30}, 1, 26, True),
        ({"pooled": True, "pupils_taken": 30}, 1, 27, False),
    ],
)
def test_room_is_counted_in_groups_or_in_pooled_pupils(given, groups, pupils, room):
    """Where places are pooled, groups do not count."""
    assert has_place(a_slot(groups=2, pupils_per_group=28, **given), groups, pupils) is room


def test_the_last_group_fills_a_slot_and_its_end_opens_it_again():
    """Groups are counted one by one, each with a version; pupils with them."""
    half = with_place_taken(a_slot(), 1, 24)
    full = with_place_taken(half, 1, 26)
    again = with_place_freed(full, 1, 24)

    assert [(slot.state, slot.groups_taken, slot.pupils_taken, slot.version) for slot in (half, full, again)] == [
        ("open", 1, 24, 2),
        ("full", 2, 50, 3),
        ("open", 1, 26, 4),
    ]


def test_the_last_pupil_fills_a_pooled_slot():
    """However many classes they make."""
    pool = a_slot(pooled=True, groups=2, pupils_per_group=28)
    most = with_place_taken(pool, 1, 40)
    full = with_place_taken(most, 1, 16)

    assert [(slot.state, slot.pupils_left) for slot in (most, full)] == [("open", 16), ("full", 0)]


def test_a_closed_slot_stays_closed_when_a_group_leaves():
    """The company closed it; nobody takes its place."""
    assert with_place_freed(a_slot(state="closed", groups_taken=2, pupils_taken=50), 1, 24).state == "closed"
