"""An association as it lives its part: it says what it can give, answers what it is asked, and sees what comes."""

import pytest
from playwright.async_api import expect

from contracts.vocabulary import Role
from tests.browser.accessibility import assert_accessible
from tests.browser.looking import look_again
from tests.given import (
    a_capacity,
    a_company,
    a_school,
    a_site,
    a_slot,
    an_association,
    an_offer,
    body,
    school_day,
    until,
)


@pytest.fixture
async def asked(region):
    """An association of its own theme that is asked for a visit, and the intervention."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company, association = await a_company(coordinator), await an_association(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    mediator = await region.sign_in(Role.ASSOCIATION, association["id"])
    capacity = await a_capacity(mediator, association, themes=["energy"])
    site = await a_site(industrialist, company)
    offer = await an_offer(industrialist, company, site, needs_mediation=True, themes=["energy"])
    slot = await a_slot(industrialist, offer)
    teacher = await region.sign_in(Role.TEACHER, await a_school(region))
    wanted = {"level": "3E", "pupils": 24, "adults": 2, "class_name": "3e C"}
    booking = body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=wanted), 201)
    body(await industrialist.post(f"/v1/bookings/{booking['id']}/confirm"))

    async def requested():
        return body(await mediator.get("/v1/interventions"))["items"]

    (intervention,) = await until(requested)
    yield association, intervention
    # The next story's class is not to be given this one's mediator.
    body(await mediator.post(f"/v1/capacities/{capacity['id']}/withdraw"))


async def test_an_association_accepts_an_intervention(asked, new_visitor, sign_in, javascript):
    """One click in the list; a colleague's page follows by itself where scripts run."""
    association, intervention = asked
    mediator, colleague = await new_visitor(), await new_visitor()
    for page in (mediator, colleague):
        await sign_in(page, Role.ASSOCIATION, association["id"])
        await page.goto("/interventions")
    card = mediator.locator(f"#intervention-{intervention['id']}")
    await expect(card).to_contain_text("24 élèves")

    await card.get_by_role("button", name="Accepter").click()

    await expect(mediator).to_have_url(f"/interventions/{intervention['id']}")
    await expect(mediator.get_by_role("status").first).to_contain_text("Intervention acceptée.")
    if javascript:
        await assert_accessible(mediator)
    nothing_waits = colleague.get_by_text("Rien n’attend de réponse.")
    if not javascript:
        await look_again(colleague, nothing_waits)
    await expect(nothing_waits).to_be_visible()
    await expect(colleague.locator(".month").get_by_role("link")).to_have_count(1)
    if javascript:
        await assert_accessible(colleague)


async def test_an_association_declines_with_a_reason(asked, visitor, sign_in, javascript):
    """What opens asks for it, and the sheet keeps it."""
    association, intervention = asked
    await sign_in(visitor, Role.ASSOCIATION, association["id"])

    await visitor.goto(f"/interventions/{intervention['id']}")
    await visitor.locator("summary", has_text="Décliner").click()
    await visitor.get_by_role("button", name="Décliner cette intervention").click()
    await expect(visitor.get_by_role("alert")).to_contain_text("Dites pourquoi en quelques mots")
    if javascript:
        await assert_accessible(visitor, anew=False)
    await visitor.get_by_label("Motif").fill("Notre animatrice est malade")
    await visitor.get_by_role("button", name="Décliner cette intervention").click()

    await expect(visitor.locator("#intervention")).to_contain_text("Notre animatrice est malade")


async def test_an_association_says_what_it_can_give(region, visitor, sign_in, javascript):
    """A form that keeps what was typed, then the capacity with what is left of it."""
    association = await an_association(await region.sign_in(Role.COORDINATOR))
    await sign_in(visitor, Role.ASSOCIATION, association["id"])

    await visitor.goto("/capacities")
    await (
        visitor.get_by_role("button", name="Publier une disponibilité")
        .or_(visitor.get_by_role("link", name="Publier une disponibilité"))
        .click()
    )
    await visitor.get_by_label("Titre").fill("Robots en classe")
    await visitor.get_by_label("Robotique").check()
    await visitor.get_by_label("Troisième", exact=True).check()
    await visitor.get_by_label("Du", exact=True).fill(school_day(1).isoformat())
    await visitor.get_by_label("Nombre d’interventions").fill("8")
    await visitor.get_by_role("button", name="Publier", exact=True).click()
    await expect(visitor.get_by_role("alert")).to_be_visible()
    await expect(visitor.get_by_label("Robotique")).to_be_checked()
    if javascript:
        await assert_accessible(visitor, anew=False)
    await visitor.get_by_label("Au", exact=True).fill(school_day(10).isoformat())
    await visitor.get_by_role("button", name="Publier", exact=True).click()

    await expect(visitor.get_by_role("heading", level=1)).to_have_text("Robots en classe")
    await expect(visitor.locator("main")).to_contain_text("8 restantes sur 8")
    await expect(visitor.locator("main")).to_contain_text("Gers (32)")
