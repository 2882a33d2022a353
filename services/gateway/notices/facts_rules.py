"""What the words of a notice are made of, taken from the event that it tells of.

Names that the event does not carry (a booking has only ids) are looked up when the words are written.
"""

from datetime import datetime
from functools import singledispatch
from typing import Any
from uuid import UUID

import msgspec

from contracts.associations.interventions import Intervention
from contracts.associations.partnerships import Partnership
from contracts.associations.profiles import Association
from contracts.companies.booking_checks import ChecklistItem
from contracts.companies.bookings import Booking
from contracts.companies.profiles import Company
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import Wording
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.mediations import Mediation
from contracts.matchmaker.proposals import PartnershipProposal, VisitProposal
from contracts.message import Resource
from contracts.vocabulary import Level


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who, what, when and why; empty where it does not matter or is not known."""

    company_id: UUID | None = None
    company: str = ""
    association_id: UUID | None = None
    association: str = ""
    school_uai: str = ""
    school: str = ""
    visit_offer_id: UUID | None = None
    offer: str = ""
    level: Level | None = None
    class_name: str = ""
    pupils: int = 0
    adults: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    # Of a visit that moved: when it was to be.
    was_at: datetime | None = None
    answer_by: datetime | None = None
    reason: str = ""
    why: Wording | None = None
    late: bool = False
    absent: str = ""
    checklist: tuple[ChecklistItem, ...] = ()


@singledispatch
def facts_of(_resource: Any) -> Facts:
    """The facts of a resource; none of one that is only a name in a list."""
    return Facts()


@facts_of.register
def _(booking: Booking) -> Facts:
    came = booking.attendance
    passed = booking.passed_over[-1] if booking.passed_over else None
    return Facts(
        company_id=booking.company_id,
        association_id=booking.association_id,
        school_uai=booking.school_uai,
        visit_offer_id=booking.visit_offer_id,
        level=booking.level,
        class_name=booking.class_name,
        pupils=came.pupils if came else booking.pupils,
        adults=came.adults if came else booking.adults,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        answer_by=booking.answer_by,
        reason=booking.reason,
        why=Wording(passed.reason_en, passed.reason_fr) if passed else None,
        late=booking.late,
        absent=booking.absent or "",
    )


def _visit_facts(visit: Intervention | Mediation | VisitProposal, **more: Any) -> Facts:
    return Facts(
        company_id=visit.company_id,
        company=visit.company_name,
        association_id=visit.association_id,
        association=visit.association_name,
        school_uai=visit.school_uai,
        school=visit.school_name,
        visit_offer_id=visit.visit_offer_id,
        offer=visit.visit_offer_title,
        level=visit.level,
        pupils=visit.pupils,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        **more,
    )


@facts_of.register
def _(intervention: Intervention) -> Facts:
    return _visit_facts(intervention, answer_by=intervention.answer_by, reason=intervention.reason)


@facts_of.register
def _(mediation: Mediation) -> Facts:
    return _visit_facts(mediation)


@facts_of.register
def _(proposal: VisitProposal) -> Facts:
    return _visit_facts(
        proposal,
        class_name=proposal.class_name,
        adults=proposal.adults,
        answer_by=proposal.expires_at,
        reason=proposal.why,
        why=Wording(proposal.summary_en, proposal.summary_fr) if proposal.summary_fr else None,
    )


@facts_of.register
def _(proposal: PartnershipProposal) -> Facts:
    return Facts(
        company_id=proposal.company_id,
        company=proposal.company_name,
        association_id=proposal.association_id,
        association=proposal.association_name,
        answer_by=proposal.expires_at,
        reason=proposal.why,
        why=Wording(proposal.summary_en, proposal.summary_fr) if proposal.summary_fr else None,
    )


@facts_of.register
def _(partnership: Partnership) -> Facts:
    return Facts(
        company_id=partnership.company_id,
        company=partnership.company_name,
        association_id=partnership.association_id,
        association=partnership.association_name,
        reason=partnership.outcome,
    )


@facts_of.register
def _(offer: VisitOffer) -> Facts:
    return Facts(
        company_id=offer.company_id,
        company=offer.company_name,
        visit_offer_id=offer.id,
        offer=offer.title,
        reason=offer.reason,
    )


@facts_of.register
def _(company: Company) -> Facts:
    return Facts(company_id=company.id, company=company.name, reason=company.reason)


@facts_of.register
def _(association: Association) -> Facts:
    return Facts(association_id=association.id, association=association.name, reason=association.reason)


@facts_of.register
def _(request: ClassRequest) -> Facts:
    return Facts(
        school_uai=request.school_uai,
        school=request.school_name,
        level=request.level,
        class_name=request.class_name,
        pupils=request.pupils,
    )


# Where each kind of thing is read in the API.
_ADDRESSES: dict[type[Resource], str] = {
    Booking: "/v1/bookings/{0.id}",
    Mediation: "/v1/bookings/{0.id}",
    Intervention: "/v1/interventions/{0.id}",
    VisitProposal: "/v1/visit-proposals/{0.id}",
    PartnershipProposal: "/v1/partnership-proposals/{0.id}",
    Partnership: "/v1/partnerships/{0.id}",
    VisitOffer: "/v1/visit-offers/{0.id}",
    Company: "/v1/companies/{0.id}",
    Association: "/v1/associations/{0.id}",
    ClassRequest: "/v1/class-requests/{0.id}",
}


def address_of(resource: Resource) -> str:
    """Where the resource is read in the API."""
    return _ADDRESSES[type(resource)].format(resource)


def page_of(address: str) -> str:
    """Where people read what software reads at an address: pages are named as the API is, without its version."""
    return address.removeprefix("/v1")
