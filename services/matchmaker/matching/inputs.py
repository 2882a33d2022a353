"""What the matcher is told: flat, frozen facts that the caller fills from its own tables.

Nothing here knows where the facts come from. An empty set of themes, weekdays, formats or levels
means "any". Dates are days in Europe/Paris; travel is one way, by coach, in whole minutes.
"""

from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.matchmaker.explanations import UnderReachedReason
from contracts.vocabulary import AccessNeed, Level, Theme, VisitFormat, Weekday
from services.matchmaker.matching.partners.rules import PartnerHistory

# A declined pair of company and association is left in peace for this long (PRODUCT, partnership proposals).
PAIR_REST = timedelta(days=90)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One class request: what a school wishes for one class."""

    id: UUID
    version: int
    school_uai: str
    level: Level
    pupils: int
    adults: int
    from_date: date
    until_date: date
    max_travel_minutes: int
    latitude: float
    longitude: float
    department: str
    weekdays: frozenset[Weekday] = frozenset()
    themes: frozenset[Theme] = frozenset()
    formats: frozenset[VisitFormat] = frozenset()
    access_needs: frozenset[AccessNeed] = frozenset()
    visits_wanted: int = 1
    wants_mediation: bool = False
    wants_role_model: bool = False
    priority_education: bool = False
    rural: bool = False
    far_from_industry: bool = False
    declined_slots: frozenset[UUID] = frozenset()
    declined_offers: frozenset[UUID] = frozenset()
    # Days and visits that accepted proposals already hold; `standing.settle` fills them.
    taken_dates: frozenset[date] = frozenset()
    visits_held: int = 0

    @property
    def under_reached(self) -> tuple[UnderReachedReason, ...]:
        """Why too few visits reach this class; empty where it is reached well."""
        flags = (
            (self.priority_education, UnderReachedReason.PRIORITY_EDUCATION),
            (self.rural, UnderReachedReason.RURAL),
            (self.far_from_industry, UnderReachedReason.FAR_FROM_INDUSTRY),
        )
        return tuple(reason for flag, reason in flags if flag)


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """One slot together with its offer: a dated opening of a site to groups of pupils."""

    slot_id: UUID
    offer_id: UUID
    company_id: UUID
    latitude: float
    longitude: float
    department: str
    day: date
    starts_minute: int
    ends_minute: int
    groups_free: int
    pupils_min: int
    pupils_per_group: int
    levels: frozenset[Level]
    themes: frozenset[Theme]
    confirmed_on: date
    formats: frozenset[VisitFormat] = frozenset({VisitFormat.ON_SITE})
    access: frozenset[AccessNeed] = frozenset()
    pupils_per_adult: int | None = None
    minimum_age: int | None = None
    needs_mediation: bool = False
    role_model: bool = False
    lead_time_days: int = 7
    # Where places are pooled: how many pupils can still come, in classes of `pupils_min` to `pupils_per_group`.
    pooled: bool = False
    pupils_free: int = 0
    # A class larger than a group may take two of them.
    splitting: bool = False
    # How many of the free places (groups, or pupils where pooled) only under-reached classes may take today.
    reserved: int = 0


class Mediation(msgspec.Struct, frozen=True, kw_only=True):
    """One capacity of an association: a mediator or team that gives at most one intervention a day.

    Its territory is the listed departments, and the circle of `radius_km` around its point where it names one;
    anywhere where it names neither.
    """

    id: UUID
    association_id: UUID
    from_date: date
    until_date: date
    interventions_left: int
    group_size_max: int
    latitude: float
    longitude: float
    themes: frozenset[Theme] = frozenset()
    levels: frozenset[Level] = frozenset()
    weekdays: frozenset[Weekday] = frozenset()
    formats: frozenset[VisitFormat] = frozenset()
    departments: frozenset[str] = frozenset()
    radius_km: float | None = None
    taken_dates: frozenset[date] = frozenset()


class StandingState(StrEnum):
    """How firm an earlier visit proposal is.

    `proposed` may still be moved. `accepted` is frozen and takes a group and an intervention here.
    `booked` is frozen too, and the slot's and the capacity's counts already leave it out.
    """

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    BOOKED = "booked"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier visit proposal that still stands."""

    wish_id: UUID
    slot_id: UUID
    day: date
    state: StandingState
    mediation_id: UUID | None = None


class VisitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that one match of visits is told; encoded by msgspec it is what a run is repeated from."""

    wishes: tuple[Wish, ...]
    openings: tuple[Opening, ...]
    mediations: tuple[Mediation, ...]
    standing: tuple[Standing, ...]
    today: date


class Place(msgspec.Struct, frozen=True):
    """A point and its department."""

    latitude: float
    longitude: float
    department: str


class CompanyProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A company as a partner: where it is, what its published offers show, how many partners it still wants."""

    company_id: UUID
    version: int
    sites: tuple[Place, ...]
    partners_wanted: int
    themes: frozenset[Theme] = frozenset()
    levels: frozenset[Level] = frozenset()
    # Share of its published offers that need mediation, 0 to 1.
    mediation_share: float = 0.0
    job_needs: int = 0
    has_partner: bool = False
    history: PartnerHistory = PartnerHistory()


class AssociationProfile(msgspec.Struct, frozen=True, kw_only=True):
    """An association as a partner: its capacities and how many more partners it can take."""

    association_id: UUID
    version: int
    capacities: tuple[Mediation, ...]
    partners_possible: int
    has_partner: bool = False
    history: PartnerHistory = PartnerHistory()


class PairState(StrEnum):
    """What already is between a company and an association; an open pair takes one place on both sides."""

    OPEN = "open"
    AGREED = "agreed"
    DECLINED = "declined"


class PastPair(msgspec.Struct, frozen=True, kw_only=True):
    """A company and an association that were brought together before, and since when the pair is in its state."""

    company_id: UUID
    association_id: UUID
    state: PairState
    since: date

    def rests(self, today: date) -> bool:
        """Say whether the pair must not be proposed on `today`."""
        return self.state is not PairState.DECLINED or today < self.since + PAIR_REST
