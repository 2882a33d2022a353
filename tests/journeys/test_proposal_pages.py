"""Proposals on pages: a class, a company and an association read why, answer, and get to what follows."""

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
    """A visit that is proposed to a class, and the people who have to do with it."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    await a_class_request(teacher, uai, class_name="3e B")
    offer = await an_offer(industrialist, company, await a_site(industrialist, company), price_cents=12050)
    await a_slot(industrialist, offer)
    (proposal,) = await proposals(teacher)
    return proposal, teacher, industrialist, uai


async def test_a_teacher_accepts_and_is_led_to_the_booking(region, proposed):
    """From the list, in one click; the way leads on by itself once the booking is there."""
    proposal, teacher, _, uai = proposed
    reader = await region.browse(Role.TEACHER, uai)
    path = f"/visit-proposals/{proposal['id']}"

    listed = await reader.read("/visit-proposals")
    accepted = await reader.send(listed, f"{path}/accept")

    assert "L'atelier de mécanique" in listed.text
    assert "120,50" in listed.text
    assert path in listed.links
    assert accepted.status == 200

    async def booked():
        return (await reader.client.get(f"{path}/booking")).headers.get("location")

    leads_to = await until(booked)
    (seen,) = await proposals(teacher, state="booked")
    assert leads_to == f"/bookings/{seen['booking_id']}"
    sheet = await reader.read(path)
    assert leads_to in sheet.links
    assert f"{path}/accept" not in [form.action for form in sheet.forms]
