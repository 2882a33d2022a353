"""Resources as their owners would announce them, each with what matters to a test given and the rest ordinary."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from contracts.associations.capacities import Capacity
from contracts.associations.interventions import Intervention
from contracts.associations.partnerships import Partnership
from contracts.associations.profiles import Association
from contracts.companies.bookings import Booking
from contracts.companies.job_needs import JobNeed
from contracts.companies.profiles import Company, Site
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import Accessibility, VisitOffer
from contracts.fields import Contact
from contracts.identifiers import uuid7
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.match_runs import MatchRun
from contracts.matchmaker.proposals import PartnershipProposal, VisitProposal
from contracts.matchmaker.schools import School
from contracts.place import Place
from contracts.vocabulary import AccessNeed, JobNeedKind, Level, SchoolKind, Theme, VisitFormat, Weekday

NOW = datetime.now(UTC).replace(microsecond=0)

TOULOUSE = Place(commune="31555", commune_name="Toulouse", department="31", latitude=43.6045, longitude=1.444)
BLAGNAC = Place(commune="31069", commune_name="Blagnac", department="31", latitude=43.6365, longitude=1.3905)
AUCH = Place(commune="32013", commune_name="Auch", department="32", latitude=43.6465, longitude=0.5855)
NIMES = Place(commune="30189", commune_name="Nîmes", department="30", latitude=43.8367, longitude=4.3601)

numbers = itertools.count(1)


def a_company(**given: Any) -> Company:
    told: dict[str, Any] = {
        "id": uuid7(),
        "siren": "552081317",
        "name": "Ateliers d'essai",
        "state": "approved",
        "contact": Contact(name="Camille", email="camille@example.org"),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Company(**(told | given))


def a_site(company: Company, **given: Any) -> Site:
    return Site(**({"id": uuid7(), "company_id": company.id, "name": "Usine", "place": TOULOUSE} | given))


def an_offer(company: Company, **given: Any) -> VisitOffer:
    told: dict[str, Any] = {
        "id": uuid7(),
        "company_id": company.id,
        "company_name": company.name,
        "site_id": uuid7(),
        "site_name": "Usine",
        "place": TOULOUSE,
        "title": "L'atelier",
        "themes": (Theme.ROBOTICS,),
        "rome_codes": ("H2903",),
        "levels": (Level.QUATRIEME, Level.TROISIEME),
        "formats": (VisitFormat.ON_SITE,),
        "duration_minutes": 120,
        "pupils_min": 1,
        "pupils_max": 30,
        "pupils_per_adult": 15,
        "lead_time_days": 14,
        "accessibility": Accessibility(needs=(AccessNeed.MOTOR,)),
        "state": "published",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return VisitOffer(**(told | given))


def a_slot(offer: VisitOffer, days: int = 30, **given: Any) -> Slot:
    starts_at = NOW + timedelta(days=days)
    told: dict[str, Any] = {
        "id": uuid7(),
        "visit_offer_id": offer.id,
        "company_id": offer.company_id,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "groups": 2,
        "pupils_per_group": 30,
        "state": "open",
    }
    return Slot(**(told | given))


def a_booking(slot: Slot, school_uai: str, **given: Any) -> Booking:
    told: dict[str, Any] = {
        "id": uuid7(),
        "slot_id": slot.id,
        "visit_offer_id": slot.visit_offer_id,
        "company_id": slot.company_id,
        "school_uai": school_uai,
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "state": "requested",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Booking(**(told | given))


def an_intervention(booking: Booking, association: Association, **given: Any) -> Intervention:
    told: dict[str, Any] = {
        "id": uuid7(),
        "booking_id": booking.id,
        "association_id": association.id,
        "association_name": association.name,
        "capacity_id": uuid7(),
        "company_id": booking.company_id,
        "company_name": "Ateliers d'essai",
        "school_uai": booking.school_uai,
        "school_name": "Collège d'essai",
        "visit_offer_id": booking.visit_offer_id,
        "visit_offer_title": "L'atelier",
        "place": TOULOUSE,
        "level": booking.level,
        "pupils": booking.pupils,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "state": "requested",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Intervention(**(told | given))


def a_job_need(company: Company, **given: Any) -> JobNeed:
    told: dict[str, Any] = {
        "id": uuid7(),
        "company_id": company.id,
        "company_name": company.name,
        "site_id": uuid7(),
        "place": TOULOUSE,
        "rome": "H2903",
        "title": "Fraiseuse ou fraiseur",
        "kind": JobNeedKind.ALTERNANCE,
        "openings": 1,
        "from_date": NOW.date(),
        "state": "published",
        "created_at": NOW,
    }
    return JobNeed(**(told | given))


def an_association(**given: Any) -> Association:
    told: dict[str, Any] = {
        "id": uuid7(),
        "name": "Sciences d'essai",
        "state": "approved",
        "place": AUCH,
        "rna": "W321000001",
        "themes": (Theme.ROBOTICS,),
        "contact": Contact(name="Dominique", email="dominique@example.org"),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Association(**(told | given))


def a_uai() -> str:
    digits = f"031{next(numbers):04d}"
    return digits + "ABCDEFGHJKLMNPRSTUVWXYZ"[int(digits) % 23]


def a_school(**given: Any) -> School:
    told: dict[str, Any] = {
        "id": uuid7(),
        "uai": a_uai(),
        "name": "Collège d'essai",
        "kind": SchoolKind.COLLEGE,
        "place": TOULOUSE,
    }
    return School(**(told | given))


def a_visit_proposal(slot: Slot, school: School, **given: Any) -> VisitProposal:
    told: dict[str, Any] = {
        "id": uuid7(),
        "class_request_id": uuid7(),
        "school_uai": school.uai,
        "school_name": school.name,
        "slot_id": slot.id,
        "visit_offer_id": slot.visit_offer_id,
        "visit_offer_title": "L'atelier",
        "company_id": slot.company_id,
        "company_name": "Ateliers d'essai",
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "place": TOULOUSE,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "travel_minutes": 20,
        "score": 0.8,
        "state": "proposed",
        "match_run_id": uuid7(),
        "expires_at": NOW + timedelta(days=21),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return VisitProposal(**(told | given))


def a_partnership_proposal(company: Company, association: Association, **given: Any) -> PartnershipProposal:
    told: dict[str, Any] = {
        "id": uuid7(),
        "company_id": company.id,
        "company_name": company.name,
        "association_id": association.id,
        "association_name": association.name,
        "distance_km": 12.0,
        "score": 0.7,
        "state": "agreed",
        "company_contact": company.contact,
        "association_contact": association.contact,
        "match_run_id": uuid7(),
        "expires_at": NOW + timedelta(days=21),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return PartnershipProposal(**(told | given))


def ids(items: list[Any]) -> list[UUID]:
    """The ids of the items of a list."""
    return [UUID(item["id"]) for item in items]


def next_version(resource: Any, **changed: Any) -> Any:
    """A resource after one more change."""
    return msgspec.structs.replace(resource, version=resource.version + 1, **changed)


def a_capacity(association: Association, **given: Any) -> Capacity:
    told: dict[str, Any] = {
        "id": uuid7(),
        "association_id": association.id,
        "association_name": association.name,
        "place": association.place,
        "title": "Robots en classe",
        "themes": (Theme.ROBOTICS,),
        "levels": (Level.TROISIEME,),
        "from_date": NOW.date(),
        "until_date": NOW.date() + timedelta(days=90),
        "weekdays": tuple(Weekday),
        "interventions": 10,
        "pupils_max": 30,
        "formats": (VisitFormat.ON_SITE,),
        "state": "published",
        "created_at": NOW,
    }
    return Capacity(**(told | given))


def a_class_request(school: School, **given: Any) -> ClassRequest:
    told: dict[str, Any] = {
        "id": uuid7(),
        "school_uai": school.uai,
        "school_name": school.name,
        "place": school.place,
        "under_reached": False,
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "from_date": NOW.date(),
        "until_date": NOW.date() + timedelta(days=90),
        "formats": (VisitFormat.ON_SITE,),
        "weekdays": tuple(Weekday),
        "max_travel_minutes": 60,
        "state": "open",
        "created_at": NOW,
    }
    return ClassRequest(**(told | given))


def a_partnership(company: Company, association: Association, **given: Any) -> Partnership:
    told: dict[str, Any] = {
        "id": uuid7(),
        "company_id": company.id,
        "company_name": company.name,
        "association_id": association.id,
        "association_name": association.name,
        "proposal_id": uuid7(),
        "state": "agreed",
        "agreed_at": NOW,
    }
    return Partnership(**(told | given))


def a_match_run(**given: Any) -> MatchRun:
    told: dict[str, Any] = {
        "id": uuid7(),
        "trigger": "coordinator",
        "class_requests": 1,
        "slots": 1,
        "capacities": 1,
        "pairs": 1,
        "visits_proposed": 1,
        "visits_withdrawn": 0,
        "visits_kept": 0,
        "partnerships_proposed": 0,
        "objective": 0.8,
        "partnership_objective": 0.0,
        "loading_ms": 1.0,
        "solving_ms": 1.0,
        "storing_ms": 1.0,
        "started_at": NOW,
    }
    return MatchRun(**(told | given))
