"""What all pages share, as somebody meets it who reads without JavaScript."""

import httpx
import pytest

from contracts.vocabulary import Role
from tests.given import Region, a_school
from tests.reading import HTML

STRICT = "default-src 'none'; script-src 'self'; style-src 'self';"


async def test_pages_are_in_the_readers_language(region: Region) -> None:
    """French where nobody asks otherwise; the reader's own choice goes first and comes back to the same page."""
    reader = region.visitor()

    first = await reader.read("/")
    chosen = await reader.read("/language/en", back="/?utm_source=mail")
    later = await reader.read("/")

    assert '<html lang="fr">' in first.html
    assert (chosen.path, '<html lang="en">' in chosen.html) == ("/?utm_source=mail", True)
    assert '<html lang="en">' in later.html


async def test_a_browsers_language_is_heard(region: Region) -> None:
    """Before anybody chose."""
    answer = await region.client().get("/", headers=HTML | {"Accept-Language": "en-GB,en;q=0.9,fr;q=0.5"})

    assert '<html lang="en">' in answer.text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_nobody_is_led_away(region: Region, back: str) -> None:
    """Whatever an address says about where to go next."""
    answer = await region.client().get("/language/en", params={"back": back}, headers=HTML)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_pages_allow_nothing_foreign(region: Region) -> None:
    """Neither scripts nor styles nor frames, and nobody keeps a copy."""
    answer = await region.client().get("/", headers=HTML)

    assert answer.headers["content-security-policy"].startswith(STRICT)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-encoding"] == "gzip"
    assert "style=" not in answer.text
    assert "<script>" not in answer.text


async def test_an_unknown_address_is_a_page_for_people(region: Region) -> None:
    """And problem details for software."""
    person = await region.visitor().read("/nowhere")
    software = await region.client().get("/nowhere")
    api = await region.client().get("/v1/nowhere", headers=HTML)

    assert (person.status, "Page introuvable" in person.text) == (404, True)
    assert software.headers["content-type"] == "application/problem+json"
    assert api.headers["content-type"] == "application/problem+json"


async def test_whoever_is_not_signed_in_comes_back_to_the_very_page(region: Region) -> None:
    """The address travels along, whole."""
    answer = await region.client().get("/account", params={"a": "b c"}, headers=HTML)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Faccount%3Fa%3Db%2Bc")


async def test_a_script_is_told_where_to_lead_its_reader(region: Region) -> None:
    """It could not show the sign-in in the place of a part."""
    answer = await region.client().get("/account", headers=HTML | {"HX-Request": "true"})

    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in?next=%2Faccount")


async def test_a_key_opens_no_page(region: Region) -> None:
    """Pages are for sessions: nobody guards a key against forged forms; nor does a session open the API."""
    school = await a_school(region)
    key = await region.sign_in(Role.TEACHER, school)
    reader = await region.browse(Role.TEACHER, school)

    assert (await key.get("/account", headers=HTML)).status_code == 303
    assert (await reader.client.get("/v1/me")).status_code == 401


async def test_a_forged_form_does_nothing(region: Region) -> None:
    """A form that is not one of ours is refused, in words, and the session goes on."""
    reader = await region.browse(Role.TEACHER, await a_school(region))
    await reader.read("/")

    forged = await reader.client.post("/sign-out", headers=HTML)
    foreign = await reader.client.post("/sign-out", data={"_csrf_token": "0" * 128}, headers=HTML)

    assert [forged.status_code, foreign.status_code] == [403, 403]
    assert "Ce formulaire n’est plus valable" in forged.text
    assert (await reader.read("/account")).status == 200


async def test_signing_out_ends_the_session(region: Region) -> None:
    """With the button that every page has."""
    reader = await region.browse(Role.TEACHER, await a_school(region))

    after = await reader.send(await reader.read("/"), "/sign-out")

    assert after.status == 200
    assert (await reader.read("/account")).path.startswith("/sign-in")


async def test_the_framework_is_never_met(region: Region) -> None:
    """A method that a page does not have, and a body that is none."""
    client: httpx.AsyncClient = region.visitor().client

    wrong_method = await client.delete("/", headers=HTML)

    assert wrong_method.status_code in (403, 405)
    assert "Passerelle" in wrong_method.text
