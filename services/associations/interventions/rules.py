"""What an association is asked to do on a booked visit: whether it can, until when it answers, what becomes of it.

The booking is companies' and the choice of the association the matchmaker's; what is decided here is the association's
part. A live intervention takes one of its capacity's interventions, and its day.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from msgspec.structs import replace

from contracts.associations.capacities import Capacity
from contracts.associations.interventions import (
    Intervention,
    InterventionAccepted,
    InterventionCancelled,
    InterventionChanged,
    InterventionDeclined,
    InterventionDone,
    InterventionEvent,
    InterventionExpired,
    InterventionRequested,
    InterventionWithdrawn,
)
from contracts.companies.bookings import Booking
from contracts.errors import Invalid, TooLate
from contracts.local_time import local, local_day, start_of_day
from contracts.machines import INTERVENTION, LIVE_BOOKING_STATES, SYSTEM
from contracts.matchmaker.mediations import Mediation
from contracts.reference.calendar import OutsideCalendar, add_working_days

# As long as a company has to confirm (PRODUCT, booking machine).
ANSWER_WORKING_DAYS = 5
ONE_DAY = timedelta(days=1)
NO_CAPACITY = "no_capacity"

EVENTS: dict[str, type[InterventionEvent]] = {
    "requested": InterventionRequested,
    "accepted": InterventionAccepted,
    "declined": InterventionDeclined,
    "withdrawn": InterventionWithdrawn,
    "expired": InterventionExpired,
    "cancelled": InterventionCancelled,
    "done": InterventionDone,
}


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What is known here of a booking. Version 0: nothing yet but what the mediation says of it."""

    id: UUID
    version: int
    state: str
    starts_at: datetime
    ends_at: datetime

    @property
    def has_ended(self) -> bool:
        """Whether the booking ended without a visit. Nobody mediates a class that did not come, either."""
        return self.version > 0 and (self.state not in LIVE_BOOKING_STATES or self.state == "no_show")

    @property
    def took_place(self) -> bool:
        """Whether the visit is known, or presumed, to have taken place."""
        return self.state in {"completed", "presumed_done"}


def visit_of(booking: Booking) -> Visit:
    """What matters here of a booking."""
    return Visit(
        id=booking.id,
        version=booking.version,
        state=booking.state,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
    )


def visit_told_of(mediation: Mediation) -> Visit:
    """What a mediation tells of its booking, before the booking itself is heard of."""
    return Visit(id=mediation.id, version=0, state="", starts_at=mediation.starts_at, ends_at=mediation.ends_at)


def can_give(capacity: Capacity, association_state: str, days: Sequence[date], visit: Visit) -> bool:
    """Whether a capacity has room for one more intervention; `days` are those of its live ones."""
    day = local_day(visit.starts_at)
    return (
        capacity.state == "published"
        and association_state != "suspended"
        and capacity.from_date <= day <= capacity.until_date
        and len(days) < capacity.interventions
        and day not in days
    )


def new_intervention(
    mediation: Mediation, visit: Visit, intervention_id: UUID, now: datetime, *, possible: bool
) -> Intervention | None:
    """The intervention that an association is asked for, declined at once where its capacity has no room.

    None where the mediation names nobody. The hours are the booking's own where it is known.
    """
    if mediation.association_id is None or mediation.capacity_id is None:
        return None
    return Intervention(
        id=intervention_id,
        fictional=mediation.fictional,
        booking_id=mediation.id,
        association_id=mediation.association_id,
        association_name=mediation.association_name,
        capacity_id=mediation.capacity_id,
        company_id=mediation.company_id,
        company_name=mediation.company_name,
        school_uai=mediation.school_uai,
        school_name=mediation.school_name,
        visit_offer_id=mediation.visit_offer_id,
        visit_offer_title=mediation.visit_offer_title,
        themes=mediation.themes,
        place=mediation.place,
        level=mediation.level,
        pupils=mediation.pupils,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        state="requested" if possible else "declined",
        reason="" if possible else NO_CAPACITY,
        ended_by="" if possible else SYSTEM,
        answer_by=answer_by(visit.starts_at, now) if possible else None,
        created_at=now,
        changed_at=now,
    )


def answer_by(starts_at: datetime, now: datetime) -> datetime:
    """Until when an association may answer: the end of the 5th working day, before the day of the visit.

    A visit of today or tomorrow leaves it the rest of the day, and never longer than until the visit begins.
    """
    today, eve = local_day(now), local_day(starts_at) - ONE_DAY
    try:
        last = min(add_working_days(today, ANSWER_WORKING_DAYS), eve)
    except OutsideCalendar:
        last = eve
    return min(start_of_day(max(today, last) + ONE_DAY), starts_at)


def moved_intervention(
    intervention: Intervention, action: str, reason: str, actors: frozenset[str], now: datetime
) -> Intervention:
    """The intervention accepted, declined or withdrawn; raises Invalid, NotYours, TransitionRefused, TooLate."""
    state = INTERVENTION.move(intervention.state, action, actors)
    deadline = intervention.starts_at if action == "withdraw" else intervention.answer_by
    if deadline is not None and now >= deadline:
        raise TooLate(action=action, deadline=local(deadline).isoformat(timespec="minutes"))
    if state != "accepted" and not reason.strip():
        raise Invalid.field(
            "reason",
            "Say why in a few words: company and school will read it.",
            "Dites pourquoi en quelques mots : l'entreprise et l'école le liront.",
        )
    ended_by = "" if state == "accepted" else min(actors)
    return _in_state(intervention, state, reason.strip(), ended_by, now)


def expired_intervention(intervention: Intervention, now: datetime) -> Intervention | None:
    """The intervention expired; None where it was answered, or may still be."""
    if intervention.state != "requested" or intervention.answer_by is None or now < intervention.answer_by:
        return None
    return _by_system(intervention, "expire", "no_answer", now)


def followed_intervention(intervention: Intervention, visit: Visit, now: datetime) -> Intervention | None:
    """What a booking means for its live intervention: cancelled, done, moved to other hours; None where nothing."""
    allowed = INTERVENTION.allowed(intervention.state, {SYSTEM})
    if visit.has_ended:
        return _by_system(intervention, "cancel", visit.state, now) if "cancel" in allowed else None
    if visit.took_place:
        return _by_system(intervention, "finish", "", now) if "finish" in allowed else None
    if "cancel" not in allowed or (intervention.starts_at, intervention.ends_at) == (visit.starts_at, visit.ends_at):
        return None
    due = intervention.answer_by
    return replace(
        intervention,
        version=intervention.version + 1,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        answer_by=min(due, visit.starts_at) if due else None,
        changed_at=now,
    )


def freed_by_move(intervention: Intervention, now: datetime) -> Intervention | None:
    """The intervention of a booking that moved elsewhere, cancelled; None where it has ended already."""
    if "cancel" not in INTERVENTION.allowed(intervention.state, {SYSTEM}):
        return None
    return _by_system(intervention, "cancel", "rescheduled", now)


def event_of(before: Intervention | None, after: Intervention) -> InterventionEvent:
    """What to announce of an intervention: its new state, or what changed within the same one."""
    kind = InterventionChanged if before is not None and before.state == after.state else EVENTS[after.state]
    return kind(intervention=after)


def shown_to(intervention: Intervention, actors: frozenset[str]) -> Intervention:
    """The intervention with what these actors may do."""
    return replace(intervention, allowed_actions=INTERVENTION.allowed(intervention.state, actors))


def _by_system(intervention: Intervention, action: str, reason: str, now: datetime) -> Intervention:
    state = INTERVENTION.step(intervention.state, action, {SYSTEM})
    return _in_state(intervention, state, reason, "" if state == "done" else SYSTEM, now)


def _in_state(intervention: Intervention, state: str, reason: str, ended_by: str, now: datetime) -> Intervention:
    """The intervention in its next state, in which nobody has to answer any more."""
    return replace(
        intervention,
        version=intervention.version + 1,
        state=state,
        reason=reason,
        ended_by=ended_by,
        answer_by=None,
        changed_at=now,
    )
