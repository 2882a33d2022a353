"""Mediations: which association the matchmaker names for a booked visit that wants one.

The association's own answer is its intervention (`contracts.associations.interventions`); where it says no, the
matchmaker names another, until nobody is left.
"""

from uuid import UUID

from contracts.message import Event, Instant, Resource
from contracts.place import Place
from contracts.vocabulary import Level, Theme, VisitFormat


class Mediation(Resource, frozen=True, kw_only=True):
    """The mediator of one booking; its id is the booking's. `state` is `named`, `not_found` or `over`.

    `asked` are the associations that were named before and did not come. `rescheduled_from` is the booking that the
    visit moved from: its mediator is free from the moment at which the new one is named.
    """

    association_id: UUID | None = None
    association_name: str = ""
    capacity_id: UUID | None = None
    asked: tuple[UUID, ...] = ()
    state: str
    company_id: UUID
    company_name: str
    school_uai: str
    school_name: str
    visit_offer_id: UUID
    visit_offer_title: str
    themes: tuple[Theme, ...] = ()
    formats: tuple[VisitFormat, ...] = ()
    place: Place
    level: Level
    pupils: int
    starts_at: Instant
    ends_at: Instant
    changed_at: Instant
    rescheduled_from: UUID | None = None


class MediationNamed(Event, frozen=True, kw_only=True):
    """An association is to be asked for an intervention on a booked visit."""

    mediation: Mediation


class MediationNotFound(Event, frozen=True, kw_only=True):
    """No association within reach can mediate the visit."""

    mediation: Mediation


class MediationChanged(Event, frozen=True, kw_only=True):
    """Nobody new was named: the hours of the visit changed, one more association said no, or the booking ended."""

    mediation: Mediation
