"""What a match reads of the matchmaker's tables, and what of them it locks before it writes."""

from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

import asyncpg
import msgspec

from contracts.associations.capacities import Capacity
from contracts.associations.profiles import Association
from contracts.companies.profiles import Company, Site
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.machines import LIVE_BOOKING_STATES
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.proposals import VisitProposal
from contracts.matchmaker.schools import School
from contracts.message import decoder_of
from services.work import Connection

DocumentT = TypeVar("DocumentT")


class Held(msgspec.Struct, frozen=True):
    """A visit that a class holds by a live booking."""

    class_request_id: UUID
    slot_id: UUID
    starts_at: datetime


class Ended(msgspec.Struct, frozen=True):
    """A visit that came to nothing: its proposal was declined or expired, or its booking fell through."""

    proposal_id: UUID | None
    class_request_id: UUID
    slot_id: UUID
    visit_offer_id: UUID
    why: str


class JobNeeds(msgspec.Struct, frozen=True):
    """How many published job needs a company has."""

    company_id: UUID
    number: int


class Pair(msgspec.Struct, frozen=True):
    """A company and an association that were proposed to each other, and when that last moved."""

    company_id: UUID
    association_id: UUID
    state: str
    changed_at: datetime


def _decode(rows: list[asyncpg.Record], kind: type[DocumentT]) -> tuple[DocumentT, ...]:
    decoder = msgspec.json.Decoder(kind)
    return tuple(decoder.decode(row[0]) for row in rows)


async def list_open_requests(connection: Connection, today: date) -> tuple[tuple[ClassRequest, ...], dict[str, School]]:
    """The class requests to serve, and their schools by UAI."""
    rows = await connection.fetch(
        "select document from class_request where state = 'open' and until_date >= $1 order by id",
        today,
    )
    requests = _decode(rows, ClassRequest)
    rows = await connection.fetch(
        "select document from school where uai = any($1::text[])",
        list({request.school_uai for request in requests}),
    )
    return requests, {school.uai: school for school in _decode(rows, School)}


async def count_open_requests(connection: Connection) -> int:
    """How many class requests are open."""
    number: int = await connection.fetchval("select count(*) from class_request where state = 'open'")
    return number


async def list_open_slots(connection: Connection, now: datetime) -> tuple[tuple[Slot, ...], dict[UUID, VisitOffer]]:
    """The slots that can be proposed, full ones that hold a proposal included, and their offers."""
    rows = await connection.fetch(
        "select slot.document from slot"
        " join visit_offer on visit_offer.id = slot.visit_offer_id"
        " join company on company.id = visit_offer.company_id"
        " where slot.state = 'open' and slot.starts_at > $1"
        " and visit_offer.state = 'published' and company.state <> 'suspended'"
        " order by slot.id",
        now,
    )
    slots = _decode(rows, Slot)
    rows = await connection.fetch(
        "select document from visit_offer where id = any($1::uuid[])",
        list({slot.visit_offer_id for slot in slots}),
    )
    return slots, {offer.id: offer for offer in _decode(rows, VisitOffer)}


async def list_published_offers(connection: Connection) -> tuple[VisitOffer, ...]:
    """Every published offer, by id."""
    rows = await connection.fetch("select document from visit_offer where state = 'published' order by id")
    return _decode(rows, VisitOffer)


async def list_published_capacities(connection: Connection, today: date) -> tuple[Capacity, ...]:
    """The capacities that can still be given, of associations that are not suspended."""
    rows = await connection.fetch(
        "select capacity.document from capacity"
        " join association on association.id = capacity.association_id"
        " where capacity.state = 'published' and capacity.until_date >= $1"
        " and association.state <> 'suspended' order by capacity.id",
        today,
    )
    return _decode(rows, Capacity)


async def list_associations(connection: Connection) -> tuple[Association, ...]:
    """The associations that may be proposed."""
    rows = await connection.fetch("select document from association where state <> 'suspended' order by id")
    return _decode(rows, Association)


async def list_companies(connection: Connection) -> tuple[Company, ...]:
    """The companies that may be proposed."""
    rows = await connection.fetch("select document from company where state <> 'suspended' order by id")
    return _decode(rows, Company)


async def list_sites(connection: Connection) -> tuple[Site, ...]:
    """Every company's sites."""
    return _decode(await connection.fetch("select document from site order by id"), Site)


async def list_job_needs(connection: Connection) -> tuple[JobNeeds, ...]:
    """How many published job needs each company has; companies without one are left out."""
    rows = await connection.fetch(
        "select company_id, count(*) as number from job_need where state = 'published' group by company_id"
    )
    return tuple(JobNeeds(row["company_id"], row["number"]) for row in rows)


async def list_waiting_proposals(connection: Connection) -> tuple[tuple[VisitProposal, UUID | None], ...]:
    """The visit proposals that are proposed or accepted, each with its capacity."""
    rows = await connection.fetch(
        "select document, capacity_id from visit_proposal where state in ('proposed', 'accepted') order by id"
    )
    decode = decoder_of(VisitProposal).decode
    return tuple((decode(row["document"]), row["capacity_id"]) for row in rows)


async def list_held_visits(connection: Connection) -> tuple[Held, ...]:
    """The visits that classes hold by live bookings."""
    rows = await connection.fetch(
        "select class_request_id, (document ->> 'slot_id')::uuid as slot_id,"
        " (document ->> 'starts_at')::timestamptz as starts_at"
        " from booking where class_request_id is not null and state = any($1)",
        list(LIVE_BOOKING_STATES),
    )
    return tuple(Held(*row) for row in rows)


async def list_ended_visits(connection: Connection) -> tuple[Ended, ...]:
    """What is not to be proposed again to the classes that still ask."""
    return (*await _list_ended_proposals(connection), *await _list_fallen_bookings(connection))


async def _list_ended_proposals(connection: Connection) -> tuple[Ended, ...]:
    rows = await connection.fetch(
        "select p.id, p.class_request_id, p.slot_id, (p.document ->> 'visit_offer_id')::uuid as offer_id,"
        " p.document ->> 'why' as why"
        " from visit_proposal p join class_request r on r.id = p.class_request_id"
        " where r.state = 'open' and (p.state in ('declined', 'expired')"
        " or (p.state = 'withdrawn' and p.document ->> 'why' like 'booking_%')) order by p.id"
    )
    return tuple(Ended(*row) for row in rows)


async def _list_fallen_bookings(connection: Connection) -> tuple[Ended, ...]:
    """Those that no proposal tells of: booked for the class request, or what it was opened to replace."""
    fallen = (
        "select null::uuid, r.id, (b.document ->> 'slot_id')::uuid as slot_id,"
        " (b.document ->> 'visit_offer_id')::uuid as offer_id,"
        " 'booking_' || b.state || ': ' || (b.document ->> 'reason') as why"
        " from class_request r join booking b on {link}"
        " where r.state = 'open' and b.state in ('refused', 'declined', 'cancelled', 'expired')"
    )
    booked, replaced = "b.class_request_id = r.id and b.proposal_id is null", "b.id = r.replaces_booking_id"
    rows = await connection.fetch(f"{fallen.format(link=booked)} union {fallen.format(link=replaced)} order by 2, 3")
    return tuple(Ended(*row) for row in rows)


async def list_pairs(connection: Connection) -> tuple[Pair, ...]:
    """The last proposal of every company–association pair."""
    rows = await connection.fetch(
        "select distinct on (company_id, association_id) company_id, association_id, state,"
        " changed_at from partnership_proposal"
        " order by company_id, association_id, changed_at desc"
    )
    return tuple(Pair(*row) for row in rows)


async def lock_requests(connection: Connection, ids: list[UUID]) -> dict[UUID, int]:
    """Versions of the class requests among these that are still open; all are locked, in the order of id."""
    rows = await connection.fetch(
        "select id, version, state from class_request where id = any($1::uuid[]) order by id for update", ids
    )
    return {row["id"]: row["version"] for row in rows if row["state"] == "open"}


async def count_claims(connection: Connection, ids: list[UUID]) -> dict[UUID, int]:
    """How many visits each class holds or has proposals for."""
    rows = await connection.fetch(
        "select class_request_id, count(*) as number from visit_proposal"
        " where class_request_id = any($1::uuid[]) and state in ('proposed', 'accepted', 'booked')"
        " group by class_request_id",
        ids,
    )
    return {row["class_request_id"]: row["number"] for row in rows}


async def lock_slots(connection: Connection, ids: list[UUID]) -> dict[UUID, Slot]:
    """The slots among these that are still open; they are locked, in the order of id."""
    rows = await connection.fetch(
        "select document from slot where id = any($1::uuid[]) and state = 'open' order by id for update", ids
    )
    return {slot.id: slot for slot in _decode(rows, Slot)}


async def list_proposed_pupils(connection: Connection, slot_ids: list[UUID]) -> dict[UUID, list[int]]:
    """How many pupils each class has that is proposed one of these slots, or has accepted it and is not booked yet."""
    rows = await connection.fetch(
        "select slot_id, array_agg((document ->> 'pupils')::int) as pupils from visit_proposal"
        " where slot_id = any($1::uuid[]) and state in ('proposed', 'accepted') group by slot_id",
        slot_ids,
    )
    return {row["slot_id"]: row["pupils"] for row in rows}
