"""Browsers that are signed in: found again by their cookie, opened, and ended here or everywhere.

How somebody proves who they are is codes.py's.
"""

import secrets
import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar.datastructures import Cookie

from contracts.errors import NotFound
from contracts.gateway.accounts import Account
from contracts.identifiers import uuid7
from services.database import Pool
from services.gateway.auth.account_store import update_signed_in
from services.gateway.auth.session_rules import (
    IDLE,
    LONGEST,
    TOKEN_BYTES,
    Session,
    caller_of,
    cookie_name,
    device_of,
    hash_token,
    is_https,
)
from services.gateway.auth.session_store import (
    delete_old_sessions,
    delete_session,
    delete_sessions_of_email,
    find_session,
    insert_session,
    update_seen,
)
from services.work import Connection, Work

# As with keys (guard.py): a session that was ended works this long at most on a replica that knows it.
REMEMBERED_S = 2.0
REMEMBERED_SESSIONS = 5000
# Exact enough for an end after hours, and a row that is not written with every page.
SEEN_EXACT_TO = timedelta(minutes=1)


class SessionRing:
    """Owns the sessions that were used a moment ago, by the hash of their token."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: OrderedDict[bytes, tuple[float, Session]] = OrderedDict()

    async def session_of(self, token: str, *, attended: bool = True) -> Session | None:
        """The session that a cookie's token stands for; None where there is none (any more).

        What a page does while nobody need sit before it (`attended` is false) is no use that keeps a session alive.
        """
        if not token:
            return None
        token_hash, now = hash_token(token), datetime.now(UTC)
        until, known = self._known.get(token_hash, (0.0, None))
        unseen = attended and known is not None and now - known.seen_at > SEEN_EXACT_TO
        if known is not None and until > time.monotonic() and not unseen:
            return known if known.lives(now) else None
        async with self._pool.acquire() as connection:
            session = await find_session(connection, token_hash)
            if session is None or not session.lives(now):
                self._known.pop(token_hash, None)
                return None
            if attended and now - session.seen_at > SEEN_EXACT_TO:
                await update_seen(connection, session.id, now)
                session = msgspec.structs.replace(session, seen_at=now)
        self._remember(token_hash, session)
        return session

    def forget(self, token: str) -> None:
        """Look a token's session up again at its next use: it was ended here."""
        self._known.pop(hash_token(token), None)

    def forget_accounts(self, *account_ids: UUID) -> None:
        """The same for all sessions of these accounts."""
        gone = [key for key, (_, session) in self._known.items() if session.account.id in account_ids]
        for key in gone:
            del self._known[key]

    def _remember(self, token_hash: bytes, session: Session) -> None:
        self._known[token_hash] = (time.monotonic() + REMEMBERED_S, session)
        self._known.move_to_end(token_hash)
        if len(self._known) > REMEMBERED_SESSIONS:
            self._known.popitem(last=False)


async def open_session(
    connection: "Connection[Any]", account: Account, user_agent: str, now: datetime
) -> tuple[Session, str]:
    """A new session of an account and its token, which stands nowhere else; raises NotFound for a closed account.

    Only for somebody who just proved to be its holder. Always a new token: one that somebody planted in the browser
    before opens nothing.
    """
    signed_in = await update_signed_in(connection, account.id, now)
    if signed_in is None:
        raise NotFound(thing="account", id=str(account.id))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session = Session(
        id=uuid7(),
        account=signed_in,
        caller=caller_of(signed_in),
        device=device_of(user_agent),
        created_at=now,
        seen_at=now,
    )
    await insert_session(connection, session, hash_token(token))
    return session, token


async def close_session(connection: "Connection[Any]", account: Account, session_id: UUID) -> None:
    """End one session of an account; raises NotFound for anybody else's."""
    if not await delete_session(connection, account.id, session_id):
        raise NotFound(thing="session", id=str(session_id))


async def close_all_sessions(connection: "Connection[Any]", account: Account) -> tuple[UUID, ...]:
    """Sign a person out everywhere, of all accounts with this address: one lost telephone holds them all.

    Returns the accounts whose sessions ended, for the ring to forget.
    """
    return await delete_sessions_of_email(connection, account.email)


async def forget_old_sessions(work: Work) -> None:
    """Delete what has ended by itself (a nightly job)."""
    await delete_old_sessions(work.connection, work.now - IDLE, work.now - LONGEST)


def session_cookie(token: str, public_url: str) -> Cookie:
    """The cookie of a session, or one that takes it away (an empty token).

    Without an age of its own it ends with the browser: many computers in staff rooms are everybody's.
    """
    return Cookie(
        key=cookie_name(public_url),
        value=token,
        path="/",
        max_age=None if token else 0,
        httponly=True,
        samesite="lax",
        secure=is_https(public_url),
    )
