"""Policies: what the Region decides about matching; every version stays readable, with who changed it and why."""

from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.fields import Reason
from contracts.matchmaker.equity import EquityTable
from contracts.matchmaker.explanations import UnderReachedReason
from contracts.message import Command, Event, Input, Instant, Page, Query, Resource

Weight = Annotated[float, Meta(ge=0, le=1)]
# As far as its store counts.
LAST_VERSION = 2**31 - 1
Version = Annotated[int, Meta(ge=1, le=LAST_VERSION)]
Rate = Annotated[float, Meta(ge=0, le=1, description="A share, 0 to 1.")]


class Weights(Input, frozen=True, kw_only=True):
    """How much each part of a score counts, 0 to 1; the names are those of `PartCode`.

    The bonuses come after the qualities of the pair: `under_reached` favours classes that too few visits
    reach, `first_visit` a class that has none yet, `stay` a pair already proposed (0.1 keeps 94 % of the
    proposals over a night for 0.2 % of score). `mediator_distance` alone takes points away.
    """

    theme: Weight = 0.30
    travel: Weight = 0.30
    fill: Weight = 0.10
    role_model: Weight = 0.10
    freshness: Weight = 0.05
    under_reached: Weight = 0.25
    first_visit: Weight = 0.30
    stay: Weight = 0.10
    mediator_distance: Weight = 0.05

    level: Weight = 0.15
    closeness: Weight = 0.30
    mediation_need: Weight = 0.20
    job_needs: Weight = 0.10
    availability: Weight = 0.10
    answers: Weight = 0.10
    first_partner_company: Weight = 0.15
    first_partner_association: Weight = 0.30


class CellFloor(Input, frozen=True, kw_only=True):
    """The lowest service rate that the Region wants for a cell: a department's under-reached classes, or its others."""

    territory: Annotated[str, Meta(max_length=3, description="A department's code.")]
    under_reached: bool
    lowest_rate: Rate


class PolicySettings(Input, frozen=True, kw_only=True):
    """What matching weighs and guarantees.

    A cell is a department's under-reached classes, or its others. Each cell gets at least `floor_share` of the rate
    that the fairest possible choice (leximin) would give it, and where `floors` names it at least that rate: as far as
    there are visits for it, what lacks is a run's `deficit`. Of each offer's places `reserved_share` is kept for
    under-reached classes until `reserved_until_days` before the visit, or earlier where its lead time needs it.
    An actor is proposed at most `monthly_contacts` partnerships in 30 days.
    """

    weights: Weights = Weights()
    floor_share: Rate = 0.9
    floors: Annotated[tuple[CellFloor, ...], Meta(max_length=60)] = ()
    under_reached_by: Annotated[tuple[UnderReachedReason, ...], Meta(min_length=1, max_length=3)] = tuple(
        UnderReachedReason
    )
    far_from_industry_minutes: Annotated[int, Meta(ge=15, le=120, description="One way, by coach.")] = 45
    reserved_share: Annotated[float, Meta(ge=0, le=0.5)] = 0.0
    reserved_until_days: Annotated[int, Meta(ge=7, le=120)] = 21
    monthly_contacts: Annotated[int, Meta(ge=1, le=60)] = 8


class Policy(Resource, frozen=True, kw_only=True):
    """One version of the matching policy; `version` counts from 1, the one that Passerelle starts with.

    `changed_by` is the id of the key that made it, shown to coordinators.
    """

    settings: PolicySettings
    reason: str = ""
    changed_by: str = ""
    changed_at: Instant


class PolicyOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What matching the whole region by one policy gives: visits, classes with a visit, certified gap, equity."""

    visits: int
    classes_served: int
    gap: float
    equity: EquityTable


class PolicyEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy would change, tried without changing anything.

    Visits `kept` are proposed now and would still be, `withdrawn` would no longer be, `made` would be new.
    """

    before: PolicyOutcome
    after: PolicyOutcome
    kept: int
    withdrawn: int
    made: int


class NewPolicy(Input, frozen=True, kw_only=True):
    """The next version of the policy, whole: a setting that is left out is as Passerelle starts with it."""

    settings: PolicySettings
    reason: Annotated[Reason, Meta(min_length=3)]


class PolicyTrial(Input, frozen=True, kw_only=True):
    """A policy to try, in the form of a new one; its reason may wait."""

    settings: PolicySettings
    reason: Reason = ""


class ChangePolicy(Command[Policy], frozen=True, kw_only=True):
    """Set the policy, with the reason; by a coordinator. The whole region is matched again by it."""

    policy: NewPolicy


class TryPolicy(Query[PolicyEffect], frozen=True, kw_only=True):
    """Say what a policy would change; nothing changes. By a coordinator."""

    policy: PolicyTrial


class GetPolicy(Query[Policy], frozen=True, kw_only=True):
    """The policy in force, or one of its earlier versions."""

    policy_version: Version | None = None


class ListPolicies(Query[Page[Policy]], frozen=True, kw_only=True):
    """All versions, the newest first: who changed what, when and why."""

    before_version: Version | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class PolicyChanged(Event, frozen=True, kw_only=True):
    """The Region changed the matching policy."""

    policy: Policy
