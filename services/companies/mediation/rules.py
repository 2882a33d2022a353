"""The third party of a visit: what an association's answer means for the booking.

Interventions come one after another, each with the id of its time: the word of an earlier one never counts once a later
one has spoken, whatever the order in which they are heard.
"""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from contracts.associations.interventions import Intervention
from contracts.companies.bookings import (
    Booking,
    BookingChanged,
    BookingEvent,
    BookingReady,
    MediationState,
)
from contracts.machines import LIVE_BOOKING_STATES, PAST_BOOKING_STATES
from contracts.matchmaker.mediations import Mediation
from services.companies.bookings.rules import is_ready

ANSWERS: dict[str, MediationState] = {
    "requested": MediationState.ASKED,
    "accepted": MediationState.ACCEPTED,
    "declined": MediationState.WANTED,
    "withdrawn": MediationState.WANTED,
    "expired": MediationState.WANTED,
}


def is_news(intervention: Intervention, heard: tuple[UUID, int] | None) -> bool:
    """Whether an intervention says more than the last one that was heard, by id and version."""
    return heard is None or (intervention.id, intervention.version) > heard


def with_intervention(booking: Booking, intervention: Intervention, now: datetime) -> Booking | None:
    """The booking after an association's word; None where that changes nothing (it ended, or the visit is over)."""
    answer = ANSWERS.get(intervention.state)
    if answer is None or not _still_matters(booking):
        return None
    if answer is MediationState.WANTED and booking.mediation is MediationState.NOT_FOUND:
        # The matchmaker has heard of this no before us, and has looked for another one in vain.
        return None
    asked = answer in {MediationState.ASKED, MediationState.ACCEPTED}
    return _changed(booking, answer, intervention.association_id if asked else None, now)


def without_mediator(booking: Booking, mediation: Mediation, now: datetime) -> Booking | None:
    """The booking for which no association is left; None where that is no longer so."""
    answered = booking.association_id is not None and booking.association_id not in mediation.asked
    if answered or not _still_matters(booking):
        return None
    return _changed(booking, MediationState.NOT_FOUND, None, now)


def event_of(before: Booking, after: Booking) -> type[BookingEvent]:
    """What is told of it: that the visit is ready now, or that something changed."""
    return BookingReady if after.ready and not before.ready else BookingChanged


def _still_matters(booking: Booking) -> bool:
    wanted = booking.mediation is not MediationState.NONE
    return wanted and booking.state in LIVE_BOOKING_STATES - PAST_BOOKING_STATES


def _changed(booking: Booking, answer: MediationState, association_id: UUID | None, now: datetime) -> Booking | None:
    if (booking.mediation, booking.association_id) == (answer, association_id):
        return None
    changed = replace(
        booking, version=booking.version + 1, mediation=answer, association_id=association_id, changed_at=now
    )
    return replace(changed, ready=is_ready(changed))
