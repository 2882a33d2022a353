"""Signing in where it does not go on: too many codes, no address, no mail."""

import re
from functools import partial

import pytest

from services.gateway.auth.code_rules import FOR_CLIENT_SHORTLY, FOR_EMAIL_SHORTLY
from tests.component.gateway.given import a_gateway, until
from tests.component.gateway.web.signing_in import (
    EMAIL,
    SECRET,
    a_reader,
    an_account,
    ask,
    code_to,
)


async def test_too_many_codes_are_refused_with_a_time(gateway, mails, reader):
    """For one address; what was typed stays."""
    for _ in range(FOR_EMAIL_SHORTLY):
        await ask(reader)

    refused = await ask(reader)

    assert refused.status == 429
    assert re.search(r"à partir de \d\d h \d\d le \d\d/\d\d/\d{4}", refused.text)
    assert refused.form("/sign-in").value("email") == EMAIL


async def test_a_client_that_asks_for_everybody_is_stopped(gateway, reader):
    """Other clients are not."""
    for number in range(FOR_CLIENT_SHORTLY):
        assert (await ask(reader, f"eleve{number}@exemple.fr")).status == 200

    assert (await ask(reader, "encore@exemple.fr")).status == 429


async def test_behind_a_proxy_each_client_counts_for_itself(servers, mails):
    """Where the settings name the header that the proxy writes; its last address is the proxy's own word."""
    header = "X-Forwarded-For"
    async with a_gateway(servers, smtp_url=mails.url, secret=SECRET, client_address_header=header) as gateway:
        async with a_reader(gateway, **{header: "203.0.113.9, 192.0.2.1"}) as one:
            for number in range(FOR_CLIENT_SHORTLY):
                await ask(one, f"eleve{number}@exemple.fr")
            assert (await ask(one, "encore@exemple.fr")).status == 429
        async with a_reader(gateway, **{header: "203.0.113.9, 192.0.2.2"}) as other:
            assert (await ask(other, "encore@exemple.fr")).status == 200


@pytest.mark.parametrize("typed", ["", "camille", "camille@exemple", "a b@exemple.fr", "a@b.fr\x00", "é@exemple.fr"])
async def test_what_is_no_address_is_named(gateway, reader, typed):
    """Beside the field, with what to type; nothing is sent or stored."""
    refused = await ask(reader, typed)

    assert refused.status == 422
    assert "Saisissez votre adresse électronique entière" in refused.text
    assert await gateway.connection.fetchval("select count(*) from sign_in_code") == 0


async def test_without_a_way_for_mails_it_says_so(servers):
    """To whom it may concern, instead of a code that never comes."""
    async with a_gateway(servers, secret=SECRET) as gateway, a_reader(gateway) as reader:
        await an_account(gateway)

        refused = await ask(reader)

        assert (refused.status, "PASSERELLE_SMTP_URL" in refused.text) == (503, True)


async def test_a_mail_server_that_refuses_holds_nobody_up(gateway, mails, reader, monkeypatch):
    """Refused for good it is left alone, refused for now it is tried again; the page is the same."""
    monkeypatch.setattr("services.gateway.auth.code_mails.RETRY_AFTER_S", (0.01, 0.01))
    await an_account(gateway)
    mails.answers[EMAIL] = "451 try again later"
    page = await ask(reader)

    async def tried(times):
        return len(mails.tried) == times

    await until(partial(tried, 3))
    mails.answers[EMAIL] = "550 no such user"
    page = await reader.send(page, "/sign-in")
    await until(partial(tried, 4))
    assert mails.mails == []
    del mails.answers[EMAIL]
    page = await reader.send(page, "/sign-in")
    assert (await reader.send(page, "/sign-in/code", code=await code_to(mails))).status == 200
