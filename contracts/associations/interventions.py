"""Interventions: one mediation of one booked visit, as the association that gives it holds it."""

from uuid import UUID

from contracts.fields import Reason
from contracts.message import Command, Event, Instant, Query, Resource
from contracts.place import Place
from contracts.vocabulary import Level, Theme


class Intervention(Resource, frozen=True, kw_only=True):
    """What an association is asked to do on a visit; state as in `machines.INTERVENTION`.

    A live one takes one of the interventions of its capacity, and its day. `answer_by` is until when the association
    has to answer.
    """

    booking_id: UUID
    association_id: UUID
    association_name: str
    capacity_id: UUID
    company_id: UUID
    company_name: str
    school_uai: str
    school_name: str
    visit_offer_id: UUID
    visit_offer_title: str
    themes: tuple[Theme, ...] = ()
    place: Place
    level: Level
    pupils: int
    starts_at: Instant
    ends_at: Instant
    state: str
    reason: str = ""
    ended_by: str = ""
    answer_by: Instant | None = None
    created_at: Instant
    changed_at: Instant


class MoveIntervention(Command[Intervention], frozen=True, kw_only=True):
    """Accept, decline or withdraw an intervention (`machines.INTERVENTION`)."""

    intervention_id: UUID
    action: str
    reason: Reason = ""


class GetIntervention(Query[Intervention], frozen=True, kw_only=True):
    """One intervention."""

    intervention_id: UUID


class InterventionEvent(Event, frozen=True, kw_only=True):
    """What happened to an intervention."""

    intervention: Intervention


class InterventionRequested(InterventionEvent, frozen=True, kw_only=True):
    """An association is asked to mediate a visit."""


class InterventionAccepted(InterventionEvent, frozen=True, kw_only=True):
    """The association will mediate the visit."""


class InterventionDeclined(InterventionEvent, frozen=True, kw_only=True):
    """The association will not, or its capacity is used up: another one is looked for."""


class InterventionWithdrawn(InterventionEvent, frozen=True, kw_only=True):
    """The association takes its yes back: another one is looked for."""


class InterventionExpired(InterventionEvent, frozen=True, kw_only=True):
    """The association did not answer in time: another one is looked for."""


class InterventionChanged(InterventionEvent, frozen=True, kw_only=True):
    """The hours of the visit changed."""


class InterventionCancelled(InterventionEvent, frozen=True, kw_only=True):
    """The visit will not take place: the association is free again."""


class InterventionDone(InterventionEvent, frozen=True, kw_only=True):
    """The visit took place."""


INTERVENTION_EVENTS: tuple[type[InterventionEvent], ...] = (
    InterventionRequested,
    InterventionAccepted,
    InterventionDeclined,
    InterventionWithdrawn,
    InterventionExpired,
    InterventionChanged,
    InterventionCancelled,
    InterventionDone,
)
