"""One answer for a POST sent again with its `Idempotency-Key`, where the gateway answers by itself.

Commands that go to an owner are answered once by the owner (services/answering.py).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from contracts import message
from contracts.caller import Caller
from contracts.message import decoder_of
from services.database import Pool, transaction
from services.gateway.api.asking import IdempotencyKey, checked_key
from services.idempotency import AnswerOnce
from services.work import Connection

KeptT = TypeVar("KeptT")


@dataclass(frozen=True)
class Answering:
    """Answers one caller once."""

    pool: Pool
    caller: Caller
    idempotency_key: str

    async def __call__(
        self, request: message.Request[Any], kept: type[KeptT], answer: Callable[[], Awaitable[KeptT]]
    ) -> KeptT:
        """The answer given earlier to this request with this key, or a new one; raises KeyReused."""
        if not self.idempotency_key:
            return await answer()
        async with transaction(self.pool) as connection:
            return await self.within(connection, request, kept, answer)

    async def within(
        self,
        connection: Connection,
        request: message.Request[Any],
        kept: type[KeptT],
        answer: Callable[[], Awaitable[KeptT]],
    ) -> KeptT:
        """The same inside a transaction, to commit with what the answer did."""
        if not self.idempotency_key:
            return await answer()
        # Not the organisation: what is answered here may be for the holder of this very key alone.
        once = AnswerOnce(
            f"key:{self.caller.key_id}", self.idempotency_key, type(request), msgspec.json.encode(request)
        )
        earlier = await once.claim(connection)
        if earlier is not None:
            return cast("KeptT", decoder_of(cast("Any", kept)).decode(earlier))
        new = await answer()
        await once.keep(connection, msgspec.json.encode(new))
        return new


Once = NamedDependency[SkipValidation[Answering]]


async def provide_once(request: Request[None, Caller, State], idempotency_key: IdempotencyKey = None) -> Answering:
    """For routes that POST something to the gateway itself."""
    return Answering(request.app.state.running.pool, request.auth, checked_key(idempotency_key))
