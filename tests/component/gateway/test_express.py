"""The express way of bookings: the same answers as the general way, and nothing that is not plain."""

import json
from typing import Any

import httpx
import pytest

from contracts.companies.bookings import Booking, BookSlot
from contracts.errors import SlotFull
from contracts.vocabulary import Role
from services.gateway.express import with_express_way
from tests.component.gateway.given import Gateway, played
from tests.component.gateway.resources import a_booking, a_company, a_slot, a_uai, an_offer

NEW = {"level": "3E", "pupils": 24, "adults": 2, "class_name": "3e B"}
BODY = json.dumps(NEW).encode()
JSON = {"content-type": "application/json"}
GENERAL = 299


async def general(_scope: Any, receive: Any, send: Any) -> None:
    """Stands for the framework: answers with what it could read."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await send({"type": "http.response.start", "status": GENERAL, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def ask(gateway: Gateway, path: str, headers: dict[str, str], *parts: bytes, query: str = "") -> tuple[int, Any]:
    """Post to the express way alone, the body in these parts: status and body of its answer."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in (JSON | headers).items()],
    }
    received = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    received[-1]["more_body"] = False
    sent: list[Any] = []

    async def receive() -> Any:
        return received.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await with_express_way(general, gateway.app)(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


async def known(gateway: Gateway, role: Role, organisation_id: object) -> dict[str, str]:
    """The headers of a caller whose key was used a moment ago."""
    headers = await gateway.headers(role, organisation_id)
    assert (await gateway.get("/v1/me", headers)).status_code == 200
    return headers


@pytest.fixture
def booking() -> Booking:
    """What the owner will answer."""
    return a_booking(a_slot(an_offer(a_company())), a_uai())


@pytest.fixture
def path(booking: Booking) -> str:
    """Where it is booked."""
    return f"/v1/slots/{booking.slot_id}/bookings"


def told(answer: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    """All that an answer says, but for what no two answers share."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id"}}
    return answer.status_code, {**answer.json(), "trace_id": ""}, headers


async def test_both_ways_give_the_same_answer(shared_gateway: Gateway, booking: Booking, path: str):
    """And ask the owner for the same, in the name of the same caller."""
    new = await shared_gateway.headers(Role.TEACHER, booking.school_uai)
    used = await known(shared_gateway, Role.TEACHER, booking.school_uai)

    async with played(shared_gateway, BookSlot, booking) as asked:
        answers = [
            await shared_gateway.http.post(path, headers=headers | {"Idempotency-Key": "once"}, json=NEW)
            for headers in (new, used)
        ]
        straight = await ask(shared_gateway, path, used | {"Idempotency-Key": "once"}, BODY)

    assert told(answers[1]) == told(answers[0])
    assert straight == (201, answers[0].json())
    assert [request for request, _ in asked] == [asked[0][0]] * 3
    assert {sent["idempotency-key"] for _, sent in asked} == {"once"}


async def test_both_ways_refuse_in_the_same_words(shared_gateway: Gateway, booking: Booking, path: str):
    """A refusal of the owner is one problem, in the reader's language."""
    new = await shared_gateway.headers(Role.TEACHER, booking.school_uai)
    used = await known(shared_gateway, Role.TEACHER, booking.school_uai)

    async with played(shared_gateway, BookSlot, SlotFull()) as asked:
        answers = [
            await shared_gateway.http.post(path, headers=headers | {"Accept-Language": "fr"}, json=NEW)
            for headers in (new, used)
        ]

    assert told(answers[1]) == told(answers[0])
    assert (answers[1].status_code, answers[1].json()["slug"]) == (409, "slot-full")
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("headers", "body", "query"),
    [
        pytest.param({}, NEW, "dry=1", id="a parameter"),
        pytest.param({"idempotency-key": "k" * 201}, NEW, "", id="a key too long"),
        pytest.param({"idempotency-key": "a\tb"}, NEW, "", id="a key that cannot be shown"),
        pytest.param({"content-type": "text/plain"}, NEW, "", id="another type"),
        pytest.param({"Authorization": "Bearer nothing"}, NEW, "", id="no key"),
        pytest.param({}, NEW | {"pupils": 0}, "", id="a wrong field"),
        pytest.param({}, [], "", id="no object"),
    ],
)
async def test_what_is_not_plain_goes_the_general_way(
    shared_gateway: Gateway, booking: Booking, path: str, headers: dict[str, str], body: Any, query: str
):
    """With its body, whole: there it is answered, or refused in full."""
    used = await known(shared_gateway, Role.TEACHER, booking.school_uai)

    answer = await ask(shared_gateway, path, used | headers, json.dumps(body).encode(), query=query)

    assert answer == (GENERAL, body)


async def test_who_may_not_book_or_was_not_met_lately_goes_the_general_way(shared_gateway: Gateway, path: str):
    """There a key is looked up, and the scope that it lacks is named."""
    association = await known(shared_gateway, Role.ASSOCIATION, a_company().id)
    unmet = await shared_gateway.headers(Role.TEACHER, a_uai())

    answers = [await ask(shared_gateway, path, headers, BODY) for headers in (association, unmet)]

    assert answers == [(GENERAL, NEW)] * 2


async def test_a_forged_secret_of_a_known_key_goes_the_general_way(
    shared_gateway: Gateway, booking: Booking, path: str
):
    """The id of a key is no secret."""
    used = await known(shared_gateway, Role.TEACHER, booking.school_uai)
    forged = {"Authorization": used["Authorization"][:-4] + "AAAA"}

    answer = await ask(shared_gateway, path, forged, BODY)

    assert answer == (GENERAL, NEW)
    assert (await shared_gateway.http.post(path, headers=forged, json=NEW)).status_code == 401


async def test_a_body_in_parts_goes_the_general_way(shared_gateway: Gateway, booking: Booking, path: str):
    """From its first part on."""
    used = await known(shared_gateway, Role.TEACHER, booking.school_uai)

    answer = await ask(shared_gateway, path, used, BODY[:10], BODY[10:20], BODY[20:])

    assert answer == (GENERAL, NEW)
