"""Somebody is signed in without the sign-in page, by the gateway's own functions; one story goes through it."""

import re
from datetime import UTC, datetime
from pathlib import Path

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
from services.gateway.notices.mailbox import list_mails
from tests.given import until

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


async def code_for(mails: Path, email: str) -> str:
    """The six digits of the newest mail to an address (`mails` is the fixture), once it came."""

    async def found() -> str:
        subjects = (mail.subject for mail in list_mails(mails) if email in mail.to)
        codes = (re.search(r"(\d{3})\s*(\d{3})$", subject) for subject in subjects)
        return next((code.group(1) + code.group(2) for code in codes if code), "")

    return str(await until(found))
