"""A visit with a mediator: company, school and association each say yes, and one of them takes it back."""

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
async def company(region):
    """A company's software, and a visit of it that needs a mediator."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    client = await region.sign_in(Role.COMPANY, company["id"])
    offer = await an_offer(client, company, await a_site(client, company), needs_mediation=True)
    return client, offer


@pytest.fixture
async def teacher(region):
    """A teacher of a collège in Auch."""
    return await region.sign_in(Role.TEACHER, await a_school(region))


async def mediator(region, **given):
    """An association in Auch that gives mediation."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    association = await an_association(coordinator)
    client = await region.sign_in(Role.ASSOCIATION, association["id"])
    await a_capacity(client, association, **given)
    return client, association["id"]


async def book(teacher, slot):
    """A class of 3e books the slot."""
    wanted = {"level": "3E", "pupils": 24, "adults": 2, "class_name": "3e B"}
    return body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=wanted), 201)


async def booking_that(client, **expected):
    """The caller's only booking once it says so."""

    async def found():
        (one,) = body(await client.get("/v1/bookings"))["items"] or ({},)
        return one if all(one.get(name) == value for name, value in expected.items()) else None

    return await until(found)


async def intervention_in(client, state):
    """The association's intervention once it is in that state."""

    async def found():
        items = body(await client.get("/v1/interventions"))["items"]
        return next((one for one in items if one["state"] == state), None)

    return await until(found)


async def move(client, intervention, action, **given):
    return body(await client.post(f"/v1/interventions/{intervention['id']}/{action}", json=given))


async def test_a_visit_is_ready_once_all_three_said_yes(region, company, teacher):
    """An association that takes its yes back is followed by the next; a cancelled visit frees its mediator."""
    industrialist, offer = company
    first, first_id = await mediator(region)
    second, second_id = await mediator(region)

    booking = await book(teacher, await a_slot(industrialist, offer))
    asked = await intervention_in(first, "requested")
    confirmed = body(await industrialist.post(f"/v1/bookings/{booking['id']}/confirm"))
    await move(first, asked, "accept")
    ready = await booking_that(teacher, ready=True)

    assert (booking["mediation"], asked["allowed_actions"]) == ("wanted", ["accept", "decline"])
    assert (confirmed["state"], confirmed["ready"]) == ("confirmed", False)
    assert (ready["state"], ready["association_id"], ready["mediation"]) == ("confirmed", first_id, "accepted")

    await move(first, asked, "withdraw", reason="animatrice malade")
    again = await intervention_in(second, "requested")
    await booking_that(teacher, mediation="asked", ready=False)
    await move(second, again, "accept")
    ready = await booking_that(teacher, ready=True)
    assert ready["association_id"] == second_id

    await teacher.post(f"/v1/bookings/{booking['id']}/cancel", json={"reason": "grève"})
    assert (await intervention_in(second, "cancelled"))["reason"] == "cancelled"


async def test_where_nobody_is_left_the_visit_says_so_until_somebody_comes(region, company, teacher):
    """The only association declines; another one publishes what it can give."""
    industrialist, offer = company
    only, _ = await mediator(region)
    await book(teacher, await a_slot(industrialist, offer))

    await move(only, await intervention_in(only, "requested"), "decline", reason="hors sujet")
    await booking_that(industrialist, mediation="not_found")
    newcomer, newcomer_id = await mediator(region)
    await move(newcomer, await intervention_in(newcomer, "requested"), "accept")

    assert (await booking_that(industrialist, mediation="accepted"))["association_id"] == newcomer_id


async def test_a_moved_visit_takes_its_mediator_along(region, company, teacher):
    """On the same day, with the only intervention it can give."""
    industrialist, offer = company
    client, association_id = await mediator(region, interventions=1)
    await mediator(region)
    morning, afternoon = await a_slot(industrialist, offer), await a_slot(industrialist, offer)
    booking = await book(teacher, morning)
    await move(client, await intervention_in(client, "requested"), "accept")
    await booking_that(teacher, mediation="accepted")

    moved = body(await teacher.post(f"/v1/bookings/{booking['id']}/reschedule", json={"slot_id": afternoon["id"]}), 201)

    again = await intervention_in(client, "requested")
    freed = await intervention_in(client, "cancelled")
    assert (again["booking_id"], again["association_id"]) == (moved["id"], association_id)
    assert (freed["booking_id"], freed["reason"]) == (booking["id"], "rescheduled")
