"""The next best: other visits about the same, for the same class; and what there is near a class at all."""

from datetime import UTC, datetime

import asyncpg
import msgspec

from contracts.caller import Caller
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import Invalid
from contracts.gateway.visits import OfferSummary, VisitOrder
from contracts.matchmaker.class_requests import ClassRequest
from contracts.vocabulary import AccessNeed, Level, OrganisationKind
from services.gateway.directory.search import Wanted, search_visits
from services.gateway.directory.travel import Atlas
from services.gateway.web.forms import Form

SHOWN = 3


class Similar(msgspec.Struct, frozen=True, kw_only=True):
    """Another visit, with its way there where the school is known."""

    slot: Slot
    offer: OfferSummary
    travel_minutes: int | None


async def find_similar(
    pool: "asyncpg.Pool[asyncpg.Record]", atlas: Atlas, caller: Caller, slot: Slot, offer: VisitOffer, form: Form
) -> tuple[Similar, ...]:
    """Visits with room for the class of a form that share a theme with this one, the nearest first."""
    school = caller.organisation_id if caller.organisation is OrganisationKind.SCHOOL else None
    pupils, level = form.text("pupils"), form.text("level")
    wanted = Wanted(
        level=Level(level) if level in set(Level) else None,
        themes=offer.themes,
        school=school,
        needs=tuple(need for need in AccessNeed if form.text(f"needs.{need}") not in {"", "0"}),
        pupils=int(pupils) if pupils.isascii() and pupils.isdecimal() and 0 < len(pupils) < 4 else None,
        order=VisitOrder.TRAVEL if school else VisitOrder.DATE,
    )
    found = await find_visits(pool, atlas, wanted, SHOWN + 1)
    return tuple(each for each in found if each.slot.id != slot.id)[:SHOWN]


async def find_near(pool: "asyncpg.Pool[asyncpg.Record]", atlas: Atlas, request: ClassRequest) -> tuple[Similar, ...]:
    """Visits for the level of a class request, the nearest first, whatever else it asks for."""
    wanted = Wanted(level=request.level, school=request.school_uai, order=VisitOrder.TRAVEL)
    return await find_visits(pool, atlas, wanted, SHOWN)


async def find_visits(
    pool: "asyncpg.Pool[asyncpg.Record]", atlas: Atlas, wanted: Wanted, most: int
) -> tuple[Similar, ...]:
    """The first visits that a search finds; none where its school is too new for the directory."""
    async with pool.acquire() as connection:
        try:
            found = await search_visits(connection, atlas, wanted, datetime.now(UTC), None, most)
        except Invalid:
            return ()
    return tuple(
        Similar(
            slot=visit.slot,
            offer=msgspec.json.decode(visit.visit_offer, type=OfferSummary),
            travel_minutes=visit.travel_minutes,
        )
        for visit in found.items
    )
