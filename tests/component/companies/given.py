"""Builders of what companies are asked and told; every value may be given."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from contracts.caller import SCOPES_OF_ROLE, Caller
from contracts.companies.bookings import Booking, NewBooking
from contracts.companies.job_needs import JobNeed, NewJobNeed
from contracts.companies.profiles import Company, CompanyRow, NewCompany, NewSite, Site
from contracts.companies.slots import NewSlot, Slot
from contracts.companies.visit_offers import NewVisitOffer, VisitOffer
from contracts.fields import Contact
from contracts.local_time import PARIS, local_day, start_of_day
from contracts.matchmaker.proposals import VisitProposal
from contracts.matchmaker.schools import School
from contracts.place import place_of
from contracts.reference.calendar import add_working_days, is_school_day
from contracts.vocabulary import JobNeedKind, Level, OrganisationKind, Role, SchoolKind, Theme

# A Tuesday in Toulouse, ten in the morning.
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
# The Tuesday three weeks later: a school day.
VISIT_DAY = date(2026, 12, 15)

CONTACT = Contact(name="Nadia Ferrer", email="nadia@exemple.fr", phone="05 61 00 00 00")
COMPANY_ID, SITE_ID, OFFER_ID, SLOT_ID, BOOKING_ID, STRANGER_ID = (UUID(int=number) for number in range(1, 7))
SIREN, OTHER_SIREN = "732829320", "552081317"
SIRET, OTHER_SIRET = "73282932000074", "55208131766522"
UAI, OTHER_UAI = "0310024H", "0310025J"

KIND_OF_ROLE = {
    Role.COMPANY: OrganisationKind.COMPANY,
    Role.ASSOCIATION: OrganisationKind.ASSOCIATION,
    Role.TEACHER: OrganisationKind.SCHOOL,
    Role.HEAD: OrganisationKind.SCHOOL,
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
HEAD = a_caller(Role.HEAD, UAI)
OTHER_TEACHER = a_caller(Role.TEACHER, OTHER_UAI)
OTHER_COMPANY = a_caller(Role.COMPANY, STRANGER_ID)


def today() -> date:
    """The day that it is in Occitanie, for a service that looks at the clock."""
    return local_day(datetime.now(UTC))


def next_school_day(days_ahead: int, first: date | None = None) -> date:
    """The first school day so many days from now, or later."""
    day = (first or today()) + timedelta(days=days_ahead)
    while not is_school_day(day):
        day += timedelta(days=1)
    return day


def working_days_from_now(count: int) -> datetime:
    """The end of the count-th working day from today, as deadlines are told."""
    return start_of_day(add_working_days(today(), count) + timedelta(days=1))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour of a day as the clocks of Occitanie show it."""
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)


# ------------------------------------------------------------ what is asked


def new_company(**given: Any) -> NewCompany:
    """A company with a contact."""
    return NewCompany(**({"siren": SIREN, "name": "Ailes du Sud", "contact": CONTACT} | given))


def new_site(**given: Any) -> NewSite:
    """A place in Toulouse."""
    return NewSite(**({"name": "Usine de Toulouse", "commune": "31555"} | given))


def new_row(**given: Any) -> CompanyRow:
    """A row of an import: a company with a site in Toulouse."""
    return CompanyRow(**({"siret": SIRET, "name": "Ailes du Sud", "commune": "31555"} | given))


def new_need(first_day: date = TODAY, **given: Any) -> NewJobNeed:
    """Two machinists wanted from today on."""
    asked: dict[str, Any] = {
        "site_id": SITE_ID,
        "rome": "H2903",
        "title": "Tourneur-fraiseur / Tourneuse-fraiseuse",
        "kind": JobNeedKind.CDI,
        "openings": 2,
        "from_date": first_day,
    }
    return NewJobNeed(**(asked | given))


def new_offer(**given: Any) -> NewVisitOffer:
    """A visit of two hours for collèges, to be published."""
    asked: dict[str, Any] = {
        "site_id": SITE_ID,
        "title": "De la tôle à l'aile",
        "themes": (Theme.AEROSPACE,),
        "levels": (Level.QUATRIEME, Level.TROISIEME),
        "publish": True,
    }
    return NewVisitOffer(**(asked | given))


def new_slot(day: date = VISIT_DAY, **given: Any) -> NewSlot:
    """One group at nine in the morning."""
    return NewSlot(**({"starts_at": at(day, 9)} | given))


def new_booking(**given: Any) -> NewBooking:
    """A troisième of 24 pupils with two adults."""
    asked: dict[str, Any] = {"level": Level.TROISIEME, "pupils": 24, "adults": 2, "class_name": "3e B"}
    return NewBooking(**(asked | given))


# ------------------------------------------------------------ what is there


def a_company(**given: Any) -> Company:
    """An approved company."""
    held: dict[str, Any] = {
        "id": COMPANY_ID,
        "siren": SIREN,
        "name": "Ailes du Sud",
        "state": "approved",
        "contact": CONTACT,
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Company(**(held | given))


def a_site(**given: Any) -> Site:
    """Its site in Toulouse."""
    place = place_of("31555", None, None)
    return Site(**({"id": SITE_ID, "company_id": COMPANY_ID, "name": "Usine de Toulouse", "place": place} | given))


def a_need(**given: Any) -> JobNeed:
    """A published job need."""
    held: dict[str, Any] = {
        "id": UUID(int=20),
        "company_id": COMPANY_ID,
        "company_name": "Ailes du Sud",
        "site_id": SITE_ID,
        "place": place_of("31555", None, None),
        "rome": "H2903",
        "title": "Tourneuse-fraiseuse",
        "kind": JobNeedKind.CDI,
        "openings": 2,
        "from_date": TODAY,
        "state": "published",
        "expires_at": NOW + timedelta(days=60),
        "created_at": NOW,
    }
    return JobNeed(**(held | given))


def an_offer(**given: Any) -> VisitOffer:
    """A published offer for collèges, groups of 10 to 30."""
    held: dict[str, Any] = {
        "id": OFFER_ID,
        "company_id": COMPANY_ID,
        "company_name": "Ailes du Sud",
        "site_id": SITE_ID,
        "site_name": "Usine de Toulouse",
        "place": place_of("31555", None, None),
        "title": "De la tôle à l'aile",
        "themes": (Theme.AEROSPACE,),
        "levels": (Level.QUATRIEME, Level.TROISIEME),
        "formats": ("on_site",),
        "duration_minutes": 120,
        "pupils_min": 10,
        "pupils_max": 30,
        "pupils_per_adult": 15,
        "lead_time_days": 14,
        "state": "published",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return VisitOffer(**(held | given))


def a_slot(**given: Any) -> Slot:
    """An open slot of two groups of 28."""
    held: dict[str, Any] = {
        "id": SLOT_ID,
        "visit_offer_id": OFFER_ID,
        "company_id": COMPANY_ID,
        "starts_at": at(VISIT_DAY, 9),
        "ends_at": at(VISIT_DAY, 11),
        "groups": 2,
        "pupils_per_group": 28,
        "state": "open",
    }
    return Slot(**(held | given))


def a_booking(**given: Any) -> Booking:
    """A booking that waits for the head of school."""
    held: dict[str, Any] = {
        "id": BOOKING_ID,
        "slot_id": SLOT_ID,
        "visit_offer_id": OFFER_ID,
        "company_id": COMPANY_ID,
        "school_uai": UAI,
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "starts_at": at(VISIT_DAY, 9),
        "ends_at": at(VISIT_DAY, 11),
        "state": "requested",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Booking(**(held | given))


# ------------------------------------------------------------ what is told


def a_school(version: int = 2, **given: Any) -> School:
    """A school whose head approves every booking."""
    told: dict[str, Any] = {
        "id": UUID(int=50),
        "version": version,
        "uai": UAI,
        "name": "Collège d'essai",
        "kind": SchoolKind.COLLEGE,
        "place": place_of("31555", None, None),
        "head_approves": True,
    }
    return School(**(told | given))


def an_accepted_proposal(slot: Slot, now: datetime = NOW, **given: Any) -> VisitProposal:
    """A proposal of that slot that a school said yes to."""
    told: dict[str, Any] = {
        "id": UUID(int=30),
        "version": 2,
        "class_request_id": UUID(int=31),
        "school_uai": UAI,
        "school_name": "Collège d'essai",
        "slot_id": slot.id,
        "visit_offer_id": slot.visit_offer_id,
        "visit_offer_title": "De la tôle à l'aile",
        "company_id": slot.company_id,
        "company_name": "Ailes du Sud",
        "association_id": UUID(int=32),
        "level": Level.TROISIEME,
        "pupils": 24,
        "adults": 2,
        "class_name": "3e B",
        "place": place_of("31555", None, None),
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "travel_minutes": 30,
        "score": 0.8,
        "state": "accepted",
        "match_run_id": UUID(int=33),
        "expires_at": now + timedelta(days=5),
        "created_at": now - timedelta(days=1),
        "changed_at": now,
    }
    return VisitProposal(**(told | given))
