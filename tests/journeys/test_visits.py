"""From a published offer to a booked visit, as a company, a school and the Region live it."""

import pytest

from contracts.vocabulary import Role
from tests.given import (
    a_class_request,
    a_company,
    a_school,
    a_site,
    a_slot,
    an_offer,
    body,
    proposals,
    until,
)


@pytest.fixture
async def people(region):
    """A coordinator, a company with a site, and a teacher."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    site = await a_site(industrialist, company)
    uai = await a_school(region)
    teacher = await region.sign_in(Role.TEACHER, uai)
    return coordinator, industrialist, teacher, company, site, uai


async def booking_in(client, state):
    """The caller's booking once it is in that state."""

    async def found():
        items = body(await client.get("/v1/bookings"))["items"]
        return next((one for one in items if one["state"] == state), None)

    return await until(found)


async def test_a_published_offer_becomes_a_confirmed_visit(people):
    """The main job: nobody but the three people concerned lifts a finger."""
    _, industrialist, teacher, company, site, uai = people
    asked = await a_class_request(teacher, uai)

    offer = await an_offer(industrialist, company, site)
    slot = await a_slot(industrialist, offer)
    (proposal,) = await proposals(teacher)
    accepted = body(await teacher.post(f"/v1/visit-proposals/{proposal['id']}/accept"))
    requested = await booking_in(industrialist, "approved")
    confirmed = body(await industrialist.post(f"/v1/bookings/{requested['id']}/confirm"))

    assert (proposal["class_request_id"], proposal["slot_id"]) == (asked["id"], slot["id"])
    assert proposal["allowed_actions"] == ["accept", "decline"]
    assert proposal["fictional"] is True
    assert (accepted["state"], requested["proposal_id"]) == ("accepted", proposal["id"])
    assert requested["allowed_actions"] == ["confirm", "decline", "cancel", "reschedule"]
    assert confirmed["state"] == "confirmed"
    assert (await booking_in(teacher, "confirmed"))["id"] == requested["id"]
    (booked,) = await proposals(teacher, state="booked")
    assert booked["booking_id"] == requested["id"]
    seen = body(await teacher.get(f"/v1/slots/{slot['id']}"))
    assert (seen["groups_taken"], seen["state"]) == (1, "full")


async def test_the_proposal_says_why(people):
    """Its parts add up, in words of both languages."""
    _, industrialist, teacher, company, site, uai = people
    await a_class_request(teacher, uai)
    await a_slot(industrialist, await an_offer(industrialist, company, site))
    (proposal,) = await proposals(teacher)

    why = body(await teacher.get(f"/v1/visit-proposals/{proposal['id']}/explanation"))

    assert sum(part["points"] for part in why["parts"]) == why["points"]
    assert all(gate["passed"] for gate in why["gates"])
    assert why["words"]["fr"] == proposal["summary_fr"]
    assert why["words"]["en"] == proposal["summary_en"]


async def test_a_school_asks_why_a_slot_is_not_proposed(region, people):
    """What stands in the way, in both languages, and what would do; for this school, of slots that there are."""
    _, industrialist, teacher, company, site, uai = people
    asked = await a_class_request(teacher, uai, themes=["energy"])
    slot = await a_slot(industrialist, await an_offer(industrialist, company, site))
    path = f"/v1/class-requests/{asked['id']}/why-not/{slot['id']}"

    async def answered():
        answer = await teacher.get(path)
        return answer.status_code == 200 and answer.json()

    why = await until(answered)

    assert (why["class_request_id"], why["slot_id"]) == (asked["id"], slot["id"])
    (failed,) = (gate for gate in why["gates"] if not gate["passed"])
    assert (failed["code"], failed["value"]) == ("theme", ["energy"])
    assert all(gate["words"]["en"] and gate["words"]["fr"] for gate in why["gates"])
    assert why["words"]["fr"].endswith("Ce qui s'y oppose\u00a0: le thème.")
    assert why["words"]["en"].endswith("What stands in the way: the theme.")
    assert "thème" in why["changes"][0]["words"]["fr"]
    other_teacher = await region.sign_in(Role.TEACHER, await a_school(region))
    for client, hidden in (
        (other_teacher, path),
        (industrialist, path),
        (teacher, f"/v1/class-requests/{asked['id']}/why-not/{asked['id']}"),
        (teacher, f"/v1/class-requests/{slot['id']}/why-not/{slot['id']}"),
    ):
        assert (await client.get(hidden)).status_code == 404


async def test_an_offer_that_confirms_at_once_needs_no_answer(people):
    """The school's yes is enough."""
    _, industrialist, teacher, company, site, uai = people
    await a_class_request(teacher, uai)
    offer = await an_offer(industrialist, company, site, instant_confirmation=True)
    await a_slot(industrialist, offer)
    (proposal,) = await proposals(teacher)

    await teacher.post(f"/v1/visit-proposals/{proposal['id']}/accept")

    assert (await booking_in(teacher, "confirmed"))["slot_id"] == proposal["slot_id"]


async def test_a_declined_proposal_is_followed_by_the_next_best(people):
    """With a reason, in one request."""
    _, industrialist, teacher, company, site, uai = people
    await a_class_request(teacher, uai)
    offer = await an_offer(industrialist, company, site)
    await a_slot(industrialist, offer, weeks=8)
    await a_slot(industrialist, offer, weeks=12)
    (first,) = await proposals(teacher)

    path = f"/v1/visit-proposals/{first['id']}/decline"
    refused = await teacher.post(path)
    declined = body(await teacher.post(path, json={"reason": "date"}))

    assert body(refused, 422)["fields"][0]["field"] == "reason"
    assert (declined["state"], declined["why"]) == ("declined", "date")

    async def second():
        return [one for one in await proposals(teacher) if one["id"] != first["id"]]

    (following,) = await until(second)
    assert following["replaces_id"] == first["id"]


async def test_when_the_place_went_meanwhile_the_school_gets_the_next_best(region, people):
    """And is told why: another class booked the slot directly."""
    _, industrialist, teacher, company, site, uai = people
    other = await region.sign_in(Role.TEACHER, await a_school(region))
    await a_class_request(teacher, uai)
    offer = await an_offer(industrialist, company, site, instant_confirmation=True)
    slot = await a_slot(industrialist, offer, weeks=8)
    (proposal,) = await proposals(teacher)

    class_of_other = {"level": "3E", "pupils": 20, "adults": 2, "class_name": "3e A"}
    body(await other.post(f"/v1/slots/{slot['id']}/bookings", json=class_of_other), 201)
    answer = await teacher.post(f"/v1/visit-proposals/{proposal['id']}/accept")
    later = await a_slot(industrialist, offer, weeks=12)

    async def second():
        return [one for one in await proposals(teacher) if one["id"] != proposal["id"]]

    (following,) = await until(second)
    assert (following["slot_id"], following["replaces_id"]) == (later["id"], proposal["id"])
    gone = body(await teacher.get(f"/v1/visit-proposals/{proposal['id']}"))
    assert gone["state"] == "withdrawn"
    assert gone["why"].startswith(("slot_unavailable", "booking_impossible: slot-full"))
    # Whoever is quicker, the answer is either the yes that came too late or a clear refusal.
    assert answer.status_code in {200, 409}


async def test_a_school_finds_and_books_by_itself(people):
    """The search tells the travel time; the company declines, and the group is free again."""
    _, industrialist, teacher, company, site, _ = people
    offer = await an_offer(industrialist, company, site)
    slot = await a_slot(industrialist, offer)
    wanted = {"level": "3E", "theme": "mechanics_metal", "max_travel_minutes": 30}

    async def search():
        return body(await teacher.get("/v1/visits", params=wanted))["items"]

    (visit,) = await until(search)
    new = {"level": "3E", "pupils": 24, "adults": 2, "class_name": "3e B"}
    booking = body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=new), 201)

    async def gone():
        return not await search()

    assert visit["slot"]["id"] == slot["id"]
    assert visit["travel_minutes"] <= 30
    await until(gone)
    path = f"/v1/bookings/{booking['id']}/decline"
    declined = body(await industrialist.post(path, json={"reason": "staff_away"}))
    assert (declined["state"], declined["reason"]) == ("declined", "staff_away")
    await until(search)


async def test_a_school_cancels_its_visit(people):
    """Before it takes place; the company's slot opens again."""
    _, industrialist, teacher, company, site, _ = people
    slot = await a_slot(industrialist, await an_offer(industrialist, company, site))
    new = {"level": "3E", "pupils": 24, "adults": 2}
    booking = body(await teacher.post(f"/v1/slots/{slot['id']}/bookings", json=new), 201)

    cancelled = body(await teacher.post(f"/v1/bookings/{booking['id']}/cancel", json={"reason": "strike"}))

    seen = body(await industrialist.get(f"/v1/slots/{slot['id']}"))
    assert (cancelled["state"], seen["state"], seen["groups_taken"]) == ("cancelled", "open", 0)


async def test_what_is_sent_twice_has_one_effect(people):
    """The same key brings the same answer."""
    _, industrialist, teacher, company, site, _ = people
    slot = await a_slot(industrialist, await an_offer(industrialist, company, site, instant_confirmation=True))
    new = {"level": "3E", "pupils": 24, "adults": 2}
    path, key = f"/v1/slots/{slot['id']}/bookings", {"Idempotency-Key": "one-and-only"}

    first = body(await teacher.post(path, json=new, headers=key), 201)
    again = body(await teacher.post(path, json=new, headers=key), 201)
    other = await teacher.post(path, json=new | {"pupils": 20}, headers=key)

    assert first == again
    assert body(other, 422)["slug"] == "idempotency-key-reused"
    assert body(await industrialist.get(f"/v1/slots/{slot['id']}"))["groups_taken"] == 1


async def test_a_full_slot_takes_nobody_more(region, people):
    """The refusal names the rule."""
    _, industrialist, teacher, company, site, _ = people
    other = await region.sign_in(Role.TEACHER, await a_school(region))
    slot = await a_slot(industrialist, await an_offer(industrialist, company, site))
    new = {"level": "3E", "pupils": 24, "adults": 2}
    path = f"/v1/slots/{slot['id']}/bookings"
    body(await teacher.post(path, json=new), 201)

    refused = body(await other.post(path, json=new), 409)

    assert refused["slug"] == "slot-full"


async def test_a_suspended_company_opens_nothing(region, people):
    """Once a coordinator approves it again, its next offer is proposed."""
    coordinator, _, teacher, _, _, uai = people
    await a_class_request(teacher, uai)
    company = await a_company(coordinator)
    industrialist = await region.sign_in(Role.COMPANY, company["id"])
    site = await a_site(industrialist, company)
    new = {"site_id": site["id"], "title": "T", "themes": ["energy"], "levels": ["3E"], "publish": True}

    body(await coordinator.post(f"/v1/companies/{company['id']}/suspend", json={"reason": "check"}))
    refused = await industrialist.post(f"/v1/companies/{company['id']}/visit-offers", json=new)
    body(await coordinator.post(f"/v1/companies/{company['id']}/approve"))
    await a_slot(industrialist, await an_offer(industrialist, company, site))

    assert body(refused, 409)["state"] == "suspended"
    assert (await proposals(teacher))[0]["company_id"] == company["id"]
