"""Proposals on pages: a class, a company and an association read why, answer, and get to what follows."""

import asyncio

import pytest

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


@pytest.fixture
async def proposed(region):
    """A visit that is proposed to a class: the proposal, who has to do with it, and a teacher who reads pages."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    await a_class_request(teacher, uai, class_name="3e B")
    offer = await an_offer(industrialist, company, await a_site(industrialist, company), price_cents=12050)
    await a_slot(industrialist, offer)
    (proposal,) = await proposals(teacher)
    return proposal, teacher, industrialist, offer, await region.browse(Role.TEACHER, uai)


async def booking_of(reader, path):
    """Where an accepted proposal leads to, once it is booked."""

    async def booked():
        return (await reader.client.get(f"{path}/booking")).headers.get("location")

    return await until(booked)


async def test_a_teacher_accepts_and_is_led_to_the_booking(proposed):
    """From the list, in one click; the way leads on by itself once the booking is there."""
    proposal, teacher, _, _, reader = proposed
    path = f"/visit-proposals/{proposal['id']}"

    listed = await reader.read("/visit-proposals")
    accepted = await reader.send(listed, f"{path}/accept")
    leads_to = await booking_of(reader, path)
    sheet = await reader.read(path)

    assert "L'atelier de mécanique" in listed.text
    assert "120,50" in listed.text
    assert path in listed.links
    assert (accepted.status, "Proposition acceptée." in accepted.text) == (200, True)
    (seen,) = await proposals(teacher, state="booked")
    assert leads_to == f"/bookings/{seen['booking_id']}"
    assert leads_to in sheet.links
    assert f"{path}/accept" not in [form.action for form in sheet.forms]


async def test_a_double_click_accepts_once(proposed):
    """Both clicks get to the same booking, of which there is one."""
    proposal, teacher, _, _, reader = proposed
    path = f"/visit-proposals/{proposal['id']}"
    sheet = await reader.read(path)

    clicks = await asyncio.gather(*(reader.send(sheet, f"{path}/accept") for _ in range(2)))
    await booking_of(reader, path)

    assert [click.status for click in clicks] == [200, 200]
    assert ["errors" in click.html for click in clicks] == [False, False]

    async def bookings():
        return body(await teacher.get("/v1/bookings"))["items"]

    assert len(await until(bookings)) == 1


async def test_a_declined_visit_is_followed_by_the_next_best(proposed):
    """A reason has to be chosen, and what was typed stays until it is; then the sheet shows what comes instead."""
    proposal, teacher, industrialist, offer, reader = proposed
    path = f"/visit-proposals/{proposal['id']}"
    await a_slot(industrialist, offer, weeks=12)

    sheet = await reader.read(path)
    wrong = await reader.send(sheet, f"{path}/decline", remark="Le car est en panne")
    declined = await reader.send(wrong, f"{path}/decline", reason="date")

    async def following():
        page = await reader.read(path)
        return page if "Rien d’autre n’est proposé" not in page.text else None

    page = await until(following)
    assert (wrong.status, wrong.form(f"{path}/decline").value("remark")) == (422, "Le car est en panne")
    assert "La date ne convient pas" in wrong.html
    assert "Proposition déclinée." in declined.text
    (second,) = [one for one in await proposals(teacher) if one["id"] != proposal["id"]]
    assert f"/visit-proposals/{second['id']}" in page.links
    assert "La date ne convient pas." in page.text


async def test_whoever_comes_too_late_reads_why_and_what_comes_instead(region, proposed):
    """Another class booked the place between the reading and the click."""
    proposal, _, industrialist, offer, reader = proposed
    path = f"/visit-proposals/{proposal['id']}"
    other = await region.sign_in(Role.TEACHER, await a_school(region))
    sheet = await reader.read(path)
    class_of_other = {"level": "3E", "pupils": 20, "adults": 2, "class_name": "3e A"}
    body(await other.post(f"/v1/slots/{proposal['slot_id']}/bookings", json=class_of_other), 201)

    await reader.send(sheet, f"{path}/accept")
    await a_slot(industrialist, offer, weeks=12)

    async def told():
        page = await reader.read(path)
        return page if "Cette proposition a été retirée." in page.text and len(page.forms) > 1 else None

    page = await until(told)
    # Whoever was quicker: the match that saw the place go, or the booking that could not be made.
    assert "La place a été prise" in page.text or "Le créneau n’est plus ouvert" in page.text
    assert [form.action for form in page.forms if form.action.endswith("/accept")] != [f"{path}/accept"]


async def test_a_stale_page_says_what_happened(region, proposed):
    """The head declined while the teacher read: nothing is accepted, and the sheet shows it as it is."""
    proposal, teacher, _, _, reader = proposed
    path = f"/visit-proposals/{proposal['id']}"
    sheet = await reader.read(path)
    body(await teacher.post(f"/v1{path}/decline", json={"reason": "cost"}))

    late = await reader.send(sheet, f"{path}/accept")

    assert late.status == 412
    assert "Modifié entre-temps" in late.text
    assert "Cette proposition a été déclinée. C’est trop cher." in late.text


async def test_why_another_visit_is_not_proposed(proposed):
    """From the request, a slot is chosen among those of its period; a wrong period is named."""
    proposal, _, industrialist, offer, reader = proposed
    other = await a_slot(industrialist, offer, weeks=12)
    path = f"/class-requests/{proposal['class_request_id']}/why-not"

    async def listed():
        page = await reader.read(path)
        return page if f"{path}/{other['id']}" in page.links else None

    choice = await until(listed)
    answer = await reader.read(f"{path}/{other['id']}")
    from_visit = await reader.read(f"/visits/{other['id']}/why-not")
    narrowed = await reader.read(path, **{"from": "2030-01-01", "until": "", "theme": "", "order": "date"})
    wrong = await reader.read(path, **{"from": "2030-01-02", "until": "2030-01-01"})
    unreadable = await reader.read(path, **{"from": "demain"})

    assert choice.status == 200
    assert (answer.status, "mais elle n'est pas proposée car" in answer.text) == (200, True)
    # There is one open request: the question is about that one.
    assert from_visit.path == f"{path}/{other['id']}"
    assert "Aucune visite n’est ouverte sur cette période" in narrowed.text
    assert (wrong.status, "until" in wrong.html) == (422, True)
    assert (unreadable.status, 'value="demain"' in unreadable.html) == (422, True)


async def test_both_sides_of_a_partnership_say_yes(region):
    """Contacts show once both did; then they start, and end it with its outcome."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company, association = await a_company(coordinator), await an_association(coordinator)
    api = await region.sign_in(Role.COMPANY, company["id"])
    mediator_api = await region.sign_in(Role.ASSOCIATION, association["id"])
    await an_offer(api, company, await a_site(api, company))
    await a_capacity(mediator_api, association)
    (proposal,) = await proposals(api, "partnership")
    industrialist = await region.browse(Role.COMPANY, company["id"])
    mediator = await region.browse(Role.ASSOCIATION, association["id"])
    path = f"/partnership-proposals/{proposal['id']}"

    first = await industrialist.send(await industrialist.read("/partnership-proposals"), f"{path}/accept")

    async def waiting():
        page = await industrialist.read("/partnership-proposals")
        return page if "En attente de réponse de l’autre partie" in page.text else None

    await until(waiting)
    second = await mediator.send(await mediator.read(path), f"{path}/accept")

    async def opened():
        return [link for link in (await mediator.read(path)).links if link.startswith("/partnerships/")]

    (partnership,) = await until(opened)
    sheet = await industrialist.read(partnership)
    started = await industrialist.send(sheet, f"{partnership}/start")
    wrong = await mediator.send(await mediator.read(partnership), f"{partnership}/close", reason=" ")
    closed = await mediator.send(wrong, f"{partnership}/close", reason="Trois ateliers")
    listed = await mediator.read("/partnerships")

    assert "L’autre partie doit encore répondre" in first.text
    assert "mailto:" not in first.html
    assert {"mailto:camille@example.org", "mailto:dominique@example.org"} <= set(second.links) & set(sheet.links)
    assert "Partenariat démarré." in started.text
    assert (wrong.status, "Dites comment le partenariat s'est terminé" in wrong.text) == (422, True)
    assert "Trois ateliers" in closed.text
    assert partnership in listed.links


async def test_a_declined_partnership_says_why(region):
    """Nobody is shown anybody's contact."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company, association = await a_company(coordinator), await an_association(coordinator)
    api = await region.sign_in(Role.COMPANY, company["id"])
    await an_offer(api, company, await a_site(api, company))
    await a_capacity(await region.sign_in(Role.ASSOCIATION, association["id"]), association)
    (proposal,) = await proposals(api, "partnership")
    mediator = await region.browse(Role.ASSOCIATION, association["id"])
    path = f"/partnership-proposals/{proposal['id']}"
    sheet = await mediator.read(path)

    wrong = await mediator.send(sheet, f"{path}/decline", remark="Nous sommes deux")
    declined = await mediator.send(wrong, f"{path}/decline", reason="no_capacity")

    assert (wrong.status, wrong.form(f"{path}/decline").value("remark")) == (422, "Nous sommes deux")
    assert "Cette proposition a été déclinée. Plus de disponibilité." in declined.text
    assert "mailto:" not in declined.html
