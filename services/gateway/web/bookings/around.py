"""What a booking names by id alone, looked up in the directory for the pages that show it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from contracts.companies.bookings import Booking
from contracts.companies.visit_offers import VisitOffer
from services.gateway.directory.around_store import list_association_names, list_offers, list_school_names
from services.gateway.web.labels import label
from services.gateway.web.language import _


@dataclass(frozen=True)
class Around:
    """Offers, schools and associations that some bookings name."""

    offers: Mapping[UUID, VisitOffer]
    schools: Mapping[str, str]
    associations: Mapping[UUID, str]

    def offer(self, booking: Booking) -> VisitOffer | None:
        """The offer of a booking, None where the directory does not know it (yet)."""
        return self.offers.get(booking.visit_offer_id)

    def title(self, booking: Booking) -> str:
        """What is visited."""
        offer = self.offer(booking)
        return offer.title if offer else _("Visite d’entreprise")

    def company(self, booking: Booking) -> str:
        """Who is visited, and where."""
        offer = self.offer(booking)
        return f"{offer.company_name}, {offer.place.commune_name}" if offer else ""

    def school(self, booking: Booking) -> str:
        """Who comes."""
        return self.schools.get(booking.school_uai) or booking.school_uai

    def association(self, booking: Booking) -> str:
        """Who mediates; empty where nobody does."""
        return self.associations.get(booking.association_id, "") if booking.association_id else ""

    def group(self, booking: Booking) -> str:
        """The class: its name with its level, or its level."""
        level = label(booking.level)
        return f"{booking.class_name} ({level})" if booking.class_name else level


async def look_around(pool: "asyncpg.Pool[asyncpg.Record]", bookings: Iterable[Booking]) -> Around:
    """What these bookings name."""
    shown = tuple(bookings)
    async with pool.acquire() as connection:
        return Around(
            offers=await list_offers(connection, (each.visit_offer_id for each in shown)),
            schools=await list_school_names(connection, (each.school_uai for each in shown)),
            associations=await list_association_names(
                connection, (each.association_id for each in shown if each.association_id)
            ),
        )
