"""Who is asking, and whether the route is for them: runs before anything of the request's body is read.

Every route needs a key with the scope that it names, every page a session (sessions.py) with it; those that need none
say so (`scope=PUBLIC`), and `check_routes` refuses to start an application with a route that says nothing.
"""

import hmac
import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from contracts.caller import Caller, Scope
from contracts.errors import ScopeMissing, Unauthenticated
from contracts.vocabulary import OrganisationKind, Role
from services.gateway.auth.rules import hash_secret, read_key_id
from services.gateway.auth.session_rules import cookie_name
from services.gateway.auth.store import StoredKey, find_key, update_last_used

PUBLIC = "public"
ANY_KEY = "any key"
# Marks the routes that are pages: there a session counts, and no key, for which nobody guards against forged forms.
PAGE = "page"
# Marks those that an open page asks for by itself: a session that nobody uses ends, whatever lies open on the desk.
UNATTENDED = "unattended"
# Whoever reads public pages without a session: of no organisation, so that nothing but what is public is theirs.
VISITOR = Caller(
    key_id="visitor",
    role=Role.TEACHER,
    organisation=OrganisationKind.SCHOOL,
    organisation_id="",
    scopes=(Scope.READ,),
)

# A revoked key works this long at most on a replica that knows it; every lookup saved is a query saved.
REMEMBERED_S = 2.0
REMEMBERED_KEYS = 5000
# A busy key must not write its row with every request.
LAST_USED_EXACT_TO = timedelta(minutes=1)


class KeyRing:
    """Owns the keys that were used a moment ago."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._known: OrderedDict[UUID, tuple[float, StoredKey]] = OrderedDict()

    async def caller_of(self, authorization: str) -> Caller:
        """The holder of the key in an `Authorization: Bearer` header; raises Unauthenticated."""
        secret = secret_of(authorization)
        key_id = read_key_id(secret)
        if key_id is None:
            raise Unauthenticated()
        stored = self._remembered(key_id)
        if stored is not None:
            return _holder(stored, secret)
        async with self._pool.acquire() as connection:
            stored = await find_key(connection, key_id)
            if stored is None:
                raise Unauthenticated()
            caller = _holder(stored, secret)
            last_used_at = stored.key.last_used_at
            if last_used_at is None or datetime.now(UTC) - last_used_at > LAST_USED_EXACT_TO:
                await update_last_used(connection, key_id)
        self._remember(key_id, stored)
        return caller

    def known_caller(self, authorization: str) -> Caller | None:
        """The holder of a key met a moment ago; None where it would have to be looked up, or is no good."""
        secret = secret_of(authorization)
        key_id = read_key_id(secret)
        stored = self._remembered(key_id) if key_id else None
        try:
            return _holder(stored, secret) if stored else None
        except Unauthenticated:
            return None

    def forget(self, key_id: UUID) -> None:
        """Look a key up again at its next use: it was revoked here."""
        self._known.pop(key_id, None)

    def _remembered(self, key_id: UUID) -> StoredKey | None:
        until, stored = self._known.get(key_id, (0.0, None))
        return stored if until > time.monotonic() else None

    def _remember(self, key_id: UUID, stored: StoredKey) -> None:
        self._known[key_id] = (time.monotonic() + REMEMBERED_S, stored)
        self._known.move_to_end(key_id)
        if len(self._known) > REMEMBERED_KEYS:
            self._known.popitem(last=False)


def secret_of(authorization: str) -> str:
    """The secret in an `Authorization: Bearer` header, empty where there is none."""
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _holder(stored: StoredKey, secret: str) -> Caller:
    if not hmac.compare_digest(stored.secret_hash, hash_secret(secret)) or stored.key.revoked_at is not None:
        raise Unauthenticated()
    key = stored.key
    return Caller(
        key_id=str(key.id),
        role=key.role,
        organisation=key.organisation,
        organisation_id=key.organisation_id,
        scopes=key.scopes,
    )


async def require_scope(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route: establishes the caller, or raises Unauthenticated or ScopeMissing."""
    wanted = handler.opt.get("scope", ANY_KEY)
    if PAGE in handler.opt:
        await _require_session(connection, wanted, attended=UNATTENDED not in handler.opt)
        return
    if wanted == PUBLIC:
        return
    key_ring: KeyRing = connection.app.state.key_ring
    caller = await key_ring.caller_of(connection.headers.get("authorization", ""))
    if wanted != ANY_KEY and Scope(wanted) not in caller.scopes:
        raise ScopeMissing(scope=str(wanted))
    connection.scope["auth"] = caller


async def _require_session(connection: ASGIConnection[Any, Any, Any, Any], wanted: str, *, attended: bool) -> None:
    """The guard of every page; public ones are for visitors too."""
    state = connection.app.state
    token = connection.cookies.get(cookie_name(state.settings.public_url), "")
    session = await state.session_ring.session_of(token, attended=attended)
    if session is None and wanted != PUBLIC:
        raise Unauthenticated()
    caller = session.caller if session else VISITOR
    # First of all: who may not read the page is told so as whom they are.
    connection.scope["auth"] = caller
    connection.scope["user"] = session
    if wanted not in (PUBLIC, ANY_KEY) and Scope(wanted) not in caller.scopes:
        raise ScopeMissing(scope=str(wanted))


def check_routes(app: Litestar) -> None:
    """Refuse an application with a route that does not say who may use it; raises TypeError."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                # The framework answers OPTIONS by itself; there too a key is needed.
                if "scope" not in handler.opt and handler.http_methods != {"OPTIONS"}:
                    raise TypeError(f"the route {route.path} names no scope: pass scope=Scope... or scope=PUBLIC")
