"""The pages of signing in and out, as somebody meets them who reads without JavaScript, with a real mail server."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from contracts.caller import SYSTEM
from contracts.gateway.accounts import NewAccount
from contracts.vocabulary import Role
from services.database import transaction
from services.gateway.auth.accounts import create_account
from services.gateway.auth.code_rules import TRIES
from tests.component.gateway.given import a_gateway, until
from tests.component.gateway.web.signing_in import (
    COOKIE,
    EMAIL,
    SECRET,
    a_reader,
    an_account,
    ask,
    code_to,
    cookie_of,
    sign_in,
)
from tests.reading import HTML


async def test_somebody_signs_in_by_a_typed_code_and_arrives_where_they_wanted(gateway, mails, reader):
    """The address, the code as the mail shows it, then the very page."""
    await an_account(gateway)

    asked = await ask(reader, " Camille@Exemple.fr ", "/account")
    arrived = await reader.send(asked, "/sign-in/code", code=await code_to(mails))

    assert asked.path.startswith("/sign-in/code?next=")
    assert f"Si un compte existe pour {EMAIL}" in asked.text
    assert (arrived.status, arrived.path) == (200, "/account")
    (mail,) = mails.mails
    assert (str(mail["To"]), str(mail["Content-Language"])) == (f"Camille <{EMAIL}>", "fr")
    assert str(mail["Auto-Submitted"]) == "auto-generated"
    assert "http" not in mail.get_body(("plain",)).get_content()


async def test_a_code_is_mailed_in_the_language_of_the_page(gateway, mails, reader):
    """The reader's own choice."""
    await an_account(gateway)
    await reader.read("/language/en")

    await ask(reader)
    await code_to(mails)

    assert str(mails.mails[0]["Subject"]).startswith("Your Passerelle code")


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(servers, mails):
    """And of plain HTTP, and of neighbouring hosts, where people come by HTTPS."""
    async with a_gateway(servers, smtp_url=mails.url, secret=SECRET) as gateway, a_reader(gateway) as reader:
        await an_account(gateway)
        plain = await sign_in_by_hand(reader, mails)
    url = "https://passerelle.example"
    async with a_gateway(servers, smtp_url=mails.url, secret=SECRET, public_url=url) as gateway:
        await an_account(gateway, email="autre@exemple.fr")
        async with httpx.AsyncClient(base_url=gateway.base_url, headers=HTML) as client:
            secure = await sign_out_by_hand(client, gateway)

    assert plain[0] == "session"
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= plain[1]
    assert not any(each.startswith(("Max-Age", "Domain", "Secure")) for each in plain[1])
    assert secure == (303, "__Host-session", True)


async def sign_in_by_hand(reader, mails):
    """Name and attributes of the cookie that a right code brings."""
    form = (await ask(reader)).form("/sign-in/code")
    told = form.sent({"code": await code_to(mails)})
    answer = await reader.client.post("/sign-in/code", data=told, headers=HTML)
    return cookie_of(answer, "session")


async def sign_out_by_hand(client, gateway):
    """Status and cookie of a sign-out over HTTPS: the client has none, and is told so all the same."""
    page = await client.get("/sign-in")
    csrf = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)[1]
    # The client speaks plain HTTP, and so would not send a secure cookie by itself.
    sent = {"Cookie": f"csrf={csrf}"}
    answer = await client.post("/sign-out", data={"_csrf_token": csrf}, headers=sent)
    name, attributes = cookie_of(answer, "__Host-session")
    return answer.status_code, name, "Secure" in attributes


async def test_an_unknown_address_looks_like_any_other(gateway, mails, reader):
    """The same pages with the same words; only no mail goes out."""
    await an_account(gateway)
    async with a_reader(gateway) as other:
        known, unknown = await ask(reader), await ask(other, "personne@exemple.fr")
        await code_to(mails)
        refused = await reader.send(known, "/sign-in/code", code="12 34")
        refused_too = await other.send(unknown, "/sign-in/code", code="12 34")

    assert (known.status, known.path) == (unknown.status, unknown.path)
    assert unknown.text == known.text.replace(EMAIL, "personne@exemple.fr")
    assert refused_too.text == refused.text.replace(EMAIL, "personne@exemple.fr")
    assert mails.to("personne@exemple.fr") == []


async def test_a_wrong_code_says_how_many_tries_are_left(gateway, mails, reader):
    """What was typed stays; after the last it says to ask for another."""
    await an_account(gateway)
    page = await ask(reader)
    right = await code_to(mails)
    wrong = f"{(int(right.replace(' ', '')) + 1) % 1_000_000:06d}"

    first = await reader.send(page, "/sign-in/code", code=wrong)
    for _ in range(TRIES - 1):
        page = await reader.send(first, "/sign-in/code", code=wrong)
    late = await reader.send(page, "/sign-in/code", code=right)

    assert (first.status, f"Essais restants : {TRIES - 1}" in first.text) == (422, True)
    assert first.form("/sign-in/code").value("code") == wrong
    assert 'aria-invalid="true"' in first.html
    assert (page.status, "mal saisi trop de fois" in page.text) == (429, True)
    assert late.status == 429
    again = await reader.send(late, "/sign-in")
    arrived = await reader.send(again, "/sign-in/code", code=await code_to(mails, number=2))
    assert arrived.status == 200
    assert (await reader.read("/account")).path == "/account"


async def test_an_old_code_begins_anew(gateway, mails, reader):
    """Also a browser that asked for none."""
    await an_account(gateway)
    page = await ask(reader, path="/account")
    code = await code_to(mails)
    await gateway.connection.execute("update sign_in_code set created_at = created_at - interval '10 minutes'")

    late = await reader.send(page, "/sign-in/code", code=code)
    async with a_reader(gateway) as other:
        nothing_asked = await other.read("/sign-in/code", next="/account")

    for found in (late, nothing_asked):
        assert (found.status, found.path) == (200, "/sign-in?next=%2Faccount")
        assert "Ce code n’est plus valable" in found.text


async def test_somebody_else_s_browser_cannot_use_the_code(gateway, mails, reader):
    """Whoever reads the mail over a shoulder has no use for it."""
    await an_account(gateway)
    await ask(reader)
    code = await code_to(mails)
    async with a_reader(gateway) as thief:
        page = await ask(thief)
        await code_to(mails, number=2)

        refused = await thief.send(page, "/sign-in/code", code=code)

    assert refused.status == 422


@pytest.mark.parametrize(
    "evil", ["//evil.example", "https://evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example"]
)
async def test_nobody_is_led_away_after_signing_in(gateway, mails, reader, evil):
    """Neither by the address of the page nor by what a form says."""
    await an_account(gateway)

    page = await reader.read("/sign-in", next=evil)
    asked = await reader.send(page, "/sign-in", email=EMAIL, next=evil)
    form = asked.form("/sign-in/code")
    told = form.sent({"code": await code_to(mails), "next": evil})
    answer = await reader.client.post("/sign-in/code", data=told, headers=HTML)

    assert page.form("/sign-in").value("next") == form.value("next") == "/"
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_planted_session_opens_nothing(gateway, mails, reader):
    """Whatever cookie the browser had, signing in gives another one; and that of an earlier sign-in ends."""
    await an_account(gateway)
    planted = "a" * 43
    reader.client.cookies.set(COOKIE, planted, domain="127.0.0.1", path="/")
    assert (await reader.read("/account")).path.startswith("/sign-in")

    await sign_in(reader, mails)

    (token,) = {each.value for each in reader.client.cookies.jar if each.name == COOKIE} - {planted}
    assert await gateway.app.state.session_ring.session_of(token)
    assert await gateway.app.state.session_ring.session_of(planted) is None


async def test_whoever_is_signed_in_is_not_asked_again(gateway, mails, reader):
    """They go where they wanted."""
    await an_account(gateway)
    await sign_in(reader, mails)

    assert (await reader.read("/sign-in", next="/account")).path == "/account"
    assert (await reader.read("/sign-in/code", next="/account")).path == "/account"


async def test_somebody_with_several_accounts_chooses(gateway, mails, reader):
    """With the same code, and then goes on to the page they wanted."""
    await an_account(gateway)
    head = await an_account(gateway, Role.HEAD)

    choice = await sign_in(reader, mails, "/account")
    (form,) = [form for form in choice.forms if form.fields and ("account_id", str(head.id)) in form.fields]
    arrived = await reader.send_form(choice, form, {})

    assert "Choisir un compte" in choice.text
    assert (arrived.path, "Direction d’établissement" in arrived.text) == ("/account", True)


async def test_signing_out_ends_the_session_for_good(gateway, mails, reader):
    """Its cookie opens nothing any more, whoever kept it."""
    await an_account(gateway)
    arrived = await sign_in(reader, mails)
    token = reader.client.cookies[COOKIE]

    after = await reader.send(arrived, "/sign-out")

    assert "Cet appareil n’est plus connecté" in after.text
    assert COOKIE not in reader.client.cookies
    assert await gateway.app.state.session_ring.session_of(token) is None
    assert await gateway.connection.fetchval("select count(*) from web_session") == 0


async def test_what_people_are_called_is_shown_and_never_run(gateway, mails, reader):
    """A name is no markup."""
    new = NewAccount(email=EMAIL, role=Role.COORDINATOR, name="<script>alert(1)</script>")
    async with transaction(gateway.app.state.running.pool) as connection:
        await create_account(connection, new, SYSTEM, datetime.now(UTC))

    arrived = await sign_in(reader, mails, "/account")

    assert "&lt;script&gt;" in arrived.html
    assert "<script>alert" not in arrived.html


async def test_a_session_that_ended_by_itself_leads_back_to_the_very_page(gateway, mails, reader):
    """After a night: sign in, and go on."""
    await an_account(gateway)
    await sign_in(reader, mails)
    ended = timedelta(hours=13)
    await gateway.connection.execute("update web_session set seen_at = seen_at - $1::interval", ended)

    async def asked_to_sign_in():
        page = await reader.read("/account", a="b c")
        return page if page.path.startswith("/sign-in") else None

    page = await until(asked_to_sign_in)
    asked = await reader.send(page, "/sign-in", email=EMAIL)
    arrived = await reader.send(asked, "/sign-in/code", code=await code_to(mails, number=2))

    assert arrived.path in ("/account?a=b+c", "/account?a=b%20c")
