"""Interventions on pages: an association is asked to come along, says yes or no, and takes its yes back."""

import asyncio
from datetime import datetime

import pytest

from contracts.vocabulary import Role
from tests.given import (
    a_capacity,
    a_company,
    a_school,
    a_site,
    a_slot,
    an_association,
    an_offer,
    body,
    until,
)


@pytest.fixture
async def asked(region):
    """An association that is asked for a visit: somebody of it who reads pages, the intervention, the company's API."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company, association = await a_company(coordinator), await an_association(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    mediator = await region.sign_in(Role.ASSOCIATION, association["id"])
    await a_capacity(mediator, association)
    offer = await an_offer(industrialist, company, await a_site(industrialist, company), needs_mediation=True)
    slot = await a_slot(industrialist, offer)
    teacher = await region.sign_in(Role.TEACHER, await a_school(region))
    wanted = {"level": "3E", "pupils": 24, "adults": 2, "class_name": "3e C"}
    booking = body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=wanted), 201)
    body(await industrialist.post(f"/v1/bookings/{booking['id']}/confirm"))

    async def requested():
        return body(await mediator.get("/v1/interventions"))["items"]

    (intervention,) = await until(requested)
    return await region.browse(Role.ASSOCIATION, association["id"]), intervention, mediator, teacher


async def test_an_association_accepts_from_its_list(asked):
    """It reads when, where and who, answers in one click, and finds the visit in its calendar."""
    reader, intervention, mediator, _ = asked
    path = f"/interventions/{intervention['id']}"

    listed = await reader.read("/interventions")
    accepted = await reader.send(listed, f"{path}/accept")

    async def coming():
        page = await reader.read("/interventions")
        return page if "Rien n’attend de réponse." in page.text else None

    page = await until(coming)
    day = datetime.fromisoformat(intervention["starts_at"])
    calendar = await reader.read("/interventions", month=f"{day:%Y-%m}")
    assert all(words in listed.text for words in ("Auch (32)", "Troisième, 24 élèves", "Collège d'essai", "Réponse"))
    assert "Intervention acceptée." in accepted.text
    assert body(await mediator.get(f"/v1{path}"))["state"] == "accepted"
    # In the calendar, and in the list of what comes.
    assert page.links.count(path) == calendar.links.count(path) == 2
    assert (await reader.read("/capacities")).text.count("9 restantes sur 10") == 1


async def test_a_no_needs_its_reason(asked):
    """From the list too: what was typed stays, and the sheet says what is wrong."""
    reader, intervention, _, _ = asked
    path = f"/interventions/{intervention['id']}"

    wrong = await reader.send(await reader.read("/interventions"), f"{path}/decline", reason="  ")
    declined = await reader.send(wrong, f"{path}/decline", reason="Notre animateur est malade")

    async def over():
        page = await reader.read("/interventions", state="over")
        return page if path in page.links else None

    assert wrong.status == 422
    assert "Dites pourquoi en quelques mots" in wrong.text
    assert "Notre animateur est malade" in declined.text
    assert "Une autre association est recherchée." in declined.text
    await until(over)


async def test_an_association_takes_its_yes_back(asked):
    """With a reason; two clicks are one."""
    reader, intervention, mediator, _ = asked
    path = f"/interventions/{intervention['id']}"
    accepted = await reader.send(await reader.read(path), f"{path}/accept")

    clicks = await asyncio.gather(
        *(reader.send(accepted, f"{path}/withdraw", reason="Panne de véhicule") for _ in range(2))
    )

    assert [click.status for click in clicks] == [200, 200]
    assert all("Panne de véhicule" in click.text for click in clicks)
    assert body(await mediator.get(f"/v1{path}"))["state"] == "withdrawn"


async def test_a_visit_that_falls_through_is_told_in_words(asked):
    """The class cancels while the association reads: its answer comes too late, and it reads why."""
    reader, intervention, mediator, teacher = asked
    path = f"/interventions/{intervention['id']}"
    sheet = await reader.read(path)
    body(await teacher.post(f"/v1/bookings/{intervention['booking_id']}/cancel", json={"reason": "grève"}))

    async def cancelled():
        return body(await mediator.get(f"/v1{path}"))["state"] == "cancelled"

    await until(cancelled)
    late = await reader.send(sheet, f"{path}/accept")

    assert late.status == 412
    assert "La réservation de la classe a changé : Annulée." in late.text
    assert [form.action for form in late.forms if path in form.action] == []


async def test_others_look_on(region, asked):
    """The school sees who comes; it answers nothing."""
    _, intervention, _, _ = asked
    path = f"/interventions/{intervention['id']}"

    school = await (await region.browse(Role.TEACHER, intervention["school_uai"])).read(path)
    stranger = await (await region.browse(Role.TEACHER, await a_school(region))).read(path)

    assert (school.status, "Sciences d'essai" in school.text) == (200, True)
    assert [form.action for form in school.forms] == ["/sign-out"]
    assert stranger.status == 404
