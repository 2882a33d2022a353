"""Mediations while visits end, move and crowd one day, and while capacities come and go."""

from datetime import timedelta

from contracts.associations.capacities import CapacityChanged
from contracts.associations.interventions import (
    InterventionAccepted,
    InterventionCancelled,
    InterventionDeclined,
    InterventionRequested,
)
from contracts.companies.bookings import (
    BookingCancelled,
    BookingChanged,
    BookingRequested,
    BookingRescheduled,
    MediationState,
)
from contracts.companies.slots import SlotOpened
from contracts.matchmaker.mediations import Mediation, MediationChanged, MediationNamed, MediationNotFound
from tests.component.matchmaker.given import (
    a_capacity,
    a_direct_booking,
    a_slot,
    an_id,
    an_intervention,
    matched_whole,
    proposed,
    told_of,
    wish,
)
from tests.component.matchmaker.mediating import WANTED, booked, in_state, mediators, named, supplied
from tests.unit.matchmaker.given import changed


async def test_when_nobody_is_left_the_next_capacity_is_asked(matchmaker):
    """As soon as it is published, or changed so that it suits."""
    await supplied(matchmaker, 1, departments=("31",))
    await booked(matchmaker)
    await named(matchmaker, kind=MediationNotFound)
    await booked(matchmaker, 701, slot=a_slot(401, weeks=9))
    await named(matchmaker, 2, kind=MediationNotFound)

    suits = {"version": 2, "association_id": an_id(501), "interventions": 1}
    await matchmaker.tell(CapacityChanged(capacity=a_capacity(601, **suits)))
    changed_one = await named(matchmaker)
    await matchmaker.tell(*mediators(2))
    new_one = await named(matchmaker, 2)

    assert [changed_one.association_id, new_one.association_id] == [an_id(501), an_id(502)]
    assert {changed_one.id, new_one.id} == {an_id(700), an_id(701)}
    assert len(await matchmaker.announced(MediationNotFound)) == 2


async def test_what_one_visit_frees_another_gets(matchmaker):
    """One intervention, two visits of one day: the second is served when the first falls through."""
    await supplied(matchmaker, 1, interventions=1)
    booking = await booked(matchmaker)
    first = await named(matchmaker)
    await matchmaker.tell(InterventionRequested(intervention=an_intervention(first)))
    await booked(matchmaker, 701, slot=a_slot(401))
    await named(matchmaker, kind=MediationNotFound)

    await matchmaker.tell(told_of(BookingCancelled, changed(booking, state="cancelled", version=2, ended_by="school")))
    await in_state(matchmaker, "over")
    # Its association says so only now: before, the intervention is not free for certain.
    await matchmaker.tell(InterventionCancelled(intervention=an_intervention(first, "cancelled", 2)))

    assert (await named(matchmaker, 2)).id == an_id(701)


async def test_an_ended_booking_ends_its_mediation(matchmaker):
    """Once; what its association says afterwards calls nobody else."""
    await supplied(matchmaker, 1, 2)
    booking = await booked(matchmaker)
    mediation = await named(matchmaker)
    end = told_of(BookingCancelled, changed(booking, state="cancelled", version=2, mediation=MediationState.NONE))

    await matchmaker.tell(end, end, told_of(BookingRequested, booking))
    over = await in_state(matchmaker, "over")
    await matchmaker.tell(InterventionDeclined(intervention=an_intervention(mediation, "declined", 2)))
    await booked(matchmaker, 701, slot=a_slot(401, weeks=9))

    assert (await named(matchmaker, 2)).id == an_id(701)
    assert [told.mediation for told in await matchmaker.announced(MediationChanged)] == [over]
    assert (over.version, (await in_state(matchmaker, "over")).version) == (2, 2)


async def test_an_end_that_is_heard_first_asks_nobody(matchmaker):
    """The request comes after it."""
    await supplied(matchmaker, 1)
    booking = a_direct_booking(mediation=WANTED)

    await matchmaker.tell(told_of(BookingCancelled, changed(booking, state="cancelled", version=2, ended_by="school")))
    await matchmaker.tell(told_of(BookingRequested, booking))
    await booked(matchmaker, 701, slot=a_slot(401))

    assert (await named(matchmaker)).id == an_id(701)
    assert len(await matchmaker.documents("mediation", Mediation)) == 1


async def test_a_mediation_keeps_the_hours_of_its_booking(matchmaker):
    """The association hears of them from companies."""
    await supplied(matchmaker, 1)
    booking = await booked(matchmaker)
    await named(matchmaker)
    later = booking.starts_at + timedelta(hours=2)

    await matchmaker.tell(told_of(BookingChanged, changed(booking, version=2, starts_at=later)))

    async def moved():
        return [one for one in await matchmaker.documents("mediation", Mediation) if one.starts_at == later]

    kept = await matchmaker.until(moved)
    assert [told.mediation for told in await matchmaker.announced(MediationChanged)] == kept
    assert (kept[0].version, len(await matchmaker.announced(MediationNamed))) == (2, 1)


async def test_a_moved_visit_keeps_the_association_it_knows(matchmaker):
    """Though it is farther away, has one intervention only, and comes the same day."""
    await supplied(matchmaker, 1, 2, interventions=1)
    booking = await booked(matchmaker)
    first = await named(matchmaker)
    await matchmaker.tell(InterventionDeclined(intervention=an_intervention(first, "declined", 2)))
    second = await named(matchmaker, 2)
    await matchmaker.tell(InterventionAccepted(intervention=an_intervention(second, "accepted", 2)))

    old = changed(booking, state="rescheduled", version=2, rescheduled_to=an_id(701), ended_by="school")
    new = changed(booking, id=an_id(701), slot_id=an_id(401), rescheduled_from=booking.id)
    event = BookingRescheduled(
        booking=old, slot=a_slot(version=2), successor=new, successor_slot=a_slot(401, version=2, groups_taken=1)
    )
    await matchmaker.tell(event, event)

    again = await named(matchmaker, 3)
    await in_state(matchmaker, "over")
    assert (again.id, again.association_id, again.rescheduled_from) == (new.id, an_id(502), booking.id)
    assert len(await matchmaker.announced(MediationNamed)) == 3


async def test_visits_booked_at_once_are_never_promised_the_same(matchmaker):
    """Twelve visits of one day, three mediators of five interventions: three are named, nine find nobody."""
    await supplied(matchmaker, 1, 2, 3, interventions=5)

    await matchmaker.tell(
        *(
            told_of(BookingRequested, a_direct_booking(700 + number, a_slot(400 + number), mediation=WANTED))
            for number in range(12)
        )
    )

    async def all_settled():
        found = await matchmaker.documents("mediation", Mediation)
        return found if len(found) == 12 else None

    settled = await matchmaker.until(all_settled)
    asked = [one.association_id for one in settled if one.state == "named"]
    assert sorted(asked) == [an_id(501), an_id(502), an_id(503)]
    assert len(await matchmaker.announced(MediationNotFound)) == 9


async def test_booked_visits_use_up_what_proposals_may_promise(matchmaker):
    """The one intervention of the day goes to the visit that is booked; no other is proposed with it."""
    await supplied(matchmaker, 1, interventions=1)
    await booked(matchmaker, 790, slot=a_slot(490, weeks=11))
    mediation = await named(matchmaker)
    await wish(matchmaker, mediation_wished=True)
    await matchmaker.tell(SlotOpened(slot=a_slot()))
    await matchmaker.until(lambda: matchmaker.connection.fetchval("select true from slot where id = $1", an_id(400)))

    without = await matched_whole(matchmaker)
    await matchmaker.tell(told_of(BookingCancelled, a_direct_booking(790, a_slot(490), state="cancelled", version=2)))
    await in_state(matchmaker, "over", 790)
    await matchmaker.tell(InterventionCancelled(intervention=an_intervention(mediation, "cancelled", 2)))

    assert without.visits_proposed == 0
    assert (await proposed(matchmaker)).association_id == an_id(501)
