"""What a company does, in a real browser: an offer from the first word to its slots in the calendar, and back."""

import re
from datetime import timedelta

from playwright.async_api import expect

from contracts.vocabulary import Role
from tests.browser.accessibility import assert_accessible
from tests.given import a_company, a_school, a_site, a_slot, an_offer, body, school_day, until


async def a_company_with_a_site(region):
    """Approved, with one site, which the lists know."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    api = await region.sign_in(Role.COMPANY, company["id"])
    site = await a_site(api, company)

    async def listed():
        return body(await api.get(f"/v1/companies/{company['id']}/sites"))["items"]

    await until(listed)
    return company, api, site


async def look_closely(page, javascript):
    """At an answer to a form, which no table of pages has; axe itself is a script."""
    if javascript:
        await assert_accessible(page, anew=False)


async def test_a_company_writes_an_offer_and_opens_slots_by_the_week(region, visitor, sign_in, javascript):
    """It sees which days are left out before anything opens, and then its slots in the calendar."""
    company, api, _ = await a_company_with_a_site(region)
    await sign_in(visitor, Role.COMPANY, company["id"])
    first = school_day(8)
    first -= timedelta(days=first.weekday())

    await visitor.goto("/visit-offers")
    await visitor.get_by_role("button", name="Écrire une offre").click()
    await visitor.get_by_label("Titre").fill("De la tôle à la pièce")
    await visitor.get_by_label("Robotique").check()
    await visitor.get_by_label("Métiers montrés").fill("soudeur")
    await visitor.get_by_role("button", name="Chercher ce métier").click()
    await visitor.locator("input[name=rome_codes][type=checkbox]").first.check()
    await visitor.get_by_label("Prix de la visite, en euros").fill("12,50")
    await visitor.get_by_role("button", name="Publier l’offre").click()
    # Without a level nobody can come: it is said beside the field, and nothing that was typed is lost.
    await expect(visitor.get_by_role("alert")).to_contain_text("Saisie non valide")
    await expect(visitor.get_by_label("Titre")).to_have_value("De la tôle à la pièce")
    await expect(visitor.get_by_label("Robotique")).to_be_checked()
    await visitor.get_by_label("Troisième", exact=True).check()
    await visitor.get_by_role("button", name="Publier l’offre").click()

    await expect(visitor.get_by_role("heading", level=1)).to_have_text("De la tôle à la pièce")
    await expect(visitor.get_by_text("12,50\u00a0€")).to_be_visible()
    await visitor.get_by_role("button", name="Ouvrir des créneaux").click()
    await visitor.get_by_role("link", name="Plusieurs, chaque semaine").click()
    await visitor.get_by_label("Du", exact=True).fill(first.isoformat())
    await visitor.get_by_label("Au", exact=True).fill((first + timedelta(weeks=3)).isoformat())
    await visitor.get_by_label("mardi").check()
    await visitor.get_by_label("Heure de début").fill("09:30")
    await visitor.get_by_role("button", name="Voir les dates").click()
    await expect(visitor.get_by_text("Rien n’est encore ouvert")).to_be_visible()
    await look_closely(visitor, javascript)
    await visitor.get_by_role("button", name=re.compile(r"^Ouvrir \d créneau")).click()

    await expect(visitor.get_by_role("heading", level=1)).to_contain_text("ouvert")
    opened = await visitor.get_by_role("row").count() - 1
    assert opened >= 1

    async def listed():
        return len(body(await api.get("/v1/visit-offers?state=published"))["items"]) and len(await slots(api)) == opened

    await until(listed)
    await visitor.get_by_role("button", name="Voir le calendrier").click()
    await expect(visitor.locator("table.month").get_by_role("link").first).to_contain_text("9\u00a0h\u00a030")


async def slots(api):
    """All slots that the company sees of its offers."""
    found = []
    for offer in body(await api.get("/v1/visit-offers"))["items"]:
        if "change" in offer["allowed_actions"]:
            found += body(await api.get(f"/v1/visit-offers/{offer['id']}/slots"))["items"]
    return found


async def test_a_company_cancels_a_slot_knowing_who_loses_a_visit(region, visitor, sign_in):
    """The number of classes is said before, the reason is asked, and the class's booking ends with it."""
    company, api, site = await a_company_with_a_site(region)
    slot = await a_slot(api, await an_offer(api, company, site))
    teacher = await region.sign_in(Role.TEACHER, await a_school(region))
    wanted = {"level": "3E", "pupils": 24, "adults": 2, "class_name": "3e B"}
    booking = body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=wanted), 201)

    async def listed():
        return body(await api.get(f"/v1/slots/{slot['id']}/bookings"))["items"]

    await until(listed)
    await sign_in(visitor, Role.COMPANY, company["id"])
    await visitor.goto(f"/slots/{slot['id']}")
    await visitor.get_by_role("button", name="Annuler le créneau").click()
    await expect(visitor.get_by_text("1 classe inscrite perdra sa visite")).to_be_visible()
    await visitor.get_by_role("button", name="Annuler ce créneau").click()
    await expect(visitor.locator("#reason-error")).to_contain_text("Dites pourquoi")
    await visitor.get_by_label("Motif").fill("Four en panne")
    await visitor.get_by_role("button", name="Annuler ce créneau").click()

    await expect(visitor.locator("main")).to_contain_text("Créneau annulé")
    await expect(visitor.locator("main")).to_contain_text("Four en panne")
    assert body(await api.get(f"/v1/bookings/{booking['id']}"))["state"] == "cancelled"


async def test_a_calendar_shows_a_new_slot_without_reload(region, visitor, sign_in, javascript):
    """Where scripts run; elsewhere with the next look at it."""
    company, api, site = await a_company_with_a_site(region)
    offer = await an_offer(api, company, site)
    await sign_in(visitor, Role.COMPANY, company["id"])
    day = school_day(8)
    await visitor.goto(f"/slots?month={day:%Y-%m}")
    await expect(visitor.get_by_text("Aucun créneau ce mois-ci")).to_be_visible()

    await a_slot(api, offer)
    if not javascript:

        async def listed():
            return body(await api.get(f"/v1/visit-offers/{offer['id']}/slots"))["items"]

        await until(listed)
        await visitor.reload()

    await expect(visitor.locator("table.month").get_by_role("link").first).to_contain_text(offer["title"])


async def test_a_company_adds_a_site_where_several_communes_may_be_meant(region, visitor, sign_in, javascript):
    """By the commune's name; namesakes are told apart, and the site is in the list beside the map."""
    company, api, _ = await a_company_with_a_site(region)
    await sign_in(visitor, Role.COMPANY, company["id"])
    await visitor.goto("/sites")
    await visitor.get_by_role("button", name="Ajouter un site").click()
    await visitor.get_by_label("Nom du site").fill("Atelier nord")
    await visitor.get_by_label("Commune").fill("Montaut")
    await visitor.get_by_role("button", name="Ajouter ce site").click()
    await expect(visitor.get_by_text("Plusieurs communes possibles").first).to_be_visible()
    await look_closely(visitor, javascript)
    await visitor.get_by_label("Montaut (32)").first.check()
    await visitor.get_by_role("button", name="Ajouter ce site").click()

    async def listed():
        return len(body(await api.get(f"/v1/companies/{company['id']}/sites"))["items"]) == 2

    await until(listed)
    await visitor.goto("/sites")
    await expect(visitor.get_by_role("heading", name="Atelier nord")).to_be_visible()
    await expect(visitor.locator("main")).to_contain_text("Montaut (32)")
