"""Proposals as people live them: they read why, answer in one click, and are led on; pages follow by themselves."""

import re

from playwright.async_api import expect

from contracts.vocabulary import Role
from tests.browser.accessibility import assert_accessible
from tests.browser.looking import look_again
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


async def a_proposed_visit(region, slots=1, title="L'atelier de mécanique"):
    """A class's proposal, the class's school, its company, and the company's API."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    api = await region.sign_in(Role.COMPANY, company["id"])
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    await a_class_request(teacher, uai, class_name="3e B")
    offer = await an_offer(api, company, await a_site(api, company), title=title)
    for weeks in range(slots):
        await a_slot(api, offer, weeks=8 + 4 * weeks)
    (proposal,) = await proposals(teacher)
    return proposal, uai, company, teacher


async def a_proposed_partnership(region):
    """A partnership's proposal, its company and its association."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company, association = await a_company(coordinator), await an_association(coordinator)
    api = await region.sign_in(Role.COMPANY, company["id"])
    mediator = await region.sign_in(Role.ASSOCIATION, association["id"])
    # A theme that no other story's company shows.
    await a_capacity(mediator, association, themes=["energy"])
    await an_offer(api, company, await a_site(api, company), themes=["energy"])

    async def proposed():
        found = body(await mediator.get("/v1/partnership-proposals"))["items"]
        return [one for one in found if one["company_id"] == company["id"]]

    (proposal,) = await until(proposed)
    return proposal, company, association


async def test_a_teacher_accepts_and_lands_on_the_booking(region, visitor, sign_in, javascript):
    """One click in the list; the page that waits leads on by itself, or by its link where there are no scripts."""
    proposal, uai, _, _ = await a_proposed_visit(region)
    await sign_in(visitor, Role.TEACHER, uai)

    await visitor.goto("/visit-proposals")
    card = visitor.locator(f"#proposal-{proposal['id']}")
    await expect(card).to_contain_text("Réponse attendue")
    await card.get_by_role("button", name="Accepter").click()

    on_booking = re.compile(r"/bookings/[0-9a-f-]{36}$")
    if javascript:
        await visitor.wait_for_url(on_booking)
    else:
        while not on_booking.search(visitor.url):
            await visitor.get_by_role("link", name="Recharger cette page").click()
    await visitor.goto("/visit-proposals?state=booked")
    await expect(card.get_by_role("link", name="Voir la réservation")).to_be_visible()


async def test_a_teacher_reads_why_and_declines(region, visitor, sign_in, javascript):
    """Bars with their numbers, conditions to open; a reason is needed, then what comes instead is shown."""
    proposal, uai, _, _ = await a_proposed_visit(region, slots=2)
    await sign_in(visitor, Role.TEACHER, uai)

    await visitor.goto(f"/visit-proposals/{proposal['id']}")
    first = visitor.get_by_role("meter", name="trajet court")
    await expect(first).to_be_visible()
    conditions = visitor.get_by_text(re.compile("conditions remplies"))
    await conditions.click()
    await expect(visitor.get_by_text("Effectif").first).to_be_visible()
    if javascript:
        await assert_accessible(visitor)
    await visitor.get_by_role("button", name="Décliner").or_(visitor.locator("summary", has_text="Décliner")).click()
    await visitor.get_by_label("Précisions").fill("Nous préférons le printemps")
    await visitor.get_by_role("button", name="Décliner cette visite").click()
    await expect(visitor.get_by_role("alert")).to_contain_text("Certains champs sont à corriger")
    await expect(visitor.get_by_label("Précisions")).to_have_value("Nous préférons le printemps")
    if javascript:
        await assert_accessible(visitor, anew=False)
    await visitor.get_by_label("Motif").select_option("date")
    await visitor.get_by_role("button", name="Décliner cette visite").click()

    await expect(visitor.locator("#proposal")).to_contain_text("La date ne convient pas.")
    instead = visitor.locator("#proposal .cards").get_by_role("link", name="L'atelier de mécanique")
    if not javascript:
        await look_again(visitor, instead)
    await expect(instead).to_be_visible()


async def test_a_colleague_s_answer_shows_without_a_reload(region, new_visitor, sign_in, javascript):
    """Where scripts run; without them the page says it when it is read again."""
    proposal, uai, _, teacher = await a_proposed_visit(region)
    reader = await new_visitor()
    await sign_in(reader, Role.HEAD, uai)
    await reader.goto(f"/visit-proposals/{proposal['id']}")
    await expect(reader.get_by_role("button", name="Accepter et réserver")).to_be_visible()

    answer = await teacher.post(f"/v1/visit-proposals/{proposal['id']}/decline", json={"reason": "cost"})

    assert answer.status_code == 200
    if not javascript:
        await reader.reload()
    await expect(reader.locator("#proposal")).to_contain_text("Cette proposition a été déclinée. C’est trop cher.")
    await expect(reader.get_by_role("button", name="Accepter et réserver")).to_have_count(0)


async def test_company_and_association_say_yes(region, new_visitor, sign_in, javascript):
    """The one that waits sees the other's answer come, then both read how to reach each other."""
    proposal, company, association = await a_proposed_partnership(region)
    path = f"/partnership-proposals/{proposal['id']}"
    industrialist, mediator = await new_visitor(), await new_visitor()
    await sign_in(industrialist, Role.COMPANY, company["id"])
    await sign_in(mediator, Role.ASSOCIATION, association["id"])

    await industrialist.goto("/partnership-proposals")
    card = industrialist.locator(f"#proposal-{proposal['id']}")
    await card.get_by_role("button", name="Accepter").click()
    await expect(industrialist).to_have_url(path)
    await expect(industrialist.locator(".steps li.done")).to_have_count(1)
    await expect(industrialist.locator("main")).not_to_contain_text("@example.org")
    await mediator.goto(path)
    await mediator.get_by_role("button", name="Accepter ce partenariat").click()

    await expect(mediator.get_by_role("link", name="camille@example.org")).to_be_visible()
    if not javascript:
        await industrialist.reload()
    await expect(industrialist.get_by_role("link", name="dominique@example.org")).to_be_visible()
    opened = industrialist.get_by_role("link", name="Voir le partenariat")
    if not javascript:
        await look_again(industrialist, opened)
    await opened.click()
    await industrialist.get_by_role("button", name="Démarrer le partenariat").click()
    await expect(industrialist.locator("#partnership")).to_contain_text("En cours")
    if javascript:
        await assert_accessible(industrialist)


async def test_why_not_another_visit(region, visitor, sign_in, javascript):
    """A teacher chooses a slot and reads why; with scripts the answer comes into the page, which waits for it."""
    proposal, uai, _, _ = await a_proposed_visit(region, slots=2, title="La fonderie")
    await sign_in(visitor, Role.TEACHER, uai)

    await visitor.goto(f"/visit-proposals/{proposal['id']}")
    await visitor.get_by_role("link", name="Pourquoi pas une autre visite ?").click()
    await visitor.get_by_label("Thème").select_option("mechanics_metal")
    await visitor.get_by_role("button", name="Chercher").click()
    await visitor.get_by_role("link", name=re.compile("Pourquoi pas « La fonderie »")).last.click()

    await expect(visitor.get_by_role("heading", level=1)).to_have_text(
        "Pourquoi cette visite n’est-elle pas proposée ?"
    )
    await expect(visitor).to_have_url(re.compile(r"/why-not/[0-9a-f-]{36}$"))
    await expect(visitor.get_by_role("meter", name="trajet court")).to_be_visible()
    if javascript:
        await assert_accessible(visitor)
