"""Booked visits that want a mediator: who is named, who comes next, and when nobody is left."""

import pytest

from contracts.associations.capacities import CapacityChanged
from contracts.associations.interventions import (
    InterventionAccepted,
    InterventionDeclined,
    InterventionExpired,
    InterventionRequested,
    InterventionWithdrawn,
)
from contracts.companies.bookings import (
    BookingConfirmed,
    BookingRequested,
    MediationState,
)
from contracts.companies.slots import SlotOpened
from contracts.companies.visit_offers import VisitOfferPublished
from contracts.matchmaker.mediations import Mediation, MediationNamed, MediationNotFound
from tests.component.matchmaker.given import (
    a_booking,
    a_capacity,
    a_direct_booking,
    a_slot,
    an_id,
    an_intervention,
    an_offer,
    answer,
    matched,
    proposed,
    told_of,
    wish,
)
from tests.component.matchmaker.mediating import WANTED, booked, in_state, mediators, named, supplied
from tests.unit.matchmaker.given import changed


async def test_the_nearest_is_named(matchmaker):
    """With all that it has to know of the visit."""
    await supplied(matchmaker, 1, 2)

    await booked(matchmaker)

    mediation = await named(matchmaker)
    assert (mediation.id, mediation.state, mediation.version) == (an_id(700), "named", 1)
    assert (mediation.association_id, mediation.capacity_id) == (an_id(501), an_id(601))
    assert (mediation.school_name, mediation.visit_offer_title) == ("Collège d'essai", "L'atelier de mécanique")
    assert await matchmaker.documents("mediation", Mediation) == [mediation]


async def test_a_visit_that_wants_nobody_gets_nobody(matchmaker):
    """Nor one that waits for a place."""
    await supplied(matchmaker, 1)

    await booked(matchmaker, 700, mediation=MediationState.NONE)
    await booked(matchmaker, 701, state="waitlisted")
    await booked(matchmaker, 702)

    assert (await named(matchmaker)).id == an_id(702)
    await matched(matchmaker)
    assert len(await matchmaker.documents("mediation", Mediation)) == 1


async def test_whom_the_school_was_proposed_is_named_first(matchmaker):
    """Though a nearer one has come meanwhile."""
    await supplied(matchmaker, 0, 2)
    await wish(matchmaker, mediation_wished=True)
    await matchmaker.tell(CapacityChanged(capacity=a_capacity(600, version=2, departments=("31",))))
    await matchmaker.tell(SlotOpened(slot=a_slot()))
    proposal = await proposed(matchmaker)
    accepted = await answer(matchmaker, proposal, "accept")

    await matchmaker.tell(CapacityChanged(capacity=a_capacity(600, version=3)))
    await matchmaker.tell(told_of(BookingRequested, a_booking(accepted, mediation=WANTED, state="approved")))

    assert proposal.association_id == an_id(502)
    assert (await named(matchmaker)).association_id == an_id(502)


@pytest.mark.parametrize(
    ("kind", "state"),
    [(InterventionDeclined, "declined"), (InterventionWithdrawn, "withdrawn"), (InterventionExpired, "expired")],
)
async def test_who_says_no_is_followed_by_the_next(matchmaker, kind, state):
    """Until nobody is left; nobody is asked twice."""
    await supplied(matchmaker, 1, 2)
    await booked(matchmaker)
    first = await named(matchmaker)

    await matchmaker.tell(kind(intervention=an_intervention(first, state, 2)))
    second = await named(matchmaker, 2)
    await matchmaker.tell(kind(intervention=an_intervention(second, state, 2)))
    nobody = await named(matchmaker, kind=MediationNotFound)

    assert (second.association_id, second.asked) == (an_id(502), (an_id(501),))
    assert (nobody.state, nobody.association_id, nobody.asked) == ("not_found", None, (an_id(501), an_id(502)))


async def test_a_yes_stays(matchmaker):
    """Whatever else is told of the booking."""
    await supplied(matchmaker, 1, 2)
    booking = await booked(matchmaker)
    mediation = await named(matchmaker)

    await matchmaker.tell(InterventionRequested(intervention=an_intervention(mediation)))
    await matchmaker.tell(InterventionAccepted(intervention=an_intervention(mediation, "accepted", 2)))
    await booked(matchmaker, kind=BookingConfirmed, state="confirmed", version=3, mediation=MediationState.ACCEPTED)
    await booked(matchmaker, 701, slot=a_slot(401, weeks=9))

    assert (await named(matchmaker, 2)).id == an_id(701)
    assert len(await matchmaker.announced(MediationNamed)) == 2
    assert booking.id == mediation.id


async def test_answers_that_come_late_twice_or_in_the_wrong_order_end_the_same(matchmaker):
    """The withdrawal before the yes that it takes back, and again."""
    await supplied(matchmaker, 1, 2)
    await booked(matchmaker)
    first = await named(matchmaker)
    withdrawn = InterventionWithdrawn(intervention=an_intervention(first, "withdrawn", 3))

    await matchmaker.tell(withdrawn)
    await named(matchmaker, 2)
    await matchmaker.tell(InterventionAccepted(intervention=an_intervention(first, "accepted", 2)))
    await matchmaker.tell(withdrawn, InterventionRequested(intervention=an_intervention(first)))
    await booked(matchmaker, 701, slot=a_slot(401, weeks=9))

    assert (await named(matchmaker, 3)).id == an_id(701)
    assert (await in_state(matchmaker, "named")).association_id == an_id(502)


async def test_an_answer_before_its_booking_is_not_lost(matchmaker):
    """The booking comes late; who had said no is not asked."""
    await supplied(matchmaker, 1, 2)
    early = a_direct_booking(mediation=WANTED)
    of = changed(an_intervention(await _like(matchmaker)), booking_id=early.id, association_id=an_id(501))

    await matchmaker.tell(InterventionDeclined(intervention=changed(of, id=an_id(9), state="declined")))
    await matchmaker.until(
        lambda: matchmaker.connection.fetchval("select count(*) from intervention where id = $1", an_id(9))
    )
    await matchmaker.tell(told_of(BookingRequested, early))

    assert (await named(matchmaker, 2)).association_id == an_id(502)


async def _like(matchmaker):
    """Another mediation, to make an intervention from."""
    await booked(matchmaker, 790, slot=a_slot(490, weeks=11))
    return await named(matchmaker)


async def test_an_offer_that_is_heard_of_late_is_waited_for(matchmaker):
    """The booking is not forgotten meanwhile."""
    await matchmaker.tell(*mediators(1))
    await booked(matchmaker)
    await matchmaker.until(lambda: matchmaker.connection.fetchval("select count(*) from timer where due_at > now()"))

    await matchmaker.tell(VisitOfferPublished(visit_offer=an_offer()))

    mediation = await named(matchmaker)
    # Nor does the school have to be in the directory.
    assert (mediation.association_id, mediation.school_name) == (an_id(501), "0320001C")
