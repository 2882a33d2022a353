"""Proposals of both kinds: what the matchmaker proposes, why, and the answers it gets."""

from enum import StrEnum
from uuid import UUID

from contracts.companies.bookings import ClassNeeds
from contracts.fields import Contact, Reason
from contracts.matchmaker.explanations import Explanation, WhyNot
from contracts.message import Command, Event, Instant, Query, Resource
from contracts.place import Place
from contracts.vocabulary import Level, OrganisationKind, Theme


class DeclineReason(StrEnum):
    """Why somebody declines a proposal."""

    DATE = "date"
    DISTANCE = "distance"
    THEME = "theme"
    COST = "cost"
    ALREADY_DONE = "already_done"
    NO_CAPACITY = "no_capacity"
    OTHER = "other"


class VisitProposal(Resource, frozen=True, kw_only=True):
    """A class and a slot that fit; state as in `machines.VISIT_PROPOSAL`.

    `score` is in [0, 1] before bonuses. `travel_minutes` is one way by coach. `why` says in
    words what the state does not (which rule withdrew it, which reason declined it). `policy_version` is that of the
    policy by which it was made, 0 where that is no longer known.
    """

    class_request_id: UUID
    school_uai: str
    school_name: str
    slot_id: UUID
    visit_offer_id: UUID
    visit_offer_title: str
    company_id: UUID
    company_name: str
    association_id: UUID | None = None
    association_name: str = ""
    level: Level
    pupils: int
    adults: int
    class_name: str = ""
    needs: ClassNeeds = ClassNeeds()
    themes: tuple[Theme, ...] = ()
    place: Place
    starts_at: Instant
    ends_at: Instant
    travel_minutes: int
    price_cents: int = 0
    score: float
    summary_en: str = ""
    summary_fr: str = ""
    state: str
    why: str = ""
    booking_id: UUID | None = None
    replaces_id: UUID | None = None
    match_run_id: UUID
    policy_version: int = 0
    expires_at: Instant
    created_at: Instant
    changed_at: Instant


class PartnershipProposal(Resource, frozen=True, kw_only=True):
    """A company and an association that fit; state as in `machines.PARTNERSHIP_PROPOSAL`.

    The contacts are there only once both sides accepted, and only for the two of them. `answered_by` names the sides
    that have answered, in the order of their answers. `policy_version` as in a visit proposal.
    """

    company_id: UUID
    company_name: str
    association_id: UUID
    association_name: str
    themes: tuple[Theme, ...] = ()
    levels: tuple[Level, ...] = ()
    distance_km: float
    score: float
    summary_en: str = ""
    summary_fr: str = ""
    state: str
    why: str = ""
    answered_by: tuple[OrganisationKind, ...] = ()
    company_contact: Contact | None = None
    association_contact: Contact | None = None
    match_run_id: UUID
    policy_version: int = 0
    expires_at: Instant
    created_at: Instant
    changed_at: Instant


class AnswerVisitProposal(Command[VisitProposal], frozen=True, kw_only=True):
    """Accept or decline a visit proposal (`machines.VISIT_PROPOSAL`); accepting books."""

    proposal_id: UUID
    action: str
    reason: DeclineReason | None = None
    remark: Reason = ""


class AnswerPartnershipProposal(Command[PartnershipProposal], frozen=True, kw_only=True):
    """Accept or decline a partnership proposal (`machines.PARTNERSHIP_PROPOSAL`)."""

    proposal_id: UUID
    action: str
    reason: DeclineReason | None = None
    remark: Reason = ""


class GetVisitProposal(Query[VisitProposal], frozen=True, kw_only=True):
    """One visit proposal."""

    proposal_id: UUID


class GetPartnershipProposal(Query[PartnershipProposal], frozen=True, kw_only=True):
    """One partnership proposal."""

    proposal_id: UUID


class ExplainVisitProposal(Query[Explanation], frozen=True, kw_only=True):
    """Why this visit was proposed, with the figures of the day it was."""

    proposal_id: UUID


class ExplainWhyNot(Query[WhyNot], frozen=True, kw_only=True):
    """Why this slot is not proposed to this class, with the figures of now; for its school and the Region."""

    class_request_id: UUID
    slot_id: UUID


class ExplainPartnershipProposal(Query[Explanation], frozen=True, kw_only=True):
    """Why this partnership was proposed, with the figures of the day it was."""

    proposal_id: UUID


class VisitProposalMade(Event, frozen=True, kw_only=True):
    """The matchmaker proposes a visit to a school."""

    visit_proposal: VisitProposal


class VisitProposalChanged(Event, frozen=True, kw_only=True):
    """Another association would mediate the visit that a school has been proposed."""

    visit_proposal: VisitProposal


class VisitProposalAccepted(Event, frozen=True, kw_only=True):
    """The school said yes: the slot is to be booked."""

    visit_proposal: VisitProposal


class VisitProposalBooked(Event, frozen=True, kw_only=True):
    """The accepted proposal became a booking."""

    visit_proposal: VisitProposal


class VisitProposalClosed(Event, frozen=True, kw_only=True):
    """A visit proposal was declined, withdrawn or expired."""

    visit_proposal: VisitProposal


class PartnershipProposalMade(Event, frozen=True, kw_only=True):
    """The matchmaker proposes a partnership to a company and an association."""

    partnership_proposal: PartnershipProposal


class PartnershipProposalAnswered(Event, frozen=True, kw_only=True):
    """One of the two sides said yes; the other has still to answer."""

    partnership_proposal: PartnershipProposal


class PartnershipProposalAgreed(Event, frozen=True, kw_only=True):
    """Both sides said yes: a partnership is to be made."""

    partnership_proposal: PartnershipProposal


class PartnershipProposalClosed(Event, frozen=True, kw_only=True):
    """A partnership proposal was declined, withdrawn or expired."""

    partnership_proposal: PartnershipProposal
