"""What most tests of companies begin with: a company, a site, an offer, a slot, asked for through the bus."""

from dataclasses import dataclass
from typing import Any

from contracts.caller import Caller
from contracts.companies.bookings import Booking, BookSlot, JoinWaitingList
from contracts.companies.profiles import AddSite, Company, RegisterCompany, Site
from contracts.companies.slots import GetSlot, OpenSlot, Slot
from contracts.companies.visit_offers import AddVisitOffer, VisitOffer
from contracts.local_time import local_day
from contracts.vocabulary import Role
from tests.component.alone import Alone
from tests.component.companies.given import (
    COORDINATOR,
    OTHER_TEACHER,
    TEACHER,
    a_caller,
    new_booking,
    new_company,
    new_offer,
    new_site,
    new_slot,
    next_school_day,
    today,
)


@dataclass(frozen=True)
class Host:
    """A company with a site, and the holder of its key."""

    company: Company
    site: Site
    caller: Caller


async def a_host(companies: Alone, **given: Any) -> Host:
    """An approved company with one site."""
    company = await companies.ask(RegisterCompany(company=new_company(**given)), COORDINATOR)
    caller = a_caller(Role.COMPANY, company.id)
    site = await companies.ask(AddSite(company_id=company.id, site=new_site()), caller)
    return Host(company, site, caller)


async def an_offer_of(companies: Alone, host: Host, **given: Any) -> VisitOffer:
    """An offer of its site, published unless told otherwise."""
    offer = new_offer(**({"site_id": host.site.id} | given))
    answer: VisitOffer = await companies.ask(AddVisitOffer(company_id=host.company.id, visit_offer=offer), host.caller)
    return answer


async def a_slot_of(companies: Alone, host: Host, offer: VisitOffer, days_ahead: int = 28, **given: Any) -> Slot:
    """A slot of one group on the first school day so many days ahead."""
    slot = new_slot(next_school_day(days_ahead), **given)
    answer: Slot = await companies.ask(OpenSlot(visit_offer_id=offer.id, slot=slot), host.caller)
    return answer


async def booked(companies: Alone, slot: Slot, caller: Caller = TEACHER, **given: Any) -> Booking:
    """A booking of the slot, by a school."""
    answer: Booking = await companies.ask(BookSlot(slot_id=slot.id, booking=new_booking(**given)), caller)
    return answer


async def an_opened_slot(companies: Alone, offer_given: Any = None, **given: Any) -> tuple[Host, Slot]:
    """A slot of a company with one offer, and who opened it."""
    host = await a_host(companies)
    offer = await an_offer_of(companies, host, **(offer_given or {}))
    return host, await a_slot_of(companies, host, offer, **given)


def days_until(slot: Slot, more: int = 0) -> int:
    """How many days there are from now to the slot's day, and some more."""
    return (local_day(slot.starts_at) - today()).days + more


async def a_full_slot(companies: Alone, offer_given: Any = None, **given: Any) -> tuple[Host, Slot, Booking]:
    """A slot that one class has taken, and that class's booking."""
    host, slot = await an_opened_slot(companies, offer_given, **given)
    return host, slot, await booked(companies, slot, class_name="first")


async def waitlisted(companies: Alone, slot: Slot, caller: Caller = OTHER_TEACHER, **given: Any) -> Booking:
    """A class of another school that waits for a place on the slot."""
    request = JoinWaitingList(slot_id=slot.id, booking=new_booking(**given))
    answer: Booking = await companies.ask(request, caller)
    return answer


async def current_slot(companies: Alone, slot: Slot) -> Slot:
    """The slot as it stands now."""
    answer: Slot = await companies.ask(GetSlot(slot_id=slot.id), COORDINATOR)
    return answer


async def let_slot_pass(companies: Alone, slot: Slot) -> None:
    """Store a slot as if it had been yesterday."""
    await companies.connection.execute(
        "update slot set starts_at = now() - interval '26 hours', ends_at = now() - interval '24 hours' where id = $1",
        slot.id,
    )
