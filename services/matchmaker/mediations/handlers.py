"""Mediations: which association is asked for a booked visit, and who comes next where it says no.

Bookings, answers and capacities are heard in any order; each is kept, and wakes the timer `name_mediator`. That looks
at all there is and draws the conclusion, one booking after another, so that no intervention is promised twice.
"""

from datetime import timedelta
from uuid import UUID

from contracts.associations.capacities import Capacity
from contracts.associations.interventions import InterventionEvent
from contracts.companies.bookings import Booking
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.local_time import local_day
from contracts.matchmaker.mediations import Mediation, MediationChanged, MediationNamed, MediationNotFound
from services.matchmaker.mediations import rules, store
from services.matchmaker.mediations.choosing import Preference, choose_capacity
from services.matchmaker.mediations.triggers import NAME_MEDIATOR, seek_again, seek_mediator
from services.matchmaker.runs.changes import ChangeKind, note_change
from services.matchmaker.runs.store import list_published_capacities
from services.matchmaker.schools.store import find_school
from services.matchmaker.supply.store import find_booking, find_slot, find_visit_offer
from services.work import Work

# A booking may be heard of before its offer: the same stream brings both, so that it is a matter of moments.
OFFER_PAUSE = timedelta(seconds=1)


async def follow_booking(booking: Booking, work: Work) -> None:
    """A booking that wants a mediator, or ended while it had one."""
    wanted = rules.wants_mediator(booking, work.now)
    if wanted or (rules.has_ended(booking) and await store.has_mediation(work.connection, booking.id)):
        seek_mediator(work, booking.id)


async def follow_intervention(event: InterventionEvent, work: Work) -> None:
    """What an association answered; a no calls for the next one, and what it frees may serve another visit."""
    intervention = event.intervention
    if not await store.keep_intervention(work.connection, intervention):
        return
    if rules.frees_capacity(intervention):
        seek_again(work)
        note_change(work, ChangeKind.CAPACITY, intervention.capacity_id)
    if intervention.state in rules.REFUSALS:
        seek_mediator(work, intervention.booking_id)


async def name_again(_region: str, work: Work) -> None:
    """More can be given than before: look again for the visits ahead that found nobody (durable timer)."""
    for booking_id in await store.list_not_found(work.connection, work.now):
        seek_mediator(work, booking_id)


async def name_mediator(key: str, work: Work) -> None:
    """Name, keep or let go the mediator of one booking, by all that is known of it now (durable timer)."""
    # One at a time: two visits must not be promised the same intervention.
    await work.connection.execute("select pg_advisory_xact_lock(hashtext('name mediators'))")
    booking = await find_booking(work.connection, UUID(key))
    if booking is None:
        return
    known = await store.find_mediation(work.connection, booking.id)
    if rules.wants_mediator(booking, work.now):
        await _serve(booking, known, work)
    elif known is not None and rules.has_ended(booking):
        await _write(known, rules.ended_mediation(known, work.now), work)


async def _serve(booking: Booking, known: Mediation | None, work: Work) -> None:
    offer = await find_visit_offer(work.connection, booking.visit_offer_id)
    slot = await find_slot(work.connection, booking.slot_id)
    if offer is None or slot is None:
        work.set_timer(NAME_MEDIATOR, booking.id, work.now + OFFER_PAUSE)
        return
    mediation = known or await _begin(booking, offer, work)
    asked = rules.asked_before(mediation, await store.list_refusing(work.connection, booking.id))
    if rules.is_served(mediation, asked):
        await _write(mediation, rules.with_hours(mediation, booking, work.now), work)
        return
    capacity = await _choose(booking, slot, offer, asked, work)
    await _write(mediation, rules.settled_mediation(mediation, booking, capacity, asked, work.now), work)


async def _begin(booking: Booking, offer: VisitOffer, work: Work) -> Mediation:
    school = await find_school(work.connection, booking.school_uai)
    return rules.begun_mediation(booking, offer, school.name if school else booking.school_uai, work.now)


async def _choose(
    booking: Booking, slot: Slot, offer: VisitOffer, asked: tuple[UUID, ...], work: Work
) -> Capacity | None:
    connection, moved_from = work.connection, booking.rescheduled_from
    before = await store.find_mediation(connection, moved_from) if moved_from else None
    proposed = await store.find_proposed_capacity(connection, booking.proposal_id) if booking.proposal_id else None
    # Its own past promises do not stand in a visit's way.
    its_own = {booking.id, *([moved_from] if moved_from else [])}
    return choose_capacity(
        booking,
        slot,
        offer,
        await list_published_capacities(connection, local_day(work.now)),
        (
            *await store.list_promised(connection, its_own),
            *await store.list_promised_by_proposals(connection, booking.proposal_id),
        ),
        asked,
        Preference(capacity_id=proposed, association_id=before.association_id if before else None),
    )


async def _write(before: Mediation, after: Mediation, work: Work) -> None:
    if after is before:
        return
    await store.upsert_mediation(work.connection, after)
    note_change(work, ChangeKind.CAPACITY, *{before.capacity_id, after.capacity_id} - {None})
    if after.state == "over":
        seek_again(work)
    if after.state == "named" and not rules.is_same_mediator(before, after):
        work.announce(MediationNamed(mediation=after))
    elif after.state == "not_found" and before.state != "not_found":
        work.announce(MediationNotFound(mediation=after))
    else:
        work.announce(MediationChanged(mediation=after))
