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
    pooled: bool = False
    splitting: bool = False


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A slot with a place left, its offer, and the way there from the school where one was given.

    `places_left` says for how many pupils there is room where the offer pools its places. `waiting_list` marks a slot
    that is full, where a class can only wait. `travel_minutes` is one way by coach; `distance_km` is by road. Both are
    estimates (`contracts.reference.travel`).
    """

    slot: Slot
    visit_offer: OfferSummary
    groups_left: int
    places_left: int | None = None
    waiting_list: bool = False
    travel_minutes: int | None = None
    distance_km: float | None = None
    fictional: bool = False
