"""Whose things a page shows: a company's own, or those of the company that a coordinator acts for."""

from dataclasses import replace
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from litestar.params import QueryParameter
from litestar.response import Template

from contracts.caller import Caller
from contracts.companies.profiles import Company, GetCompany
from contracts.message import Resource
from contracts.vocabulary import OrganisationKind
from services.gateway.api.asking import Asking
from services.gateway.api.listing import Lister
from services.gateway.web.forms import Form
from services.gateway.web.page import Pages

ResourceT = TypeVar("ResourceT", bound=Resource)

Chosen = Annotated[UUID | None, QueryParameter(name="company")]
Words = Annotated[str, QueryParameter(max_length=100)]
InState = Annotated[str, QueryParameter(name="state", max_length=40)]
# What one page shows at most of what no page of a list cuts: a month of slots, a company's offers.
MOST = 500


async def company_of(caller: Caller, ask: Asking, chosen: UUID | None) -> Company | None:
    """The company that the reader acts for; None for a coordinator who has not chosen one. Raises NotFound."""
    if caller.organisation is OrganisationKind.COMPANY:
        return await ask(GetCompany(company_id=UUID(caller.organisation_id)))
    return await ask(GetCompany(company_id=chosen)) if chosen else None


async def choose_company(page: Pages, listing: Lister, q: str, to: str) -> Template:
    """The page on which a coordinator chooses for whom to act; it leads on to the page that they came from."""
    found = await listing(Company, search=q or None)
    return page("offers/choose_company.html", found=found, to=to)


async def every(listing: Lister, kind: type[ResourceT], **filters: Any) -> tuple[ResourceT, ...]:
    """All things of a kind that the filters leave, MOST at most."""
    return (await replace(listing, cursor=None, limit=MOST)(kind, **filters)).items


def as_seen(thing: ResourceT, form: Form) -> ResourceT:
    """A thing at the version on which a refused form rests: only what its reader was shown is newer than that."""
    if form.now or form.version is None:
        return thing
    return msgspec.structs.replace(thing, version=form.version)
