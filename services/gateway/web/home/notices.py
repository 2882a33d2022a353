"""What the reader's organisation was told: the same notices as in its mails, each leading to what it is about."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from contracts.caller import Caller, Scope
from services.database import transaction
from services.gateway.api.asking import KeyHolder
from services.gateway.api.listing import Cursor
from services.gateway.api.notices import NoticePosition
from services.gateway.directory.cursors import decode_cursor, encode_cursor
from services.gateway.notices.reading import mark_read, read_page
from services.gateway.web.language import _
from services.gateway.web.page import Go, Page, Sent, go, is_own_path

A_PAGE = 20
# What a notice is about stands as the API's address; pages have the same one without it.
API = "/v1"


@get("/notices", scope=Scope.READ)
async def list_notices(
    caller: KeyHolder,
    request: Request[None, Caller, State],
    page: Page,
    cursor: Cursor = None,
    unread: FromQuery[str] = "",
) -> Template:
    """Newest first; only the unread ones where the address says so."""
    before = decode_cursor(cursor, NoticePosition)
    only_unread = bool(unread)
    async with request.app.state.running.pool.acquire() as connection:
        found = await read_page(
            connection, caller, unread=only_unread, before=before.id if before else None, limit=A_PAGE + 1
        )
    more = len(found) > A_PAGE
    return page(
        "home/notices.html",
        notices=found[:A_PAGE],
        only_unread=only_unread,
        next_cursor=encode_cursor(NoticePosition(found[A_PAGE - 1].id)) if more else None,
        page_of=page_of,
    )


@post("/notices/{notice_id:uuid}/read", scope=Scope.READ)
async def read_notice(
    notice_id: FromPath[UUID], caller: KeyHolder, request: Request[None, Caller, State], form: Sent
) -> Go:
    """Mark a notice as read for the whole organisation, and lead to what it is about or back to the list."""
    async with transaction(request.app.state.running.pool) as connection:
        notice = await mark_read(connection, caller, notice_id, datetime.now(UTC))
    if form.text("open"):
        return go(page_of(notice))
    back = form.text("back")
    return go(back if is_own_path(back) else "/notices", said=_("L’avis est marqué comme lu."))


def page_of(notice: Any) -> str:
    """The page of what a notice is about; the notices themselves where it says nothing of the kind."""
    path = notice.about.removeprefix(API)
    return path if is_own_path(path) else "/notices"


routes = (list_notices, read_notice)
