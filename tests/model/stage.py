"""What every story begins with: a company with an offer of each sort, its slots, two schools, and who acts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.caller import SCOPES_OF_ROLE, Caller
from contracts.companies.profiles import AddSite, RegisterCompany
from contracts.companies.slots import OpenSlot
from contracts.companies.visit_offers import AddVisitOffer
from contracts.identifiers import uuid7
from contracts.matchmaker.schools import School
from contracts.place import place_of
from contracts.vocabulary import OrganisationKind, Role, SchoolKind
from tests.component.companies.given import (
    COORDINATOR,
    NOW,
    OTHER_COMPANY,
    OTHER_UAI,
    UAI,
    a_caller,
    at,
    new_company,
    new_offer,
    new_site,
    new_slot,
    next_school_day,
)
from tests.model.driver import Driver
from tests.model.product import Product
from tests.model.things import Offer, SchoolClass, Slot

PEOPLE = ("teacher", "head", "company", "region", "stranger")
SCHOOLS = (UAI, OTHER_UAI)
# Small, middling, and too large for one group of 25.
CLASSES = tuple(
    SchoolClass(school, name, pupils)
    for school in SCHOOLS
    for name, pupils in (("A", 12), ("B", 25), ("C", 25), ("D", 40), ("E", 25))
)
# The sorts of offers, each with groups, day and hour of its first slots: several on one day, one near its lead time.
SORTS: tuple[tuple[dict[str, Any], tuple[tuple[int, int, int], ...]], ...] = (
    ({}, ((1, 24, 9), (2, 35, 9))),
    ({"instant_confirmation": True, "lead_time_days": 7}, ((1, 24, 10), (1, 13, 9))),
    ({"pooled": True, "lead_time_days": 7}, ((2, 24, 11),)),
    ({"splitting": True}, ((2, 35, 10),)),
)


class Stage:
    """The real service and the model, set up alike."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.model = Product(NOW)
        driver.begin(NOW)
        company = driver.ask(RegisterCompany(company=new_company()), COORDINATOR)
        self.company_id: UUID = company.id
        site = driver.ask(AddSite(company_id=company.id, site=new_site()), COORDINATOR)
        self.offers: list[Offer] = []
        self._school_versions = dict.fromkeys(SCHOOLS, 0)
        for asked, slots in SORTS:
            sort = {"site_id": site.id, "pupils_min": 1, "pupils_max": 25, "pupils_per_adult": 50, **asked}
            offer = driver.ask(AddVisitOffer(company_id=company.id, visit_offer=new_offer(**sort)), COORDINATOR)
            self.offers.append(
                Offer(offer.id, offer.instant_confirmation, offer.pooled, offer.splitting, offer.lead_time_days)
            )
            for groups, days_ahead, hour in slots:
                self.open_slot(self.offers[-1], groups, days_ahead, hour)
        self.switch_approval(UAI)

    def caller(self, person: str, school: str) -> Caller:
        """Whoever acts, for that school where it is somebody of a school."""
        if person == "head":
            return Caller(
                key_id="head",
                role=Role.HEAD,
                organisation=OrganisationKind.SCHOOL,
                organisation_id=school,
                scopes=SCOPES_OF_ROLE[Role.HEAD],
            )
        people = {"teacher": a_caller(Role.TEACHER, school), "company": a_caller(Role.COMPANY, self.company_id)}
        return people.get(person) or {"region": COORDINATOR, "stranger": OTHER_COMPANY}[person]

    def open_slot(self, offer: Offer, groups: int, days_ahead: int, hour: int) -> None:
        """A company opens a slot on a school day so many days ahead."""
        day = next_school_day(days_ahead, self.model.today)
        opening = new_slot(day, starts_at=at(day, hour), groups=groups)
        slot = self.driver.ask(OpenSlot(visit_offer_id=offer.id, slot=opening), COORDINATOR)
        self.model.open_slot(
            Slot(slot.id, offer, slot.starts_at, slot.starts_at + timedelta(hours=2), groups, slot.pupils_per_group)
        )

    def switch_approval(self, school: str) -> None:
        """A school begins to have its head approve bookings, or ceases to."""
        self.model.approving ^= {school}
        self._school_versions[school] += 1
        self.driver.hear(
            School(
                id=uuid7(),
                version=self._school_versions[school],
                uai=school,
                name="Collège d'essai",
                kind=SchoolKind.COLLEGE,
                place=place_of("31555", None, None),
                head_approves=school in self.model.approving,
            )
        )
