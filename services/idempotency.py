"""One effect and one answer for a command that is sent again with its idempotency key.

The key is claimed first, in the command's own transaction: the same command sent twice at once waits
for the first, and is given its answer, not a complaint that the thing exists already.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts.errors import KeyReused
from contracts.message import Request
from services.database import Collision
from services.work import Connection


@dataclass(frozen=True)
class AnswerOnce:
    """One key of one party, and the request that it stands for."""

    party: str
    key: str
    kind: type[Request[Any]]
    body: bytes

    @property
    def name(self) -> tuple[str, str]:
        """What it is kept by: one party's keys never meet another's."""
        return self.party, self.key

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


async def find_answers(
    connection: Connection, keys: Sequence[AnswerOnce]
) -> dict[tuple[str, str], tuple[bytes, bytes]]:
    """Digest and answer of those of these keys that were answered before."""
    if not keys:
        return {}
    rows = await connection.fetch(
        "select caller, key, request_hash, answer from idempotency"
        " join unnest($1::text[], $2::text[]) as asked (caller, key) using (caller, key)",
        [once.party for once in keys],
        [once.key for once in keys],
    )
    return {(row["caller"], row["key"]): (row["request_hash"], row["answer"]) for row in rows}


async def keep_answers(connection: Connection, answers: Sequence[tuple[AnswerOnce, bytes]]) -> None:
    """Store answers with their keys; raises Collision where a key is being answered elsewhere at this very moment."""
    if not answers:
        return
    kept = await connection.fetch(
        "insert into idempotency (caller, key, request_hash, answer)"
        " select * from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[])"
        " on conflict do nothing returning true",
        [once.party for once, _ in answers],
        [once.key for once, _ in answers],
        [once.digest for once, _ in answers],
        [answer for _, answer in answers],
    )
    if len(kept) < len(answers):
        raise Collision("a key answered twice at this very moment")
