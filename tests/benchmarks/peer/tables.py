"""The peer's tables, with the same constraints and indexes as companies' own."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

LIVE = text("state in ('offered', 'requested', 'approved', 'confirmed', 'completed', 'no_show', 'presumed_done')")
LIVE_OR_WAITING = text(
    "state in ('waitlisted', 'offered', 'requested', 'approved', 'confirmed', 'completed', 'no_show', 'presumed_done')"
)


class Base(DeclarativeBase):
    """The tables' base, and how Python's types are stored."""

    type_annotation_map = {  # noqa: RUF012  the library's own idiom
        str: Text,
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text),
        dict[str, Any]: JSONB,
        bytes: LargeBinary,
    }


class ApiKey(Base):
    """A key, known by the hash of its secret."""

    __tablename__ = "api_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    secret_hash: Mapped[bytes]
    role: Mapped[str]
    organisation: Mapped[str]
    organisation_id: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class School(Base):
    """What a booking asks of its school."""

    __tablename__ = "school"

    uai: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    head_approves: Mapped[bool]


class VisitOffer(Base):
    """What a booking asks of its offer."""

    __tablename__ = "visit_offer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID]
    title: Mapped[str]
    state: Mapped[str]
    levels: Mapped[list[str]]
    formats: Mapped[list[str]]
    pupils_min: Mapped[int]
    pupils_per_adult: Mapped[int]
    lead_time_days: Mapped[int]
    instant_confirmation: Mapped[bool]
    minimum_age: Mapped[int]
    access_needs: Mapped[list[str]]
    alternative_route: Mapped[str]


class Slot(Base):
    """A dated opening, its groups counted."""

    __tablename__ = "slot"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    visit_offer_id: Mapped[UUID] = mapped_column(ForeignKey("visit_offer.id"))
    company_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    groups: Mapped[int]
    groups_taken: Mapped[int] = mapped_column(server_default=text("0"))
    pupils_per_group: Mapped[int]
    pupils_taken: Mapped[int] = mapped_column(server_default=text("0"))
    state: Mapped[str]
    offer: Mapped[VisitOffer] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint("groups_taken between 0 and groups"),
        Index("slot_of_offer", "visit_offer_id", "starts_at"),
    )


class Booking(Base):
    """One class on one slot."""

    __tablename__ = "booking"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slot.id"))
    visit_offer_id: Mapped[UUID]
    company_id: Mapped[UUID]
    school_uai: Mapped[str]
    class_key: Mapped[str]
    visit_day: Mapped[date]
    level: Mapped[str]
    pupils: Mapped[int]
    adults: Mapped[int]
    class_name: Mapped[str]
    girls: Mapped[int | None]
    needs: Mapped[dict[str, Any]]
    class_request_id: Mapped[UUID | None]
    transport: Mapped[str | None]
    transport_cost_cents: Mapped[int | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str]
    waiting_for: Mapped[str]
    groups: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        Index("booking_live_slot", "slot_id", "class_key", unique=True, postgresql_where=LIVE_OR_WAITING),
        Index("booking_live_day", "class_key", "visit_day", unique=True, postgresql_where=LIVE),
    )


class Idempotency(Base):
    """The answer given to a caller's key."""

    __tablename__ = "idempotency"

    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    answer: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Outbox(Base):
    """An event to be told once its transaction has committed."""

    __tablename__ = "outbox"

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    aggregate_id: Mapped[str]
    subject: Mapped[str]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    occurred_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    __table_args__ = (Index("outbox_unpublished", "position", postgresql_where=text("published_at is null")),)
