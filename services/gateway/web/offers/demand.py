"""What classes near a company asked for and did not get: told to whoever can change it."""

from uuid import UUID

from contracts.matchmaker.unmet_demand import UnmetDemand
from services.gateway.api.listing import Lister
from services.gateway.web.offers.whose import every


async def demand_near(listing: Lister, company_id: UUID, site_id: UUID | None = None) -> tuple[UnmetDemand, ...]:
    """Around each site of a company (or one of them), the most classes first; sites that nobody misses are left out."""
    tag = f"site:{site_id}" if site_id else f"company:{company_id}"
    return await every(listing, UnmetDemand, state="unmet", tags=(tag,))
