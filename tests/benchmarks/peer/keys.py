"""Who asks: the holder of an API key, looked up by its hash and remembered for two seconds, as the gateway does."""

import hmac
import time
from collections import OrderedDict
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.gateway.auth.guard import LAST_USED_EXACT_TO, REMEMBERED_KEYS, REMEMBERED_S
from services.gateway.auth.rules import hash_secret, read_key_id
from tests.benchmarks.peer.rules import Refused
from tests.benchmarks.peer.tables import ApiKey


class Keys:
    """Owns the keys that were used a moment ago."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions
        self._known: OrderedDict[UUID, tuple[float, ApiKey]] = OrderedDict()

    async def holder_of(self, authorization: str, scope: str) -> ApiKey:
        """The key of an `Authorization: Bearer` header; raises Refused."""
        scheme, _, secret = authorization.partition(" ")
        key_id = read_key_id(secret.strip())
        if scheme.lower() != "bearer" or key_id is None:
            raise Refused(401, "unauthenticated", "Send a valid key.")
        until, stored = self._known.get(key_id, (0.0, None))
        if stored is None or until <= time.monotonic():
            stored = await self._find(key_id)
        if not hmac.compare_digest(stored.secret_hash, hash_secret(secret.strip())) or stored.revoked_at is not None:
            raise Refused(401, "unauthenticated", "Send a valid key.")
        if scope not in stored.scopes:
            raise Refused(403, "scope-missing", f"The key lacks the scope {scope}.")
        return stored

    async def _find(self, key_id: UUID) -> ApiKey:
        async with self._sessions.begin() as session:
            stored = await session.scalar(select(ApiKey).where(ApiKey.id == key_id))
            if stored is None:
                raise Refused(401, "unauthenticated", "Send a valid key.")
            now = datetime.now(UTC)
            if stored.last_used_at is None or now - stored.last_used_at > LAST_USED_EXACT_TO:
                stored.last_used_at = now
        self._known[key_id] = (time.monotonic() + REMEMBERED_S, stored)
        self._known.move_to_end(key_id)
        if len(self._known) > REMEMBERED_KEYS:
            self._known.popitem(last=False)
        return stored
