"""The search for visits: one statement a page, exact, in order of date or of travel.

What matches is said in the two .sql files; here only what a question means (days in Paris, the past left out) and
what an answer looks like.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
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
from services.gateway.directory.statements import read_statement, write_statement
from services.gateway.directory.travel import Atlas, Journeys
from services.work import Connection

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
    begin, until = _span(wanted, now)
    values: dict[str, Any] = {
        "level": mask((wanted.level,)) if wanted.level else None,
        "themes": mask(wanted.themes) or None,
        "rome": wanted.rome,
        "needs": mask(wanted.needs) or None,
        "mediation": wanted.needs_mediation,
        "department": wanted.department,
        "free": wanted.free,
        "role_model": wanted.role_model,
        "pupils": wanted.pupils,
        "begin": begin,
        "until": until,
        "now": now,
        "limit": limit + 1,
    }
    if wanted.order is VisitOrder.TRAVEL and journeys:
        text = _text("search_by_travel.sql", include_full=wanted.include_full)
        nearest = decode_cursor(cursor, TravelPosition) or TravelPosition(-1, begin, _FIRST_ID)
        values |= {"after_minutes": nearest.minutes, "after": nearest.starts_at, "after_id": nearest.id}
        rows: list[asyncpg.Record] = []
        values["minutes"] = journeys.minutes_by_place
        for least, most in journeys.rings(nearest.minutes, wanted.max_travel_minutes):
            statement, given = write_statement(text, values | {"least": least, "most": most})
            rows += await connection.fetch(statement, *given)
            if len(rows) > limit:
                break
    else:
        text = _text("search_by_date.sql", include_full=wanted.include_full)
        soonest = decode_cursor(cursor, DatePosition) or DatePosition(begin, _FIRST_ID)
        values |= {"after": soonest.starts_at, "after_id": soonest.id}
        if journeys and wanted.max_travel_minutes is not None:
            values |= {"minutes": journeys.minutes_by_place, "most": wanted.max_travel_minutes}
        statement, given = write_statement(text, values)
        rows = await connection.fetch(statement, *given)
    visits = tuple(_visit(row, journeys) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(items=visits)
    last = DatePosition(visits[-1].slot.starts_at, visits[-1].slot.id)
    by_travel = wanted.order is VisitOrder.TRAVEL
    return Page(items=visits, next_cursor=encode_cursor((visits[-1].travel_minutes, *last) if by_travel else last))


@cache
def _text(file: str, *, include_full: bool) -> str:
    text = read_statement(file)
    return text.replace("and bookable", "and (bookable or awaitable)") if include_full else text


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
    minutes, km = (journeys.to(row["place"]) if journeys else None) or (None, None)
    return FoundVisit(
        slot=slot,
        visit_offer=msgspec.Raw(row["visit_offer"]),
        groups_left=slot.groups_left,
        places_left=slot.pupils_left if slot.pooled else None,
        waiting_list=slot.is_taken,
        travel_minutes=minutes,
        distance_km=km,
        fictional=slot.fictional or row["fictional"],
    )
