"""A month of visits as a calendar: the same filters as the list's, but for its dates."""

from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import msgspec
from litestar import get
from litestar.datastructures import State
from litestar.response import Template

from contracts.errors import Wording
from contracts.local_time import local_day
from services.gateway.api.listing import Listing
from services.gateway.auth.guard import PUBLIC
from services.gateway.web.forms import Form
from services.gateway.web.months import Month, ThingT, bounds, month_of, read_month, write_month
from services.gateway.web.page import Page
from services.gateway.web.visits.filters import Query
from services.gateway.web.visits.finding import ShownVisit, find, read
from services.gateway.web.visits.search_pages import class_in, offered_in

# A day shows the first few of its visits, and links to the others.
MOST_A_DAY = 3
# The largest region has fewer in a month; beyond, the page says that it does not show all.
MOST_A_MONTH = 1000


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on a day: a visit, or (`visit` is None) how many more there are."""

    day: date
    visit: ShownVisit | None = None
    more: int = 0


@get("/visits/calendar", scope=PUBLIC)
async def show_calendar(page: Page, listing: Listing, state: State) -> Template:
    """The visits of a month, on their days; holidays are named."""
    form = Form(page.request.query_params.dict())
    asked = await read(form, listing)
    today = local_day(datetime.now(UTC))
    first = read_month(form.text("month"), today)
    visits: list[ShownVisit] = []
    more = None
    if asked.wanted:
        wanted = msgspec.structs.replace(asked.wanted, from_date=first, until_date=last_day_of(first))
        visits, more = await find(wanted, listing, state, cursor=None, limit=MOST_A_MONTH)
    month = month_of(first, entries_of(visits), lambda entry: entry.day, today)
    return page(
        "visits/calendar.html",
        form=form,
        asked=asked,
        month=month,
        query=calendar_query(asked.query, first),
        visits=visits,
        closed=closed_spans(month),
        last_shown=local_day(visits[-1].slot.starts_at) if more else None,
        carried=class_in(form),
        offered=offered_in(form),
    )


def last_day_of(first: date) -> date:
    """The last day of the month that begins on `first`."""
    _, ends = bounds(first)
    return local_day(ends - timedelta(microseconds=1))


def entries_of(visits: list[ShownVisit]) -> list[Entry]:
    """The first few visits of each day, and how many more it has; in the order of the hours, whatever the list's."""
    in_order = sorted(visits, key=lambda visit: visit.slot.starts_at)
    entries = []
    for day, on_day in groupby(in_order, key=lambda visit: local_day(visit.slot.starts_at)):
        of_day = list(on_day)
        # One that is left over takes no more room than the words that there is one more.
        shown = of_day if len(of_day) <= MOST_A_DAY + 1 else of_day[:MOST_A_DAY]
        entries += [Entry(day=day, visit=visit) for visit in shown]
        if len(of_day) > len(shown):
            entries.append(Entry(day=day, more=len(of_day) - len(shown)))
    return entries


def calendar_query(query: Query, first: date) -> Query:
    """The address of the month with its filters."""
    kept = {name: texts for name, texts in query.items() if name not in ("from", "until", "order")}
    return kept | {"month": [write_month(first)]}


def closed_spans(month: Month[ThingT]) -> list[tuple[date, date, Wording]]:
    """The month's days without school, in order: first and last day, and what they are called."""
    days = [day for week in month.weeks for day in week if day.inside and day.closed]
    spans = []
    for name, named in groupby(days, key=lambda day: day.closed):
        dates = [day.date for day in named]
        if name:
            spans.append((dates[0], dates[-1], name))
    return spans


routes = (show_calendar,)
