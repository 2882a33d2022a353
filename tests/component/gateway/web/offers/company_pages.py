"""A company at its browser, without one: what its tests read of a page, and how they send its form."""

import html
import re
from typing import Any
from urllib.parse import urlsplit

import httpx

from contracts.vocabulary import Role
from services.gateway.auth.session_rules import cookie_name
from tests.browser.signing_in import new_session
from tests.given import Region, body
from tests.reading import HTML, Sheet, sheet_of


async def a_browser_of(region: Region, role: Role, organisation_id: str = "") -> httpx.AsyncClient:
    """Somebody who is signed in to the pages."""
    _, token = await new_session(region.servers.dsn("gateway"), role, organisation_id)
    client = region.client(HTML)
    client.cookies.set(cookie_name(region.base_url), token)
    return client


async def shown(client: httpx.AsyncClient, path: str, status: int = 200) -> Sheet:
    """A page as its reader gets it."""
    sheet = sheet_of(await client.get(path))
    assert sheet.status == status, sheet.text
    return sheet


def fields_of(sheet: Sheet, action: str) -> dict[str, list[str]]:
    """What a browser would send of the form that goes there, by no button in particular."""
    return sheet.form(urlsplit(action).path).sent({})


async def send(client: httpx.AsyncClient, path: str, action: str = "", **typed: Any) -> Sheet:
    """Open a page, fill its form in, and send it; `__` in a name stands for its dot."""
    action = action or path
    fields = fields_of(await shown(client, path), action)
    return await post(client, action, fields | {name.replace("__", "."): value for name, value in typed.items()})


async def post(client: httpx.AsyncClient, path: str, fields: dict[str, Any]) -> Sheet:
    """What is answered to a form."""
    return sheet_of(await client.post(path, data=fields))


def said_of(sheet: Sheet, field: str) -> str:
    """What is wrong with a field, as it stands beside it; empty where nothing is."""
    found = re.search(rf'<small id="{re.escape(field)}-error" class="error">([^<]*)</small>', sheet.html)
    return html.unescape(found[1]) if found else ""


async def made_by(api: httpx.AsyncClient, sheet: Sheet) -> Any:
    """The thing that a form led to, as the API has it."""
    assert sheet.status == 303, sheet.text
    answer = await api.get("/v1" + urlsplit(sheet.answer.headers["location"]).path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listed(client: httpx.AsyncClient, path: str) -> Any:
    """What a list of the API has."""
    return body(await client.get(path))["items"]
