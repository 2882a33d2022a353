"""What people are told while the four services work together: everybody concerned, and nobody of their own doing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest
from icalendar import Calendar

from contracts.vocabulary import Role
from tests.given import a_company, a_school, a_site, a_slot, an_offer, body, until


@pytest.fixture
async def people(region):
    """A company with an offer and a slot, a school with a teacher and a head, the Region."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    offer = await an_offer(industrialist, company, await a_site(industrialist, company))
    slot = await a_slot(industrialist, offer, groups=3)
    uai = await a_school(region)
    teacher, head = await region.sign_in(Role.TEACHER, uai), await region.sign_in(Role.HEAD, uai)
    return coordinator, industrialist, teacher, head, slot, uai


async def told(client, *kinds):
    """The kinds of what the caller was told, newest first, once these are all there."""

    async def listed():
        items = body(await client.get("/v1/notices"))["items"]
        return len(items) >= len(kinds) and items

    return [item["kind"] for item in await until(listed)] if kinds else []


async def test_each_side_is_told_what_the_other_did(people):
    """A teacher books, the company confirms, the Region cancels: one notice a fact, none to who did it."""
    coordinator, industrialist, teacher, head, slot, _ = people

    wish = {"level": "3E", "pupils": 24, "adults": 2, "class_name": "3e B"}
    booking = body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=wish), 201)
    asked = await told(industrialist, "confirmation_asked")
    body(await industrialist.post(f"/v1/bookings/{booking['id']}/confirm"))
    confirmed = await told(teacher, "confirmed")
    path = f"/v1/bookings/{booking['id']}/cancel"
    body(await coordinator.post(path, json={"reason": "Alerte météo"}))
    after = await told(industrialist, "cancelled", "confirmation_asked")

    assert (asked, confirmed) == (["confirmation_asked"], ["confirmed"])
    assert after == ["cancelled", "confirmation_asked"]
    assert await told(teacher, "cancelled", "confirmed") == await told(head, "cancelled", "confirmed")
    (newest, _) = body(await teacher.get("/v1/notices"))["items"]
    assert "Motif : Alerte météo." in newest["text"]["fr"]


async def test_a_head_is_asked_and_a_teacher_told(people):
    """The approval is the head's alone; its answer concerns teacher and company."""
    _, industrialist, teacher, head, slot, uai = people
    body(await head.patch(f"/v1/schools/{uai}", json={"head_approves": True}))

    async def approving():
        wish = {"level": "3E", "pupils": 24, "adults": 2, "class_name": "3e A"}
        made = await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=wish)
        booking = body(made, 201)
        if booking["state"] == "requested":
            return booking
        # The school's setting has not reached companies yet.
        body(await teacher.post(f"/v1/bookings/{booking['id']}/cancel"))
        return None

    booking = await until(approving)

    async def of_this_booking(client):
        items = body(await client.get("/v1/notices"))["items"]
        return [item["kind"] for item in items if item["about"] == f"/v1/bookings/{booking['id']}"]

    asked = await until(lambda: of_this_booking(head))
    body(await head.post(f"/v1/bookings/{booking['id']}/approve"))
    answered = await until(lambda: of_this_booking(teacher))

    assert (asked, answered) == (["approval_asked"], ["approved"])
    assert await until(lambda: of_this_booking(industrialist)) == ["confirmation_asked"]


async def test_a_calendar_shows_the_visit_and_then_that_it_is_off(people):
    """By an address alone, as calendar programs read it."""
    _, industrialist, teacher, _, slot, _ = people
    wish = {"level": "3E", "pupils": 24, "adults": 2}
    booking = body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=wish), 201)
    path = httpx.URL(body(await teacher.post("/v1/calendars"), 201)["url"]).path

    async def shown():
        feed = await teacher.get(path, headers={"Authorization": ""})
        return {str(event["status"]) for event in Calendar.from_ical(feed.content).walk("VEVENT")}

    before = await until(shown)
    body(await industrialist.post(f"/v1/bookings/{booking['id']}/decline", json={"reason": "staff_away"}))

    async def off():
        return await shown() == {"CANCELLED"}

    await until(off)
    assert before == {"TENTATIVE"}


async def test_a_reminder_says_what_to_bring(people, region):
    """A week before, with companies' own checklist. The calendar is moved by hand: nobody waits for weeks."""
    _, industrialist, teacher, _, slot, _ = people
    wish = {"level": "3E", "pupils": 24, "adults": 2, "class_name": "3e B"}
    booking = body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=wish), 201)
    body(await industrialist.post(f"/v1/bookings/{booking['id']}/confirm"))
    await told(teacher, "confirmed")

    soon = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    connection = await asyncpg.connect(region.servers.dsn("gateway"))
    await connection.execute(
        "update entry set document = (document::jsonb || jsonb_build_object('starts_at', $2::text))::json"
        " where kind = 'booking' and id = $1",
        UUID(booking["id"]),
        soon,
    )
    await connection.execute(
        "insert into timer (kind, key, due_at) values ('remind', $1, now())", f"booking:{booking['id']}"
    )
    await connection.close()

    assert (await told(teacher, "visit_to_prepare", "confirmed"))[0] == "visit_to_prepare"
    (reminder, _) = body(await teacher.get("/v1/notices"))["items"]
    assert "Adultes qui accompagnent les 24 élèves : 2 au moins" in reminder["text"]["fr"]
