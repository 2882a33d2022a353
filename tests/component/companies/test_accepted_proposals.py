"""A school accepted a proposal: it is booked, once, or it is told why not."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts.companies.bookings import (
    Booking,
    BookingConfirmed,
    BookingImpossible,
    BookingRequested,
    ClassNeeds,
    GetBooking,
    MediationState,
    MoveBooking,
)
from contracts.companies.visit_offers import MoveVisitOffer
from contracts.matchmaker.proposals import VisitProposalAccepted
from contracts.vocabulary import Level
from tests.component.companies.acting import told
from tests.component.companies.asking import a_host, a_slot_of, an_offer_of, booked, current_slot
from tests.component.companies.given import TEACHER, UAI, an_accepted_proposal


async def a_slot(companies, groups=1, **given):
    """A host, its offer and a slot of it."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host, **given)
    return host, offer, await a_slot_of(companies, host, offer, groups=groups)


def accepted(slot, **given):
    return VisitProposalAccepted(visit_proposal=an_accepted_proposal(slot, datetime.now(UTC), **given))


async def test_an_accepted_proposal_is_booked_for_its_school(companies):
    """With the proposal and the class request, so that others know what it is about; a mediator was promised."""
    _, _, slot = await a_slot(companies)
    event = accepted(slot)

    await told(companies, event)

    [booking], taken = await companies.documents("booking", Booking), await current_slot(companies, slot)
    proposal = event.visit_proposal
    assert (booking.state, booking.school_uai, booking.level, booking.pupils) == ("approved", UAI, Level.TROISIEME, 24)
    assert (booking.proposal_id, booking.class_request_id) == (proposal.id, proposal.class_request_id)
    # The association has its own answer to give: until it is asked, nobody is named.
    assert (booking.mediation, booking.association_id) == (MediationState.WANTED, None)
    assert (taken.state, taken.groups_taken) == ("full", 1)
    assert await companies.announced(BookingRequested) == [BookingRequested(booking=booking, slot=taken)]
    assert await companies.ask(GetBooking(booking_id=booking.id), TEACHER) == booking


async def test_it_is_confirmed_where_the_offer_confirms_at_once(companies):
    """As if the school had booked by itself."""
    _, _, slot = await a_slot(companies, instant_confirmation=True)

    await told(companies, accepted(slot))

    [event] = await companies.announced(BookingConfirmed)
    assert event.booking.state == "confirmed"


async def test_told_twice_it_is_booked_once(companies):
    """Also under another event id, and after the booking has ended."""
    _, _, slot = await a_slot(companies, groups=3)
    event = accepted(slot)

    await told(companies, event, event)
    [booking] = await companies.documents("booking", Booking)
    await companies.ask(MoveBooking(booking_id=booking.id, action="cancel"), TEACHER)
    await told(companies, event)

    assert len(await companies.documents("booking", Booking)) == 1
    assert len(await companies.announced(BookingRequested)) == 1
    assert await companies.announced(BookingImpossible) == []
    assert (await current_slot(companies, slot)).groups_taken == 0


async def test_two_schools_that_accept_the_last_place_get_an_answer_each(companies):
    """The first that comes is booked; the other is told that the place went, and nothing is counted."""
    _, _, slot = await a_slot(companies)
    first = accepted(slot)
    second = accepted(slot, id=UUID(int=40), class_request_id=UUID(int=41), school_uai="0310025J")

    await told(companies, second, first)

    taken = await current_slot(companies, slot)
    [requested] = await companies.announced(BookingRequested)
    [impossible] = await companies.announced(BookingImpossible)
    assert requested.booking.proposal_id == second.visit_proposal.id
    assert (impossible.booking.proposal_id, impossible.slot) == (first.visit_proposal.id, taken)
    assert (impossible.booking.state, impossible.booking.ended_by) == ("impossible", "system")
    assert impossible.booking.reason.startswith("slot-full: ")
    assert (taken.groups_taken, taken.version) == (1, 2)


async def test_an_acceptance_is_refused_for_every_rule_that_a_booking_is(companies):
    """Level, needs, a class that comes already that day, an offer that closed meanwhile."""
    host, offer, slot = await a_slot(companies, groups=4)
    await booked(companies, slot, class_request_id=UUID(int=53))

    def event(number, **given):
        return accepted(slot, **({"id": UUID(int=number), "class_request_id": UUID(int=number)} | given))

    await told(
        companies,
        event(51, level=Level.CM1),
        event(52, needs=ClassNeeds(visual=1)),
        event(53),
    )
    await companies.ask(MoveVisitOffer(visit_offer_id=offer.id, action="pause"), host.caller)
    await told(companies, event(54))

    reasons = [event.booking.reason for event in await companies.announced(BookingImpossible)]
    assert [reason.split(" ")[0:2] for reason in reasons[:2]] == [
        ["invalid-input:", "level:"],
        ["invalid-input:", "needs.visual:"],
    ]
    assert [reason.split(":")[0] for reason in reasons[2:]] == ["already-booked", "transition-refused"]
    assert (await current_slot(companies, slot)).groups_taken == 1


async def test_a_yes_said_in_time_counts_although_it_came_late(companies):
    """The lead time is held against the moment of the school's answer."""
    _, _, slot = await a_slot(companies, groups=2)
    soon = datetime.now(UTC) + timedelta(days=2)
    await companies.connection.execute(
        "update slot set starts_at = $2, ends_at = $3 where id = $1",
        slot.id,
        soon,
        soon + timedelta(hours=1),
    )
    in_time = accepted(slot, changed_at=soon - timedelta(days=20))
    too_late = accepted(slot, id=UUID(int=60), class_request_id=UUID(int=61))

    await told(companies, in_time, too_late)

    [requested] = await companies.announced(BookingRequested)
    [impossible] = await companies.announced(BookingImpossible)
    assert requested.booking.proposal_id == in_time.visit_proposal.id
    assert impossible.booking.reason.startswith("too-late: ")


async def test_a_proposal_of_no_slot_blocks_nobody(companies):
    """It becomes a dead letter; the next one is booked."""
    _, _, slot = await a_slot(companies)
    nowhere = accepted(slot, id=UUID(int=70), slot_id=UUID(int=71))

    await companies.tell(nowhere)
    await companies.tell(accepted(slot))

    [_] = await companies.until(lambda: companies.announced(BookingRequested))
    [letter] = await companies.connection.fetch("select subject, error from dead_letter")
    assert letter["subject"] == "evt.matchmaker.visit-proposal.accepted.v1"
    assert "slot" in letter["error"]
