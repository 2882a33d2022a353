"""As whom a caller acts towards what a company owns; what an actor may do is in `contracts/machines.py`."""

from uuid import UUID

from contracts.caller import Caller
from contracts.errors import NotYours
from contracts.machines import ASSOCIATION, COMPANY, COORDINATOR, HEAD, SCHOOL
from contracts.vocabulary import OrganisationKind, Role


def actors_of(
    caller: Caller, company_id: UUID, school_uai: str = "", association_id: UUID | None = None
) -> frozenset[str]:
    """The actors that the caller is: the company, the school of a booking or its head, its mediator, the Region."""
    is_school = bool(school_uai) and caller.acts_for(OrganisationKind.SCHOOL, school_uai)
    roles = {
        COMPANY: caller.acts_for(OrganisationKind.COMPANY, company_id),
        SCHOOL: is_school,
        HEAD: is_school and caller.role is Role.HEAD,
        ASSOCIATION: association_id is not None and caller.acts_for(OrganisationKind.ASSOCIATION, association_id),
        COORDINATOR: caller.is_coordinator,
    }
    return frozenset(actor for actor, is_it in roles.items() if is_it)


def require_owner(caller: Caller, company_id: UUID) -> frozenset[str]:
    """The caller's actors, where it is the company itself or the Region; raises NotYours."""
    actors = actors_of(caller, company_id)
    if not actors:
        raise NotYours()
    return actors
