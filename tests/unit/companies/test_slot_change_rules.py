"""How a slot changes, closes, opens again, is cancelled, and is over."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from contracts.companies.slots import SlotChange
from contracts.errors import Invalid, NotYours, TooLate, TransitionRefused
from services.companies.slots.change_rules import (
    changed_slot,
    finished_slot,
    has_grown,
    has_other_hours,
    moved_slot,
)
from tests.component.companies.given import NOW, TODAY, VISIT_DAY, a_booking, a_slot, an_offer, at

ITSELF, SCHOOL = frozenset({"company"}), frozenset({"school"})
DAY = timedelta(days=1)
ANOTHER_DAY = {"starts_at": at(VISIT_DAY + DAY, 9), "ends_at": at(VISIT_DAY + DAY, 11)}
POOL = a_slot(pooled=True, pupils_taken=40)


def change(slot=None, live=(), offer=None, actors=ITSELF, now=NOW, **given):
    return changed_slot(slot or a_slot(), SlotChange(**given), offer or an_offer(), live, actors, now)


def move(slot, action, reason="", actors=ITSELF, offer=None):
    return moved_slot(slot, offer or an_offer(), action, reason, actors, NOW)


def faults_of(refused):
    return [wrong.field for wrong in refused.value.fields]


# ------------------------------------------------------------ what may change


def test_a_slot_takes_what_it_is_told_and_keeps_the_rest():
    """Hours come in any time zone, and are kept in UTC."""
    japan = timezone(timedelta(hours=9))

    changed = change(starts_at=at(VISIT_DAY, 10).astimezone(japan), ends_at=at(VISIT_DAY, 12), groups=3)

    assert (changed.starts_at, changed.starts_at.tzinfo) == (at(VISIT_DAY, 10), UTC)
    assert (changed.groups, changed.pupils_per_group, changed.version) == (3, 28, 2)


@pytest.mark.parametrize("given", [{}, {"groups": 2}, {"starts_at": at(VISIT_DAY, 9)}])
def test_a_change_of_nothing_is_no_change(given):
    """The very same slot."""
    slot = a_slot()

    assert change(slot, **given) is slot


def test_an_empty_slot_moves_to_any_day_on_which_it_could_be_opened():
    """As for a new one."""
    assert change(**ANOTHER_DAY).starts_at == at(VISIT_DAY + DAY, 9)


@pytest.mark.parametrize(
    ("given", "fields", "word"),
    [
        ({"starts_at": at(TODAY + DAY, 9), "ends_at": at(TODAY + DAY, 11)}, ["starts_at"], "14 days ahead"),
        ({"starts_at": at(date(2026, 12, 12), 9), "ends_at": at(date(2026, 12, 12), 11)}, ["starts_at"], "weekend"),
        ({"starts_at": datetime(9999, 12, 31, tzinfo=UTC)}, ["starts_at"], "calendar"),
        ({"starts_at": at(VISIT_DAY, 11)}, ["ends_at"], "before it begins"),
        ({"ends_at": at(VISIT_DAY, 23)}, ["ends_at"], "23:00"),
        ({"pupils_per_group": 31}, ["pupils_per_group"], "10 to 30"),
    ],
)
def test_what_could_not_be_opened_is_no_change_either(given, fields, word):
    """Too soon, on a closed day, years away, the wrong way round, at night, larger than the offer."""
    with pytest.raises(Invalid) as refused:
        change(**given)

    assert faults_of(refused) == fields
    assert word in refused.value.fields[0].message.en


def test_the_hours_of_a_booked_day_may_move_until_it_begins():
    """The lead time is for those who come; those who are booked are told."""
    slot = a_slot(starts_at=at(TODAY, 14), ends_at=at(TODAY, 16), groups_taken=1, pupils_taken=24)

    changed = change(slot, [a_booking()], ends_at=at(TODAY, 17))

    assert (changed.ends_at, changed.groups_taken) == (at(TODAY, 17), 1)
    with pytest.raises(Invalid) as refused:
        change(slot, [a_booking()], starts_at=NOW - timedelta(hours=1))
    assert faults_of(refused) == ["starts_at"]


def test_the_day_stays_while_classes_are_booked():
    """The refusal says what to do instead."""
    slot = a_slot(groups_taken=1, pupils_taken=24)

    with pytest.raises(TransitionRefused) as refused:
        change(slot, [a_booking()], **ANOTHER_DAY)

    assert (refused.value.facts["state"], refused.value.facts["allowed_actions"]) == (
        "open",
        ("change", "close", "cancel"),
    )
    assert "reschedule" in refused.value.problem.detail.en


def test_a_slot_never_falls_below_what_is_taken():
    """Neither in groups nor in the size of those that come."""
    slot = a_slot(groups=3, groups_taken=2, pupils_taken=50)
    live = [a_booking(pupils=24), a_booking(pupils=26)]

    assert change(slot, live, groups=2, pupils_per_group=26).state == "full"
    with pytest.raises(Invalid) as refused:
        change(slot, live, groups=1, pupils_per_group=25)
    assert faults_of(refused) == ["groups", "pupils_per_group"]


def test_a_class_in_two_groups_fills_each_by_half():
    """One of 41 needs groups of 21."""
    slot = a_slot(groups_taken=2, pupils_taken=41, state="full")
    live = [a_booking(pupils=41, groups=2)]

    assert change(slot, live, pupils_per_group=21).pupils_per_group == 21
    with pytest.raises(Invalid):
        change(slot, live, pupils_per_group=20)


@pytest.mark.parametrize(
    ("given", "field"), [({"groups": 1}, "groups"), ({"pupils_per_group": 19}, "pupils_per_group")]
)
def test_a_pool_never_falls_below_what_is_taken(given, field):
    """Places count, whatever they are made of."""
    assert change(POOL, pupils_per_group=20).state == "full"
    with pytest.raises(Invalid) as refused:
        change(POOL, **given)

    assert faults_of(refused) == [field]


@pytest.mark.parametrize(
    ("slot", "groups", "state"),
    [
        (a_slot(groups_taken=2, pupils_taken=50, state="full"), 3, "open"),
        (a_slot(groups_taken=1, pupils_taken=24), 1, "full"),
        (a_slot(groups_taken=2, pupils_taken=50, state="closed"), 3, "closed"),
    ],
)
def test_a_slot_is_full_by_counting(slot, groups, state):
    """It opens where it grows, unless its company closed it."""
    assert change(slot, groups=groups).state == state


@pytest.mark.parametrize("given", [{"groups": 3}, {"pupils_per_group": 30}, ANOTHER_DAY])
def test_an_offer_that_is_over_opens_nothing_more(given):
    """Only who is booked already may be told another hour."""
    over = an_offer(state="archived")

    assert change(offer=over, starts_at=at(VISIT_DAY, 10)).starts_at == at(VISIT_DAY, 10)
    with pytest.raises(TransitionRefused):
        change(offer=over, **given)


@pytest.mark.parametrize(
    ("slot", "actors", "error"),
    [
        (a_slot(), SCHOOL, NotYours),
        (a_slot(state="cancelled"), ITSELF, TransitionRefused),
        (a_slot(state="done"), ITSELF, TransitionRefused),
        (a_slot(starts_at=NOW), ITSELF, TooLate),
    ],
)
def test_a_refused_change(slot, actors, error):
    """Not by a school, not of what is over, not once it has begun."""
    with pytest.raises(error):
        change(slot, actors=actors, groups=5)


def test_what_a_change_means_for_others():
    """Other hours are told to those booked, more or larger groups offered to those who wait."""
    slot = a_slot()

    assert has_other_hours(a_slot(ends_at=at(VISIT_DAY, 12)), slot)
    assert not has_other_hours(a_slot(groups=3), slot)
    assert has_grown(a_slot(groups=3, pupils_per_group=20), slot)
    assert has_grown(a_slot(groups=1, pupils_per_group=30), slot)
    assert not has_grown(a_slot(groups=1), slot)


# ------------------------------------------------------------ how it moves


def test_closing_keeps_the_groups_and_cancelling_frees_them():
    """A cancelled slot has no booking left."""
    closed = move(a_slot(state="full", groups_taken=2, pupils_taken=50), "close")
    cancelled = move(closed, "cancel", "fire drill")

    assert (closed.state, closed.groups_taken, closed.version) == ("closed", 2, 2)
    assert (cancelled.state, cancelled.groups_taken, cancelled.pupils_taken) == ("cancelled", 0, 0)
    assert (cancelled.reason, cancelled.version) == ("fire drill", 3)


@pytest.mark.parametrize(("groups_taken", "state"), [(1, "open"), (2, "full")])
def test_a_closed_slot_opens_again_with_what_it_has_left(groups_taken, state):
    """Its reason is forgotten."""
    reopened = move(a_slot(state="closed", reason="works", groups_taken=groups_taken), "reopen")

    assert (reopened.state, reopened.reason, reopened.version) == (state, "", 2)


@pytest.mark.parametrize(
    ("slot", "action", "given", "error"),
    [
        (a_slot(), "cancel", {"reason": " "}, Invalid),
        (a_slot(), "book", {}, Invalid),
        (a_slot(), "finish", {}, NotYours),
        (a_slot(), "reopen", {}, TransitionRefused),
        (a_slot(state="closed"), "reopen", {"offer": an_offer(state="archived")}, TransitionRefused),
        (a_slot(), "cancel", {"reason": "x", "actors": SCHOOL}, NotYours),
        (a_slot(state="cancelled"), "close", {}, TransitionRefused),
        (a_slot(starts_at=NOW), "cancel", {"reason": "x"}, TooLate),
        (a_slot(state="closed", starts_at=NOW), "reopen", {}, TooLate),
    ],
)
def test_a_refused_move(slot, action, given, error):
    """Not without a word to the schools, not by a school, not twice, not on an offer that is over, not once begun."""
    with pytest.raises(error):
        move(slot, action, **given)


# ------------------------------------------------------------ how it ends


@pytest.mark.parametrize("state", ["open", "full", "closed"])
def test_a_slot_is_done_when_its_time_is_over(state):
    """Not a moment earlier; what it had taken stays counted."""
    slot = a_slot(state=state, groups_taken=2, pupils_taken=50)

    done = finished_slot(slot, slot.ends_at)

    assert (done.state, done.groups_taken, done.version) == ("done", 2, 2)
    assert finished_slot(slot, slot.ends_at - timedelta(seconds=1)) is slot


@pytest.mark.parametrize("state", ["done", "cancelled"])
def test_what_is_over_ends_once(state):
    """A timer that comes late, or twice, finds nothing to do."""
    slot = a_slot(state=state)

    assert finished_slot(slot, slot.ends_at + DAY) is slot
