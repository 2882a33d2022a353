"""Whether a booking wants a mediator, and how its mediation moves; who is chosen is in `choosing.py`."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from contracts.associations.capacities import Capacity
from contracts.associations.interventions import Intervention
from contracts.companies.bookings import Booking, MediationState
from contracts.companies.visit_offers import VisitOffer
from contracts.machines import LIVE_BOOKING_STATES, LIVE_INTERVENTION_STATES
from contracts.matchmaker.mediations import Mediation

# What an association's word must have become for another one to be looked for.
REFUSALS = frozenset({"declined", "withdrawn", "expired"})
# Why associations decline by themselves.
NO_CAPACITY = "no_capacity"


def has_ended(booking: Booking) -> bool:
    """Whether nobody is to mediate it any more; one whose class or company did not come takes no intervention."""
    return booking.state not in LIVE_BOOKING_STATES or booking.state == "no_show"


def wants_mediator(booking: Booking, now: datetime) -> bool:
    """Whether a mediator is to be found, or kept, for a booking: it is live, wants one, and lies ahead."""
    return not has_ended(booking) and booking.mediation is not MediationState.NONE and now < booking.starts_at


def frees_capacity(intervention: Intervention) -> bool:
    """Whether an association's word leaves it something to give to another visit; one without room had none to free."""
    return intervention.state not in LIVE_INTERVENTION_STATES and intervention.reason != NO_CAPACITY


def begun_mediation(booking: Booking, offer: VisitOffer, school_name: str, now: datetime) -> Mediation:
    """The mediation of a booking before anybody was looked for: nothing of it is stored or told yet."""
    return Mediation(
        id=booking.id,
        version=0,
        fictional=booking.fictional,
        state="",
        company_id=booking.company_id,
        company_name=offer.company_name,
        school_uai=booking.school_uai,
        school_name=school_name,
        visit_offer_id=offer.id,
        visit_offer_title=offer.title,
        themes=offer.themes,
        formats=offer.formats,
        place=offer.place,
        level=booking.level,
        pupils=booking.pupils,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        changed_at=now,
        rescheduled_from=booking.rescheduled_from,
    )


def asked_before(mediation: Mediation, refusing: Iterable[UUID]) -> tuple[UUID, ...]:
    """The associations that are not to be asked (again), in the order in which they said no."""
    return tuple(dict.fromkeys((*mediation.asked, *refusing)))


def is_served(mediation: Mediation, asked: tuple[UUID, ...]) -> bool:
    """Whether somebody is named who has not said no."""
    return mediation.state == "named" and mediation.association_id not in asked


def with_hours(mediation: Mediation, booking: Booking, now: datetime) -> Mediation:
    """The mediation with the hours of its booking, itself where they are the same."""
    if (mediation.starts_at, mediation.ends_at) == (booking.starts_at, booking.ends_at):
        return mediation
    return _next(replace(mediation, starts_at=booking.starts_at, ends_at=booking.ends_at), now)


def settled_mediation(
    mediation: Mediation, booking: Booking, capacity: Capacity | None, asked: tuple[UUID, ...], now: datetime
) -> Mediation:
    """The mediation with the mediator that was found, or with none; itself where that is no news."""
    found = replace(
        mediation,
        association_id=capacity.association_id if capacity else None,
        association_name=capacity.association_name if capacity else "",
        capacity_id=capacity.id if capacity else None,
        asked=asked,
        state="named" if capacity else "not_found",
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
    )
    return mediation if found == mediation else _next(found, now)


def is_same_mediator(before: Mediation, after: Mediation) -> bool:
    """Whether a mediation names nobody new."""
    return (before.state, before.association_id) == (after.state, after.association_id)


def ended_mediation(mediation: Mediation, now: datetime) -> Mediation:
    """The mediation of a booking that ended, itself where it is over already; it still tells who was named."""
    return mediation if mediation.state == "over" else _next(replace(mediation, state="over"), now)


def _next(mediation: Mediation, now: datetime) -> Mediation:
    return replace(mediation, version=mediation.version + 1, changed_at=now)
