"""Somebody is signed in without the sign-in page, by the gateway's own functions; one story goes through it."""

from datetime import UTC, datetime

import asyncpg
from playwright.async_api import BrowserContext

from contracts.caller import SYSTEM
from contracts.gateway.accounts import Account, NewAccount
from contracts.identifiers import uuid7
from contracts.vocabulary import Role
from services.database import set_codecs
from services.gateway.auth.accounts import create_account
from services.gateway.auth.session_rules import cookie_name
from services.gateway.auth.sessions import open_session

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"


async def new_session(
    gateway_dsn: str, role: Role, organisation_id: str = "", *, email: str = "", name: str = "Camille Martin"
) -> tuple[Account, str]:
    """A new account and the token of its session; the e-mail address is nobody else's unless it is given."""
    new = NewAccount(
        email=email or f"camille-{uuid7()}@example.org", role=role, organisation_id=organisation_id, name=name
    )
    now = datetime.now(UTC)
    connection = await asyncpg.connect(gateway_dsn)
    try:
        await set_codecs(connection)
        async with connection.transaction():
            account = await create_account(connection, new, SYSTEM, now)
            session, token = await open_session(connection, account, BROWSER, now)
    finally:
        await connection.close()
    return session.account, token


async def give_cookie(context: BrowserContext, base_url: str, token: str) -> None:
    """Have the browser hold the session, as after signing in."""
    await context.add_cookies(
        [{"name": cookie_name(base_url), "value": token, "url": base_url, "httpOnly": True, "sameSite": "Lax"}]
    )
