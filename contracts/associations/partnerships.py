"""Partnerships: agreed company–association cooperations."""

from uuid import UUID

from contracts.fields import Reason
from contracts.message import Command, Event, Instant, Query, Resource
from contracts.vocabulary import Theme


class Partnership(Resource, frozen=True, kw_only=True):
    """An agreed cooperation; state as in `machines.PARTNERSHIP`."""

    company_id: UUID
    company_name: str
    association_id: UUID
    association_name: str
    proposal_id: UUID
    themes: tuple[Theme, ...] = ()
    state: str
    outcome: str = ""
    agreed_at: Instant


class MovePartnership(Command[Partnership], frozen=True, kw_only=True):
    """Start or close a partnership (`machines.PARTNERSHIP`); `reason` is its outcome."""

    partnership_id: UUID
    action: str
    reason: Reason = ""


class GetPartnership(Query[Partnership], frozen=True, kw_only=True):
    """One partnership."""

    partnership_id: UUID


class PartnershipAgreed(Event, frozen=True, kw_only=True):
    """Both sides accepted the proposal: the partnership exists."""

    partnership: Partnership


class PartnershipMoved(Event, frozen=True, kw_only=True):
    """A partnership was started or closed."""

    partnership: Partnership
