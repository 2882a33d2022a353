"""Pages of a gateway alone: readers with sessions, and the owners of things played, whatever a page asks of them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from nats.aio.msg import Msg

from contracts.caller import SYSTEM
from contracts.errors import NotFound, PasserelleError
from contracts.gateway.accounts import NewAccount
from contracts.identifiers import uuid7
from contracts.message import Request, owner_of, subject_of
from contracts.vocabulary import Role
from services.bus import problem_reply
from services.gateway.auth.accounts import create_account
from services.gateway.auth.session_rules import cookie_name
from services.gateway.auth.sessions import open_session
from tests.component.gateway.given import Gateway
from tests.reading import Reader

Browse = Callable[..., Awaitable[Reader]]


@asynccontextmanager
async def readers_of(gateway: Gateway) -> AsyncIterator[Browse]:
    """Signs people in who read pages, as `await browse(Role.TEACHER, uai)`, until the block ends."""
    async with AsyncExitStack() as stack:

        async def browse(role: Role, organisation_id: object = "") -> Reader:
            new = NewAccount(email=f"{uuid7()}@example.org", role=role, organisation_id=str(organisation_id))
            now = datetime.now(UTC)
            async with gateway.connection.transaction():
                account = await create_account(gateway.connection, new, SYSTEM, now)
                _, token = await open_session(gateway.connection, account, "", now)
            cookies = {cookie_name(gateway.base_url): token}
            client = httpx.AsyncClient(base_url=gateway.base_url, timeout=20, cookies=cookies)
            return Reader(await stack.enter_async_context(client))

        yield browse


@asynccontextmanager
async def playing(gateway: Gateway, answers: Mapping[type[Request[Any]], Any]) -> AsyncIterator[list[Any]]:
    """Answer these requests so (an error is refused with), and any other as one for what is not there.

    Yields what was asked of those.
    """
    asked: list[Any] = []
    by_subject = {f"svc.{owner_of(kind)}.{subject_of(kind).split('.', 2)[2]}": kind for kind in answers}

    def reply_of(owner: str) -> Any:
        async def reply(message: Msg) -> None:
            kind = by_subject.get(message.subject)
            answer = answers[kind] if kind else NotFound(thing="thing", id=message.subject)
            if kind:
                asked.append(msgspec.json.decode(message.data, type=kind))
            if isinstance(answer, PasserelleError):
                body, headers = problem_reply(answer.problem)
            else:
                body, headers = msgspec.json.encode(answer), {"status": "ok"}
            await gateway.neighbours[owner].publish(message.reply, body, headers=headers)

        return reply

    subscriptions = []
    for owner in sorted({owner_of(kind) for kind in answers}):
        client = gateway.neighbours[owner]
        subscriptions.append((client, await client.subscribe(f"svc.{owner}.>", queue=owner, cb=reply_of(owner))))
        await client.flush()
    try:
        yield asked
    finally:
        for client, subscription in subscriptions:
            await subscription.unsubscribe()
            # Only then does no question go to whoever no longer answers.
            await client.flush()
