"""What a match around an event reads: the same as `store.py` reads of the region, of some things only, by their ids."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from contracts.associations.capacities import Capacity
from contracts.companies.profiles import Site
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.machines import LIVE_BOOKING_STATES, LIVE_INTERVENTION_STATES
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.proposals import VisitProposal
from contracts.matchmaker.schools import School
from contracts.message import decoder_of
from services.matchmaker.mediations.store import Promised
from services.matchmaker.runs.store import Ended, Held
from services.work import Connection


async def list_requests_of_schools(connection: Connection, uais: Collection[str]) -> tuple[UUID, ...]:
    """The class requests of schools that are open."""
    rows = await connection.fetch(
        "select id from class_request where school_uai = any($1::text[]) and state = 'open'", list(uais)
    )
    return tuple(row["id"] for row in rows)


async def list_slots_of_offers(
    connection: Connection, offers: Collection[UUID], companies: Collection[UUID]
) -> tuple[UUID, ...]:
    """The open slots of visit offers, and of all offers of companies."""
    rows = await connection.fetch(
        "select id from slot where state = 'open' and visit_offer_id = any(array("
        " select id from visit_offer where company_id = any($2::uuid[]) union select unnest($1::uuid[])))",
        list(offers),
        list(companies),
    )
    return tuple(row["id"] for row in rows)


async def list_slots_of_same_offers(connection: Connection, ids: Collection[UUID]) -> tuple[UUID, ...]:
    """The open slots of the visit offers that these slots belong to."""
    rows = await connection.fetch(
        "select id from slot where state = 'open'"
        " and visit_offer_id = any(array(select visit_offer_id from slot where id = any($1::uuid[])))",
        list(ids),
    )
    return tuple(row["id"] for row in rows)


async def list_requests_proposed(
    connection: Connection, slots: Collection[UUID], capacities: Collection[UUID]
) -> tuple[UUID, ...]:
    """The classes to which visits of these slots, or with these capacities, are proposed."""
    rows = await connection.fetch(
        "select class_request_id from visit_proposal where state in ('proposed', 'accepted')"
        " and slot_id = any($1::uuid[])"
        " union select class_request_id from visit_proposal where state in ('proposed', 'accepted')"
        " and capacity_id = any($2::uuid[])",
        list(slots),
        list(capacities),
    )
    return tuple(row["class_request_id"] for row in rows)


async def list_capacities_of_associations(connection: Connection, ids: Collection[UUID]) -> tuple[UUID, ...]:
    """The published capacities of associations."""
    rows = await connection.fetch(
        "select id from capacity where association_id = any($1::uuid[]) and state = 'published'", list(ids)
    )
    return tuple(row["id"] for row in rows)


async def list_requests(
    connection: Connection, ids: Collection[UUID], today: date
) -> tuple[tuple[ClassRequest, ...], dict[str, School]]:
    """Those of the class requests that are to be served, and their schools by UAI."""
    rows = await connection.fetch(
        "select class_request.document as request, school.document as school from class_request"
        " join school on school.uai = class_request.school_uai"
        " where class_request.id = any($1::uuid[]) and class_request.state = 'open' and until_date >= $2"
        " order by class_request.id",
        list(ids),
        today,
    )
    requests = tuple(decoder_of(ClassRequest).decode(row["request"]) for row in rows)
    schools = (decoder_of(School).decode(row["school"]) for row in rows)
    return requests, {school.uai: school for school in schools}


async def list_slots(
    connection: Connection, ids: Collection[UUID], now: datetime
) -> tuple[tuple[Slot, ...], dict[UUID, VisitOffer]]:
    """Those of the slots that can be proposed, and their offers."""
    rows = await connection.fetch(
        "select slot.document as slot, visit_offer.document as offer from slot"
        " join visit_offer on visit_offer.id = slot.visit_offer_id"
        " join company on company.id = visit_offer.company_id"
        " where slot.id = any($1::uuid[]) and slot.state = 'open' and slot.starts_at > $2"
        " and visit_offer.state = 'published' and company.state <> 'suspended' order by slot.id",
        list(ids),
        now,
    )
    slots = tuple(decoder_of(Slot).decode(row["slot"]) for row in rows)
    offers = (decoder_of(VisitOffer).decode(row["offer"]) for row in rows)
    return slots, {offer.id: offer for offer in offers}


async def list_capacities(connection: Connection, ids: Collection[UUID], today: date) -> tuple[Capacity, ...]:
    """Those of the capacities that can still be given."""
    rows = await connection.fetch(
        "select capacity.document from capacity join association on association.id = capacity.association_id"
        " where capacity.id = any($1::uuid[]) and capacity.state = 'published' and capacity.until_date >= $2"
        " and association.state <> 'suspended' order by capacity.id",
        list(ids),
        today,
    )
    return tuple(decoder_of(Capacity).decode(row["document"]) for row in rows)


async def list_sites(connection: Connection, ids: Collection[UUID]) -> tuple[Site, ...]:
    """These sites."""
    rows = await connection.fetch("select document from site where id = any($1::uuid[]) order by id", list(ids))
    return tuple(decoder_of(Site).decode(row["document"]) for row in rows)


async def list_waiting(
    connection: Connection, request_ids: Collection[UUID]
) -> tuple[tuple[VisitProposal, UUID | None], ...]:
    """The proposals of these classes that are proposed or accepted, each with its capacity."""
    rows = await connection.fetch(
        "select document, capacity_id from visit_proposal"
        " where class_request_id = any($1::uuid[]) and state in ('proposed', 'accepted') order by id",
        list(request_ids),
    )
    decode = decoder_of(VisitProposal).decode
    return tuple((decode(row["document"]), row["capacity_id"]) for row in rows)


async def list_held(connection: Connection, request_ids: Collection[UUID]) -> tuple[Held, ...]:
    """The visits that these classes hold by live bookings."""
    rows = await connection.fetch(
        "select class_request_id, (document ->> 'slot_id')::uuid as slot_id,"
        " (document ->> 'starts_at')::timestamptz as starts_at"
        " from booking where class_request_id = any($1::uuid[]) and state = any($2)",
        list(request_ids),
        list(LIVE_BOOKING_STATES),
    )
    return tuple(Held(*row) for row in rows)


async def list_promised(connection: Connection, capacity_ids: Collection[UUID]) -> tuple[Promised, ...]:
    """The interventions that booked visits take of these capacities, as `mediations.store.list_promised` tells."""
    rows = await connection.fetch(
        "select distinct on (booking_id, capacity_id) capacity_id, starts_at from ("
        " select id as booking_id, capacity_id, starts_at from mediation"
        "  where state = 'named' and capacity_id = any($1::uuid[])"
        " union all"
        " select booking_id, capacity_id, starts_at from intervention"
        "  where capacity_id = any($1::uuid[]) and state = any($2)"
        ") taken order by booking_id, capacity_id",
        list(capacity_ids),
        list(LIVE_INTERVENTION_STATES),
    )
    return tuple(Promised(*row) for row in rows)


async def list_ended(connection: Connection, request_ids: Collection[UUID]) -> tuple[Ended, ...]:
    """What is not to be proposed again to these classes, as `store.list_ended_visits` tells."""
    rows = await connection.fetch(_ENDED, list(request_ids))
    return tuple(Ended(*row) for row in rows)


_ENDED = """
select id, class_request_id, slot_id, (document ->> 'visit_offer_id')::uuid, document ->> 'why'
from visit_proposal
where class_request_id = any($1::uuid[]) and (state in ('declined', 'expired')
    or (state = 'withdrawn' and document ->> 'why' like 'booking_%'))
union
select null::uuid, class_request_id, (document ->> 'slot_id')::uuid, (document ->> 'visit_offer_id')::uuid,
    'booking_' || state || ': ' || (document ->> 'reason')
from booking
where class_request_id = any($1::uuid[]) and proposal_id is null
    and state in ('refused', 'declined', 'cancelled', 'expired')
union
select null::uuid, r.id, (b.document ->> 'slot_id')::uuid, (b.document ->> 'visit_offer_id')::uuid,
    'booking_' || b.state || ': ' || (b.document ->> 'reason')
from class_request r join booking b on b.id = r.replaces_booking_id
where r.id = any($1::uuid[]) and b.state in ('refused', 'declined', 'cancelled', 'expired')
order by 2, 3
"""
