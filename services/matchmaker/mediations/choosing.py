"""Which capacity mediates a booked visit: the gates are those of matching, which proposed the visit in the first place.

Pure: what is known comes in, one capacity goes out. The association's own word on it comes later.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

import msgspec

from contracts.associations.capacities import Capacity
from contracts.companies.bookings import Booking
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.reference.travel import straight_km
from services.matchmaker.matching.mediation import suits_class, suits_slot
from services.matchmaker.mediations.store import Promised
from services.matchmaker.runs.visit_facts import mediations_of, openings_of


class Preference(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked first: the capacity that the school was proposed, then the association that knows the class."""

    capacity_id: UUID | None = None
    association_id: UUID | None = None


def choose_capacity(
    booking: Booking,
    slot: Slot,
    offer: VisitOffer,
    capacities: Iterable[Capacity],
    promised: Iterable[Promised],
    asked: Collection[UUID],
    preference: Preference,
) -> Capacity | None:
    """The capacity to ask: among those that suit, the preferred one, else the nearest; None where none suits.

    `promised` are the interventions that are taken, `asked` the associations that said no.
    """
    of_slot = msgspec.structs.replace(slot, starts_at=booking.starts_at, ends_at=booking.ends_at)
    (opening,) = openings_of((of_slot,), {offer.id: offer})
    known = {capacity.id: capacity for capacity in capacities if capacity.association_id not in asked}
    suiting = (
        known[one.id]
        for one in mediations_of(known.values(), promised)
        if suits_slot(one, opening) and suits_class(one, booking.level, booking.pupils)
    )

    def rank(capacity: Capacity) -> tuple[bool, bool, float, UUID]:
        here, there = capacity.place, offer.place
        return (
            capacity.id != preference.capacity_id,
            capacity.association_id != preference.association_id,
            straight_km(here.latitude, here.longitude, there.latitude, there.longitude),
            capacity.id,
        )

    return min(suiting, key=rank, default=None)
