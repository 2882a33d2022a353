"""Visits: what the search over all companies' slots answers, and how it may be asked."""

from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.companies.slots import Slot
from contracts.companies.visit_offers import Accessibility, SafetyRules
from contracts.place import Place
from contracts.vocabulary import Level, Theme, VisitFormat


class VisitOrder(StrEnum):
    """What comes first: the soonest visit, or the nearest."""

    DATE = "date"
    TRAVEL = "travel"


class OfferSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a class needs to know of an offer to choose among its slots; the rest is at `/v1/visit-offers/{id}`."""

    id: UUID
    title: str
    company_id: UUID
    company_name: str
    site_id: UUID
    site_name: str
    place: Place
    themes: tuple[Theme, ...]
    rome_codes: tuple[str, ...] = ()
    levels: tuple[Level, ...]
    formats: tuple[VisitFormat, ...]
    duration_minutes: int
    pupils_min: int
    pupils_max: int
    pupils_per_adult: int
    lead_time_days: int
    instant_confirmation: bool = False
    needs_mediation: bool = False
    role_model_present: bool = False
    price_cents: int = 0
    transport_paid_by_company: bool = False
    coach_parking: bool = False
    accessibility: Accessibility = Accessibility()
    safety: SafetyRules = SafetyRules()


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A slot with a group left, its offer, and the way there from the school where one was given.

    `travel_minutes` is one way by coach; `distance_km` is by road. Both are estimates
    (`contracts.reference.travel`).
    """

    slot: Slot
    visit_offer: OfferSummary
    groups_left: int
    travel_minutes: int | None = None
    distance_km: float | None = None
    fictional: bool = False
