"""The search for visits: one statement a page, exact, in order of date or of travel.

What matches is said in the two .sql files; here only what a question means (days in Paris, the past left out) and
what an answer looks like.
"""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from contracts.companies.slots import Slot
from contracts.errors import Invalid
from contracts.gateway.visits import VisitOrder
from contracts.message import Page, decoder_of
from contracts.vocabulary import AccessNeed, Level, Theme
from services.gateway.directory.cursors import decode_cursor, encode_cursor
from services.gateway.directory.masks import mask
from services.gateway.directory.travel import Atlas, Journeys
from services.work import Connection


def _statements(name: str) -> dict[bool, str]:
    """A statement by whether full slots are wanted too; two, so that each finds its own index."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return {False: text, True: text.replace("and bookable", "and (bookable or awaitable)")}


_BY_DATE = _statements("search_by_date.sql")
_BY_TRAVEL = _statements("search_by_travel.sql")

PARIS = ZoneInfo("Europe/Paris")
# Nobody plans a visit farther ahead; an end that is always there keeps the statement one.
HORIZON = timedelta(days=3 * 366)
# No offer can be booked later than this before its visit (contracts.companies.visit_offers): no need to look there.
LEAST_LEAD_TIME = timedelta(days=7)
_FIRST_ID = UUID(int=0)


class DatePosition(NamedTuple):
    """The last visit of a page in order of date."""

    starts_at: datetime
    id: UUID


class TravelPosition(NamedTuple):
    """The last visit of a page in order of travel."""

    minutes: int
    starts_at: datetime
    id: UUID


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody searches; None narrows nothing. Days are Paris days, both included."""

    level: Level | None = None
    themes: tuple[Theme, ...] = ()
    rome: str | None = None
    from_date: date | None = None
    until_date: date | None = None
    school: str | None = None
    max_travel_minutes: int | None = None
    needs: tuple[AccessNeed, ...] = ()
    needs_mediation: bool | None = None
    department: str | None = None
    free: bool | None = None
    role_model: bool | None = None
    pupils: int | None = None
    include_full: bool = False
    order: VisitOrder = VisitOrder.DATE


class FoundVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as `contracts.gateway.visits.Visit` has it, its offer in the JSON that the directory keeps of it."""

    slot: Slot
    visit_offer: msgspec.Raw
    groups_left: int
    places_left: int | None
    waiting_list: bool
    travel_minutes: int | None
    distance_km: float | None
    fictional: bool


async def search_visits(
    connection: "Connection[Any]",
    atlas: Atlas,
    wanted: Wanted,
    now: datetime,
    cursor: str | None,
    limit: int,
) -> Page[FoundVisit]:
    """One page of visits; raises Invalid naming `school`, `until`, `order` or `cursor`."""
    journeys = await _journeys(connection, atlas, wanted)
    begin, end = _span(wanted, now)
    filters = (
        mask((wanted.level,) if wanted.level else ()),
        mask(wanted.themes),
        wanted.rome,
        mask(wanted.needs),
        wanted.needs_mediation,
        wanted.department,
        begin,
        end,
        now,
        wanted.free,
        wanted.role_model,
        wanted.pupils,
    )
    if wanted.order is VisitOrder.TRAVEL and journeys:
        nearest = decode_cursor(cursor, TravelPosition) or TravelPosition(-1, begin, _FIRST_ID)
        statement = _BY_TRAVEL[wanted.include_full]
        rows: list[asyncpg.Record] = []
        for ring, minutes in journeys.rings(nearest.minutes, wanted.max_travel_minutes):
            rows += await connection.fetch(statement, ring, minutes, *filters, *nearest, limit + 1)
            if len(rows) > limit:
                break
    else:
        soonest = decode_cursor(cursor, DatePosition) or DatePosition(begin, _FIRST_ID)
        only_there = wanted.max_travel_minutes is not None
        places = journeys.within(wanted.max_travel_minutes) if journeys else []
        statement = _BY_DATE[wanted.include_full]
        rows = await connection.fetch(statement, places, only_there, *filters, *soonest, limit + 1)
    visits = tuple(_visit(row, journeys) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(items=visits)
    last = DatePosition(visits[-1].slot.starts_at, visits[-1].slot.id)
    by_travel = wanted.order is VisitOrder.TRAVEL
    return Page(items=visits, next_cursor=encode_cursor((visits[-1].travel_minutes, *last) if by_travel else last))


async def _journeys(connection: "Connection[Any]", atlas: Atlas, wanted: Wanted) -> Journeys | None:
    if wanted.school is None:
        for field, asked in (
            ("max_travel_minutes", wanted.max_travel_minutes is not None),
            ("order", wanted.order is VisitOrder.TRAVEL),
        ):
            if asked:
                raise Invalid.field(
                    field,
                    "Say from where: add school=<UAI>.",
                    "Indiquez d'où : ajoutez school=<UAI>.",
                )
        return None
    journeys = await atlas.journeys_from(connection, wanted.school)
    if journeys is None:
        raise Invalid.field(
            "school",
            f"No school {wanted.school} is known: look it up at /v1/schools?q=...",
            f"L'établissement {wanted.school} n'est pas connu : cherchez-le dans /v1/schools?q=...",
        )
    return journeys


def _span(wanted: Wanted, now: datetime) -> tuple[datetime, datetime]:
    if wanted.from_date and wanted.until_date and wanted.until_date < wanted.from_date:
        raise Invalid.field(
            "until", "Choose a day on or after `from`.", "Choisissez un jour égal ou postérieur à `from`."
        )
    begin = datetime.combine(wanted.from_date, time(), PARIS) if wanted.from_date else now
    end = datetime.combine(wanted.until_date, time(), PARIS) + timedelta(days=1) if wanted.until_date else now + HORIZON
    return max(begin, now + LEAST_LEAD_TIME), end


def _visit(row: "asyncpg.Record", journeys: Journeys | None) -> FoundVisit:
    slot = decoder_of(Slot).decode(row["slot"])
    place = row["place"]
    return FoundVisit(
        slot=slot,
        visit_offer=msgspec.Raw(row["summary"]),
        groups_left=slot.groups_left,
        places_left=slot.pupils_left if slot.pooled else None,
        waiting_list=slot.is_taken,
        travel_minutes=journeys.minutes_to[place] if journeys else None,
        distance_km=round(journeys.km_to[place], 1) if journeys else None,
        fictional=slot.fictional or row["fictional"],
    )
