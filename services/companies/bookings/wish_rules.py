"""Which class wants to come: its own school asks, a coordinator asks for it, or it accepted a proposal."""

from uuid import UUID

import msgspec

from contracts.caller import Caller
from contracts.companies.bookings import Booking, ClassNeeds, MediationState, NewBooking, TransportMode
from contracts.errors import Invalid, NotYours
from contracts.faults import identifier_faults, refuse
from contracts.identifiers import check_uai
from contracts.matchmaker.proposals import VisitProposal
from contracts.vocabulary import Level, OrganisationKind


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A class that wants a place on a slot; its fields that a booking has are called the same there."""

    school_uai: str
    level: Level
    pupils: int
    adults: int
    class_name: str
    girls: int | None = None
    needs: ClassNeeds = ClassNeeds()
    class_request_id: UUID | None = None
    proposal_id: UUID | None = None
    transport: TransportMode | None = None
    transport_cost_cents: int | None = None
    # Whether the class was promised a mediator whatever the offer says.
    mediation_promised: bool = False

    @property
    def class_key(self) -> str:
        """Which class it is: its request, else its level and name, always within its school."""
        return class_key(self.school_uai, self.level, self.class_name, self.class_request_id)


def class_key(school_uai: str, level: Level, class_name: str, class_request_id: UUID | None) -> str:
    """What tells one class from another."""
    if class_request_id is not None:
        return f"{school_uai} request {class_request_id}"
    return f"{school_uai} {level} {' '.join(class_name.casefold().split())}"


def class_key_of(booking: Booking) -> str:
    """Which class a booking is for."""
    return class_key(booking.school_uai, booking.level, booking.class_name, booking.class_request_id)


def wish_of(new: NewBooking, caller: Caller) -> Wish:
    """The wish of a school, or of a coordinator for one; raises NotYours, Invalid."""
    fields = {name: getattr(new, name) for name in NewBooking.__struct_fields__}
    return Wish(**(fields | {"school_uai": _school_of(new, caller)}))


def wish_of_proposal(proposal: VisitProposal) -> Wish:
    """The wish of a school that accepted a proposal."""
    return Wish(
        school_uai=proposal.school_uai,
        level=proposal.level,
        pupils=proposal.pupils,
        adults=proposal.adults,
        class_name=proposal.class_name,
        needs=proposal.needs,
        class_request_id=proposal.class_request_id,
        proposal_id=proposal.id,
        mediation_promised=proposal.association_id is not None,
    )


def wish_of_booking(booking: Booking) -> Wish:
    """The wish that stands behind a booking, to be booked elsewhere."""
    fields = {name: getattr(booking, name) for name in Wish.__struct_fields__ if name != "mediation_promised"}
    return Wish(**fields, mediation_promised=booking.mediation is not MediationState.NONE)


def _school_of(new: NewBooking, caller: Caller) -> str:
    if caller.organisation is OrganisationKind.SCHOOL:
        if new.school_uai not in {"", caller.organisation_id}:
            raise NotYours()
        return caller.organisation_id
    if not caller.is_coordinator:
        raise NotYours()
    if not new.school_uai:
        raise Invalid.field(
            "school_uai",
            "Say which school comes: give its UAI.",
            "Dites quelle école vient : donnez son UAI.",
        )
    refuse(identifier_faults("school_uai", check_uai, new.school_uai))
    return check_uai(new.school_uai)
