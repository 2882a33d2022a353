"""A class that had booked a visit itself, and lost it without its doing, is looked after: it gets a wish of its own."""

from datetime import timedelta

import pytest

from contracts.companies.bookings import (
    BookingCancelled,
    BookingDeclined,
    BookingExpired,
    BookingRequested,
    ClassNeeds,
)
from contracts.companies.slots import SlotOpened
from contracts.matchmaker.class_requests import ClassRequest, ClassRequestSubmitted, MoveClassRequest
from contracts.matchmaker.proposals import VisitProposal
from contracts.matchmaker.schools import ImportSchools
from contracts.vocabulary import Theme, VisitFormat
from tests.component.matchmaker.given import (
    NOW,
    SUPPLY,
    TEACHER,
    UAI,
    a_direct_booking,
    a_new_school,
    a_slot,
    an_id,
    matched,
    proposed,
    told_of,
    wish,
)
from tests.unit.matchmaker.given import changed

ANOTHER = SlotOpened(slot=a_slot(401, weeks=9))


@pytest.fixture(autouse=True)
async def region(matchmaker):
    """A school, a company, and two dates of its visit."""
    await matchmaker.ask(ImportSchools(schools=(a_new_school(),)))
    await matchmaker.tell(*SUPPLY, SlotOpened(slot=a_slot()), ANOTHER)
    await matchmaker.until(lambda: matchmaker.connection.fetchval("select count(*) = 2 from slot"))


def declined(**given):
    booking = a_direct_booking(**({"state": "declined", "version": 2, "reason": "staff_away"} | given))
    return told_of(BookingDeclined, booking)


async def opened(matchmaker):
    """The wish that the matchmaker opened."""
    return (await matchmaker.until(lambda: matchmaker.announced(ClassRequestSubmitted)))[0].class_request


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (BookingDeclined, {"state": "declined", "reason": "staff_away"}),
        (BookingCancelled, {"state": "cancelled", "ended_by": "company", "reason": "works"}),
        (BookingCancelled, {"state": "cancelled", "ended_by": "coordinator"}),
        (BookingExpired, {"state": "expired", "reason": "approved", "ended_by": "system"}),
    ],
)
async def test_another_visit_is_looked_for(matchmaker, kind, given):
    """And proposed at once, but never the one that fell through."""
    booking = a_direct_booking(version=2, needs=ClassNeeds(hearing=0), **given)

    await matchmaker.tell(told_of(kind, booking))

    asked = await opened(matchmaker)
    proposal = await proposed(matchmaker)
    assert (asked.replaces_booking_id, asked.school_uai, asked.class_name) == (booking.id, UAI, "3e B")
    assert (asked.themes, asked.formats) == ((Theme.MECHANICS_METAL,), (VisitFormat.ON_SITE,))
    assert (proposal.class_request_id, proposal.slot_id) == (asked.id, an_id(401))
    assert proposal.replaces_id is None


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (BookingCancelled, {"state": "cancelled", "ended_by": "school"}),
        (BookingExpired, {"state": "expired", "reason": "requested"}),
        (BookingExpired, {"state": "expired", "reason": "offered"}),
        (BookingDeclined, {"state": "declined", "starts_at": NOW - timedelta(days=1)}),
        (BookingDeclined, {"state": "declined", "class_request_id": an_id(1)}),
        (BookingDeclined, {"state": "declined", "school_uai": "0310002J"}),
    ],
)
async def test_but_not_for_everybody(matchmaker, kind, given):
    """The school's own doing, a day that has come, a class that has a wish, a school that is not known."""
    await matchmaker.tell(told_of(kind, a_direct_booking(version=2, **given)))
    await matchmaker.tell(declined(id=an_id(701)))

    assert (await opened(matchmaker)).replaces_booking_id == an_id(701)
    assert len(await matchmaker.documents("class_request", ClassRequest)) == 1


async def test_once_for_each_booking(matchmaker):
    """Told twice, late, and again after the school withdrew the wish."""
    await matchmaker.tell(declined(), declined(), told_of(BookingRequested, a_direct_booking()))
    asked = await opened(matchmaker)
    await matchmaker.ask(MoveClassRequest(class_request_id=asked.id, action="withdraw", reason="merci"), TEACHER)

    await matchmaker.tell(declined(version=3))
    await matchmaker.tell(declined(id=an_id(701)))

    async def two():
        return len(await matchmaker.announced(ClassRequestSubmitted)) == 2

    await matchmaker.until(two)
    wishes = await matchmaker.documents("class_request", ClassRequest)
    assert [one.replaces_booking_id for one in wishes] == [an_id(700), an_id(701)]


async def test_an_offer_that_does_not_suit_is_left_out_whole(matchmaker):
    """Another date of it would not help."""
    await matchmaker.tell(declined(reason="group_does_not_fit: we take small groups only"))
    await opened(matchmaker)
    await matched(matchmaker)

    assert await matchmaker.documents("visit_proposal", VisitProposal) == []


async def test_a_class_with_a_wish_is_not_proposed_again_what_it_lost(matchmaker):
    """It had booked for its wish, without a proposal."""
    await matchmaker.connection.execute("delete from slot where id = $1", an_id(401))
    asked = await wish(matchmaker)
    first = await proposed(matchmaker)
    booking = a_direct_booking(class_request_id=asked.id, state="declined", version=2, reason="staff_away")

    await matchmaker.tell(told_of(BookingDeclined, booking))
    await matchmaker.until(lambda: matchmaker.documents("visit_proposal", VisitProposal, "state = 'withdrawn'"))
    await matchmaker.tell(SlotOpened(slot=changed(a_slot(401, weeks=9))))

    second = await proposed(matchmaker)
    assert (first.slot_id, second.slot_id) == (an_id(400), an_id(401))
