"""Unmet demand: what classes asked for in vain, near each company site and in communes that no site is in reach of."""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter

from contracts.caller import Scope
from contracts.matchmaker.unmet_demand import UnmetDemand
from contracts.message import Page
from services.gateway.api.listing import Department, LevelFilter, Listing, ThemeFilter, tags_of
from services.gateway.directory.entries import asked_for

TAGS = ["Unmet demand"]
SiteFilter = Annotated[UUID | None, QueryParameter(description="Near this site.")]
CompanyFilter = Annotated[UUID | None, QueryParameter(description="Near the sites of this company.")]
CommuneFilter = Annotated[
    str | None, QueryParameter(pattern=r"^[0-9][0-9AB][0-9]{3}$", description="INSEE code of the place's commune.")
]


@get("/v1/unmet-demand", scope=Scope.READ, tags=TAGS)
async def list_unmet_demand(
    listing: Listing,
    site: SiteFilter = None,
    company: CompanyFilter = None,
    commune: CommuneFilter = None,
    department: Department = None,
    theme: ThemeFilter = None,
    level: LevelFilter = None,
) -> Page[UnmetDemand]:
    """Places near which classes got nothing at the last match of the region, those with the most classes first.

    With `theme` and `level`, places where a class of that level asked for that theme; a class that asked for any theme
    is not counted among those of one theme.
    """
    tags = tags_of(
        site=str(site) if site else None,
        company=str(company) if company else None,
        commune=commune,
        asked=asked_for(theme, level) if theme or level else None,
    )
    return await listing(UnmetDemand, state="unmet", department=department, tags=tags)


routes = (list_unmet_demand,)
