"""Exactly the people concerned are told, once, of each fact."""

from datetime import timedelta

import msgspec
import pytest

from contracts.associations.interventions import (
    InterventionAccepted,
    InterventionCancelled,
    InterventionDeclined,
    InterventionRequested,
    InterventionWithdrawn,
)
from contracts.companies.bookings import (
    BookingApproved,
    BookingCancelled,
    BookingChanged,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingOffered,
    BookingReady,
    BookingRefused,
    BookingRequested,
    BookingRescheduled,
    MediationState,
)
from contracts.companies.profiles import CompanyApproved
from contracts.companies.visit_offers import VisitOfferAdded, VisitOfferPublished
from contracts.matchmaker.proposals import PartnershipProposalAnswered, VisitProposalClosed, VisitProposalMade
from contracts.message import subject_of
from tests.component.gateway.resources import (
    a_partnership_proposal,
    a_slot,
    a_visit_proposal,
    an_intervention,
    an_offer,
    next_version,
)
from tests.component.gateway.told import REGION, parties, told


async def test_a_booking_is_told_to_whoever_it_waits_for_and_then_to_whoever_waited(gateway):
    """Head, company, and school each hear of what the others did, and of nothing that they did themselves."""
    there = await parties(gateway)
    asked = there.booking(state="requested")
    approved = next_version(asked, state="approved")
    confirmed = next_version(approved, state="confirmed", ready=True)

    await gateway.tell(BookingRequested(booking=asked, slot=there.slot), actor=there.at_school)
    await gateway.tell(BookingApproved(booking=approved, slot=there.slot), actor=there.at_school)
    await gateway.tell(BookingConfirmed(booking=confirmed, slot=there.slot), actor=there.at_company)

    assert await told(gateway) == {
        ("approval_asked", "head"): 1,
        ("approved", there.at_school): 1,
        ("confirmation_asked", there.at_company): 1,
        ("confirmed", there.at_school): 1,
    }


async def test_an_offer_that_confirms_at_once_tells_both_sides(gateway):
    """The company did nothing, and so is told; the school has its confirmation in writing."""
    there = await parties(gateway)

    await gateway.tell(
        BookingConfirmed(booking=there.booking(state="confirmed"), slot=there.slot), actor=there.at_school
    )

    assert await told(gateway) == {("confirmed", there.at_school): 1, ("confirmed", there.at_company): 1}


async def test_what_a_coordinator_does_in_somebodys_stead_is_told_to_both_sides(gateway):
    """Whatever the channel: neither school nor company did it."""
    there = await parties(gateway)
    booking = there.booking()
    declined = next_version(booking, state="declined", reason="site_closed: inventory", ended_by="coordinator")

    await gateway.tell(BookingRequested(booking=booking, slot=there.slot), actor=REGION)
    await gateway.tell(BookingDeclined(booking=declined, slot=there.slot), actor=REGION)

    assert await told(gateway) == {
        ("booked_for_you", there.at_school): 1,
        ("confirmation_asked", there.at_company): 1,
        ("declined", there.at_school): 1,
        ("declined", there.at_company): 1,
    }


async def test_an_event_that_does_not_say_who_did_it_is_judged_by_its_booking(gateway):
    """Those kept from before the header was there have `ended_by`."""
    there = await parties(gateway)
    cancelled = there.booking(state="cancelled", ended_by="school")
    refused = there.booking(state="refused", ended_by="school", reason="Sortie déjà prévue")

    await gateway.tell(
        BookingCancelled(booking=cancelled, slot=there.slot), BookingRefused(booking=refused, slot=there.slot)
    )

    assert await told(gateway) == {("cancelled", there.at_company): 1, ("refused", there.at_school): 1}


async def test_a_company_is_not_told_of_the_end_of_what_it_never_heard_of(gateway):
    """A class that gives up before its head has answered troubles nobody."""
    there = await parties(gateway)
    asked = there.booking(state="requested")
    cancelled = next_version(asked, state="cancelled", ended_by="school")

    await gateway.tell(BookingRequested(booking=asked, slot=there.slot), actor=there.at_school)
    await gateway.tell(BookingCancelled(booking=cancelled, slot=there.slot), actor=there.at_school)

    assert await told(gateway) == {("approval_asked", "head"): 1}


async def test_duplicates_and_replays_tell_nobody_twice(gateway):
    """The same event again, with its id or with another, finds its notices there."""
    there = await parties(gateway)
    event = BookingRequested(booking=there.booking(), slot=there.slot)

    event_id = await gateway.publish(subject_of(BookingRequested), msgspec.json.encode(event))
    await gateway.publish(subject_of(BookingRequested), msgspec.json.encode(event), event_id)
    await gateway.tell(event, event)

    assert await told(gateway) == {("confirmation_asked", there.at_company): 1}


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after another"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "late"])
async def test_new_hours_and_a_mediator_s_yes_are_told_apart_in_any_order(gateway, order, together):
    """One kind of event carries both; each is told once, by what was known before."""
    there = await parties(gateway)
    booking = there.booking(mediation=MediationState.ASKED, association_id=there.association.id)
    later = next_version(booking, starts_at=booking.starts_at + timedelta(hours=1))
    accepted = next_version(later, mediation=MediationState.ACCEPTED)
    await gateway.tell(BookingRequested(booking=booking, slot=there.slot), actor=there.at_school)
    events = [BookingChanged(booking=changed, slot=there.slot) for changed in (later, accepted)]

    for batch in [[events[place] for place in order]] if together else [[events[place]] for place in order]:
        await gateway.tell(*batch, actor="system")

    found = await told(gateway, booking.id)
    assert {key: found[key] for key in found if key[0] != "confirmation_asked"} == {
        ("hours_changed", there.at_school): 1,
        ("hours_changed", there.at_company): 1,
        ("mediator_found", there.at_school): 1,
        ("mediator_found", there.at_company): 1,
    }


async def test_a_visit_with_a_mediator_tells_each_of_the_three_once(gateway):
    """The association's yes reaches school and company by the booking, not a second time by the intervention."""
    there = await parties(gateway)
    booking = there.booking(state="confirmed", association_id=there.association.id, mediation=MediationState.ASKED)
    asked = an_intervention(booking, there.association, state="requested")
    accepted = next_version(asked, state="accepted")
    ready = next_version(booking, mediation=MediationState.ACCEPTED, ready=True)

    await gateway.tell(InterventionRequested(intervention=asked), actor="system")
    await gateway.tell(InterventionAccepted(intervention=accepted), actor=there.at_association)
    await gateway.tell(BookingReady(booking=ready, slot=there.slot), actor="system")
    await gateway.tell(InterventionWithdrawn(intervention=next_version(accepted, state="withdrawn")))

    assert await told(gateway) == {
        ("mediation_asked", there.at_association): 1,
        ("ready", there.at_school): 1,
        ("ready", there.at_company): 1,
        ("mediator_withdrew", there.at_school): 1,
        ("mediator_withdrew", there.at_company): 1,
    }


async def test_an_association_that_declines_troubles_nobody_and_one_that_is_free_again_is_told(gateway):
    """Nobody had been promised the first; the second had kept the day."""
    there = await parties(gateway)
    booking = there.booking()
    declined = an_intervention(booking, there.association, state="declined", ended_by="association")
    cancelled = an_intervention(booking, there.association, state="cancelled", ended_by="system")

    await gateway.tell(InterventionDeclined(intervention=declined), actor=there.at_association)
    await gateway.tell(InterventionCancelled(intervention=cancelled), actor="system")

    assert await told(gateway) == {("mediation_cancelled", there.at_association): 1}


async def test_a_visit_that_moves_is_told_as_one_fact(gateway):
    """The company's move asks the school; the school's move asks the company."""
    there = await parties(gateway)
    other = a_slot(there.offer, 40)
    for mover, successor_state in ((there.at_company, "offered"), (there.at_school, "approved")):
        old = there.booking(state="rescheduled", ended_by=mover.partition(":")[0])
        new = there.booking(state=successor_state, slot_id=other.id, starts_at=other.starts_at, rescheduled_from=old.id)
        await gateway.tell(
            BookingRescheduled(booking=old, slot=there.slot, successor=new, successor_slot=other), actor=mover
        )

    assert await told(gateway) == {
        ("moved_offered", there.at_school): 1,
        ("moved_confirmation_asked", there.at_company): 1,
    }


async def test_a_place_that_a_school_frees_is_offered_to_its_own_next_class(gateway):
    """Whoever set it going is told all the same: the offer is the system's."""
    there = await parties(gateway)

    await gateway.tell(BookingOffered(booking=there.booking(state="offered"), slot=there.slot), actor=there.at_school)

    assert await told(gateway) == {("offered", there.at_school): 1}


@pytest.mark.parametrize(
    ("stage", "whom"),
    [
        ("requested", {"school"}),
        ("approved", {"school", "company"}),
        ("offered", {"school"}),
        ("waitlisted", {"school"}),
    ],
)
async def test_an_expired_booking_is_told_to_those_whom_it_had_reached(gateway, stage, whom):
    """A company hears of it only where it was asked."""
    there = await parties(gateway)

    await gateway.tell(BookingExpired(booking=there.booking(state="expired", reason=stage), slot=there.slot))

    assert {party.partition(":")[0] for _, party in await told(gateway)} == whom


async def test_a_withdrawn_proposal_is_told_where_its_booking_does_not_tell_it(gateway):
    """A declined booking has told the school already."""
    there = await parties(gateway)
    made = a_visit_proposal(there.slot, there.school)
    booked = a_visit_proposal(there.slot, there.school, state="withdrawn", why="booking_declined: staff_away")

    await gateway.tell(
        VisitProposalMade(visit_proposal=made),
        VisitProposalClosed(visit_proposal=next_version(made, state="withdrawn", why="better_match")),
        VisitProposalClosed(visit_proposal=booked),
        actor="system",
    )

    assert await told(gateway) == {
        ("visit_proposed", there.at_school): 1,
        ("visit_proposal_withdrawn", there.at_school): 1,
    }


async def test_partners_offers_and_organisations(gateway):
    """Who has still to answer, whose offer was reviewed, who was approved."""
    there = await parties(gateway)
    proposal = a_partnership_proposal(there.company, there.association, state="accepted_by_company")
    draft = an_offer(there.company, state="in_review")

    await gateway.tell(PartnershipProposalAnswered(partnership_proposal=proposal), actor=there.at_company)
    await gateway.tell(VisitOfferAdded(visit_offer=draft), actor=there.at_company)
    await gateway.tell(VisitOfferPublished(visit_offer=next_version(draft, state="published")), actor=REGION)
    await gateway.tell(CompanyApproved(company=next_version(there.company)), actor=REGION)

    assert await told(gateway) == {
        ("partnership_answered", there.at_association): 1,
        ("offer_in_review", REGION): 1,
        ("offer_published", there.at_company): 1,
        ("organisation_approved", there.at_company): 1,
    }
