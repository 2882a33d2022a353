"""What the gateway asks of the owners of things, and what it makes of their answers; the owners are played here."""

import pytest

from contracts.caller import Caller
from contracts.companies.bookings import BookSlot, MoveBooking
from contracts.companies.profiles import GetCompany
from contracts.companies.slots import GetSlot
from contracts.errors import Conflict, NotFound, PasserelleError, TransitionRefused, Wording
from contracts.machines import BOOKING
from contracts.message import decoder_of
from contracts.vocabulary import Role
from tests.component.gateway.given import Gateway, played
from tests.component.gateway.resources import a_booking, a_company, a_slot, a_uai, an_offer

NEW_BOOKING = {"level": "3E", "pupils": 24, "adults": 2}


async def test_a_command_carries_its_caller_and_its_idempotency_key(gateway: Gateway):
    """The owner decides by who asks; the answer is 201, whole, with its address and the caller's actions."""
    uai, slot = a_uai(), a_slot(an_offer(a_company()))
    booking = a_booking(slot, uai)
    teacher = await gateway.headers(Role.TEACHER, uai)

    async with played(gateway, BookSlot, booking) as asked:
        answer = await gateway.http.post(
            f"/v1/slots/{slot.id}/bookings", headers=teacher | {"Idempotency-Key": "my-own-42"}, json=NEW_BOOKING
        )

    (request, headers), caller = asked[0], decoder_of(Caller).decode(asked[0][1]["caller"])
    assert (request.slot_id, request.booking.pupils) == (slot.id, 24)
    assert (caller.party, headers["idempotency-key"]) == (f"school:{uai}", "my-own-42")
    assert headers["traceparent"].split("-")[1] == answer.headers["x-request-id"]
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/bookings/{booking.id}")
    assert (answer.json()["id"], answer.json()["allowed_actions"]) == (str(booking.id), ["cancel", "reschedule"])


async def test_an_owner_s_refusal_becomes_the_answer(gateway: Gateway):
    """State, rule and what is left to do come through, in the reader's language."""
    booking = a_booking(a_slot(an_offer(a_company())), a_uai())
    company = await gateway.headers(Role.COMPANY, str(booking.company_id))
    with pytest.raises(TransitionRefused) as refused:
        BOOKING.step("confirmed", "confirm", {"company"})

    async with played(gateway, MoveBooking, refused.value):
        answer = await gateway.http.post(
            f"/v1/bookings/{booking.id}/confirm", headers=company | {"Accept-Language": "fr"}
        )

    problem = answer.json()
    assert (answer.status_code, problem["slug"], problem["state"]) == (409, "transition-refused", "confirmed")
    assert problem["allowed_actions"] == ["cancel", "reschedule", "complete", "no-show"]
    assert problem["title"] == "Impossible pour l'instant"


async def test_facts_never_stand_for_members_of_the_problem(gateway: Gateway):
    """An owner's fact named `status` or `type` does not change what the answer is."""

    class Odd(Conflict):
        """Facts with unfortunate names."""

        sentence = Wording("Odd.", "Étrange.")

    headers = await gateway.headers(Role.COORDINATOR)

    async with played(gateway, GetSlot, Odd(status=200, type="fine", when="now")):
        answer = await gateway.get(f"/v1/slots/{a_company().id}", headers)

    assert (answer.status_code, answer.json()["status"], answer.json()["when"]) == (409, 409, "now")
    assert answer.json()["type"] == "urn:passerelle:problem:conflict"


async def test_a_list_under_a_thing_that_one_may_not_see_is_404(gateway: Gateway):
    """The owner is asked first, so that a list gives nothing away."""
    headers = await gateway.headers(Role.COMPANY, a_company().id)
    hidden = a_company().id

    async with played(gateway, GetCompany, NotFound(thing="company", id=str(hidden))):
        answer = await gateway.get(f"/v1/companies/{hidden}/sites", headers)

    assert (answer.status_code, answer.json()["slug"]) == (404, "not-found")


async def test_a_key_for_an_organisation_that_is_not_there_is_refused(gateway: Gateway):
    """The field is named; nothing is made."""
    headers, nobody = await gateway.headers(Role.COORDINATOR), str(a_company().id)
    before = await gateway.connection.fetchval("select count(*) from api_key")

    async with played(gateway, GetCompany, NotFound(thing="company", id=nobody)):
        answer = await gateway.http.post(
            "/v1/api-keys", headers=headers, json={"role": "company", "organisation_id": nobody}
        )

    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "organisation_id")
    assert await gateway.connection.fetchval("select count(*) from api_key") == before


async def test_a_defect_of_an_owner_is_ours_to_the_reader(gateway: Gateway):
    """500 with the trace id by which it is found in every log."""
    headers = await gateway.headers(Role.COORDINATOR)

    async with played(gateway, GetCompany, PasserelleError()):
        answer = await gateway.get(f"/v1/companies/{a_company().id}", headers)

    assert (answer.status_code, answer.json()["slug"]) == (500, "internal")
