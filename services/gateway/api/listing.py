"""Lists: one kind of thing from the directory, page by page, as the caller may see it.

A list that hangs from something (a company's sites) asks the owner for that first, so that what is unknown or private
is 404 and what was made a moment ago is not.
"""

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import asyncpg
from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from contracts.caller import Caller
from contracts.message import Page, Resource
from contracts.vocabulary import Level, Theme
from services.gateway.api.presenting import present
from services.gateway.directory.cursors import decode_cursor, encode_cursor
from services.gateway.directory.store import Filters, ListPosition, list_entries

ResourceT = TypeVar("ResourceT", bound=Resource)

DEFAULT_LIMIT = 20
Cursor = Annotated[str | None, QueryParameter(description="`next_cursor` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="Items a page.")]
Department = Annotated[str | None, QueryParameter(max_length=3, description="Code of a department, such as 31.")]
Search = Annotated[str | None, QueryParameter(min_length=1, max_length=100, description="Part of a name.")]
StateFilter = Annotated[
    str | None, QueryParameter(name="state", max_length=40, description="Only things in this state.")
]
ThemeFilter = Annotated[Theme | None, QueryParameter()]
LevelFilter = Annotated[Level | None, QueryParameter()]
Rome = Annotated[str | None, QueryParameter(pattern=r"^[A-N][0-9]{4}$", description="ROME code, such as H2903.")]


def tags_of(**filters: str | None) -> tuple[str, ...]:
    """The filters that are given, as the directory tags its entries: `theme:digital`."""
    return tuple(f"{name}:{value}" for name, value in filters.items() if value is not None)


@dataclass(frozen=True)
class Lister:
    """Lists as one caller, from one cursor on."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    caller: Caller
    cursor: str | None
    limit: int

    async def __call__(self, kind: type[ResourceT], **filters: Any) -> Page[ResourceT]:
        """One page of a kind; the filters are those of `directory.store.Filters`. Raises Invalid naming `cursor`."""
        after = decode_cursor(self.cursor, ListPosition)
        async with self.pool.acquire() as connection:
            found = await list_entries(connection, kind, self.caller, Filters(**filters), after, self.limit + 1)
        items = tuple(present(resource, self.caller) for _, resource in found[: self.limit])
        more = len(found) > self.limit
        return Page(items=items, next_cursor=encode_cursor(found[self.limit - 1][0]) if more else None)


# What routes write beside their parameter `listing`.
Listing = NamedDependency[SkipValidation[Lister]]


async def provide_listing(
    request: Request[None, Caller, State], cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Lister:
    """For routes that list."""
    return Lister(request.app.state.running.pool, request.auth, cursor, limit)
