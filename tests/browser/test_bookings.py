"""A class books, its head and the company answer, both follow, and either side moves or cancels."""

import re

import pytest
from playwright.async_api import Page, expect

from contracts.vocabulary import Role
from tests.browser.accessibility import assert_accessible
from tests.component.gateway.web.staging import CLASS, Stage, a_stage, shown
from tests.given import a_slot, body

with_scripts = pytest.mark.parametrize("javascript", [True], indirect=True)


@pytest.fixture
async def stage(region) -> Stage:
    """A company with a slot, and a school, that nobody else's story touches."""
    return await a_stage(region)


async def booked(stage: Stage) -> str:
    """The path of a booking of the school's 3e B."""
    made = body(await stage.school_api.post(f"/v1/slots/{stage.slot['id']}/bookings", json=CLASS), 201)
    path = f"/bookings/{made['id']}"
    await shown(stage.teacher, "/bookings", "3e B")
    return path


async def fill_class(page: Page) -> None:
    """The class of the form."""
    await page.get_by_label("Nom de la classe").fill("3e B")
    await page.get_by_label("Niveau").select_option("3E")
    await page.get_by_label("Nombre d’élèves").fill("24")
    await page.get_by_label("Nombre d’adultes").fill("2")


async def test_a_teacher_books_in_three_screens(visitor, sign_in, region, javascript):
    """From the search over the sheet to the form; then it is booked, and says what happens next."""
    stage = await a_stage(region, title="Visite en trois écrans")
    await sign_in(visitor, Role.TEACHER, stage.uai)
    await shown(stage.teacher, "/visits?level=3E&theme=mechanics_metal", "Visite en trois écrans")

    await visitor.goto("/visits?level=3E&pupils=24")
    await visitor.get_by_role("link", name="Visite en trois écrans").first.click()
    await visitor.get_by_label("Adultes qui accompagnent").fill("2")
    await visitor.get_by_role("button", name="Vérifier").click()
    await expect(visitor.locator("#check")).to_contain_text("Cette classe peut venir.")
    await visitor.locator("#check").get_by_role("button", name="Réserver", exact=True).click()
    await expect(visitor.get_by_label("Nombre d’élèves")).to_have_value("24")
    await visitor.get_by_label("Nom de la classe").fill("3e B")
    await visitor.get_by_role("button", name="Réserver", exact=True).click()

    await expect(visitor.get_by_role("status")).to_contain_text("C’est demandé : l’entreprise doit confirmer.")
    await expect(visitor.locator("#booking")).to_contain_text("L’entreprise doit confirmer la visite")
    assert re.search(r"/bookings/[0-9a-f-]{36}$", visitor.url)


async def test_a_refused_form_keeps_what_was_typed(visitor, sign_in, stage, javascript):
    """The field and its remedy beside it; what is on top leads there, and is heard first where scripts run."""
    await sign_in(visitor, Role.TEACHER, stage.uai)
    await visitor.goto(stage.book)
    await fill_class(visitor)
    await visitor.get_by_label("Nombre d’adultes").fill("1")
    await visitor.get_by_label("Coût du transport").fill("180,50")

    await visitor.get_by_role("button", name="Réserver", exact=True).click()

    await expect(visitor.locator("#adults-error")).to_contain_text("c'est trop peu")
    await expect(visitor.get_by_label("Coût du transport")).to_have_value("180,50")
    if javascript:
        await expect(visitor.locator("#errors")).to_be_focused()
        await assert_accessible(visitor, anew=False)
    await visitor.get_by_label("Nombre d’adultes").fill("2")
    await visitor.get_by_role("button", name="Réserver", exact=True).click()
    await expect(visitor.locator("#booking")).to_contain_text("180,50 €")


@with_scripts
async def test_a_double_click_books_once(visitor, sign_in, stage, javascript):
    """One booking, whatever the hand does."""
    await sign_in(visitor, Role.TEACHER, stage.uai)
    await visitor.goto(stage.book)
    await fill_class(visitor)

    await visitor.get_by_role("button", name="Réserver", exact=True).dblclick()

    await expect(visitor.locator("#booking")).to_contain_text("3e B")
    await shown(stage.teacher, "/bookings", "3e B")
    assert len(body(await stage.school_api.get("/v1/bookings"))["items"]) == 1


async def test_a_head_approves_and_a_company_confirms_from_their_lists(new_visitor, sign_in, stage, javascript):
    """Each in one click, and is back in the list."""
    await stage.approving()
    path = await booked(stage)
    head, industrialist = await new_visitor(), await new_visitor()
    await sign_in(head, Role.HEAD, stage.uai)
    await sign_in(industrialist, Role.COMPANY, stage.company["id"])
    await head.goto("/approvals")

    await head.get_by_role("button", name="Valider").click()
    await expect(head.get_by_role("status")).to_contain_text("La réservation est validée")
    assert head.url.endswith("/approvals")
    await shown(stage.industrialist, "/bookings", "À vous de confirmer")
    await industrialist.goto("/bookings")
    await industrialist.get_by_role("button", name="Confirmer").click()

    await expect(industrialist.get_by_role("status")).to_contain_text("La visite est confirmée")
    await head.goto(path)
    await expect(head.locator("#booking")).to_contain_text("Tout est prêt")


async def test_a_head_refuses_with_a_reason(visitor, sign_in, stage, javascript):
    """Asked for before; without one the form says so and stays open."""
    await stage.approving()
    path = await booked(stage)
    await sign_in(visitor, Role.HEAD, stage.uai)
    await visitor.goto("/approvals")

    await visitor.locator("summary", has_text="Refuser").click()
    await visitor.get_by_role("button", name="Refuser").last.click()
    await expect(visitor.get_by_text("Dites pourquoi : l'enseignant sera prévenu.").last).to_be_visible()
    if javascript:
        await assert_accessible(visitor, anew=False)
    await visitor.get_by_label("Motif").fill("Voyage la même semaine")
    await visitor.get_by_role("button", name="Refuser").last.click()

    await expect(visitor.get_by_role("status")).to_contain_text("La réservation est refusée")
    await visitor.goto(path)
    await expect(visitor.locator("#booking")).to_contain_text("Voyage la même semaine")


@with_scripts
async def test_a_confirmation_shows_without_reloading(visitor, sign_in, stage, javascript):
    """The school's page is open while the company says yes."""
    path = await booked(stage)
    await sign_in(visitor, Role.TEACHER, stage.uai)
    await visitor.goto(path)
    await expect(visitor.locator("#booking")).to_contain_text("À confirmer par l’entreprise")

    body(await stage.api.post(f"/v1{path}/confirm"))

    await expect(visitor.locator("#booking")).to_contain_text("Tout est prêt")


@with_scripts
async def test_a_new_booking_shows_in_the_open_list(visitor, sign_in, stage, javascript):
    """The company need not look again and again."""
    await sign_in(visitor, Role.COMPANY, stage.company["id"])
    await visitor.goto("/bookings")
    await expect(visitor.locator("#bookings")).to_contain_text("Aucune classe n’a encore réservé chez vous.")

    await booked(stage)

    await expect(visitor.locator("#bookings")).to_contain_text("À vous de confirmer ou de décliner cette visite")


async def test_a_school_cancels(visitor, sign_in, stage, javascript):
    """Why, the company may read."""
    path = await booked(stage)
    await sign_in(visitor, Role.TEACHER, stage.uai)
    await visitor.goto(path)

    await visitor.locator("summary", has_text="Annuler la réservation").click()
    await visitor.get_by_label("Motif").fill("Plus d’autocar")
    await visitor.get_by_role("button", name="Annuler la réservation").last.click()

    await expect(visitor.locator("#booking")).to_contain_text("L’établissement a annulé la visite.")
    await expect(visitor.locator("#booking")).to_contain_text("Plus d’autocar")
    if javascript:
        await assert_accessible(visitor)


async def test_a_school_moves_its_visit(visitor, sign_in, stage, javascript):
    """To another open date of the same company."""
    await a_slot(stage.api, stage.offer, 11)
    path = await booked(stage)
    await shown(stage.teacher, f"{path}/reschedule", "groupe libre")
    await sign_in(visitor, Role.TEACHER, stage.uai)
    await visitor.goto(path)

    await visitor.get_by_role("button", name="Choisir une autre date").click()
    await visitor.get_by_role("radio").first.check()
    await visitor.get_by_role("button", name="Déplacer la visite").click()

    await expect(visitor.get_by_role("status")).to_contain_text("La visite est déplacée")
    await visitor.get_by_role("link", name="voir la réservation d’origine").click()
    await expect(visitor.locator("#booking")).to_contain_text("La visite a été déplacée à une autre date.")


async def test_a_class_waits_for_a_place_and_is_offered_one(visitor, sign_in, stage, region, javascript):
    """It reads its position; the first class leaves, and the place is kept for it."""
    rival = await a_stage(region)
    made = body(await rival.school_api.post(f"/v1/slots/{stage.slot['id']}/bookings", json=CLASS), 201)
    await sign_in(visitor, Role.TEACHER, stage.uai)
    await visitor.goto(stage.book)
    await expect(visitor.get_by_role("heading", name="Cette visite est complète")).to_be_visible()

    await visitor.get_by_role("button", name="Rejoindre la liste d’attente").click()
    await fill_class(visitor)
    await visitor.get_by_role("button", name="Rejoindre la liste d’attente").click()
    await expect(visitor.locator("#booking")).to_contain_text("Votre classe est à la place 1 sur 1.")
    if javascript:
        await assert_accessible(visitor)
    body(await rival.school_api.post(f"/v1/bookings/{made['id']}/cancel", json={"reason": "Grippe"}))
    if not javascript:
        await visitor.reload()
    await visitor.get_by_role("button", name="Accepter la place").click()

    await expect(visitor.get_by_role("status")).to_contain_text("La place est acceptée.")
    await expect(visitor.locator("#booking")).to_contain_text("L’entreprise doit confirmer la visite")


async def test_a_stale_page_says_what_changed(visitor, sign_in, stage, javascript):
    """Somebody else was quicker; without scripts nothing told the reader."""
    path = await booked(stage)
    await sign_in(visitor, Role.TEACHER, stage.uai)
    await visitor.goto(path)
    version = visitor.locator("form[action$='/cancel'] input[name=_version]")
    stale = await version.input_value()
    body(await stage.api.post(f"/v1{path}/confirm"))
    if javascript:
        await expect(version).not_to_have_value(stale)
        await version.evaluate("(field, value) => { field.value = value }", stale)

    await visitor.locator("summary", has_text="Annuler la réservation").click()
    await visitor.get_by_label("Motif").fill("Plus d’autocar")
    await visitor.get_by_role("button", name="Annuler la réservation").last.click()

    await expect(visitor.locator("#errors")).to_contain_text("Quelqu’un a fait avancer cette réservation")
    await expect(visitor.get_by_label("Motif")).to_have_value("Plus d’autocar")
    if javascript:
        await assert_accessible(visitor, anew=False)


async def test_a_calendar_is_subscribed_to(visitor, sign_in, stage, javascript):
    """Its address stands on the page once."""
    await sign_in(visitor, Role.TEACHER, stage.uai)
    await visitor.goto("/calendar")

    await visitor.get_by_role("button", name="Demander une adresse").click()

    await expect(visitor.get_by_label("À copier dans votre agenda")).to_have_value(
        re.compile(r"/v1/calendars/.+\.ics$")
    )
    if javascript:
        await assert_accessible(visitor, anew=False)
