"""What the peer takes and answers, with the bounds of `contracts/companies/bookings.py`."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.companies.bookings import TransportMode
from contracts.vocabulary import Level

Count = Annotated[int, Field(ge=0, le=40)]


class ClassNeeds(BaseModel):
    """How many pupils need which access."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    motor: Count = 0
    visual: Count = 0
    hearing: Count = 0
    mental: Count = 0


class NewBooking(BaseModel):
    """One class that wants to come."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Level
    pupils: Annotated[int, Field(ge=1, le=200, strict=True)]
    adults: Annotated[int, Field(ge=0, le=50, strict=True)]
    school_uai: str = ""
    class_name: Annotated[str, Field(max_length=60)] = ""
    girls: Annotated[int, Field(ge=0, le=200, strict=True)] | None = None
    needs: ClassNeeds = ClassNeeds()
    class_request_id: UUID | None = None
    transport: TransportMode | None = None
    transport_cost_cents: Annotated[int, Field(ge=0, le=10_000_000, strict=True)] | None = None


class Booking(BaseModel):
    """One class on one slot, as it is answered."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    allowed_actions: tuple[str, ...] = ("cancel", "reschedule")
    slot_id: UUID
    visit_offer_id: UUID
    company_id: UUID
    school_uai: str
    level: Level
    pupils: int
    adults: int
    class_name: str
    girls: int | None
    needs: ClassNeeds
    class_request_id: UUID | None
    transport: TransportMode | None
    transport_cost_cents: int | None
    starts_at: datetime
    ends_at: datetime
    state: str
    waiting_for: str
    groups: int
    created_at: datetime
    changed_at: datetime


class Slot(BaseModel):
    """A slot, as its events carry it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    visit_offer_id: UUID
    company_id: UUID
    starts_at: datetime
    ends_at: datetime
    groups: int
    groups_taken: int
    pupils_per_group: int
    pupils_taken: int
    state: str


class BookingRequested(BaseModel):
    """The event of a new booking."""

    booking: Booking
    slot: Slot
