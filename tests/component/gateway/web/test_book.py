"""Booking on pages, without a browser: the form, what is refused and keeps what was typed, the waiting list."""

import asyncio

import pytest

from contracts.vocabulary import Role
from tests.component.gateway.web.staging import CLASS, SCRIPT, Stage, a_stage, shown
from tests.given import Region, a_class_request, a_slot, an_association, body


@pytest.fixture
async def stage(region: Region) -> Stage:
    """A fresh one for each test."""
    return await a_stage(region)


async def test_a_class_is_booked_from_its_form(stage):
    """The page says what is booked; the booking says who has to act, by when."""
    sheet = await stage.teacher.read(stage.book)

    done = await stage.teacher.send(sheet, stage.book, **CLASS)

    assert stage.offer["title"] in sheet.text
    assert "Ateliers d'essai" in sheet.text
    assert "gratuit" in sheet.text
    assert "C’est demandé : l’entreprise doit confirmer." in done.text
    assert "À confirmer par l’entreprise" in done.text
    assert "L’entreprise doit confirmer la visite, jusqu’au" in done.text
    assert "3e B" in done.text


async def test_the_address_may_know_the_class_already(stage):
    """From the visit's sheet: level, pupils, adults, needs; and the page says at once whether it fits."""
    query = {"level": "3E", "pupils": "24", "adults": "1", "needs": "motor"}

    sheet = await stage.teacher.read(stage.book, **query)
    form = sheet.form(stage.book)

    assert (form.value("level"), form.value("pupils"), form.value("needs.motor")) == ("3E", "24", "1")
    assert "24 élèves demandent 2 adultes (un pour 15) : 1, c'est trop peu." in sheet.text
    assert "Le site ne peut pas accueillir ce besoin" in sheet.text
    assert sheet.status == 200


async def test_a_class_request_fills_the_form(stage):
    """And the booking answers it."""
    request = await a_class_request(stage.school_api, stage.uai, class_name="3e C", pupils=21)

    sheet = await stage.teacher.read(stage.book, class_request=request["id"])
    done = await stage.teacher.send(sheet, stage.book)

    assert sheet.form(stage.book).value("pupils") == "21"
    assert f"/class-requests/{request['id']}" in done.links


async def test_a_mistyped_class_request_in_an_address_is_passed_over(stage):
    """A link that somebody cut short still leads to the form."""
    sheet = await stage.teacher.read(stage.book, class_request="0190", level="3E")

    assert sheet.status == 200
    assert sheet.form(stage.book).value("level") == "3E"


async def test_a_check_books_nothing(stage):
    """What stands against it, and what is to be brought, before anything is stored."""
    sheet = await stage.teacher.read(stage.book)

    checked = await stage.teacher.send(sheet, stage.book, **CLASS, check="yes")

    assert "Cette classe peut réserver cette visite." in checked.text
    assert "Accompagnement" in checked.text
    assert body(await stage.school_api.get("/v1/bookings"))["items"] == []


async def test_a_check_of_too_little_names_what_is_missing(stage):
    """As a refused booking does."""
    sheet = await stage.teacher.read(stage.book)

    checked = await stage.teacher.send(sheet, stage.book, level="3E", check="yes")

    assert checked.status == 422
    assert 'id="pupils-error"' in checked.html
    assert 'id="adults-error"' in checked.html


async def test_what_is_wrong_is_told_beside_each_field_and_what_was_typed_stays(stage):
    """All fields at once, with the remedy; nothing is stored."""
    sheet = await stage.teacher.read(stage.book)
    typed = {
        "level": "3E",
        "pupils": 24,
        "adults": 1,
        "girls": 30,
        "transport_cost_cents": "douze",
        "class_name": "3e B",
    }

    refused = await stage.teacher.send(sheet, stage.book, **typed)
    form = refused.form(stage.book)

    assert refused.status == 422
    assert "Écrivez un montant en euros, comme 12,50." in refused.text
    assert {name: form.value(name) for name in typed} == {name: str(value) for name, value in typed.items()}
    again = await stage.teacher.send(refused, stage.book, transport_cost_cents="180,50")
    assert again.status == 422
    assert 'href="#girls"' in again.html
    assert "Il y a plus de filles que d'élèves (24)" in again.text
    assert "1, c'est trop peu." in again.text
    done = await stage.teacher.send(again, stage.book, adults=2, girls=12)
    assert "180,50 €" in done.text
    assert "dont 12 filles" in done.text


async def test_a_double_click_books_once(stage):
    """Both answers lead to the one booking."""
    sheet = await stage.teacher.read(stage.book)

    first, second = await asyncio.gather(*(stage.teacher.send(sheet, stage.book, **CLASS) for _ in range(2)))

    assert first.path == second.path
    assert first.path.startswith("/bookings/")


async def test_the_same_form_sent_with_other_words_says_so(stage):
    """Back in the browser, and on: it went through already."""
    sheet = await stage.teacher.read(stage.book)
    await stage.teacher.send(sheet, stage.book, **CLASS)

    refused = await stage.teacher.send(sheet, stage.book, **(CLASS | {"class_name": "3e D"}))

    assert refused.status == 422
    assert "Cette demande est déjà partie une fois" in refused.text


async def test_a_class_that_is_booked_already_is_led_there(region):
    """Rather than only being told."""
    stage = await a_stage(region, groups=2)
    path = await stage.booked()
    sheet = await stage.teacher.read(stage.book)

    refused = await stage.teacher.send(sheet, stage.book, **CLASS)

    assert refused.status == 409
    assert path in refused.links


async def test_a_slot_filled_meanwhile_offers_the_waiting_list_and_the_next_best(region):
    """What was typed goes along; the other visit is one click away."""
    stage = await a_stage(region, themes=["electronics"])
    other = await a_slot(stage.api, stage.offer, 11)
    sheet = await stage.teacher.read(stage.book)
    rival = await a_stage(stage.region)
    rival.slot = stage.slot
    await rival.booked(class_name="Rivale")
    await shown(stage.teacher, f"/visits/{other['id']}/book", "groupe libre")

    refused = await stage.teacher.send(sheet, stage.book, **CLASS)

    assert refused.status == 409
    assert "Les dernières places viennent d’être prises" in refused.text
    assert any(f"/visits/{other['id']}" in link for link in refused.links)
    form = refused.form(stage.book)
    form.action = f"/visits/{stage.slot['id']}/wait"
    waiting = await stage.teacher.send_form(refused, form, {})
    assert "Votre classe est inscrite sur la liste d’attente." in waiting.text
    assert "Votre classe est à la place 1 sur 1." in waiting.text


async def test_a_full_visit_is_waited_for(stage):
    """From its form to the list, and out of it again."""
    await stage.booked()
    wait = f"/visits/{stage.slot['id']}/wait"
    full = await stage.teacher.read(stage.book)
    assert "Cette visite est complète" in full.text
    assert wait in full.links

    sheet = await stage.teacher.read(wait)
    waiting = await stage.teacher.send(sheet, wait, **(CLASS | {"class_name": "3e E"}))
    left = await stage.teacher.send(waiting, f"{waiting.path}/cancel")

    assert "En liste d’attente" in waiting.text
    assert "Annulée" in left.text


async def test_nobody_waits_where_a_place_is_free(stage):
    """The page says so before and after."""
    wait = f"/visits/{stage.slot['id']}/wait"
    sheet = await stage.teacher.read(wait)

    refused = await stage.teacher.send(sheet, wait, **CLASS)

    assert "Une place est libre : inutile d’attendre." in sheet.text
    assert refused.status == 409
    assert "une place est libre : réservez-la" in refused.text


async def test_a_visit_that_is_off_is_not_booked(stage):
    """A closed slot has no form, only a way on."""
    body(await stage.api.post(f"/v1/slots/{stage.slot['id']}/close"))

    sheet = await stage.teacher.read(stage.book)

    assert "Cette visite n’est plus ouverte aux réservations." in sheet.text
    assert "/visits" in sheet.links


async def test_a_coordinator_books_for_a_school(stage):
    """Which one, the form asks."""
    coordinator = await stage.region.browse(Role.COORDINATOR)
    sheet = await coordinator.read(stage.book)

    refused = await coordinator.send(sheet, stage.book, **CLASS)
    done = await coordinator.send(refused, stage.book, school_uai=stage.uai)

    assert "Dites quelle école vient" in refused.text
    assert "Collège d'essai" in done.text


async def test_who_cannot_book_is_told_so(stage):
    """A company has no class, an association no right to book at all."""
    coordinator = await stage.region.sign_in(Role.COORDINATOR)
    association = await an_association(coordinator)
    mediator = await stage.region.browse(Role.ASSOCIATION, association["id"])

    for reader in (stage.industrialist, mediator):
        sheet = await reader.read(stage.book)
        assert sheet.status == 403
        assert stage.book not in sheet.links


async def test_an_expired_session_comes_back_to_the_very_page(stage):
    """By way of the sign-in, whatever the address carried."""
    visitor = stage.region.visitor()

    sheet = await visitor.read(f"{stage.book}?level=3E")

    assert sheet.path == f"/sign-in?next=%2Fvisits%2F{stage.slot['id']}%2Fbook%3Flevel%3D3E"


async def test_script_in_any_field_is_shown_as_text(stage):
    """On the refused form, the booking, and its lists."""
    sheet = await stage.teacher.read(stage.book)
    names = {name for name, _ in sheet.form(stage.book).fields if not name.startswith("_")} - {"level"}

    refused = await stage.teacher.send(sheet, stage.book, **{name.replace(".", "__"): SCRIPT for name in names})
    path = await stage.booked(class_name=SCRIPT)
    pages = [refused, await stage.teacher.read(path), await shown(stage.teacher, "/bookings", SCRIPT)]

    assert refused.status == 422
    assert all(SCRIPT in page.text or page is refused for page in pages)
    assert not any(SCRIPT in page.html for page in pages)
