"""A company reads how many classes near its site asked for a visit and got nothing, and opens one."""

from contracts.vocabulary import Role
from tests.given import (
    a_class_request,
    a_company,
    a_match_run,
    a_school,
    a_site,
    a_slot,
    an_offer,
    body,
    proposals,
    until,
)


async def test_what_nobody_offers_is_told_to_the_site_nearby_until_somebody_does(region):
    """No school is named; once the class is served, nothing is left to tell."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    site = await a_site(industrialist, company)
    await a_class_request(teacher, uai)

    async def told():
        await a_match_run(coordinator)
        return body(await industrialist.get("/v1/unmet-demand", params={"site": site["id"], "level": "3E"}))["items"]

    (demand,) = await until(told)
    assert (demand["company_name"], demand["classes"]) == (company["name"], 1)
    assert [(row["theme"], row["level"], row["classes"]) for row in demand["rows"]] == [(None, "3E", 1)]
    assert uai not in str(demand)

    await a_slot(industrialist, await an_offer(industrialist, company, site))
    await proposals(teacher)

    async def over():
        await a_match_run(coordinator)
        return not body(await industrialist.get("/v1/unmet-demand", params={"company": company["id"]}))["items"]

    assert await until(over)
