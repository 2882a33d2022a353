"""A visit with its three parties, and what they were told of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.associations.profiles import Association, AssociationRegistered
from contracts.caller import SYSTEM, party
from contracts.companies.bookings import Booking
from contracts.companies.profiles import Company, CompanyRegistered
from contracts.companies.slots import Slot, SlotOpened
from contracts.companies.visit_offers import VisitOffer, VisitOfferPublished
from contracts.fields import Contact
from contracts.matchmaker.schools import School, SchoolRegistered
from contracts.vocabulary import OrganisationKind, Role
from tests.component.gateway.given import Gateway, until
from tests.component.gateway.resources import a_booking, a_company, a_school, a_slot, an_association, an_offer

REGION = SYSTEM.party


@dataclass(frozen=True)
class Parties:
    """A company with an offer and a slot, a school, an association; all with addresses."""

    company: Company
    offer: VisitOffer
    slot: Slot
    school: School
    association: Association

    @property
    def at_company(self) -> str:
        return party(OrganisationKind.COMPANY, self.company.id)

    @property
    def at_school(self) -> str:
        return party(OrganisationKind.SCHOOL, self.school.uai)

    @property
    def at_association(self) -> str:
        return party(OrganisationKind.ASSOCIATION, self.association.id)

    def booking(self, **given: Any) -> Booking:
        """A class of the school on the slot."""
        return a_booking(self.slot, self.school.uai, **({"class_name": "3e B", "state": "approved"} | given))


async def parties(gateway: Gateway, **given: Any) -> Parties:
    """All of them, known to the gateway; the slot's fields may be given."""
    company, association = a_company(), an_association()
    school = a_school(
        contact=Contact(name="Secrétariat", email="ecole@example.org"),
        head_contact=Contact(name="Direction", email="direction@example.org"),
    )
    offer = an_offer(company)
    slot = a_slot(offer, **given)
    await gateway.tell(
        CompanyRegistered(company=company),
        AssociationRegistered(association=association),
        SchoolRegistered(school=school),
        VisitOfferPublished(visit_offer=offer),
        SlotOpened(slot=slot),
    )
    return Parties(company, offer, slot, school, association)


async def written(gateway: Gateway) -> None:
    """Wait until it is known of every notice what becomes of its mail."""

    async def none_left() -> bool:
        return not await gateway.connection.fetchval("select count(*) from timer where kind = 'write_notices'")

    await until(none_left)


async def told(gateway: Gateway, about: UUID | None = None) -> dict[tuple[str, str], int]:
    """Who was told of which kind of fact, and how often, about one thing or all; a head of school is `head`."""
    await written(gateway)
    rows = await gateway.connection.fetch(
        "select kind, case when for_head then 'head' else party end as whom, count(*) as times from notice"
        " where $1 = '' or about like '%' || $1 group by 1, 2",
        str(about or ""),
    )
    return {(row["kind"], row["whom"]): row["times"] for row in rows}


async def notices(gateway: Gateway, role: Role, organisation_id: object, **params: Any) -> list[Any]:
    """What somebody reads in the list of their notices."""
    await written(gateway)
    return await gateway.items("/v1/notices", await gateway.headers(role, organisation_id), **params)
