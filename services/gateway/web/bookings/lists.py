"""Lists of bookings: the reader's own, parted by what is to be done; and what waits for a head of school."""

from datetime import UTC, datetime
from typing import Any

from litestar import get
from litestar.params import FromQuery
from litestar.response import Template

from contracts.caller import Scope
from contracts.companies.bookings import Booking, DeclineReason
from contracts.errors import HeadOnly
from contracts.vocabulary import Role
from services.gateway.api.listing import Lister, Listing, StateFilter
from services.gateway.directory.entries import soonest_first
from services.gateway.web.bookings.around import look_around
from services.gateway.web.bookings.found import PART, find_parts
from services.gateway.web.bookings.next_words import what_next, why_ended
from services.gateway.web.bookings.standing_rules import ALL_STATES, ANSWERS, Group
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.page import Page, Pages

# Where a form that stands in a list leads back to.
LISTS = ("/bookings", "/approvals")


@get("/bookings", scope=Scope.READ)
async def list_bookings(
    listing: Listing, page: Page, in_state: StateFilter = None, when: FromQuery[str] = ""
) -> Template:
    """The reader's bookings, parted; with `state` or `when` (`coming`, `past`) one plain list of those."""
    return await bookings_page(listing, page, in_state=in_state, when=when)


@get("/approvals", scope=Scope.BOOKINGS)
async def list_approvals(listing: Listing, page: Page) -> Template:
    """What waits for the head of the school, the first that has to be answered first."""
    return await approvals_page(listing, page)


async def bookings_page(
    listing: Lister,
    page: Pages,
    form: Form | None = None,
    *,
    in_state: str | None = None,
    when: str = "",
    tried: str = "",
) -> Template:
    """The list; `form` is one of its forms that was refused, `tried` which one: `<booking>/<action>`."""
    now, caller = datetime.now(UTC), listing.caller
    chosen = in_state if in_state in ALL_STATES else None
    when = when if when in {"coming", "past"} else ""
    context: dict[str, Any] = {"tried": tried, "now": now, "groups": Group, "states": ALL_STATES, "most": PART}
    context |= words_of(caller.role, now)
    context |= {"chosen": chosen, "when": when, "found": None, "parts": {}}
    if chosen or when:
        found = await listing(Booking, state=chosen, **span_of(when, now))
        shown = list(found.items)
        context["found"] = found
    else:
        parts = await find_parts(listing.pool, caller, now, tuple(Group))
        shown = [one for part in parts.values() for one in part]
        context["parts"] = parts
    return page("bookings/bookings.html", form=form, around=await look_around(listing.pool, shown), **context)


def span_of(when: str, now: datetime) -> dict[str, Any]:
    """What the directory is asked for visits to come, soonest first, or past ones, the last first."""
    edge = soonest_first(now)
    if when == "past":
        return {"before": edge, "last_first": True}
    return {"since": edge} if when else {}


async def approvals_page(listing: Lister, page: Pages, form: Form | None = None, *, tried: str = "") -> Template:
    """The list of approvals; raises HeadOnly for whoever has none to give."""
    now, caller = datetime.now(UTC), listing.caller
    if caller.role is not Role.HEAD and not caller.is_coordinator:
        raise HeadOnly()
    found = await listing(Booking, state="requested")
    first = sorted(found.items, key=lambda one: (one.answer_by or one.starts_at, one.id))
    return page(
        "bookings/approvals.html",
        form=form,
        bookings=first,
        next_cursor=found.next_cursor,
        tried=tried,
        around=await look_around(listing.pool, first),
        now=now,
        **words_of(caller.role, now),
    )


def words_of(role: Role, now: datetime) -> dict[str, Any]:
    """What templates say of a booking, for a reader in that role."""
    return {
        "next_of": lambda booking: what_next(booking, role, booking.state in ANSWERS[role], now),
        "why_of": why_ended,
        "decline_reasons": options(DeclineReason),
    }


routes = (list_bookings, list_approvals)
