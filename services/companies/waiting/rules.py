"""Who gets a place that came free: whole groups, in the published order, every exception with its reason."""

from datetime import datetime

from msgspec.structs import replace

from contracts.companies.bookings import Booking, PassedOver
from contracts.companies.slots import Slot
from contracts.errors import Wording
from services.companies.slots.rules import has_place

NO_ROOM = Wording(
    "the place that came free is too small for the class", "la place libérée est trop petite pour la classe"
)
DAY_TAKEN = Wording("the class has another visit that day", "la classe a une autre visite ce jour-là")


def why_not_offered(slot: Slot, groups: int, pupils: int, *, day_taken: bool) -> Wording | None:
    """What keeps a waiting class from a place that is free now; None where it fits.

    `groups` is how many it takes of the slot as that stands now, 0 where the class is too large for it.
    """
    if not groups or not has_place(slot, groups, pupils):
        return NO_ROOM
    return DAY_TAKEN if day_taken else None


def passed_over(booking: Booking, reason: Wording, now: datetime) -> Booking:
    """The waiting booking with one more exception on its record."""
    exception = PassedOver(at=now, reason_en=reason.en, reason_fr=reason.fr)
    return replace(booking, version=booking.version + 1, passed_over=(*booking.passed_over, exception))
