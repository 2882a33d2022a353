"""Builders of what companies are told of a visit's third party: interventions, and searches in vain."""

from typing import Any
from uuid import UUID

from contracts.associations.interventions import Intervention
from contracts.companies.bookings import Booking
from contracts.matchmaker.mediations import Mediation
from contracts.place import place_of

ASSOCIATION_ID, OTHER_ASSOCIATION_ID = UUID(int=32), UUID(int=38)
# Ids sort by their time: the second association is asked after the first.
FIRST, SECOND = UUID(int=500), UUID(int=501)


def an_intervention(booking: Booking, state: str = "requested", version: int = 1, **given: Any) -> Intervention:
    """What the first association was asked for on a visit."""
    told: dict[str, Any] = {
        "id": FIRST,
        "version": version,
        "booking_id": booking.id,
        "association_id": ASSOCIATION_ID,
        "association_name": "Les petits débrouillards d'essai",
        "capacity_id": UUID(int=34),
        "company_id": booking.company_id,
        "company_name": "Ailes du Sud",
        "school_uai": booking.school_uai,
        "school_name": "Collège d'essai",
        "visit_offer_id": booking.visit_offer_id,
        "visit_offer_title": "De la tôle à l'aile",
        "place": place_of("31555", None, None),
        "level": booking.level,
        "pupils": booking.pupils,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "state": state,
        "created_at": booking.created_at,
        "changed_at": booking.created_at,
    }
    return Intervention(**(told | given))


def a_vain_search(booking: Booking, *asked: UUID, version: int = 2) -> Mediation:
    """The matchmaker's word that nobody is left for a visit, those named having been asked."""
    return Mediation(
        id=booking.id,
        version=version,
        asked=asked,
        state="not_found",
        company_id=booking.company_id,
        company_name="Ailes du Sud",
        school_uai=booking.school_uai,
        school_name="Collège d'essai",
        visit_offer_id=booking.visit_offer_id,
        visit_offer_title="De la tôle à l'aile",
        place=place_of("31555", None, None),
        level=booking.level,
        pupils=booking.pupils,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        changed_at=booking.created_at,
    )
