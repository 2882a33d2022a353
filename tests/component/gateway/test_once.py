"""An `Idempotency-Key` works on every POST: the same request has one effect and one answer, another is refused."""

from contracts.companies.booking_checks import BookingCheck, CheckBooking
from contracts.companies.bookings import BookSlot
from contracts.errors import KeyReused
from contracts.vocabulary import Role
from tests.component.gateway.given import Gateway, api_routes, bearer, played
from tests.component.gateway.resources import NOW, a_booking, a_company, a_slot, a_uai, an_offer

ONCE = {"Idempotency-Key": "just once"}
NEW = {"level": "3E", "pupils": 24, "adults": 2}


async def test_every_post_takes_an_idempotency_key(shared_gateway: Gateway):
    """Whichever is added later, too."""
    without = {
        route.path_format
        for route in api_routes(shared_gateway.app)
        if "POST" in route.route_handler_map
        if "Idempotency-Key"
        not in {each.field_alias for each in route.route_handler_map["POST"][1].expected_header_params}
    }

    assert without == set()


async def test_a_key_goes_to_the_owner_and_its_refusal_comes_back(shared_gateway: Gateway):
    """The owner knows what the key stood for; another body is 422."""
    booking = a_booking(a_slot(an_offer(a_company())), a_uai())
    headers = await shared_gateway.headers(Role.TEACHER, booking.school_uai) | ONCE
    path = f"/v1/slots/{booking.slot_id}/bookings"

    async with played(shared_gateway, BookSlot, booking) as asked:
        answers = [await shared_gateway.http.post(path, headers=headers, json=NEW) for _ in range(2)]
    async with played(shared_gateway, BookSlot, KeyReused()):
        refused = await shared_gateway.http.post(path, headers=headers, json=NEW | {"pupils": 20})

    assert {sent["idempotency-key"] for _, sent in asked} == {"just once"}
    assert [(each.status_code, each.json(), each.headers["etag"]) for each in answers] == [
        (201, answers[0].json(), '"1"')
    ] * 2
    assert (refused.status_code, refused.json()["slug"]) == (422, "idempotency-key-reused")


async def test_a_key_asked_for_twice_is_one_key_with_one_secret(gateway: Gateway):
    """The secret is told again to whoever asked, and is stored nowhere."""
    company = a_company()
    headers = await gateway.headers(Role.COMPANY, company.id)
    new = {"role": "company", "organisation_id": str(company.id), "label": "ERP"}

    first, again = [await gateway.http.post("/v1/api-keys", headers=headers | ONCE, json=new) for _ in range(2)]

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    me = await gateway.get("/v1/me", bearer(first.json()["secret"]))
    assert (me.status_code, me.json()["key_id"]) == (200, first.json()["id"])
    assert await gateway.connection.fetchval("select count(*) from api_key where label = 'ERP'") == 1
    kept = await gateway.connection.fetchval("select string_agg(convert_from(answer, 'UTF8'), '') from idempotency")
    assert first.json()["id"] in kept
    assert first.json()["secret"].rpartition("_")[2] not in kept


async def test_a_key_for_another_request_is_refused_and_makes_nothing(gateway: Gateway):
    """422 names the remedy."""
    company = a_company()
    headers = await gateway.headers(Role.COMPANY, company.id)
    new = {"role": "company", "organisation_id": str(company.id)}
    await gateway.http.post("/v1/api-keys", headers=headers | ONCE, json=new)
    before = await gateway.connection.fetchval("select count(*) from api_key")

    refused = await gateway.http.post("/v1/api-keys", headers=headers | ONCE, json=new | {"label": "other"})

    assert (refused.status_code, refused.json()["slug"]) == (422, "idempotency-key-reused")
    assert await gateway.connection.fetchval("select count(*) from api_key") == before


async def test_the_same_word_of_two_callers_is_two_keys(gateway: Gateway):
    """Even of two keys of one organisation: the secret is for who asked."""
    company = a_company()
    new = {"role": "company", "organisation_id": str(company.id)}

    one, other = [
        await gateway.http.post(
            "/v1/api-keys", headers=await gateway.headers(Role.COMPANY, company.id) | ONCE, json=new
        )
        for _ in range(2)
    ]

    assert one.json()["id"] != other.json()["id"]
    assert one.json()["secret"] != other.json()["secret"]


async def test_a_refused_request_leaves_its_key_free(gateway: Gateway):
    """What had no effect may be corrected and sent again with the same key."""
    company = a_company()
    headers = await gateway.headers(Role.COMPANY, company.id) | ONCE

    refused = await gateway.http.post("/v1/api-keys", headers=headers, json={"role": "company", "organisation_id": "?"})
    made = await gateway.http.post(
        "/v1/api-keys", headers=headers, json={"role": "company", "organisation_id": str(company.id)}
    )

    assert (refused.status_code, made.status_code) == (422, 201)


async def test_a_check_sent_again_is_answered_as_before(gateway: Gateway):
    """It changes nothing, and still keeps the promise of every POST."""
    headers = await gateway.headers(Role.TEACHER, a_uai())
    path = f"/v1/slots/{a_slot(an_offer(a_company())).id}/check"

    async with played(gateway, CheckBooking, BookingCheck(bookable=True, last_day=NOW.date())):
        first = await gateway.http.post(path, headers=headers | ONCE, json=NEW)
    async with played(gateway, CheckBooking, BookingCheck(bookable=False, last_day=NOW.date())):
        again = await gateway.http.post(path, headers=headers | ONCE, json=NEW)
        other = await gateway.http.post(path, headers=headers | ONCE, json=NEW | {"pupils": 20})
        without = await gateway.http.post(path, headers=headers, json=NEW)

    assert [each.json()["bookable"] for each in (first, again, without)] == [True, True, False]
    assert (other.status_code, other.json()["slug"]) == (422, "idempotency-key-reused")
