"""A teacher finds a visit, reads its sheet, and learns whether the class could come."""

import re

import pytest
from playwright.async_api import expect

from contracts.vocabulary import Role
from tests.browser.accessibility import assert_accessible
from tests.browser.world import book
from tests.given import a_slot, an_offer, school_day

with_scripts = pytest.mark.parametrize("javascript", [True], indirect=True)


async def test_a_teacher_finds_a_visit_and_checks_a_class(visitor, sign_in, world, javascript):
    """From the list over the sheet to the booking, the class's figures with them."""
    await sign_in(visitor, Role.TEACHER, world.school_uai)
    await visitor.goto("/visits")

    await visitor.get_by_label("Niveau").select_option("3E")
    await visitor.get_by_label("Nombre d’élèves").fill("24")
    await visitor.get_by_role("button", name="Chercher").click()
    await expect(visitor.locator("#count")).to_contain_text("affichées")
    await visitor.get_by_role("link", name=world.offer["title"]).first.click()
    await expect(visitor.get_by_role("heading", level=1)).to_have_text(world.offer["title"])
    await expect(visitor.get_by_label("Nombre d’élèves")).to_have_value("24")
    await visitor.get_by_label("Adultes qui accompagnent").fill("1")
    await visitor.get_by_role("button", name="Vérifier").click()
    await expect(visitor.locator("#check")).to_contain_text("Cette classe ne peut pas réserver en l’état")
    if javascript:
        await assert_accessible(visitor, anew=False)
    await visitor.get_by_label("Adultes qui accompagnent").fill("2")
    await visitor.get_by_role("button", name="Vérifier").click()

    await expect(visitor.locator("#check")).to_contain_text("Cette classe peut venir.")
    book = visitor.locator("#check").get_by_role("button", name="Réserver", exact=True)
    await expect(book).to_have_attribute("href", re.compile(r"/book\?level=3E&pupils=24&adults=2$"))


async def test_a_visitor_leaves_from_a_school_by_its_name(visitor, world, javascript):
    """Without an account, and without a script too."""
    await visitor.goto("/visits")

    await visitor.get_by_label("Au départ de").fill(world.school_uai)
    await visitor.get_by_label("Ordre").select_option("travel")
    await visitor.get_by_role("button", name="Chercher").click()

    await expect(visitor.locator("#results")).to_contain_text("Trajets au départ de")
    await expect(visitor).to_have_url(re.compile(rf"school={world.school_uai}.*order=travel"))


async def test_a_wrong_filter_is_said_beside_it_and_is_gone_once_it_is_right(visitor, world, javascript):
    """What else was chosen stays."""
    await visitor.goto("/visits?level=3E")

    await visitor.get_by_label("À partir du").fill(school_day(10).isoformat())
    await visitor.get_by_label("Jusqu’au").fill(school_day(8).isoformat())
    await visitor.get_by_role("button", name="Chercher").click()
    await expect(visitor.locator("#until-error")).to_contain_text("Choisissez un jour qui ne précède pas le premier.")
    await expect(visitor.get_by_label("Jusqu’au")).to_have_attribute("aria-invalid", "true")
    await expect(visitor.get_by_label("Niveau")).to_have_value("3E")
    if javascript:
        await assert_accessible(visitor, anew=False)
    await visitor.get_by_label("Jusqu’au").fill(school_day(12).isoformat())
    await visitor.get_by_role("button", name="Chercher").click()

    await expect(visitor.locator("#until-error")).to_have_text("")
    await expect(visitor.get_by_label("Jusqu’au")).not_to_have_attribute("aria-invalid", "true")
    await expect(visitor.locator("#count")).to_contain_text("affichée")


async def test_the_calendar_leads_to_a_visit_and_to_other_months(visitor, world, javascript):
    """The month's visits by their days."""
    day = world.slots[0]["starts_at"][:7]
    await visitor.goto(f"/visits/calendar?month={day}")

    await visitor.locator("table.month").get_by_role("link", name=world.offer["title"]).first.click()
    await expect(visitor.get_by_role("heading", level=1)).to_have_text(world.offer["title"])
    await visitor.goto(f"/visits/calendar?month={day}")
    await visitor.get_by_role("navigation", name="Autres mois").first.get_by_role("link").last.click()

    await expect(visitor).not_to_have_url(re.compile(day))


@with_scripts
async def test_the_list_follows_the_filters_and_nobody_loses_their_place(visitor, world):
    """No button is needed: the list, the address and what is read aloud follow, the keyboard stays where it was."""
    await visitor.goto("/visits")
    await expect(visitor.locator("#count")).to_contain_text("affichées")

    await visitor.get_by_label("Niveau").focus()
    await visitor.get_by_label("Niveau").select_option("BTS2")
    await expect(visitor).to_have_url(re.compile(r"/visits\?level=BTS2$"))
    await expect(visitor.locator("#count")).to_have_text("0 visite affichée.")
    await expect(visitor.get_by_label("Niveau")).to_be_focused()
    await expect(visitor.locator("#results")).to_contain_text("Aucune visite ne correspond")
    await visitor.go_back()

    await expect(visitor).to_have_url(re.compile(r"/visits$"))
    await expect(visitor.locator("#count")).to_contain_text("affichées")
    await expect(visitor.get_by_label("Niveau")).to_have_value("")
    await expect(visitor.locator(".map .map-place")).not_to_have_count(0)


@with_scripts
async def test_the_map_and_the_list_show_each_other(visitor, world):
    """Each place of the list has its mark, and the other way round; both follow the filters."""
    await visitor.goto("/visits")
    item = visitor.locator("[data-map-id]").first
    mark = visitor.locator(".map .map-place")
    await expect(mark).not_to_have_count(0)

    await item.hover()
    await expect(visitor.locator(".map .map-place-lit")).to_have_count(1)
    await mark.first.focus()
    await expect(visitor.locator("[data-map-id][data-highlighted]")).not_to_have_count(0)
    await mark.first.press("Enter")
    await expect(visitor.locator(".map-popup a").first).to_have_attribute("href", re.compile("^/visits/"))
    await visitor.get_by_label("Niveau").select_option("BTS2")

    await expect(mark).to_have_count(0)


@with_scripts
async def test_schools_are_offered_while_their_name_is_typed(visitor, world):
    """As choices of the field."""
    await visitor.goto("/visits")

    await visitor.get_by_label("Au départ de").press_sequentially("essai")

    await expect(visitor.locator(f'#schools option[value*="{world.school_uai}"]')).to_have_count(1)


@with_scripts
async def test_places_that_go_are_seen_to_go(visitor, sign_in, region, world):
    """Somebody else takes the last one: the open sheet says so by itself."""
    industrialist, teacher = world.api(Role.COMPANY), world.api(Role.TEACHER)
    slot = await a_slot(industrialist, world.offer, 16)
    await sign_in(visitor, Role.TEACHER, world.school_uai)
    await visitor.goto(f"/visits/{slot['id']}")
    await expect(visitor.locator("#places")).to_contain_text("1 groupe")

    await book(teacher, slot, "3e Z")

    await expect(visitor.locator("#places")).to_contain_text("complet, liste d’attente")


@with_scripts
async def test_a_sheet_is_one_page_of_paper(visitor, world):
    """With its address, and without what nobody can press there."""
    industrialist = world.api(Role.COMPANY)
    told = {"description": "De la tôle à la pièce. " * 8, "aims": "Voir un geste. " * 8, "preparation": "Lire. " * 20}
    offer = await an_offer(industrialist, world.company, world.site, rome_codes=["H2903", "H2902"], **told)
    slot = await a_slot(industrialist, offer, 17)
    await visitor.goto(f"/visits/{slot['id']}?school={world.school_uai}&pupils=24")

    paper = await visitor.pdf(prefer_css_page_size=True)
    await visitor.emulate_media(media="print")

    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    await expect(visitor.get_by_role("button", name="Se connecter pour réserver")).to_be_hidden()
    await expect(visitor.locator(".print-only")).to_contain_text(f"/visits/{slot['id']}")


async def test_long_words_stay_inside(visitor, world, javascript):
    """A company's title may be one word without an end."""
    industrialist = world.api(Role.COMPANY)
    offer = await an_offer(industrialist, world.company, world.site, title="Chaudronnerie" * 15, levels=["CAP2"])
    slot = await a_slot(industrialist, offer, 18)
    await visitor.set_viewport_size({"width": 360, "height": 800})

    for path in (f"/visits/{slot['id']}", "/visits?level=CAP2"):
        await visitor.goto(path)
        assert await visitor.evaluate("document.documentElement.scrollWidth") == 360
