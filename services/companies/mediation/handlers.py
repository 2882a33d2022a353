"""The third party's part of a booking, followed from the association's interventions and the matchmaker's search."""

from uuid import UUID

from contracts.associations.interventions import InterventionEvent
from contracts.companies.bookings import Booking
from contracts.matchmaker.mediations import MediationNotFound
from services.companies.bookings.desk import Desk, open_desk
from services.companies.bookings.store import find_booking
from services.companies.mediation import rules, store
from services.work import Work


async def follow_intervention(event: InterventionEvent, work: Work) -> None:
    """What an association was asked, or answered."""
    intervention = event.intervention
    booking, desk = await _find(intervention.booking_id, work)
    if booking is None or desk is None:
        return
    if not rules.is_news(intervention, await store.find_heard(work.connection, booking.id)):
        return
    await store.update_heard(work.connection, booking.id, intervention.id, intervention.version)
    await _put(booking, rules.with_intervention(booking, intervention, work.now), desk)


async def follow_not_found(event: MediationNotFound, work: Work) -> None:
    """No association is left to ask."""
    booking, desk = await _find(event.mediation.id, work)
    if booking is not None and desk is not None:
        await _put(booking, rules.without_mediator(booking, event.mediation, work.now), desk)


async def _find(booking_id: UUID, work: Work) -> tuple[Booking | None, Desk | None]:
    known = await find_booking(work.connection, booking_id)
    if known is None:
        return None, None
    desk = await open_desk({known.slot_id}, work)
    return await find_booking(work.connection, booking_id), desk


async def _put(booking: Booking, changed: Booking | None, desk: Desk) -> None:
    if changed is not None:
        desk.put(changed, booking, rules.event_of(booking, changed))
        await desk.write()
