"""Every refusal is problem details that a person understands, in their language, and says nothing of our insides."""

import asyncio

import httpx
import pytest

from contracts.caller import Scope
from contracts.identifiers import uuid7
from contracts.vocabulary import Role
from services.gateway.problems import MAX_BODY_BYTES
from tests.component.gateway.resources import a_company, a_uai

SITE = str(uuid7())
COMPANY = "/v1/companies"
OFFERS = f"/v1/companies/{uuid7()}/visit-offers"
OFFER = {"site_id": SITE, "title": "Atelier", "themes": ["robotics"], "levels": ["3E"]}
SLOTS = f"/v1/visit-offers/{uuid7()}/slots"
BOOKINGS = f"/v1/slots/{uuid7()}/bookings"
REQUESTS = f"/v1/schools/{a_uai()}/class-requests"
REQUEST = {"level": "3E", "pupils": 24, "adults": 2, "from_date": "2027-03-01", "until_date": "2027-06-01"}

WRONG = [
    (COMPANY, {"name": "Sans siren"}, "siren"),
    (COMPANY, {"siren": "552081317", "name": ""}, "name"),
    (COMPANY, {"siren": "552081317", "name": "A", "nmae": "B"}, "nmae"),
    (COMPANY, {"siren": "552081317", "name": "A", "contact": {"name": "B", "email": "b"}}, "contact.email"),
    (COMPANY, {"siren": "552081317", "name": "A", "website": "javascript:alert(1)"}, "website"),
    (COMPANY, [], "body"),
    (OFFERS, OFFER | {"themes": []}, "themes"),
    (OFFERS, OFFER | {"themes": ["robotics", "magic"]}, "themes[1]"),
    (OFFERS, OFFER | {"levels": ["CP"]}, "levels[0]"),
    (OFFERS, OFFER | {"pupils_max": 0}, "pupils_max"),
    (OFFERS, OFFER | {"pupils_max": "30"}, "pupils_max"),
    (OFFERS, OFFER | {"price_cents": -1}, "price_cents"),
    (OFFERS, OFFER | {"lead_time_days": 1}, "lead_time_days"),
    (OFFERS, OFFER | {"site_id": "here"}, "site_id"),
    (OFFERS, OFFER | {"safety": {"minimum_age": 200}}, "safety.minimum_age"),
    (OFFERS, OFFER | {"fees": [{"label": "Repas"}]}, "fees[0].price_cents"),
    (SLOTS, {"starts_at": "2027-03-01T09:00:00"}, "starts_at"),
    (SLOTS, {"starts_at": "tomorrow"}, "starts_at"),
    (SLOTS, {"starts_at": "2027-03-01T09:00:00Z", "groups": 0}, "groups"),
    (BOOKINGS, {"level": "3E", "pupils": 0, "adults": 2}, "pupils"),
    (BOOKINGS, {"level": "3E", "pupils": 24, "adults": 2, "pupil_names": ["Léa"]}, "pupil_names"),
    (REQUESTS, REQUEST | {"from_date": "01/03/2027"}, "from_date"),
    (REQUESTS, REQUEST | {"max_travel_minutes": 1000}, "max_travel_minutes"),
    (REQUESTS, REQUEST | {"needs": {"motor": -1}}, "needs.motor"),
    (REQUESTS, REQUEST | {"weekdays": ["sunday"]}, "weekdays[0]"),
]


@pytest.mark.parametrize(("path", "body", "field"), WRONG)
async def test_a_wrong_field_is_named_with_its_remedy(shared_gateway, path, body, field):
    """422 with one field, a sentence in each language, and no word of the library that found it."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    english, french = [
        await shared_gateway.http.post(path, headers=headers | {"Accept-Language": language}, json=body)
        for language in ("en", "fr-FR, en;q=0.5")
    ]

    assert (english.status_code, french.status_code) == (422, 422)
    assert english.headers["content-type"] == "application/problem+json"
    (in_english,), (in_french,) = english.json()["fields"], french.json()["fields"]
    assert (in_english["field"], in_french["field"]) == (field, field)
    assert in_english["message"] != in_french["message"]
    assert not any(word in in_english["message"] for word in ("Expected `", "$.", "regex", "RFC3339"))
    assert (english.headers["content-language"], french.headers["content-language"]) == ("en", "fr")


@pytest.mark.parametrize(
    "content", [b"{", b'{"siren": "552081317", "name": ', b"hello", b'{"siren": 1,}', b"\xff\xfe", b'{"a": "\xff"}']
)
async def test_broken_json_is_400(shared_gateway, content):
    """What is no JSON is told apart from what is wrong in it."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    answer = await shared_gateway.http.post(COMPANY, headers=headers, content=content)

    assert (answer.status_code, answer.json()["slug"]) == (400, "malformed-body")


async def test_a_missing_body_is_asked_for(shared_gateway):
    """An empty body is its own refusal, not a missing field."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    answer = await shared_gateway.http.post(COMPANY, headers=headers)

    assert (answer.status_code, answer.json()["slug"]) == (400, "body-missing")


@pytest.mark.parametrize("declared", [True, False], ids=["with its length", "in chunks"])
async def test_a_body_of_10_mb_is_413(shared_gateway, declared):
    """A large body is refused, told or untold, before it is read to its end."""
    headers = await shared_gateway.headers(Role.COORDINATOR)
    sent = 0

    async def chunks():
        nonlocal sent
        for _ in range(160):
            sent += 65536
            yield b" " * 65536

    async with httpx.AsyncClient(base_url=shared_gateway.base_url, timeout=20) as http:
        content = b" " * (160 * 65536) if declared else chunks()
        try:
            answer = await http.post(COMPANY, headers=headers, content=content)
        except httpx.WriteError:
            pytest.fail("the connection was cut before the answer was read")

    assert answer.status_code == 413
    assert str(MAX_BODY_BYTES) in answer.json()["detail"]


async def test_unknown_addresses_and_methods_are_told_as_such(shared_gateway):
    """404 and 405 are problem details too, with trace and allowed methods."""
    headers = await shared_gateway.headers(Role.COORDINATOR)
    http = shared_gateway.http

    nowhere = await http.get("/v1/factories", headers=headers)
    no_id = await http.get("/v1/companies/42", headers=headers)
    method = await http.put("/v1/companies", headers=headers)

    assert [each.status_code for each in (nowhere, no_id, method)] == [404, 404, 405]
    for answer in (nowhere, no_id, method):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["trace_id"] == answer.headers["x-request-id"]
    assert set(method.headers["allow"].split(", ")) >= {"GET", "POST"}


@pytest.mark.parametrize(
    ("path", "wrong"),
    [("/v1/visits?level=3E", ""), ("/v1/bookings?state=confirmed", ""), ("/v1/bookings?when=past", "when")],
)
async def test_a_page_of_the_same_name_changes_nothing_of_the_api_s_parameters(shared_gateway, path, wrong):
    """Some pages are called in our code as a route of the API is, and take other parameters."""
    answer = await shared_gateway.http.get(path, headers=await shared_gateway.headers(Role.COORDINATOR))

    assert answer.status_code == (422 if wrong else 200)
    assert [each["field"] for each in answer.json().get("fields", [])] == ([wrong] if wrong else [])


async def test_a_part_that_is_away_is_503_and_says_when_to_come_back(shared_gateway):
    """The other services are not there: the answer names the part and asks to try again."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    answer = await shared_gateway.get(f"/v1/companies/{a_company().id}", headers)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert "companies" in answer.json()["detail"]


async def test_a_defect_of_ours_tells_nothing(shared_gateway):
    """An unforeseen error is 500 with a trace id and no word about what happened."""
    headers = await shared_gateway.headers(Role.COORDINATOR)
    atlas = shared_gateway.app.state.atlas
    shared_gateway.app.state.atlas = None

    answer = await shared_gateway.get("/v1/visits", headers, school=a_uai())

    shared_gateway.app.state.atlas = atlas
    assert answer.status_code == 500
    assert answer.json()["slug"] == "internal"
    assert "NoneType" not in answer.text
    assert "atlas" not in answer.text


async def test_a_scope_that_is_missing_is_named(shared_gateway):
    """403 says which scope the key lacks, in French too."""
    headers = await shared_gateway.headers(Role.TEACHER, a_uai(), (Scope.READ,))

    answer = await shared_gateway.http.post(
        BOOKINGS, headers=headers | {"Accept-Language": "fr"}, json={"level": "3E", "pupils": 24, "adults": 2}
    )

    assert (answer.status_code, answer.json()["scope"]) == (403, "bookings:write")
    assert "bookings:write" in answer.json()["detail"]
    assert answer.json()["title"] == "Action non permise"


async def test_an_idempotency_key_without_end_is_refused(shared_gateway):
    """The header is named as it is written."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    answer = await shared_gateway.http.post(
        COMPANY, headers=headers | {"Idempotency-Key": "x" * 300}, json={"siren": "552081317", "name": "A"}
    )

    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "Idempotency-Key")


async def test_the_trace_goes_on_from_the_asker(shared_gateway):
    """A traceparent, or a UUID in X-Request-Id, becomes the trace id; anything else gets a new one."""
    trace = "0af7651916cd43dd8448eb211c80319c"

    given = await shared_gateway.http.get("/health/live", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    named = await shared_gateway.http.get(
        "/health/live", headers={"X-Request-Id": "0af76519-16cd-43dd-8448-eb211c80319c"}
    )
    odd = await shared_gateway.http.get("/health/live", headers={"X-Request-Id": "<script>"})

    assert (given.headers["x-request-id"], named.headers["x-request-id"]) == (trace, trace)
    assert len(odd.headers["x-request-id"]) == 32


async def test_every_answer_is_cautious(shared_gateway):
    """Nothing is cached, sniffed, framed, or names our server."""
    for path in ("/health/live", "/v1/companies", "/nowhere"):
        answer = await shared_gateway.http.get(path)

        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers


async def test_many_at_once_are_all_answered(shared_gateway):
    """More requests than database connections wait for their turn; none is lost."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    answers = await asyncio.gather(*(shared_gateway.get("/v1/visits", headers) for _ in range(60)))

    assert {answer.status_code for answer in answers} == {200}
