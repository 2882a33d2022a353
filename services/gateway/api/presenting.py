"""What the caller may do next with a thing: `allowed_actions`, in every answer and every item of a list.

Read from the same machines by which the owners decide. The owner's own guards (deadlines, capacity) are not known
here: an action offered may still be refused with its rule.
"""

from functools import cache
from typing import Any, TypeVar

import msgspec

from contracts import machines
from contracts.associations.capacities import Capacity
from contracts.associations.interventions import Intervention
from contracts.associations.partnerships import Partnership
from contracts.associations.profiles import Association
from contracts.caller import Caller, Scope
from contracts.companies.bookings import Booking
from contracts.companies.job_needs import JobNeed
from contracts.companies.profiles import Company
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.machines import Machine
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.match_runs import MatchRun
from contracts.matchmaker.proposals import PartnershipProposal, VisitProposal
from contracts.message import Resource
from contracts.vocabulary import OrganisationKind, Role

ResourceT = TypeVar("ResourceT")

# For things that any school may act on, such as booking a slot.
ANYBODY = "*"


class Ways(msgspec.Struct, frozen=True):
    """A kind of thing: its machine, the scope that its actions need, and the fields that say whose it is."""

    machine: Machine
    scope: Scope
    company: str = ""
    association: str = ""
    school: str = ""


WAYS: dict[type[Resource], Ways] = {
    Company: Ways(machines.COMPANY_PROFILE, Scope.PROFILE, company="id"),
    Association: Ways(machines.ASSOCIATION_PROFILE, Scope.PROFILE, association="id"),
    JobNeed: Ways(machines.JOB_NEED, Scope.OFFERS, company="company_id"),
    VisitOffer: Ways(machines.VISIT_OFFER, Scope.OFFERS, company="company_id"),
    Slot: Ways(machines.SLOT, Scope.OFFERS, company="company_id", school=ANYBODY),
    Booking: Ways(machines.BOOKING, Scope.BOOKINGS, company="company_id", school="school_uai"),
    Capacity: Ways(machines.CAPACITY, Scope.CAPACITIES, association="association_id"),
    Intervention: Ways(machines.INTERVENTION, Scope.PROPOSALS, association="association_id"),
    Partnership: Ways(machines.PARTNERSHIP, Scope.PROPOSALS, company="company_id", association="association_id"),
    ClassRequest: Ways(machines.CLASS_REQUEST, Scope.REQUESTS, school="school_uai"),
    VisitProposal: Ways(machines.VISIT_PROPOSAL, Scope.PROPOSALS, school="school_uai"),
    PartnershipProposal: Ways(
        machines.PARTNERSHIP_PROPOSAL, Scope.PROPOSALS, company="company_id", association="association_id"
    ),
    # It goes on by itself: nobody has a move.
    MatchRun: Ways(machines.MATCH_RUN, Scope.MATCHING),
}

# A slot is changed by who offers it, but booked and waited for by who may book.
_SCOPE_OF_ACTION = {("Slot", "book"): Scope.BOOKINGS, ("Slot", "wait"): Scope.BOOKINGS}
_WAYS_BY_NAME = {kind.__name__: ways for kind, ways in WAYS.items()}


def actors_of(ways: Ways, resource: Any, caller: Caller) -> frozenset[str]:
    """As whom the caller may act on a thing, in the machines' words."""
    sides = (
        (machines.COMPANY, OrganisationKind.COMPANY, ways.company),
        (machines.ASSOCIATION, OrganisationKind.ASSOCIATION, ways.association),
        (machines.SCHOOL, OrganisationKind.SCHOOL, ways.school),
    )
    mine = {
        actor
        for actor, organisation, field in sides
        if caller.organisation is organisation
        and (field == ANYBODY or (field and caller.acts_for(organisation, getattr(resource, field))))
    }
    if machines.SCHOOL in mine and caller.role is Role.HEAD:
        mine.add(machines.HEAD)
    if caller.is_coordinator:
        mine.add(machines.COORDINATOR)
    return frozenset(mine)


def allowed_actions(resource: Any, caller: Caller) -> tuple[str, ...]:
    """What the caller may try next; empty for things without a machine and for keys without the scope."""
    kind = type(resource)
    ways = WAYS.get(kind)
    if ways is None:
        return ()
    return _allowed(kind.__name__, resource.state, actors_of(ways, resource, caller), caller.scopes)


@cache
def _allowed(kind: str, state: str, actors: frozenset[str], scopes: tuple[Scope, ...]) -> tuple[str, ...]:
    ways = _WAYS_BY_NAME[kind]
    actions = ways.machine.allowed(state, actors)
    return tuple(action for action in actions if _SCOPE_OF_ACTION.get((kind, action), ways.scope) in scopes)


def present(resource: ResourceT, caller: Caller) -> ResourceT:
    """A resource as its answer carries it; anything else as it is."""
    if not isinstance(resource, Resource):
        return resource
    presented: ResourceT = msgspec.structs.replace(resource, allowed_actions=allowed_actions(resource, caller))
    return presented
