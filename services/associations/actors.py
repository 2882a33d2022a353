"""As whom a caller acts towards what an association owns; what an actor may do is in `contracts/machines.py`."""

from uuid import UUID

from contracts.caller import Caller
from contracts.errors import Forbidden, NotYours
from contracts.machines import ASSOCIATION, COMPANY, COORDINATOR, SCHOOL
from contracts.vocabulary import OrganisationKind


def actors_of(
    caller: Caller, association_id: UUID, company_id: UUID | None = None, school_uai: str = ""
) -> frozenset[str]:
    """The actors that the caller is: the association itself, its partner company, the school, the Region, or none."""
    roles = {
        ASSOCIATION: caller.acts_for(OrganisationKind.ASSOCIATION, association_id),
        COMPANY: company_id is not None and caller.acts_for(OrganisationKind.COMPANY, company_id),
        SCHOOL: school_uai != "" and caller.acts_for(OrganisationKind.SCHOOL, school_uai),
        COORDINATOR: caller.is_coordinator,
    }
    return frozenset(actor for actor, is_it in roles.items() if is_it)


def require_owner(caller: Caller, association_id: UUID) -> frozenset[str]:
    """The caller's actors, where it is the association itself or the Region; raises NotYours."""
    actors = actors_of(caller, association_id)
    if not actors:
        raise NotYours()
    return actors


def require_coordinator(caller: Caller) -> None:
    """Raise Forbidden for anyone but the Region."""
    if not caller.is_coordinator:
        raise Forbidden()
