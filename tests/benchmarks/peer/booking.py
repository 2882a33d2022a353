"""Booking a class on a slot in one transaction, the usual way: lock the slot, ask the rules, write."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from contracts.identifiers import uuid7
from contracts.local_time import local_day
from tests.benchmarks.peer import bodies
from tests.benchmarks.peer.bodies import NewBooking
from tests.benchmarks.peer.rules import Refused, check_bookable
from tests.benchmarks.peer.tables import ApiKey, Booking, Idempotency, Outbox, School, Slot

SUBJECT = "evt.companies.booking.requested.v1"

# Built once: the library takes as long to put a statement together as to run it.
_LOCK_SLOT = (
    select(Slot, School.head_approves)
    .join(Slot.offer)
    .outerjoin(School, School.uai == bindparam("school_uai"))
    .options(contains_eager(Slot.offer))
    .where(Slot.id == bindparam("slot_id"))
    .with_for_update(of=Slot, key_share=True)
)
_CLAIM = insert(Idempotency).on_conflict_do_nothing().returning(Idempotency.key)
_KEEP = (
    update(Idempotency)
    .where(Idempotency.caller == bindparam("party"), Idempotency.key == bindparam("its_key"))
    .values(answer=bindparam("its_answer"))
    .execution_options(synchronize_session=False)
)


async def book(session: AsyncSession, slot_id: UUID, new: NewBooking, holder: ApiKey, key: str) -> bytes:
    """The booking as JSON, the same again for the same key; raises Refused."""
    party = f"{holder.organisation}:{holder.organisation_id}"
    if key and (earlier := await claim(session, party, key, slot_id, new)) is not None:
        return earlier
    school_uai = school_of(new, holder)
    found = await session.execute(_LOCK_SLOT, {"slot_id": slot_id, "school_uai": school_uai})
    row = found.one_or_none()
    if row is None:
        raise Refused(404, "not-found", "There is no such slot.")
    slot, head_approves = row
    now = datetime.now(UTC)
    check_bookable(new, slot, slot.offer, now)
    booking = booking_of(new, slot, school_uai, now, head_approves=bool(head_approves))
    session.add(booking)
    take_group(slot, booking)
    try:
        await session.flush()
    except IntegrityError as error:
        raise Refused(409, "already-booked", "One visit per class and day, one booking per class and slot.") from error
    answer = bodies.Booking.model_validate(booking)
    session.add(outbox_row(answer, slot, now))
    body = answer.model_dump_json().encode()
    if key:
        connection = await session.connection()
        await connection.execute(_KEEP, {"party": party, "its_key": key, "its_answer": body})
    return body


async def claim(session: AsyncSession, party: str, key: str, slot_id: UUID, new: NewBooking) -> bytes | None:
    """The answer given earlier to a key; None where it is to be given now. Raises Refused for another request."""
    digest = hashlib.sha256(f"{slot_id} {new.model_dump_json()}".encode()).digest()
    claim = {"caller": party, "key": key, "request_hash": digest, "answer": b""}
    claimed = await (await session.connection()).scalar(_CLAIM, claim)
    if claimed:
        return None
    earlier = await session.get(Idempotency, (party, key))
    if earlier is None or earlier.request_hash != digest:
        raise Refused(422, "key-reused", "This Idempotency-Key stood for another request.")
    return earlier.answer


def school_of(new: NewBooking, holder: ApiKey) -> str:
    """The school that books; raises Refused."""
    if holder.organisation == "school" and new.school_uai in {"", holder.organisation_id}:
        return holder.organisation_id
    if holder.role == "coordinator" and new.school_uai:
        return new.school_uai
    raise Refused(403, "not-yours", "Only the school itself, or the Region, books for it.")


def booking_of(new: NewBooking, slot: Slot, school_uai: str, now: datetime, *, head_approves: bool) -> Booking:
    """The booking of a class that no rule refuses."""
    state, waiting_for = ("requested", "head") if head_approves else ("approved", "company")
    if slot.offer.instant_confirmation and not head_approves:
        state, waiting_for = "confirmed", ""
    return Booking(
        id=uuid7(),
        version=1,
        slot_id=slot.id,
        visit_offer_id=slot.visit_offer_id,
        company_id=slot.company_id,
        school_uai=school_uai,
        class_key=f"{school_uai} {new.level} {' '.join(new.class_name.casefold().split())}",
        visit_day=local_day(slot.starts_at),
        level=new.level,
        pupils=new.pupils,
        adults=new.adults,
        class_name=new.class_name,
        girls=new.girls,
        needs=new.needs.model_dump(),
        class_request_id=new.class_request_id,
        transport=new.transport,
        transport_cost_cents=new.transport_cost_cents,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        state=state,
        waiting_for=waiting_for,
        groups=1,
        created_at=now,
        changed_at=now,
    )


def take_group(slot: Slot, booking: Booking) -> None:
    """Count a booking on its slot."""
    slot.version += 1
    slot.groups_taken += booking.groups
    slot.pupils_taken += booking.pupils
    if slot.groups_taken == slot.groups:
        slot.state = "full"


def outbox_row(booking: bodies.Booking, slot: Slot, now: datetime) -> Outbox:
    """The event that tells of a booking, as a CloudEvent in binary mode."""
    event_id = uuid7()
    event = bodies.BookingRequested(booking=booking, slot=bodies.Slot.model_validate(slot))
    headers = {
        "Nats-Msg-Id": str(event_id),
        "ce-specversion": "1.0",
        "ce-id": str(event_id),
        "ce-type": SUBJECT,
        "ce-source": "/services/companies",
        "ce-subject": str(booking.id),
        "ce-time": now.isoformat(),
        "content-type": "application/json",
    }
    return Outbox(
        id=event_id,
        aggregate_id=str(booking.id),
        subject=SUBJECT,
        headers=headers,
        body=event.model_dump_json().encode(),
        occurred_at=now,
    )
