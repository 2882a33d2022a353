"""Whether there is such an organisation: asked of its owner before somebody may act for it."""

from uuid import UUID

from contracts.associations.profiles import GetAssociation
from contracts.companies.profiles import GetCompany
from contracts.errors import Invalid, Kind, RequestRefused
from contracts.matchmaker.schools import GetSchool
from contracts.vocabulary import OrganisationKind
from services.gateway.api.asking import Asking
from services.gateway.auth.rules import Grant


async def check_exists(grant: Grant, ask: Asking) -> None:
    """Only the owner knows for sure whether an organisation exists; raises Invalid where it does not."""
    try:
        match grant.organisation:
            case OrganisationKind.SCHOOL:
                await ask(GetSchool(uai=grant.organisation_id))
            case OrganisationKind.COMPANY:
                await ask(GetCompany(company_id=UUID(grant.organisation_id)))
            case OrganisationKind.ASSOCIATION:
                await ask(GetAssociation(association_id=UUID(grant.organisation_id)))
            case OrganisationKind.REGION:
                pass
    except RequestRefused as refused:
        if refused.problem.kind is not Kind.NOT_FOUND:
            raise
        raise Invalid.field(
            "organisation_id",
            f"No {grant.organisation} has the id {grant.organisation_id}: register it first.",
            f"Aucune organisation n'a l'identifiant {grant.organisation_id} : enregistrez-la d'abord.",
        ) from refused
