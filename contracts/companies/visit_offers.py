"""Visit offers: what a site opens to classes, and what `companies` says about it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from contracts.fields import Cents, Minutes, Name, Pupils, Reason, Text
from contracts.message import Command, Event, Input, Instant, Query, Resource
from contracts.place import Place
from contracts.vocabulary import AccessNeed, Level, Theme, VisitFormat


class OtherFee(Input, frozen=True, kw_only=True):
    """A price beside the entry, such as a coach or a meal."""

    label: Name
    price_cents: Cents


class SafetyRules(Input, frozen=True, kw_only=True):
    """What the site asks for safety."""

    minimum_age: Annotated[int, Meta(ge=0, le=25, description="Years.")] = 0
    equipment: Annotated[tuple[Name, ...], Meta(max_length=20)] = ()
    equipment_supplied: bool = True
    identity_list_days_before: Annotated[int, Meta(ge=0, le=60)] = 0
    photos_allowed: bool = True
    site_class: Annotated[str, Meta(max_length=100)] = ""


class Accessibility(Input, frozen=True, kw_only=True):
    """Which needs the visit can receive, and the way round what a wheelchair cannot reach."""

    needs: Annotated[tuple[AccessNeed, ...], Meta(max_length=4)] = ()
    alternative_route: Text = ""


class NewVisitOffer(Input, frozen=True, kw_only=True):
    """What a site opens to classes. Slots are opened on it afterwards."""

    site_id: UUID
    title: Name
    description: Text = ""
    meeting_point: Annotated[str, Meta(max_length=500)] = ""
    themes: Annotated[tuple[Theme, ...], Meta(min_length=1, max_length=6)]
    rome_codes: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    levels: Annotated[tuple[Level, ...], Meta(min_length=1, max_length=19)]
    formats: Annotated[tuple[VisitFormat, ...], Meta(min_length=1, max_length=3)] = (VisitFormat.ON_SITE,)
    duration_minutes: Minutes = 120
    languages: Annotated[tuple[str, ...], Meta(max_length=10)] = ("fr",)
    pupils_min: Pupils = 1
    pupils_max: Pupils = 30
    pupils_per_adult: Annotated[int, Meta(ge=1, le=50)] = 15
    lead_time_days: Annotated[int, Meta(ge=7, le=180)] = 14
    instant_confirmation: bool = False
    needs_mediation: bool = False
    role_model_present: bool = False
    price_cents: Cents = 0
    fees: Annotated[tuple[OtherFee, ...], Meta(max_length=10)] = ()
    transport_paid_by_company: bool = False
    coach_parking: bool = False
    nearest_stop: Annotated[str, Meta(max_length=200)] = ""
    accessibility: Accessibility = Accessibility()
    safety: SafetyRules = SafetyRules()
    aims: Text = ""
    preparation: Text = ""
    follow_up: Text = ""
    external_id: Annotated[str, Meta(max_length=100)] = ""
    publish: bool = False
    pooled: Annotated[bool, Meta(description="Slots pool their places by pupils instead of holding groups.")] = False
    splitting: Annotated[bool, Meta(description="A class larger than a group may take two.")] = False


class VisitOfferChange(Input, frozen=True, kw_only=True):
    """The fields of a visit offer to change; what is left out stays."""

    title: Name | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    meeting_point: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    themes: Annotated[tuple[Theme, ...], Meta(min_length=1, max_length=6)] | UnsetType = UNSET
    rome_codes: Annotated[tuple[str, ...], Meta(max_length=20)] | UnsetType = UNSET
    levels: Annotated[tuple[Level, ...], Meta(min_length=1, max_length=19)] | UnsetType = UNSET
    duration_minutes: Minutes | UnsetType = UNSET
    pupils_min: Pupils | UnsetType = UNSET
    pupils_max: Pupils | UnsetType = UNSET
    pupils_per_adult: Annotated[int, Meta(ge=1, le=50)] | UnsetType = UNSET
    lead_time_days: Annotated[int, Meta(ge=7, le=180)] | UnsetType = UNSET
    instant_confirmation: bool | UnsetType = UNSET
    needs_mediation: bool | UnsetType = UNSET
    role_model_present: bool | UnsetType = UNSET
    price_cents: Cents | UnsetType = UNSET
    fees: Annotated[tuple[OtherFee, ...], Meta(max_length=10)] | UnsetType = UNSET
    transport_paid_by_company: bool | UnsetType = UNSET
    coach_parking: bool | UnsetType = UNSET
    nearest_stop: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    accessibility: Accessibility | UnsetType = UNSET
    safety: SafetyRules | UnsetType = UNSET
    aims: Text | UnsetType = UNSET
    preparation: Text | UnsetType = UNSET
    follow_up: Text | UnsetType = UNSET
    splitting: bool | UnsetType = UNSET


class VisitOffer(Resource, frozen=True, kw_only=True):
    """What a site opens to classes; state as in `machines.VISIT_OFFER`.

    `stale` says that nobody confirmed for 6 months that it still holds.
    """

    company_id: UUID
    company_name: str
    site_id: UUID
    site_name: str
    place: Place
    title: str
    description: str = ""
    meeting_point: str = ""
    themes: tuple[Theme, ...]
    rome_codes: tuple[str, ...] = ()
    levels: tuple[Level, ...]
    formats: tuple[VisitFormat, ...]
    duration_minutes: int
    languages: tuple[str, ...] = ("fr",)
    pupils_min: int
    pupils_max: int
    pupils_per_adult: int
    lead_time_days: int
    instant_confirmation: bool = False
    needs_mediation: bool = False
    role_model_present: bool = False
    price_cents: int = 0
    fees: tuple[OtherFee, ...] = ()
    transport_paid_by_company: bool = False
    coach_parking: bool = False
    nearest_stop: str = ""
    accessibility: Accessibility = Accessibility()
    safety: SafetyRules = SafetyRules()
    aims: str = ""
    preparation: str = ""
    follow_up: str = ""
    external_id: str = ""
    state: str
    reason: str = ""
    paused_until: date | None = None
    created_at: Instant
    changed_at: Instant
    pooled: bool = False
    splitting: bool = False
    confirmed_at: Instant | None = None
    stale: bool = False


class AddVisitOffer(Command[VisitOffer], frozen=True, kw_only=True):
    """Add a visit offer; published at once if asked and the company is approved."""

    company_id: UUID
    visit_offer: NewVisitOffer


class ChangeVisitOffer(Command[VisitOffer], frozen=True, kw_only=True):
    """Change some fields of a visit offer."""

    visit_offer_id: UUID
    change: VisitOfferChange


class MoveVisitOffer(Command[VisitOffer], frozen=True, kw_only=True):
    """Publish, approve, reject, pause, resume or archive an offer (`machines.VISIT_OFFER`)."""

    visit_offer_id: UUID
    action: str
    reason: Reason = ""
    until: date | None = None


class ConfirmVisitOffer(Command[VisitOffer], frozen=True, kw_only=True):
    """Say that an offer still holds as it stands."""

    visit_offer_id: UUID


class GetVisitOffer(Query[VisitOffer], frozen=True, kw_only=True):
    """One visit offer."""

    visit_offer_id: UUID


class VisitOfferAdded(Event, frozen=True, kw_only=True):
    """A visit offer was written, as a draft or for review."""

    visit_offer: VisitOffer


class VisitOfferPublished(Event, frozen=True, kw_only=True):
    """A visit offer is open to classes, for the first time or again."""

    visit_offer: VisitOffer


class VisitOfferChanged(Event, frozen=True, kw_only=True):
    """Some fields of a visit offer changed."""

    visit_offer: VisitOffer


class VisitOfferClosed(Event, frozen=True, kw_only=True):
    """A visit offer was rejected, paused or archived: it is not proposed any more."""

    visit_offer: VisitOffer


class VisitOfferStale(Event, frozen=True, kw_only=True):
    """Nobody confirmed for 6 months that the offer still holds: its company is asked."""

    visit_offer: VisitOffer
