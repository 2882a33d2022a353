"""Somebody who signs in by the pages, step by step, with a mail server that keeps what it gets."""

import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx

from contracts.caller import SYSTEM
from contracts.gateway.accounts import NewAccount
from contracts.identifiers import uuid7
from contracts.vocabulary import Role
from services.database import transaction
from services.gateway.auth.accounts import create_account
from services.gateway.auth.session_rules import cookie_name
from services.gateway.auth.sessions import open_session
from tests.component.gateway.given import until
from tests.component.gateway.resources import a_uai
from tests.reading import Reader

EMAIL = "camille@exemple.fr"
FROM = "Passerelle <ne-pas-repondre@passerelle.example>"
COOKIE = cookie_name("http://127.0.0.1:8000")
# What every one of these gateways signs its forms with.
SECRET = "s" * 32


@asynccontextmanager
async def a_reader(gateway, **headers):
    """Somebody with a browser of their own."""
    async with httpx.AsyncClient(base_url=gateway.base_url, timeout=20, headers=headers) as client:
        yield Reader(client)


async def an_account(gateway, role=Role.TEACHER, email=EMAIL, *, demo=False, organisation_id=None):
    organisation_id = a_uai() if organisation_id is None else organisation_id
    new = NewAccount(email=email, role=role, organisation_id=organisation_id, name="Camille")
    async with transaction(gateway.app.state.running.pool) as connection:
        return await create_account(connection, new, SYSTEM, datetime.now(UTC), demo=demo)


async def ask(reader, email=EMAIL, path="/sign-in"):
    """The page that asks for the code."""
    return await reader.send(await reader.read(path), "/sign-in", email=email)


async def code_to(mails, email=EMAIL, *, number=1):
    """The code in the last of so many mails to an address."""

    async def came():
        return mails.to(email) if len(mails.to(email)) >= number else None

    mail = (await until(came))[-1]
    return re.search(r"\d{3} \d{3}", mail.get_body(("plain",)).get_content())[0]


async def sign_in(reader, mails, path="/sign-in", number=1):
    """Somebody signed in, and the page on which they arrive."""
    asked = await ask(reader, path=path)
    return await reader.send(asked, "/sign-in/code", code=await code_to(mails, number=number))


def cookie_of(answer, name):
    for line in answer.headers.get_list("set-cookie"):
        first, *attributes = line.split("; ")
        if first.startswith(f"{name}="):
            return name, set(attributes)
    raise AssertionError(answer.headers.get_list("set-cookie"))


async def a_session(gateway, role, organisation_id=""):
    """The token of somebody who is signed in to a new account."""
    email = f"{role}-{uuid7()}@exemple.fr"
    account = await an_account(gateway, role, email, organisation_id=organisation_id)
    async with transaction(gateway.app.state.running.pool) as connection:
        _, token = await open_session(connection, account, "", datetime.now(UTC))
    return token
