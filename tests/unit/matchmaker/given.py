"""Builders of what the matchmaker's rules decide about; every value may be given."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from contracts.associations.capacities import Capacity
from contracts.associations.interventions import Intervention
from contracts.caller import SCOPES_OF_ROLE, Caller
from contracts.companies.bookings import Booking
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.matchmaker.class_requests import NewClassRequest
from contracts.matchmaker.proposals import PartnershipProposal, VisitProposal
from contracts.matchmaker.schools import NewSchool, School
from contracts.place import Place
from contracts.vocabulary import Level, OrganisationKind, Role, SchoolKind, Theme, VisitFormat, Weekday

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
UAI = "0310001H"
AUCH = Place(commune="32013", commune_name="Auch", department="32", latitude=43.6465, longitude=0.5855)


def an_id(number: int) -> UUID:
    """The same id for the same number."""
    return UUID(int=number)


def a_caller(role: Role, organisation_id: object = "occitanie") -> Caller:
    """Somebody with a key for that role."""
    kinds = {
        Role.COMPANY: OrganisationKind.COMPANY,
        Role.ASSOCIATION: OrganisationKind.ASSOCIATION,
        Role.TEACHER: OrganisationKind.SCHOOL,
        Role.HEAD: OrganisationKind.SCHOOL,
        Role.COORDINATOR: OrganisationKind.REGION,
    }
    return Caller(
        key_id="test",
        role=role,
        organisation=kinds[role],
        organisation_id=str(organisation_id),
        scopes=SCOPES_OF_ROLE[role],
    )


def a_new_school(**given: Any) -> NewSchool:
    """A collège in Auch, as the official directory tells of it."""
    told = {"uai": "0320001C", "name": "Collège d'essai", "kind": SchoolKind.COLLEGE, "commune": "32013"}
    return NewSchool(**(told | given))


def a_school(**given: Any) -> School:
    """A collège in Auch."""
    known = {"id": an_id(1), "uai": UAI, "name": "Collège d'essai", "kind": SchoolKind.COLLEGE, "place": AUCH}
    return School(**(known | given))


def a_new_request(**given: Any) -> NewClassRequest:
    """A 3e of 24 that may come any day in January."""
    wish = {
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "from_date": date(2027, 1, 4),
        "until_date": date(2027, 1, 29),
    }
    return NewClassRequest(**(wish | given))


def a_visit_proposal(**given: Any) -> VisitProposal:
    """A visit proposed to the school, to be answered within 14 days."""
    proposed = {
        "id": an_id(10),
        "class_request_id": an_id(2),
        "school_uai": UAI,
        "school_name": "Collège d'essai",
        "slot_id": an_id(3),
        "visit_offer_id": an_id(4),
        "visit_offer_title": "L'atelier",
        "company_id": an_id(5),
        "company_name": "Ateliers d'essai",
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "place": AUCH,
        "starts_at": NOW + timedelta(days=45),
        "ends_at": NOW + timedelta(days=45, hours=2),
        "travel_minutes": 30,
        "score": 0.8,
        "state": "proposed",
        "match_run_id": an_id(6),
        "expires_at": NOW + timedelta(days=14),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return VisitProposal(**(proposed | given))


def a_partnership_proposal(**given: Any) -> PartnershipProposal:
    """A company and an association proposed to each other."""
    proposed = {
        "id": an_id(11),
        "company_id": an_id(5),
        "company_name": "Ateliers d'essai",
        "association_id": an_id(7),
        "association_name": "Sciences d'essai",
        "distance_km": 12.0,
        "score": 0.7,
        "state": "proposed",
        "match_run_id": an_id(6),
        "expires_at": NOW + timedelta(days=21),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return PartnershipProposal(**(proposed | given))


def a_booking(**given: Any) -> Booking:
    """The booking that the visit proposal became."""
    booked = {
        "id": an_id(12),
        "slot_id": an_id(3),
        "visit_offer_id": an_id(4),
        "company_id": an_id(5),
        "school_uai": UAI,
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "class_request_id": an_id(2),
        "proposal_id": an_id(10),
        "starts_at": NOW + timedelta(days=45),
        "ends_at": NOW + timedelta(days=45, hours=2),
        "state": "confirmed",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Booking(**(booked | given))


def an_offer(**given: Any) -> VisitOffer:
    """The published visit that the booking is of."""
    shown = {
        "id": an_id(4),
        "company_id": an_id(5),
        "company_name": "Ateliers d'essai",
        "site_id": an_id(20),
        "site_name": "Usine",
        "place": AUCH,
        "title": "L'atelier",
        "themes": (Theme.MECHANICS_METAL,),
        "levels": (Level.TROISIEME,),
        "formats": (VisitFormat.ON_SITE,),
        "duration_minutes": 120,
        "pupils_min": 5,
        "pupils_max": 30,
        "pupils_per_adult": 15,
        "lead_time_days": 14,
        "state": "published",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return VisitOffer(**(shown | given))


def a_slot(**given: Any) -> Slot:
    """The slot that the booking is of."""
    opened = {
        "id": an_id(3),
        "visit_offer_id": an_id(4),
        "company_id": an_id(5),
        "starts_at": NOW + timedelta(days=45),
        "ends_at": NOW + timedelta(days=45, hours=2),
        "groups": 2,
        "pupils_per_group": 30,
        "state": "open",
    }
    return Slot(**(opened | given))


def a_capacity(**given: Any) -> Capacity:
    """Ten interventions about mechanics in the Gers."""
    offered = {
        "id": an_id(30),
        "association_id": an_id(7),
        "association_name": "Sciences d'essai",
        "place": AUCH,
        "title": "Mécanique en classe",
        "themes": (Theme.MECHANICS_METAL,),
        "levels": (Level.TROISIEME,),
        "from_date": TODAY,
        "until_date": date(2027, 6, 30),
        "weekdays": tuple(Weekday),
        "interventions": 10,
        "pupils_max": 30,
        "formats": (VisitFormat.ON_SITE,),
        "departments": ("32",),
        "state": "published",
        "created_at": NOW,
    }
    return Capacity(**(offered | given))


def an_intervention(**given: Any) -> Intervention:
    """What the association is asked for the booking."""
    asked = {
        "id": an_id(40),
        "booking_id": an_id(12),
        "association_id": an_id(7),
        "association_name": "Sciences d'essai",
        "capacity_id": an_id(30),
        "company_id": an_id(5),
        "company_name": "Ateliers d'essai",
        "school_uai": UAI,
        "school_name": "Collège d'essai",
        "visit_offer_id": an_id(4),
        "visit_offer_title": "L'atelier",
        "place": AUCH,
        "level": Level.TROISIEME,
        "pupils": 24,
        "starts_at": NOW + timedelta(days=45),
        "ends_at": NOW + timedelta(days=45, hours=2),
        "state": "requested",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Intervention(**(asked | given))


changed = msgspec.structs.replace
