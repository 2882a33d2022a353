"""No route answers without a key, with a wrong one, or with one that lacks its scope."""

import msgspec
import pytest
from litestar.routes import HTTPRoute

from contracts.caller import SCOPES_OF_ROLE, Scope
from contracts.gateway.problems import ProblemDetails
from contracts.identifiers import uuid7
from contracts.vocabulary import Role
from services.gateway.app import create_app
from services.gateway.auth.guard import ANY_KEY, PAGE, PUBLIC
from services.settings import Settings
from tests.component.gateway.given import bearer, until
from tests.component.gateway.resources import a_company, a_uai

PUBLIC_ROUTES = {
    "GET /health/live",
    "GET /health/ready",
    # What nobody can guess stands in these addresses.
    "GET /mailbox/{token}",
    "GET /schema/openapi.json",
    "GET /schema/openapi.json/{path}",
    "GET /static/{digest}/{path}",
    "GET /v1/calendars/{name}",
}


# It has a key for everything, but no calendar of its own.
NOT_FOR_THE_REGION = {("POST", "/v1/calendars"): {403}}


def routes():
    """Every method and path for software, with the scope that it names; pages are in web/test_page_access.py."""
    app = create_app(Settings(database_dsn="", nats_url=""))
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS"}) if PAGE not in handler.opt else ():
                path = route.path_format.replace("{action}", "approve").replace("{uai}", "0310001A")
                path = path.replace("{policy_version}", "1")
                for name in route.path_parameters:
                    path = path.replace("{" + name + "}", str(uuid7()))
                yield pytest.param(method, path, handler.opt["scope"], id=f"{method} {route.path_format}")


ROUTES = list(routes())
GUARDED = [route for route in ROUTES if route.values[2] != PUBLIC]


def test_only_these_are_public():
    """The public routes are exactly those listed here."""
    assert {route.id for route in ROUTES if route.values[2] == PUBLIC} == PUBLIC_ROUTES


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
async def test_every_other_route_wants_a_key_with_its_scope(shared_gateway, method, path, scope):
    """401 without a key and with any wrong one, 403 with one that lacks the scope; a key that has it passes."""
    http = shared_gateway.http
    key = await shared_gateway.key(Role.COORDINATOR)
    others = tuple(each for each in Scope if each != scope)
    poor = await shared_gateway.headers(Role.COORDINATOR, scopes=others)
    wrong = {
        "none": {},
        "not a key": bearer("secret"),
        "another's secret": bearer(f"psl_{key.id.hex}_{'A' * 43}"),
        "unknown id": bearer(f"psl_{uuid7().hex}_{key.secret.rpartition('_')[2]}"),
        "another scheme": {"Authorization": f"Basic {key.secret}"},
        "cut short": bearer(key.secret[:-1]),
    }

    for name, headers in wrong.items():
        answer = await http.request(method, path, headers=headers, content=b"{")
        assert answer.status_code == 401, name
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert msgspec.json.decode(answer.content, type=ProblemDetails).slug == "unauthenticated"
    answer = await http.request(method, path, headers=poor)
    if scope == ANY_KEY:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["scope"]) == (403, scope)
    # Some answers go on for ever.
    async with http.stream(method, path, headers=bearer(key.secret)) as answer:
        assert answer.status_code not in {401, 403} - NOT_FOR_THE_REGION.get((method, path), set())


async def test_options_tells_strangers_nothing(shared_gateway):
    """Even the methods of an address are for holders of a key."""
    answer = await shared_gateway.http.options("/v1/companies")

    assert answer.status_code == 401


async def test_me_tells_who_the_key_is_for(shared_gateway):
    """The caller learns its role, organisation and scopes."""
    uai = a_uai()

    me = (await shared_gateway.get("/v1/me", await shared_gateway.headers(Role.TEACHER, uai))).json()

    assert (me["role"], me["organisation"], me["organisation_id"]) == ("teacher", "school", uai)
    assert me["scopes"] == list(SCOPES_OF_ROLE[Role.TEACHER])


async def test_a_revoked_key_stops_working_within_seconds(shared_gateway):
    """The copy in memory is short-lived; where the key was revoked here, it is forgotten at once."""
    coordinator = await shared_gateway.headers(Role.COORDINATOR)
    mine, elsewhere = await shared_gateway.key(Role.COORDINATOR), await shared_gateway.key(Role.COORDINATOR)
    for key in (mine, elsewhere):
        assert (await shared_gateway.get("/v1/me", bearer(key.secret))).status_code == 200

    revoked = await shared_gateway.http.delete(f"/v1/api-keys/{mine.id}", headers=coordinator)
    await shared_gateway.connection.execute("update api_key set revoked_at = now() where id = $1", elsewhere.id)

    async def refused():
        return (await shared_gateway.get("/v1/me", bearer(elsewhere.secret))).status_code == 401

    assert revoked.status_code == 204
    assert (await shared_gateway.get("/v1/me", bearer(mine.secret))).status_code == 401
    await until(refused)


async def test_secrets_are_stored_nowhere(shared_gateway):
    """The database holds a hash; lists and rows never show the secret."""
    key = await shared_gateway.key(Role.COORDINATOR)
    rows = await shared_gateway.connection.fetch("select k::text as text from api_key k")

    listed = await shared_gateway.get("/v1/api-keys", bearer(key.secret))

    random = key.secret.rpartition("_")[2]
    assert not any(random in row["text"] for row in rows)
    assert str(key.id) in listed.text
    assert random not in listed.text
    assert listed.headers["cache-control"] == "no-store"


async def test_the_last_use_of_a_key_is_noted(shared_gateway):
    """Whoever lists keys sees which are in use."""
    key = await shared_gateway.key(Role.COORDINATOR)
    before = await shared_gateway.connection.fetchval("select last_used_at from api_key where id = $1", key.id)

    await shared_gateway.get("/v1/me", bearer(key.secret))

    after = await shared_gateway.connection.fetchval("select last_used_at from api_key where id = $1", key.id)
    assert (before, after is not None) == (None, True)


async def test_an_organisation_manages_only_its_own_keys(shared_gateway):
    """With `keys:manage` it makes keys for itself with at most its own scopes, and sees and revokes no other's."""
    company = a_company()
    manager = await shared_gateway.key(Role.COMPANY, company.id, (Scope.KEYS, Scope.READ))
    stranger = await shared_gateway.key(Role.COMPANY, a_company().id)
    http, headers = shared_gateway.http, bearer(manager.secret)

    async def make(**given):
        body = {"role": "company", "organisation_id": str(company.id), "scopes": ["read"]} | given
        return await http.post("/v1/api-keys", headers=headers, json=body)

    made = await make()
    too_much = await make(scopes=["offers:write"])

    assert (made.status_code, made.json()["scopes"]) == (201, ["read"])
    assert (too_much.status_code, too_much.json()["scope"]) == (403, "offers:write")
    assert (await make(role="coordinator", organisation_id="", scopes=[])).status_code == 403
    assert (await make(organisation_id=str(uuid7()))).status_code == 403
    listed = await shared_gateway.items("/v1/api-keys", headers)
    assert [item["id"] for item in listed] == [made.json()["id"], str(manager.id)]
    assert (await http.delete(f"/v1/api-keys/{stranger.id}", headers=headers)).status_code == 404
    assert (await shared_gateway.get("/v1/me", bearer(stranger.secret))).status_code == 200


async def test_a_coordinator_makes_a_key_that_is_shown_once(shared_gateway):
    """The answer carries the secret and where the key is found; the secret works."""
    headers = await shared_gateway.headers(Role.COORDINATOR)

    made = await shared_gateway.http.post("/v1/api-keys", headers=headers, json={"role": "coordinator", "label": "bot"})

    assert made.status_code == 201
    assert made.headers["location"] == f"/v1/api-keys/{made.json()['id']}"
    assert (await shared_gateway.get("/v1/me", bearer(made.json()["secret"]))).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "teacher", "organisation_id": "0310001X"}, "organisation_id"),
        ({"role": "company", "organisation_id": "Airbus"}, "organisation_id"),
        ({"role": "coordinator", "organisation_id": "bretagne"}, "organisation_id"),
        ({"role": "boss"}, "role"),
        ({"role": "teacher", "organisation_id": a_uai(), "scopes": ["offers:write"]}, "scopes"),
        ({"role": "coordinator", "secret": "mine"}, "secret"),
        ({}, "role"),
    ],
)
async def test_a_wrong_key_request_names_its_field(shared_gateway, body, field):
    """Nothing is made of a request that does not fit."""
    headers = await shared_gateway.headers(Role.COORDINATOR)
    before = await shared_gateway.connection.fetchval("select count(*) from api_key")

    answer = await shared_gateway.http.post("/v1/api-keys", headers=headers, json=body)

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["fields"]] == [field]
    assert await shared_gateway.connection.fetchval("select count(*) from api_key") == before
