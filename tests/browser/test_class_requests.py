"""A class wishes for a visit, and somebody reads what they were told."""

import re

from playwright.async_api import expect

from contracts.vocabulary import Role
from tests.browser.accessibility import assert_accessible
from tests.component.gateway.web.staging import CLASS, a_stage, shown
from tests.given import a_school, body, school_day


async def test_a_teacher_asks_for_a_visit_changes_and_withdraws(visitor, sign_in, region, javascript):
    """A wrong field first: what was typed and ticked stays."""
    await sign_in(visitor, Role.TEACHER, await a_school(region))
    await visitor.goto("/class-requests")
    await visitor.get_by_role("button", name="Demander une visite pour une classe").click()

    await visitor.get_by_label("Nom de la classe").fill("3e A")
    await visitor.get_by_label("Niveau").select_option("3E")
    await visitor.get_by_label("Nombre d’élèves").fill("24")
    await visitor.get_by_label("Premier jour possible").fill(school_day(3).isoformat())
    await visitor.get_by_label("Dernier jour possible").fill(school_day(20).isoformat())
    await visitor.get_by_label("Robotique").check()
    await visitor.get_by_role("button", name="Envoyer la demande").click()
    await expect(visitor.locator("#adults-error")).to_be_visible()
    await expect(visitor.get_by_label("Robotique")).to_be_checked()
    if javascript:
        await assert_accessible(visitor, anew=False)
    await visitor.get_by_label("Nombre d’adultes").fill("2")
    await visitor.get_by_role("button", name="Envoyer la demande").click()
    await expect(visitor.get_by_role("status").first).to_contain_text("La demande est enregistrée.")

    await visitor.get_by_role("button", name="Modifier la demande").click()
    await visitor.get_by_label("Trajet le plus long").fill("120")
    await visitor.get_by_role("button", name="Enregistrer les changements").click()
    await expect(visitor.locator("#request")).to_contain_text("2 h de car, à l’aller")
    await visitor.locator("summary", has_text="Retirer la demande").click()
    await visitor.get_by_role("button", name="Retirer la demande").last.click()

    await expect(visitor.locator("#request")).to_contain_text("Retirée")
    assert re.search(r"/class-requests/[0-9a-f-]{36}$", visitor.url)


async def test_a_notice_is_read_from_the_first_page(visitor, sign_in, region, javascript):
    """It leads to the booking that it is about."""
    stage = await a_stage(region)
    body(await stage.school_api.post(f"/v1/slots/{stage.slot['id']}/bookings", json=CLASS), 201)
    await shown(stage.industrialist, "/", "3e B")
    await shown(stage.industrialist, "/notices", "3e B")
    await sign_in(visitor, Role.COMPANY, stage.company["id"])
    await visitor.goto("/")
    if javascript:
        await assert_accessible(visitor)

    await visitor.get_by_role("link", name="Visite à confirmer").click()
    await visitor.get_by_role("button", name="Voir de quoi il s’agit").click()

    await expect(visitor.locator("#booking")).to_contain_text("À vous de confirmer ou de décliner cette visite")
    await visitor.goto("/notices?unread=yes")
    await expect(visitor.get_by_text("Aucun avis non lu.")).to_be_visible()
