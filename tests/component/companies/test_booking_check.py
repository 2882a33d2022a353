"""The check before booking: whether a class could come, what stands against it, what it must bring and by when."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.companies.booking_checks import CheckBooking, ChecklistKind, GetChecklist
from contracts.companies.bookings import ClassNeeds
from contracts.companies.slots import MoveSlot
from contracts.companies.visit_offers import Accessibility, MoveVisitOffer, SafetyRules
from contracts.errors import Kind
from contracts.local_time import local_day
from contracts.matchmaker.schools import SchoolChanged
from contracts.vocabulary import AccessNeed, Level, Role
from tests.component.companies.acting import bring_to, told
from tests.component.companies.asking import (
    a_full_slot,
    a_slot_of,
    an_offer_of,
    an_opened_slot,
    booked,
    waitlisted,
)
from tests.component.companies.given import (
    COORDINATOR,
    HEAD,
    OTHER_COMPANY,
    OTHER_TEACHER,
    STRANGER_ID,
    TEACHER,
    UAI,
    a_caller,
    a_school,
    new_booking,
    working_days_from_now,
)


def checking(slot, **given):
    return CheckBooking(slot_id=slot.id, booking=new_booking(**given))


def kinds(items):
    return [item.kind for item in items]


async def test_a_class_that_could_come_is_told_so_and_what_to_bring(companies):
    """Nothing is booked by it; the last day is the lead time's."""
    safety = SafetyRules(
        minimum_age=14,
        equipment=("casque",),
        equipment_supplied=False,
        identity_list_days_before=10,
        photos_allowed=False,
    )
    access = Accessibility(needs=(AccessNeed.HEARING,), alternative_route="par la cour")
    _, slot = await an_opened_slot(companies, {"safety": safety, "accessibility": access, "price_cents": 1000})
    before = await companies.stored()

    answer = await companies.ask(checking(slot, needs=ClassNeeds(motor=1)), TEACHER)

    day = local_day(slot.starts_at)
    assert (answer.bookable, answer.conflict, answer.fields, answer.waiting_list) == (True, None, (), False)
    assert answer.last_day == day - timedelta(days=14)
    assert kinds(answer.checklist) == [
        ChecklistKind.IDENTITY_LIST,
        ChecklistKind.PRICE,
        ChecklistKind.ADULTS,
        ChecklistKind.MINIMUM_AGE,
        ChecklistKind.EQUIPMENT,
        ChecklistKind.PHOTOS,
        ChecklistKind.ACCESS,
        ChecklistKind.ACCESS,
        ChecklistKind.TRANSPORT,
    ]
    assert answer.checklist[0].due == day - timedelta(days=10)
    assert await companies.stored() == before
    assert (await booked(companies, slot, needs=ClassNeeds(motor=1))).state == "approved"


async def test_what_the_class_can_mend_is_named_by_field(companies):
    """All of it at once, as the booking itself would refuse it."""
    _, slot = await an_opened_slot(companies, {"safety": SafetyRules(minimum_age=14)})
    wrong = {"level": Level.QUATRIEME, "pupils": 31, "adults": 1, "girls": 40, "needs": ClassNeeds(visual=1)}

    answer = await companies.ask(checking(slot, **wrong), TEACHER)

    fields = [fault.field for fault in answer.fields]
    assert (answer.bookable, answer.conflict) == (False, None)
    assert fields == ["pupils", "girls", "adults", "needs.visual", "level"]
    assert all(fault.message.fr for fault in answer.fields)


async def test_what_lies_in_the_slot_is_told_with_a_way_out(companies):
    """Full: there is a waiting list. Closed, paused, too late: there is none."""
    host, slot, _ = await a_full_slot(companies)
    offer = await an_offer_of(companies, host)
    paused, closed, near = [await a_slot_of(companies, host, offer, days) for days in (28, 60, 70)]
    await companies.ask(MoveSlot(slot_id=closed.id, action="close"), host.caller)

    answers = {"full": await companies.ask(checking(slot), TEACHER)}
    answers["closed"] = await companies.ask(checking(closed), TEACHER)
    await bring_to(companies, near, datetime.now(UTC) + timedelta(days=10))
    answers["near"] = await companies.ask(checking(near), TEACHER)
    await companies.ask(MoveVisitOffer(visit_offer_id=offer.id, action="pause"), host.caller)
    answers["paused"] = await companies.ask(checking(paused), TEACHER)

    assert {name: answer.bookable for name, answer in answers.items()} == dict.fromkeys(answers, False)
    assert {name for name, answer in answers.items() if answer.waiting_list} == {"full"}
    said = {name: answer.conflict.en for name, answer in answers.items()}
    assert "groups of this slot are taken" in said["full"]
    assert "state is «closed»" in said["closed"]
    assert f"until {answers['near'].last_day}" in said["near"]
    assert "not published" in said["paused"]


async def test_a_class_that_comes_or_waits_already_is_told_so(companies):
    """The same slot, or another one that day; it cannot wait twice either."""
    host, slot, _ = await a_full_slot(companies)
    same_day = await a_slot_of(companies, host, await an_offer_of(companies, host))
    await waitlisted(companies, slot)

    day = await companies.ask(checking(same_day, class_name="first"), TEACHER)
    waits = await companies.ask(checking(slot), OTHER_TEACHER)

    assert (day.bookable, day.waiting_list) == (False, False)
    assert "one visit per class and day" in day.conflict.en
    assert (waits.bookable, waits.waiting_list) == (False, False)


async def test_a_class_too_large_for_what_is_left_may_wait(companies):
    """It fits the slot, but not today."""
    _, slot = await an_opened_slot(companies, {"splitting": True}, groups=2, pupils_per_group=20)
    await booked(companies, slot, pupils=20)

    answer = await companies.ask(checking(slot, pupils=30, class_name="3e C"), TEACHER)

    assert (answer.bookable, answer.fields, answer.waiting_list) == (False, (), True)


async def test_the_heads_approval_is_on_the_list_of_a_teacher(companies):
    """With the last day for it; the head itself, and the Region, need none."""
    await told(companies, SchoolChanged(school=a_school()))
    _, slot = await an_opened_slot(companies, days_ahead=60)

    lists = [
        (await companies.ask(checking(slot, school_uai=UAI), caller)).checklist
        for caller in (TEACHER, HEAD, COORDINATOR)
    ]

    [first, *_] = lists[0]
    assert first.kind is ChecklistKind.HEAD_APPROVAL
    assert first.due == local_day(working_days_from_now(10)) - timedelta(days=1)
    assert [ChecklistKind.HEAD_APPROVAL in kinds(items) for items in lists] == [True, False, False]


async def test_the_checklist_of_a_booking_is_for_its_parties(companies):
    """While it waits for the head, that is on it; strangers find nothing."""
    await told(companies, SchoolChanged(school=a_school()))
    host, slot = await an_opened_slot(companies, {"safety": SafetyRules(identity_list_days_before=10)}, days_ahead=60)
    by_teacher = await booked(companies, slot)
    get = GetChecklist(booking_id=by_teacher.id)

    shown = [await companies.ask(get, caller) for caller in (TEACHER, HEAD, host.caller, COORDINATOR)]

    assert shown == [shown[0]] * 4
    assert shown[0].booking_id == by_teacher.id
    assert kinds(shown[0].items)[:2] == [ChecklistKind.HEAD_APPROVAL, ChecklistKind.IDENTITY_LIST]
    assert shown[0].items[0].due == local_day(by_teacher.answer_by) - timedelta(days=1)
    for stranger in (OTHER_TEACHER, OTHER_COMPANY, a_caller(Role.ASSOCIATION, STRANGER_ID)):
        assert (await companies.refusal(get, stranger)).kind is Kind.NOT_FOUND


async def test_once_approved_the_head_is_off_the_list(companies):
    """What was done need not be done again."""
    _, slot = await an_opened_slot(companies)
    booking = await booked(companies, slot)

    checklist = await companies.ask(GetChecklist(booking_id=booking.id), TEACHER)

    assert kinds(checklist.items) == [ChecklistKind.ADULTS, ChecklistKind.TRANSPORT]


@pytest.mark.parametrize(
    ("caller", "uai", "slug"),
    [
        (OTHER_COMPANY, UAI, "not-yours"),
        (OTHER_TEACHER, UAI, "not-yours"),
        (COORDINATOR, "", "invalid-input"),
    ],
)
async def test_only_who_could_book_can_check(companies, caller, uai, slug):
    """The same doors as for the booking itself."""
    _, slot = await an_opened_slot(companies)

    assert (await companies.refusal(checking(slot, school_uai=uai), caller)).slug == slug


async def test_what_nobody_may_see_is_not_found(companies):
    """An unknown slot, or one of a draft."""
    _, draft = await an_opened_slot(companies, {"publish": False})

    unknown = await companies.refusal(CheckBooking(slot_id=STRANGER_ID, booking=new_booking()), TEACHER)
    hidden = await companies.refusal(checking(draft), TEACHER)

    assert (unknown.kind, hidden.kind) == (Kind.NOT_FOUND, Kind.NOT_FOUND)
