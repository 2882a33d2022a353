"""One's own account: who one is, where one is signed in, one's other accounts."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from contracts.errors import NotFound, Unauthenticated
from contracts.gateway.accounts import Account
from services.gateway.auth.account_store import list_accounts_of_email
from services.gateway.auth.guard import ANY_KEY
from services.gateway.auth.session_rules import Session
from services.gateway.auth.session_store import list_sessions
from services.gateway.auth.sessions import close_session
from services.gateway.web.language import _
from services.gateway.web.page import AnyRequest, Page, Sent, go
from services.gateway.web.sign_in.door import (
    enter_account,
    forget_accounts,
    goodbye,
    now_of,
    pool_of,
    session_of,
)


@get("/account", scope=ANY_KEY)
async def show_account(page: Page, request: AnyRequest) -> Template:
    """Who the reader is here, and where they are signed in."""
    session, now = own_session(request), now_of()
    async with pool_of(request).acquire() as connection:
        sessions = await list_sessions(connection, session.account.id)
        accounts = await list_accounts_of_email(connection, session.account.email)
    return page(
        "account/account.html",
        account=session.account,
        sessions=[each for each in sessions if each.lives(now)],
        others=[each for each in accounts if each.id != session.account.id],
    )


@post("/account/sessions/{session_id:uuid}/end", scope=ANY_KEY)
async def end_session(session_id: FromPath[UUID], request: AnyRequest) -> Redirect:
    """End one of the reader's sessions."""
    session = own_session(request)
    async with pool_of(request).acquire() as connection:
        await close_session(connection, session.account, session_id)
    forget_accounts(request, session.account.id)
    if session_id == session.id:
        return goodbye(request, _("Cet appareil n’est plus connecté."))
    return go("/account", _("Cette connexion est terminée."))


@post("/account/switch", scope=ANY_KEY)
async def switch_account(request: AnyRequest, form: Sent) -> Redirect:
    """Go on in another account of the same address, which its reader has proved to read."""
    session = own_session(request)
    async with pool_of(request).acquire() as connection:
        accounts = await list_accounts_of_email(connection, session.account.email)
    chosen = _named(accounts, form.text("account_id"))
    return await enter_account(
        request, chosen, "/", _("Vous agissez maintenant pour %(organisation)s.", organisation=chosen.organisation_name)
    )


def own_session(request: AnyRequest) -> Session:
    """The reader's session; raises Unauthenticated where there is none."""
    session = session_of(request)
    if session is None:
        raise Unauthenticated()
    return session


def _named(accounts: tuple[Account, ...], account_id: str) -> Account:
    for account in accounts:
        if str(account.id) == account_id:
            return account
    raise NotFound(thing="account", id=account_id[:40])


routes = (show_account, end_session, switch_account)
