"""A school whose head approves every booking: who approves, until when, and what the company then has to say."""

from datetime import UTC, datetime

import pytest

from contracts.companies.bookings import (
    BookingApproved,
    BookingConfirmed,
    BookingRefused,
    BookingRequested,
    WaitingFor,
)
from contracts.errors import Kind
from contracts.matchmaker.proposals import VisitProposalAccepted
from contracts.matchmaker.schools import SchoolChanged, SchoolRegistered
from tests.component.companies.acting import let_time_be_up, moved, moving, states, told
from tests.component.companies.asking import an_opened_slot, booked, current_slot
from tests.component.companies.given import (
    COORDINATOR,
    HEAD,
    OTHER_TEACHER,
    OTHER_UAI,
    TEACHER,
    UAI,
    a_school,
    an_accepted_proposal,
    working_days_from_now,
)


@pytest.fixture
async def approving(companies):
    """The service, told that the school's head approves every booking."""
    await told(companies, SchoolRegistered(school=a_school(1, head_approves=False)), SchoolChanged(school=a_school(2)))
    return companies


async def test_head_then_company_say_yes(approving):
    """Each has its own deadline, and each yes its own event; the place is held from the first day."""
    host, slot = await an_opened_slot(approving)

    requested = await booked(approving, slot)
    approved = await moved(approving, requested, "approve", HEAD)
    confirmed = await moved(approving, approved, "confirm", host.caller)

    full = await current_slot(approving, slot)
    assert (requested.state, requested.waiting_for, requested.answer_by) == (
        "requested",
        WaitingFor.HEAD,
        working_days_from_now(10),
    )
    assert (approved.state, approved.waiting_for, approved.answer_by) == (
        "approved",
        WaitingFor.COMPANY,
        working_days_from_now(5),
    )
    assert (confirmed.state, confirmed.waiting_for, confirmed.ready) == ("confirmed", WaitingFor.NOBODY, True)
    assert await approving.announced(BookingRequested) == [BookingRequested(booking=requested, slot=full)]
    assert await approving.announced(BookingApproved) == [BookingApproved(booking=approved, slot=full)]
    assert await approving.announced(BookingConfirmed) == [BookingConfirmed(booking=confirmed, slot=full)]
    assert (full.state, full.version) == ("full", 2)


async def test_only_the_head_or_the_region_approves(approving):
    """A teacher and the company are refused, with what they may do; another school finds nothing."""
    host, slot = await an_opened_slot(approving, groups=2)
    first, second = await booked(approving, slot), await booked(approving, slot, class_name="3e C")

    by_teacher = await approving.refusal(moving(first, "approve"), TEACHER)
    by_company = await approving.refusal(moving(first, "approve"), host.caller)
    too_soon = await approving.refusal(moving(first, "confirm"), host.caller)
    by_other = await approving.refusal(moving(first, "approve"), OTHER_TEACHER)

    assert {(one.kind, one.slug) for one in (by_teacher, by_company)} == {(Kind.FORBIDDEN, "not-yours")}
    assert by_teacher.facts["allowed_actions"] == ["cancel", "reschedule"]
    assert (too_soon.slug, too_soon.facts["state"]) == ("transition-refused", "requested")
    assert by_other.kind is Kind.NOT_FOUND
    assert (await moved(approving, first, "approve", HEAD)).state == "approved"
    assert (await moved(approving, second, "approve", COORDINATOR)).state == "approved"


async def test_who_decides_needs_no_approval(approving):
    """What a head books itself, or the Region, waits for the company at once."""
    _, slot = await an_opened_slot(approving, groups=2)

    by_head = await booked(approving, slot, HEAD)
    by_region = await booked(approving, slot, COORDINATOR, school_uai=UAI, class_name="3e C")

    assert (by_head.state, by_region.state) == ("approved", "approved")


async def test_a_refusal_says_why_and_frees_the_place(approving):
    """The teacher is told; a full slot opens again."""
    _, slot = await an_opened_slot(approving)
    booking = await booked(approving, slot)

    wordless = await approving.refusal(moving(booking, "refuse"), HEAD)
    refused = await moved(approving, booking, "refuse", HEAD, "exams that week")

    freed = await current_slot(approving, slot)
    assert [fault.field for fault in wordless.fields] == ["reason"]
    assert (refused.state, refused.reason, refused.ended_by) == ("refused", "exams that week", "school")
    assert (freed.state, freed.groups_taken, freed.pupils_taken) == ("open", 0, 0)
    assert await approving.announced(BookingRefused) == [BookingRefused(booking=refused, slot=freed)]
    assert (await booked(approving, slot)).state == "requested"


async def test_where_the_offer_confirms_at_once_the_heads_yes_does(approving):
    """Then it is the only event."""
    _, slot = await an_opened_slot(approving, {"instant_confirmation": True})

    requested = await booked(approving, slot)
    confirmed = await moved(approving, requested, "approve", HEAD)

    assert (requested.state, confirmed.state, confirmed.ready) == ("requested", "confirmed", True)
    assert len(await approving.announced(BookingConfirmed)) == 1
    assert await approving.announced(BookingApproved) == []


async def test_an_accepted_proposal_needs_the_head_too(approving):
    """Whoever accepts for the school, its head sees the visit first."""
    _, slot = await an_opened_slot(approving)

    await told(approving, VisitProposalAccepted(visit_proposal=an_accepted_proposal(slot, datetime.now(UTC))))

    [event] = await approving.announced(BookingRequested)
    assert (event.booking.state, event.booking.waiting_for) == ("requested", WaitingFor.HEAD)


async def test_once_the_deadline_is_over_it_is_too_late(approving):
    """The refusal carries the date; the teacher may still cancel."""
    _, slot = await an_opened_slot(approving)
    booking = await booked(approving, slot)
    await let_time_be_up(approving, booking)

    late = [await approving.refusal(moving(booking, action, "exams"), HEAD) for action in ("approve", "refuse")]

    assert {(one.kind, one.slug, one.facts["state"]) for one in late} == {(Kind.CONFLICT, "too-late", "requested")}
    assert all(datetime.fromisoformat(one.facts["deadline"]) < datetime.now(UTC) for one in late)
    assert (await moved(approving, booking, "cancel", TEACHER)).state == "cancelled"


async def test_an_answer_to_what_changed_meanwhile_is_refused(approving):
    """Two who decide at the same table do not undo each other."""
    _, slot = await an_opened_slot(approving)
    booking = await booked(approving, slot)
    await moved(approving, booking, "approve", HEAD)

    outdated = await approving.refusal(moving(booking, "cancel"), TEACHER, if_version=booking.version)

    assert (outdated.slug, outdated.facts["version"]) == ("outdated", 2)


# ------------------------------------------------------------ what a school says of itself


async def test_a_schools_latest_word_counts_however_it_is_heard(companies):
    """Twice, late, out of order: what it set last decides on the next booking."""
    _, slot = await an_opened_slot(companies, groups=5)
    first, second, third = (
        SchoolRegistered(school=a_school(1, head_approves=False)),
        SchoolChanged(school=a_school(2)),
        SchoolChanged(school=a_school(3, head_approves=False)),
    )
    seen = []

    for number, events in enumerate([(), (second,), (first, second), (third,), (second, first)]):
        await told(companies, *events)
        seen.append((await booked(companies, slot, class_name=str(number))).state)

    assert seen == ["approved", "requested", "requested", "approved", "approved"]


async def test_a_new_setting_leaves_what_was_asked_before(approving):
    """What waits for the head still does, and another school is not concerned."""
    _, slot = await an_opened_slot(approving, groups=3)
    before = await booked(approving, slot)

    await told(approving, SchoolChanged(school=a_school(3, head_approves=False)))

    after = await booked(approving, slot, class_name="3e C")
    other = await booked(approving, slot, COORDINATOR, school_uai=OTHER_UAI)
    assert await states(approving, before, after, other) == ["requested", "approved", "approved"]
    assert (await moved(approving, before, "approve", HEAD)).state == "approved"
