"""Notices: what the caller's organisation was told."""

from datetime import UTC, datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter

from contracts.caller import Caller, Scope
from contracts.gateway.notices import Notice
from contracts.message import Command, Page
from services.database import transaction
from services.gateway.api.asking import KeyHolder
from services.gateway.api.listing import DEFAULT_LIMIT, Cursor, Limit
from services.gateway.api.once import Once
from services.gateway.directory.cursors import decode_cursor, encode_cursor
from services.gateway.notices.reading import mark_read, read_page

TAGS = ["Notices"]
Unread = Annotated[bool, QueryParameter(description="Only those that nobody has read yet.")]


class NoticePosition(NamedTuple):
    """The last notice of a page."""

    id: UUID


class ReadNotice(Command[Notice], frozen=True, kw_only=True):
    """What the same request with the same idempotency key is known by; nobody but the gateway is asked."""

    notice_id: UUID


@get("/v1/notices", scope=Scope.READ, tags=TAGS)
async def list_own_notices(
    caller: KeyHolder,
    request: Request[None, Caller, State],
    unread: Unread = False,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Notice]:
    """What the organisation was told, newest first; the head of a school also reads what is for the head alone."""
    before = decode_cursor(cursor, NoticePosition)
    async with request.app.state.running.pool.acquire() as connection:
        found = await read_page(
            connection, caller, unread=unread, before=before.id if before else None, limit=limit + 1
        )
    more = len(found) > limit
    return Page(
        items=tuple(found[:limit]), next_cursor=encode_cursor(NoticePosition(found[limit - 1].id)) if more else None
    )


@post("/v1/notices/{notice_id:uuid}/read", scope=Scope.READ, tags=TAGS, status_code=200)
async def read_notice(
    notice_id: FromPath[UUID], caller: KeyHolder, once: Once, request: Request[None, Caller, State]
) -> Notice:
    """Mark a notice as read, for the whole organisation."""
    async with transaction(request.app.state.running.pool) as connection:

        async def read() -> Notice:
            return await mark_read(connection, caller, notice_id, datetime.now(UTC))

        return await once.within(connection, ReadNotice(notice_id=notice_id), Notice, read)


routes = (list_own_notices, read_notice)
