"""Calendars: the address of an organisation's iCalendar feed, and the feed itself."""

import asyncio
import secrets
from datetime import UTC, datetime

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath

from contracts.caller import Caller, Scope
from contracts.errors import Forbidden
from contracts.gateway.calendars import CalendarAddress
from contracts.message import Command
from services.database import transaction
from services.gateway.api.asking import KeyHolder
from services.gateway.api.once import Once
from services.gateway.auth.guard import PUBLIC, secret_of
from services.gateway.auth.rules import derive_random
from services.gateway.calendars.feed import feed_of, tag_of
from services.gateway.calendars.handlers import calendar_of
from services.gateway.calendars.store import delete_calendar, find_party, upsert_calendar
from services.gateway.calendars.token_rules import SUFFIX, TOKEN_BYTES, hash_token, read_token, write_token
from services.gateway.problems import NoSuchAddress

TAGS = ["Calendars"]
MEDIA_TYPE = "text/calendar"
# A calendar program may keep what it read, and asks each time whether it still holds.
CACHE = "private, no-cache"


class RenewCalendar(Command[CalendarAddress], frozen=True, kw_only=True):
    """What the same request with the same idempotency key is known by; nobody but the gateway is asked."""


class Renewed(msgspec.Struct, frozen=True):
    """What is kept of a new address, to answer the same request again: never the address."""

    salt: bytes
    created_at: datetime


@post("/v1/calendars", scope=Scope.READ, tags=TAGS)
async def renew_calendar(
    caller: KeyHolder, once: Once, request: Request[None, Caller, State]
) -> Response[CalendarAddress]:
    """The address of the organisation's calendar, shown once. Asking anew makes another; the one before ends."""
    if caller.is_coordinator:
        raise Forbidden()
    # Derived from the caller's own secret, as new keys are: only its holder can be told the address again.
    own = secret_of(request.headers["authorization"])
    async with transaction(request.app.state.running.pool) as connection:

        async def renew() -> Renewed:
            renewed = Renewed(secrets.token_bytes(TOKEN_BYTES), datetime.now(UTC))
            token = write_token(derive_random(own, renewed.salt))
            await upsert_calendar(connection, caller.party, hash_token(token), renewed.created_at)
            return renewed

        renewed = await once.within(connection, RenewCalendar(), Renewed, renew)
    token = write_token(derive_random(own, renewed.salt))
    url = f"{request.app.state.settings.public_url}/v1/calendars/{token}{SUFFIX}"
    return Response(CalendarAddress(url=url, created_at=renewed.created_at), status_code=201)


@delete("/v1/calendars", scope=Scope.READ, tags=TAGS)
async def end_calendar(caller: KeyHolder, request: Request[None, Caller, State]) -> None:
    """End the organisation's calendar: its address is dead."""
    async with request.app.state.running.pool.acquire() as connection:
        await delete_calendar(connection, caller.party)


@get("/v1/calendars/{name:str}", scope=PUBLIC, tags=TAGS, media_type=MEDIA_TYPE)
async def read_calendar(name: FromPath[str], request: Request[None, None, State]) -> Response[bytes]:
    """The visits of an organisation in iCalendar, for whoever has the address; cancelled ones are marked so."""
    token = read_token(name)
    state = request.app.state
    async with state.running.pool.acquire() as connection:
        party = await find_party(connection, hash_token(token)) if token else None
        if party is None:
            raise NoSuchAddress()
        title, events = await calendar_of(connection, party, state.settings.public_url, datetime.now(UTC))
    headers = {"ETag": tag_of(title, events), "Cache-Control": CACHE}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if headers["ETag"] in known:
        return Response(b"", status_code=304, headers=headers, media_type=MEDIA_TYPE)
    # A thousand events take a second to write, in which others are answered.
    feed = await asyncio.to_thread(feed_of, title, events)
    return Response(feed, headers=headers, media_type=MEDIA_TYPE)


routes = (renew_calendar, end_calendar, read_calendar)
