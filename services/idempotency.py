"""One effect and one answer for a command that is sent again with its idempotency key.

The key is claimed first, in the command's own transaction: the same command sent twice at once waits
for the first, and is given its answer, not a complaint that the thing exists already.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from contracts.errors import KeyReused
from contracts.message import Request
from services.work import Connection


@dataclass(frozen=True)
class AnswerOnce:
    """One key of one party, and the request that it stands for."""

    party: str
    key: str
    kind: type[Request[Any]]
    body: bytes

    @property
    def digest(self) -> bytes:
        """What the same request has in common each time that it is sent."""
        return hashlib.sha256(self.kind.__name__.encode() + b"\0" + self.body).digest()

    async def claim(self, connection: Connection) -> bytes | None:
        """The answer given earlier; None where the command is to be done now.

        Raises KeyReused where the key stood for another request.
        """
        claimed = await connection.fetchval(
            "insert into idempotency (caller, key, request_hash, answer) values ($1, $2, $3, '')"
            " on conflict do nothing returning true",
            self.party,
            self.key,
            self.digest,
        )
        if claimed:
            return None
        earlier = await connection.fetchrow(
            "select request_hash, answer from idempotency where caller = $1 and key = $2", self.party, self.key
        )
        if earlier is None or earlier["request_hash"] != self.digest:
            raise KeyReused()
        answer: bytes = earlier["answer"]
        return answer

    async def keep(self, connection: Connection, answer: bytes) -> None:
        """Store the answer, to commit with the effect."""
        await connection.execute(
            "update idempotency set answer = $3 where caller = $1 and key = $2", self.party, self.key, answer
        )
