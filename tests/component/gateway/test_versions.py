"""Nobody overwrites what they have not seen: ETag, If-None-Match, If-Match."""

import httpx
import msgspec
import pytest

from contracts.companies.bookings import BookSlot, MoveBooking
from contracts.companies.profiles import ChangeCompany, GetCompany
from contracts.errors import Outdated
from contracts.vocabulary import Role
from tests.component.gateway.given import Gateway, api_routes, played
from tests.component.gateway.resources import a_booking, a_company, a_slot, a_uai, an_offer, next_version

COMPANY = a_company(version=7)
PATH = f"/v1/companies/{COMPANY.id}"


async def test_an_answer_that_is_one_thing_carries_its_version(shared_gateway: Gateway):
    """A strong ETag; with it, reading again costs no body."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    async with played(shared_gateway, GetCompany, COMPANY):
        first = await shared_gateway.get(PATH, headers)
        tags = ('"7"', 'W/"7"', '"1", "7"', "*")
        same = [await shared_gateway.get(PATH, headers | {"If-None-Match": tag}) for tag in tags]
        other = await shared_gateway.get(PATH, headers | {"If-None-Match": '"6"'})

    assert (first.status_code, first.headers["etag"]) == (200, '"7"')
    assert [(each.status_code, each.content, each.headers["etag"]) for each in same] == [(304, b"", '"7"')] * 4
    assert (other.status_code, other.json()) == (200, first.json())


async def test_the_version_that_was_read_goes_to_the_owner(shared_gateway: Gateway):
    """`If-Match` with an ETag is the version that the change rests on; with `*` there is none."""
    headers = await shared_gateway.headers(Role.COORDINATOR)
    changed = next_version(COMPANY)

    async with played(shared_gateway, ChangeCompany, changed) as asked:
        read = await shared_gateway.http.patch(PATH, headers=headers | {"If-Match": '"7"'}, json={"name": "B"})
        any_of_them = await shared_gateway.http.patch(PATH, headers=headers | {"If-Match": "*"}, json={"name": "B"})

    assert [sent.get("if-version") for _, sent in asked] == ["7", None]
    assert [each.headers["etag"] for each in (read, any_of_them)] == ['"8"', '"8"']


async def test_an_outdated_change_is_412_and_says_where_it_stands(shared_gateway: Gateway):
    """The owner compares; the answer names both versions."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    async with played(shared_gateway, ChangeCompany, Outdated(version=8, expected=7)):
        answer = await shared_gateway.http.patch(PATH, headers=headers | {"If-Match": '"7"'}, json={"name": "B"})

    problem = answer.json()
    assert (answer.status_code, problem["slug"]) == (412, "outdated")
    assert (problem["version"], problem["expected"]) == (8, 7)


async def test_every_change_of_a_thing_asks_for_its_version(shared_gateway: Gateway):
    """428 on every PATCH and PUT, and on every POST that changes what is there; making something needs none."""
    headers = await shared_gateway.headers(Role.COORDINATOR)
    needing = {
        (method, route.path_format)
        for route in api_routes(shared_gateway.app)
        for method, (_, model) in route.route_handler_map.items()
        if "If-Match" in {each.field_alias for each in model.expected_header_params}
    }
    patches = {
        (method, route.path_format)
        for route in api_routes(shared_gateway.app)
        for method in ("PATCH", "PUT")
        if method in route.route_handler_map
    }
    actions = {
        ("POST", route.path_format)
        for route in api_routes(shared_gateway.app)
        if route.path_format.endswith("{action}") and "POST" in route.route_handler_map
    }

    assert needing >= patches | actions
    assert ("POST", "/v1/bookings/{booking_id}/reschedule") in needing
    assert ("POST", "/v1/slots/{slot_id}/bookings") not in needing
    async with httpx.AsyncClient(base_url=shared_gateway.base_url, headers=headers) as http:
        for method, path in sorted(needing):
            address = path.replace("{uai}", a_uai()).replace("{action}", "cancel")
            while "{" in address:
                before, _, rest = address.partition("{")
                address = before + str(COMPANY.id) + rest.partition("}")[2]
            # As much of a body as makes any of them readable.
            answer = await http.request(method, address, json=BODIES.get(path, {}))
            assert (answer.status_code, answer.json()["slug"]) == (428, "version-required"), (path, answer.text)


BODIES = {
    "/v1/policy": {"settings": {}, "reason": "because"},
    "/v1/bookings/{booking_id}/reschedule": {"slot_id": str(COMPANY.id)},
    "/v1/bookings/{booking_id}/complete": {"pupils": 20, "adults": 2},
    "/v1/bookings/{booking_id}/no-show": {"absent": "school"},
}


@pytest.mark.parametrize("header", ["7", 'W/"7"', '"seven"', '"7", "8"', '""', "", '"12345678901"'])
async def test_a_version_that_is_none_is_named(shared_gateway: Gateway, header):
    """422 naming the header and what to send."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    answer = await shared_gateway.http.patch(PATH, headers=headers | {"If-Match": header}, json={"name": "B"})

    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "If-Match")


async def test_what_was_moved_or_made_carries_its_version(shared_gateway: Gateway):
    """POST answers with the ETag that the next change needs."""
    booking = a_booking(a_slot(an_offer(COMPANY)), a_uai(), version=3)
    headers = await shared_gateway.headers(Role.COORDINATOR)
    new = {"level": "3E", "pupils": 24, "adults": 2}

    async with played(shared_gateway, BookSlot, booking):
        made = await shared_gateway.http.post(f"/v1/slots/{booking.slot_id}/bookings", headers=headers, json=new)
    async with played(shared_gateway, MoveBooking, msgspec.structs.replace(booking, version=4)):
        moved = await shared_gateway.http.post(f"/v1/bookings/{booking.id}/cancel", headers=headers)

    assert (made.status_code, made.headers["etag"]) == (201, '"3"')
    assert (moved.status_code, moved.headers["etag"]) == (200, '"4"')
