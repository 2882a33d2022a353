"""Builders of what associations are asked and told; every value may be given."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.associations.capacities import NewCapacity
from contracts.associations.profiles import NewAssociation
from contracts.caller import SCOPES_OF_ROLE, Caller
from contracts.companies.bookings import Booking, MediationState
from contracts.companies.slots import Slot
from contracts.fields import Contact
from contracts.local_time import local_day
from contracts.matchmaker.mediations import Mediation
from contracts.matchmaker.proposals import PartnershipProposal
from contracts.place import place_of
from contracts.reference.calendar import is_school_day
from contracts.vocabulary import Level, OrganisationKind, Role, Theme

# A Tuesday in Toulouse, ten in the morning.
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
CONTACT = Contact(name="Camille Martin", email="camille@exemple.fr", phone="05 61 00 00 00")
ASSOCIATION_ID, COMPANY_ID, STRANGER_ID = UUID(int=1), UUID(int=2), UUID(int=3)
BOOKING_ID, CAPACITY_ID = UUID(int=30), UUID(int=40)
UAI = "0310024H"

KIND_OF_ROLE = {
    Role.COMPANY: OrganisationKind.COMPANY,
    Role.ASSOCIATION: OrganisationKind.ASSOCIATION,
    Role.TEACHER: OrganisationKind.SCHOOL,
    Role.COORDINATOR: OrganisationKind.REGION,
}


def a_caller(role: Role, organisation_id: object = "occitanie") -> Caller:
    """Somebody with a key for that role."""
    return Caller(
        key_id=f"key of {organisation_id}",
        role=role,
        organisation=KIND_OF_ROLE[role],
        organisation_id=str(organisation_id),
        scopes=SCOPES_OF_ROLE[role],
    )


COORDINATOR = a_caller(Role.COORDINATOR)
TEACHER = a_caller(Role.TEACHER, UAI)


def an_association(**given: Any) -> NewAssociation:
    """An association of Toulouse that works in two departments."""
    described: dict[str, Any] = {
        "name": "Sciences en balade",
        "commune": "31555",
        "rna": "W313012345",
        "themes": (Theme.AEROSPACE, Theme.ENERGY),
        "departments": ("31", "81"),
        "contact": CONTACT,
    }
    return NewAssociation(**(described | given))


def a_capacity(first_day: date = TODAY, **given: Any) -> NewCapacity:
    """Ten interventions about aerospace in collèges, from today on for sixty days."""
    described: dict[str, Any] = {
        "title": "Ateliers fusées",
        "themes": (Theme.AEROSPACE,),
        "levels": (Level.QUATRIEME, Level.TROISIEME),
        "from_date": first_day,
        "until_date": first_day + timedelta(days=60),
        "interventions": 10,
    }
    return NewCapacity(**(described | given))


def today() -> date:
    """The day that it is in Occitanie, for a service that looks at the clock."""
    return local_day(datetime.now(UTC))


def a_capacity_from_today(**given: Any) -> NewCapacity:
    """The same, from the present day on."""
    return a_capacity(today(), **given)


def an_agreed_proposal(**given: Any) -> PartnershipProposal:
    """A proposal that a company and an association both said yes to."""
    described: dict[str, Any] = {
        "id": UUID(int=10),
        "version": 3,
        "company_id": COMPANY_ID,
        "company_name": "Ailes du Sud",
        "association_id": ASSOCIATION_ID,
        "association_name": "Sciences en balade",
        "themes": (Theme.AEROSPACE,),
        "levels": (Level.TROISIEME,),
        "distance_km": 12.5,
        "score": 0.8,
        "state": "agreed",
        "match_run_id": UUID(int=11),
        "expires_at": NOW + timedelta(days=21),
        "created_at": NOW - timedelta(days=1),
        "changed_at": NOW,
    }
    return PartnershipProposal(**(described | given))


def morning(day: date, hour: int = 9) -> datetime:
    """An hour of a day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def visit_day(weeks: int = 5) -> date:
    """A school day about so many weeks from the present day."""
    day = today() + timedelta(weeks=weeks)
    while not is_school_day(day):
        day += timedelta(days=1)
    return day


def a_mediation(starts_at: datetime | None = None, **given: Any) -> Mediation:
    """An association named for the visit of a 4e, two hours long."""
    begins = starts_at or morning(visit_day())
    described: dict[str, Any] = {
        "id": BOOKING_ID,
        "association_id": ASSOCIATION_ID,
        "association_name": "Sciences en balade",
        "capacity_id": CAPACITY_ID,
        "state": "named",
        "company_id": COMPANY_ID,
        "company_name": "Ailes du Sud",
        "school_uai": UAI,
        "school_name": "Collège des Pins",
        "visit_offer_id": UUID(int=50),
        "visit_offer_title": "De la plaque à l'aile",
        "themes": (Theme.AEROSPACE,),
        "place": place_of("31555", None, None),
        "level": Level.QUATRIEME,
        "pupils": 24,
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
        "changed_at": NOW,
    }
    return Mediation(**(described | given))


def a_booking(starts_at: datetime | None = None, **given: Any) -> Booking:
    """The booking that the mediation is about, waiting for the company."""
    begins = starts_at or morning(visit_day())
    described: dict[str, Any] = {
        "id": BOOKING_ID,
        "slot_id": UUID(int=60),
        "visit_offer_id": UUID(int=50),
        "company_id": COMPANY_ID,
        "school_uai": UAI,
        "level": Level.QUATRIEME,
        "pupils": 24,
        "adults": 2,
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
        "state": "approved",
        "mediation": MediationState.WANTED,
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Booking(**(described | given))


def a_slot(booking: Booking) -> Slot:
    """The slot of a booking."""
    return Slot(
        id=booking.slot_id,
        visit_offer_id=booking.visit_offer_id,
        company_id=booking.company_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        groups=1,
        groups_taken=1,
        pupils_per_group=30,
        state="full",
    )
