"""Coming in and going out: the cookies of a browser that signs in or out, and where it goes then.

Used by the pages of sign-in and of the account; what a session is belongs to auth/sessions.py.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar.datastructures import Cookie
from litestar.response import Redirect

from services.database import Pool, transaction
from services.gateway.auth.code_rules import LIVES, client_of, safe_next
from services.gateway.auth.codes import SignedIn
from services.gateway.auth.session_rules import Session, cookie_name, is_https
from services.gateway.auth.session_store import delete_session
from services.gateway.auth.sessions import SessionRing, open_session, session_cookie
from services.gateway.web.page import AnyRequest, go

# Holds which code a browser asked for: what is typed is tried against that one alone.
TICKET = "sign-in-code"


def pool_of(request: AnyRequest) -> Pool:
    """The gateway's connections."""
    pool: Pool = request.app.state.running.pool
    return pool


def session_of(request: AnyRequest) -> Session | None:
    """The reader's session, as the guard found it."""
    session: Session | None = request.scope.get("user")
    return session


def now_of() -> datetime:
    """The moment at which a request is answered."""
    return datetime.now(UTC)


def user_agent_of(request: AnyRequest) -> str:
    """What the reader's browser calls itself."""
    return request.headers.get("user-agent", "")


def client_address(request: AnyRequest) -> str:
    """Who asks, for limits: the peer, or whom a proxy of ours says that it stands for."""
    header = request.app.state.settings.client_address_header
    if header:
        return client_of(request.headers.get(header, "").rpartition(",")[2])
    return client_of(request.client.host if request.client else "")


async def enter(request: AnyRequest, signed_in: SignedIn, path: str, said: str = "") -> Redirect:
    """On to a page as somebody who is signed in; a session that the browser had before ends."""
    await leave(request)
    answer = go(safe_next(path), said)
    answer.set_cookie(session_cookie(signed_in.token, _public_url(request)))
    answer.set_cookie(ticket_cookie(request, None))
    return answer


async def enter_account(request: AnyRequest, account: Any, path: str, said: str = "") -> Redirect:
    """The same for an account that nobody has to prove anew to be theirs."""
    async with transaction(pool_of(request)) as connection:
        session, token = await open_session(connection, account, user_agent_of(request), now_of())
    return await enter(request, SignedIn(session=session, token=token), path, said)


async def leave(request: AnyRequest) -> None:
    """End the session that the browser has, if it has one."""
    session, ring = session_of(request), _ring(request)
    if session is not None:
        async with pool_of(request).acquire() as connection:
            await delete_session(connection, session.account.id, session.id)
        ring.forget(request.cookies.get(cookie_name(_public_url(request)), ""))


def goodbye(request: AnyRequest, said: str) -> Redirect:
    """To the first page, without the cookie of a session that has ended."""
    answer = go("/", said)
    answer.set_cookie(session_cookie("", _public_url(request)))
    return answer


def forget_accounts(request: AnyRequest, *account_ids: UUID) -> None:
    """Let no session of these accounts, ended a moment ago, be remembered here."""
    _ring(request).forget_accounts(*account_ids)


def ticket_cookie(request: AnyRequest, code_id: UUID | None) -> Cookie:
    """The cookie of a code that was asked for, or one that takes it away."""
    return Cookie(
        key=TICKET,
        value=str(code_id) if code_id else "",
        path="/sign-in",
        max_age=int(LIVES.total_seconds()) if code_id else 0,
        httponly=True,
        samesite="lax",
        secure=is_https(_public_url(request)),
    )


def ticket_of(request: AnyRequest) -> UUID | None:
    """Which code the browser asked for last."""
    try:
        return UUID(request.cookies.get(TICKET, ""))
    except ValueError:
        return None


def _ring(request: AnyRequest) -> SessionRing:
    ring: SessionRing = request.app.state.session_ring
    return ring


def _public_url(request: AnyRequest) -> str:
    url: str = request.app.state.settings.public_url
    return url
