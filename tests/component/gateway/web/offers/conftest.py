"""One company for each test: its key, a person at a browser, a site and an offer of its own."""

import pytest

from contracts.vocabulary import Role
from tests.component.gateway.web.offers.company_pages import a_browser_of, listed
from tests.given import a_company, a_site, an_offer, until


@pytest.fixture(scope="module")
async def coordinator(region):
    """The Region's key."""
    return await region.sign_in(Role.COORDINATOR)


@pytest.fixture
async def company(coordinator):
    """An approved company."""
    return await a_company(coordinator)


@pytest.fixture
async def api(region, company):
    """The company's key."""
    return await region.sign_in(Role.COMPANY, company["id"])


@pytest.fixture
async def site(api, company):
    """Its site in Auch, once the lists know it."""
    made = await a_site(api, company)
    await until(lambda: listed(api, f"/v1/companies/{company['id']}/sites"))
    return made


@pytest.fixture
async def offer(api, company, site):
    """Its published offer, once the lists know it."""
    made = await an_offer(api, company, site)
    await until(lambda: listed(api, f"/v1/companies/{company['id']}/visit-offers"))
    return made


@pytest.fixture
async def reader(region, company):
    """Somebody of the company at a browser."""
    return await a_browser_of(region, Role.COMPANY, company["id"])
