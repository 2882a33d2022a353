"""Copies of what others own, kept by version: a late or repeated event changes nothing.

Every `keep_` answers whether the copy changed.
"""

from typing import Any
from uuid import UUID

from contracts.associations.capacities import Capacity
from contracts.associations.profiles import Association
from contracts.companies.bookings import Booking
from contracts.companies.job_needs import JobNeed
from contracts.companies.profiles import Company, Site
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.message import decoder_of
from services.work import Connection

_COMPANY = """
insert into company (id, version, state, document) values ($1, $2, $3, $4)
on conflict (id) do update set version = excluded.version, state = excluded.state,
    document = excluded.document
where excluded.version > company.version
"""
_SITE = """
insert into site (id, version, company_id, document) values ($1, $2, $3, $4)
on conflict (id) do update set version = excluded.version, document = excluded.document
where excluded.version > site.version
"""
_JOB_NEED = """
insert into job_need (id, version, company_id, state, document) values ($1, $2, $3, $4, $5)
on conflict (id) do update set version = excluded.version, state = excluded.state,
    document = excluded.document
where excluded.version > job_need.version
"""
_VISIT_OFFER = """
insert into visit_offer (id, version, company_id, state, document) values ($1, $2, $3, $4, $5)
on conflict (id) do update set version = excluded.version, state = excluded.state,
    document = excluded.document
where excluded.version > visit_offer.version
"""
_SLOT = """
insert into slot (id, version, visit_offer_id, state, starts_at, document)
values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update set version = excluded.version, state = excluded.state,
    starts_at = excluded.starts_at, document = excluded.document
where excluded.version > slot.version
"""
_ASSOCIATION = """
insert into association (id, version, state, document) values ($1, $2, $3, $4)
on conflict (id) do update set version = excluded.version, state = excluded.state,
    document = excluded.document
where excluded.version > association.version
"""
_CAPACITY = """
insert into capacity (id, version, association_id, state, until_date, document)
values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update set version = excluded.version, state = excluded.state,
    until_date = excluded.until_date, document = excluded.document
where excluded.version > capacity.version
"""
_BOOKING = """
insert into booking (id, version, class_request_id, proposal_id, state, document)
values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update set version = excluded.version, state = excluded.state,
    document = excluded.document
where excluded.version > booking.version
"""


async def keep_company(connection: Connection, company: Company) -> bool:
    """A company, with its contact: shown to an agreed partner only."""
    row = (company.id, company.version, company.state, company)
    return await _keep(connection, _COMPANY, *row)


async def keep_site(connection: Connection, site: Site) -> bool:
    """A company's site."""
    return await _keep(connection, _SITE, site.id, site.version, site.company_id, site)


async def keep_job_need(connection: Connection, need: JobNeed) -> bool:
    """A company's job need."""
    row = (need.id, need.version, need.company_id, need.state, need)
    return await _keep(connection, _JOB_NEED, *row)


async def keep_visit_offer(connection: Connection, offer: VisitOffer) -> bool:
    """A visit offer."""
    row = (offer.id, offer.version, offer.company_id, offer.state, offer)
    return await _keep(connection, _VISIT_OFFER, *row)


async def keep_slot(connection: Connection, slot: Slot) -> bool:
    """A slot, with the groups taken."""
    row = (slot.id, slot.version, slot.visit_offer_id, slot.state, slot.starts_at, slot)
    return await _keep(connection, _SLOT, *row)


async def keep_association(connection: Connection, association: Association) -> bool:
    """An association, with its contact: shown to an agreed partner only."""
    row = (association.id, association.version, association.state, association)
    return await _keep(connection, _ASSOCIATION, *row)


async def keep_capacity(connection: Connection, capacity: Capacity) -> bool:
    """An association's capacity."""
    row = (
        capacity.id,
        capacity.version,
        capacity.association_id,
        capacity.state,
        capacity.until_date,
        capacity,
    )
    return await _keep(connection, _CAPACITY, *row)


async def keep_booking(connection: Connection, booking: Booking) -> bool:
    """A booking, with the class request and the proposal that it came from."""
    row = (
        booking.id,
        booking.version,
        booking.class_request_id,
        booking.proposal_id,
        booking.state,
        booking,
    )
    return await _keep(connection, _BOOKING, *row)


async def find_booking(connection: Connection, booking_id: UUID) -> Booking | None:
    """One booking, as it was last heard of."""
    text = await connection.fetchval("select document from booking where id = $1", booking_id)
    return decoder_of(Booking).decode(text) if text else None


async def find_slot(connection: Connection, slot_id: UUID) -> Slot | None:
    """One slot, as it was last heard of."""
    text = await connection.fetchval("select document from slot where id = $1", slot_id)
    return decoder_of(Slot).decode(text) if text else None


async def find_visit_offer(connection: Connection, offer_id: UUID) -> VisitOffer | None:
    """One visit offer, as it was last heard of."""
    text = await connection.fetchval("select document from visit_offer where id = $1", offer_id)
    return decoder_of(VisitOffer).decode(text) if text else None


async def _keep(connection: Connection, statement: str, *values: Any) -> bool:
    return await connection.execute(statement, *values) != "INSERT 0 0"
