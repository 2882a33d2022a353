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


class InterventionRequested(Event, frozen=True, kw_only=True):
    """An association is asked to mediate a visit."""

    intervention: Intervention


class InterventionAccepted(Event, frozen=True, kw_only=True):
    """The association will mediate the visit."""

    intervention: Intervention


class InterventionDeclined(Event, frozen=True, kw_only=True):
    """The association will not, or its capacity is used up: another one is looked for."""

    intervention: Intervention


class InterventionWithdrawn(Event, frozen=True, kw_only=True):
    """The association takes its yes back: another one is looked for."""

    intervention: Intervention


class InterventionExpired(Event, frozen=True, kw_only=True):
    """The association did not answer in time: another one is looked for."""

    intervention: Intervention


class InterventionChanged(Event, frozen=True, kw_only=True):
    """The hours of the visit changed."""

    intervention: Intervention


class InterventionCancelled(Event, frozen=True, kw_only=True):
    """The visit will not take place: the association is free again."""

    intervention: Intervention


class InterventionDone(Event, frozen=True, kw_only=True):
    """The visit took place."""

    intervention: Intervention


INTERVENTION_EVENTS: tuple[type[Event], ...] = (
    InterventionRequested,
    InterventionAccepted,
    InterventionDeclined,
    InterventionWithdrawn,
    InterventionExpired,
    InterventionChanged,
    InterventionCancelled,
    InterventionDone,
)
