"""Reading notices: those that no mail was made of get their words when somebody first asks for them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.caller import Caller
from contracts.errors import NotFound
from contracts.gateway.notices import Notice
from services.gateway.notices import store
from services.gateway.notices.store import Unwritten
from services.gateway.notices.words_rules import words_of
from services.work import Connection


async def read_page(
    connection: "Connection[Any]", caller: Caller, *, unread: bool, before: UUID | None, limit: int
) -> list[Notice]:
    """What the caller's organisation was told, newest first."""
    ids = await store.list_ids(connection, caller, unread=unread, before=before, limit=limit)
    return await _written(connection, ids)


async def mark_read(connection: "Connection[Any]", caller: Caller, notice_id: UUID, now: datetime) -> Notice:
    """One notice of the caller's organisation, read from now on; raises NotFound."""
    if not await store.update_read(connection, caller, notice_id, now):
        raise NotFound(thing="notice", id=str(notice_id))
    (notice,) = await _written(connection, [notice_id])
    return notice


async def write_words(connection: "Connection[Any]", unwritten: Iterable[Unwritten]) -> None:
    """Write the words of notices, with the names that the directory has now."""
    noted = tuple(unwritten)
    if noted:
        names = await store.find_names(connection, (one.facts for one in noted))
        await store.update_words(connection, ((one.id, words_of(one.kind, one.facts, names)) for one in noted))


async def _written(connection: "Connection[Any]", ids: list[UUID]) -> list[Notice]:
    await write_words(connection, await store.list_unwritten(connection, ids))
    return await store.list_notices(connection, ids)
