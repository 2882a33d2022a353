"""A company and an association find each other."""

from contracts.vocabulary import Role
from tests.given import (
    a_capacity,
    a_class_request,
    a_company,
    a_school,
    a_site,
    a_slot,
    an_association,
    an_offer,
    body,
    proposals,
    until,
)


async def test_both_say_yes_and_know_each_other(region):
    """Contact details show once both accepted, and the partnership stands."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company, association = await a_company(coordinator), await an_association(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    mediator = await region.sign_in(Role.ASSOCIATION, association["id"])
    site = await a_site(industrialist, company)
    await an_offer(industrialist, company, site)
    await a_capacity(mediator, association)

    (proposal,) = await proposals(industrialist, "partnership")
    path = f"/v1/partnership-proposals/{proposal['id']}"
    first = body(await industrialist.post(f"{path}/accept"))
    second = body(await mediator.post(f"{path}/accept"))

    async def partnership():
        return body(await mediator.get("/v1/partnerships"))["items"]

    (agreed,) = await until(partnership)
    assert (first["state"], first["association_contact"]) == ("accepted_by_company", None)
    assert second["company_contact"]["email"] == "camille@example.org"
    seen = body(await industrialist.get(path))
    assert seen["association_contact"]["email"] == "dominique@example.org"
    assert (agreed["company_id"], agreed["association_id"]) == (company["id"], association["id"])


async def test_a_visit_that_wants_mediation_names_its_mediator(region):
    """It is proposed only once an association can come along."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company, association = await a_company(coordinator), await an_association(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    mediator = await region.sign_in(Role.ASSOCIATION, association["id"])
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    await a_class_request(teacher, uai)
    offer = await an_offer(industrialist, company, await a_site(industrialist, company), needs_mediation=True)
    await a_slot(industrialist, offer)

    await a_capacity(mediator, association)

    (proposal,) = await proposals(teacher)
    assert proposal["association_name"] == association["name"]
    assert (await proposals(mediator))[0]["id"] == proposal["id"]
