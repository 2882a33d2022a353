"""No page answers without a session but those that are for everybody, nor with one whose role may not see it."""

import re

import httpx
import pytest
from litestar.routes import HTTPRoute

from contracts.caller import SCOPES_OF_ROLE, Scope
from contracts.identifiers import uuid7
from contracts.vocabulary import Role
from services.gateway.app import create_app
from services.gateway.auth.guard import ANY_KEY, PAGE, PUBLIC
from services.settings import Settings
from tests.component.gateway.resources import a_uai
from tests.component.gateway.web.signing_in import COOKIE, a_reader, a_session
from tests.reading import HTML

PUBLIC_PAGES = {
    "GET /",
    "GET /language/{language}",
    "GET /schema",
    "GET /schema/types/{name}",
    "GET /schema/{slug}",
    "GET /sign-in",
    "GET /sign-in/code",
    "GET /visits",
    "GET /visits/calendar",
    "GET /visits/schools",
    "GET /visits/{slot_id}",
    "GET /visits/{slot_id}/visit.ics",
    "POST /sign-in",
    "POST /sign-in/code",
    "POST /sign-in/demo",
    "POST /sign-out",
}


def pages():
    """Every method and path of a page, with the scope that it names."""
    for route in create_app(Settings(database_dsn="", nats_url="")).routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            for method in sorted(handler.http_methods - {"OPTIONS"}) if PAGE in handler.opt else ():
                path = re.sub(r"\{(\w+)\}", lambda name: "approve" if name[1] == "action" else ID, route.path_format)
                yield pytest.param(method, path, handler.opt["scope"], id=f"{method} {route.path_format}")


ID = str(uuid7())
PAGES = list(pages())
GUARDED = [page for page in PAGES if page.values[2] != PUBLIC]
ORGANISATIONS = {Role.COORDINATOR: "", Role.COMPANY: ID, Role.ASSOCIATION: ID, Role.TEACHER: a_uai()}
REFUSED_TO_SOME = [
    page
    for page in GUARDED
    if page.values[2] != ANY_KEY and any(page.values[2] not in SCOPES_OF_ROLE[role] for role in ORGANISATIONS)
]


async def csrf_of(reader):
    """What a form of ours carries."""
    return (await reader.read("/sign-in")).form("/sign-in").value("_csrf_token")


async def asked(reader, method, path, csrf):
    """The answer to a page read or a form sent, with nothing in it."""
    data = {"_csrf_token": csrf} if method == "POST" else None
    return await reader.client.request(method, path, data=data, headers=HTML)


def test_only_these_are_for_everybody():
    """The public pages are exactly those listed here."""
    assert {page.id for page in PAGES if page.values[2] == PUBLIC} == PUBLIC_PAGES


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
async def test_every_other_page_wants_a_session(shared_gateway, method, path, scope):
    """It leads to the sign-in without one, with a made-up one, and with a key in its stead."""
    key = await shared_gateway.headers(Role.COORDINATOR)
    for headers, cookies in (({}, {}), ({}, {COOKIE: "a" * 43}), (key, {})):
        async with a_reader(shared_gateway, **headers) as reader:
            reader.client.cookies.update(cookies)
            answer = await asked(reader, method, path, await csrf_of(reader))

        assert (answer.status_code, answer.headers.get("location", "")[:8]) == (303, "/sign-in")


@pytest.mark.parametrize(("method", "path", "scope"), REFUSED_TO_SOME)
async def test_a_page_is_refused_to_roles_that_may_not_see_it(shared_gateway, method, path, scope):
    """In words, to each such role, whatever the address names."""
    for role in (role for role in ORGANISATIONS if Scope(scope) not in SCOPES_OF_ROLE[role]):
        async with a_reader(shared_gateway) as reader:
            csrf = await csrf_of(reader)
            reader.client.cookies.set(COOKIE, await a_session(shared_gateway, role, ORGANISATIONS[role]))

            answer = await asked(reader, method, path, csrf)

        assert answer.status_code == 403
        assert "Changer de compte" in answer.text


@pytest.mark.parametrize(("method", "path", "scope"), [page for page in PAGES if page.values[0] == "POST"])
async def test_no_form_of_others_is_taken(shared_gateway, method, path, scope):
    """Even where the browser is signed in: another site's page cannot know what ours carry."""
    async with a_reader(shared_gateway) as reader:
        reader.client.cookies.set(COOKIE, await a_session(shared_gateway, Role.COORDINATOR))

        answer: httpx.Response = await asked(reader, method, path, "0" * 128)

    assert answer.status_code == 403
    assert "Ce formulaire n’est plus valable" in answer.text
