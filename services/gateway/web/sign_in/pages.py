"""Signing in: an address, a code that is mailed and typed, one account of several; and signing out.

Where to go afterwards (`next`) travels along through all steps. What is answered never tells whether somebody has an
account.
"""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect, Template

from contracts.errors import NotFound, PasserelleError
from contracts.gateway.accounts import Account
from services.database import transaction
from services.gateway.auth.account_store import find_account, list_demo_accounts
from services.gateway.auth.code_mails import CodeMails
from services.gateway.auth.code_rules import LIVES, CodeExpired, safe_next
from services.gateway.auth.code_store import find_asked_email
from services.gateway.auth.codes import Choice, ask_for_code, sign_in
from services.gateway.auth.guard import ANY_KEY, PUBLIC
from services.gateway.auth.sessions import close_all_sessions
from services.gateway.web.forms import Form
from services.gateway.web.language import _, language
from services.gateway.web.page import AnyRequest, Go, Page, Pages, Sent, go
from services.gateway.web.refusals import NoSuchPage
from services.gateway.web.sign_in.door import (
    client_address,
    enter,
    enter_account,
    forget_accounts,
    goodbye,
    leave,
    now_of,
    pool_of,
    session_of,
    ticket_cookie,
    ticket_of,
    user_agent_of,
)

Next = Annotated[str, QueryParameter(name="next")]


@get("/sign-in", scope=PUBLIC)
async def show_sign_in(page: Page, request: AnyRequest, to: Next = "") -> Go:
    """Ask for the address; whoever is signed in already goes on."""
    if session_of(request) is not None:
        return go(safe_next(to))
    return await first_page(page, request, Form(), to)


@post("/sign-in", scope=PUBLIC)
async def send_code(page: Page, request: AnyRequest, form: Sent) -> Go:
    """Mail a code, if there is somebody to mail it to, and ask for it."""
    to, mails = form.text("next"), _mails(request)
    try:
        mails.check()
        asked = await ask_for_code(pool_of(request), form.text("email"), client_address(request), now_of())
    except PasserelleError as refused:
        form.refuse(refused)
        return await first_page(page, request, form, to)
    mails.send(asked, language())
    answer = go(code_path(to))
    answer.set_cookie(ticket_cookie(request, asked.id))
    return answer


@get("/sign-in/code", scope=PUBLIC)
async def show_code_page(page: Page, request: AnyRequest, to: Next = "") -> Go:
    """Ask for the code that was mailed; whoever asked for none begins with the address."""
    if session_of(request) is not None:
        return go(safe_next(to))
    return await code_page(page, request, Form(), to)


@post("/sign-in/code", scope=PUBLIC)
async def type_code(page: Page, request: AnyRequest, form: Sent) -> Go:
    """Let in whoever typed the right code; who has several accounts chooses one first."""
    to, ticket = form.text("next"), ticket_of(request)
    try:
        if ticket is None:
            raise CodeExpired()
        chosen = _uuid(form.text("account_id"))
        outcome = await sign_in(pool_of(request), ticket, form.text("code"), chosen, user_agent_of(request), now_of())
    except PasserelleError as refused:
        form.refuse(refused)
        return await code_page(page, request, form, to)
    if isinstance(outcome, Choice):
        return page("sign_in/choice.html", form=form, accounts=outcome.accounts, to=safe_next(to))
    return await enter(request, outcome, to)


@post("/sign-in/demo", scope=PUBLIC)
async def sign_in_to_demo(request: AnyRequest, form: Sent) -> Redirect:
    """Let in by a click, to an account of the demonstration and only where that is on."""
    if not request.app.state.settings.demo_sign_in:
        raise NoSuchPage()
    account_id = _uuid(form.text("account_id"))
    async with pool_of(request).acquire() as connection:
        account = await find_account(connection, account_id) if account_id else None
    if account is None or not account.demo or account.closed_at is not None:
        raise NotFound(thing="account", id=form.text("account_id")[:40])
    return await enter_account(request, account, form.text("next"))


@post("/sign-out", scope=PUBLIC)
async def sign_out(request: AnyRequest) -> Redirect:
    """End this browser's session."""
    await leave(request)
    return goodbye(request, _("Cet appareil n’est plus connecté."))


@post("/sign-out-everywhere", scope=ANY_KEY)
async def sign_out_everywhere(request: AnyRequest) -> Redirect:
    """End all sessions of the person, on every device and of every account."""
    session = session_of(request)
    if session is not None:
        async with transaction(pool_of(request)) as connection:
            ended = await close_all_sessions(connection, session.account)
        forget_accounts(request, *ended)
    return goodbye(request, _("Plus aucun appareil n’est connecté."))


async def first_page(page: Pages, request: AnyRequest, form: Form, to: str) -> Template:
    """The page that asks for the address, with the demonstration's accounts where they open by a click."""
    accounts: tuple[Account, ...] = ()
    if request.app.state.settings.demo_sign_in:
        async with pool_of(request).acquire() as connection:
            accounts = await list_demo_accounts(connection)
    return page("sign_in/sign_in.html", form=form, accounts=accounts, to=safe_next(to))


async def code_page(page: Pages, request: AnyRequest, form: Form, to: str) -> Go:
    """The page that asks for the code."""
    ticket, email = ticket_of(request), None
    if ticket is not None:
        async with pool_of(request).acquire() as connection:
            email = await find_asked_email(connection, ticket, now_of() - LIVES)
    if email is None:
        said = _("Ce code n’est plus valable. Saisissez votre adresse pour en recevoir un autre.")
        return go(f"/sign-in?next={quote(safe_next(to), safe='')}", said)
    return page("sign_in/code.html", form=form, email=email, to=safe_next(to))


def code_path(to: str) -> str:
    """Where the code is typed, on the way to a page."""
    return f"/sign-in/code?next={quote(safe_next(to), safe='')}"


def _mails(request: AnyRequest) -> CodeMails:
    mails: CodeMails = request.app.state.code_mails
    return mails


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


routes = (
    show_sign_in,
    send_code,
    show_code_page,
    type_code,
    sign_in_to_demo,
    sign_out,
    sign_out_everywhere,
)
