"""The first page: for visitors what Passerelle is, for everybody else what waits for them."""

from datetime import UTC, datetime
from typing import Any

from litestar import get
from litestar.datastructures import State
from litestar.response import Template

from contracts.associations.interventions import Intervention
from contracts.associations.profiles import Association
from contracts.caller import Caller
from contracts.companies.profiles import Company
from contracts.matchmaker.match_runs import MatchRun
from contracts.matchmaker.proposals import PartnershipProposal, VisitProposal
from contracts.message import Resource
from contracts.vocabulary import Role
from services.gateway.api.asking import KeyHolder
from services.gateway.api.listing import Lister, Listing
from services.gateway.auth.guard import PUBLIC, VISITOR
from services.gateway.directory.search import Wanted
from services.gateway.directory.store import Filters, list_entries
from services.gateway.notices.reading import read_page
from services.gateway.web.bookings.around import look_around
from services.gateway.web.bookings.found import find_parts
from services.gateway.web.bookings.next_words import what_next
from services.gateway.web.bookings.similar import find_visits
from services.gateway.web.bookings.standing_rules import ANSWERS, Group
from services.gateway.web.home import notices
from services.gateway.web.page import Page

# Of each part the first few: the whole list is one click away.
SHOWN = 5
VISITS_SHOWN = 3
PARTS = (Group.TODO, Group.WAITING, Group.COMING)


@get("/", scope=PUBLIC)
async def show_home(caller: KeyHolder, listing: Listing, state: State, page: Page) -> Template:
    """What there is for whoever reads."""
    if caller is VISITOR:
        visits = await find_visits(listing.pool, state.atlas, Wanted(), VISITS_SHOWN)
        return page("home/welcome.html", visits=visits)
    now = datetime.now(UTC)
    parts = await find_parts(listing.pool, caller, now, PARTS, SHOWN)
    async with listing.pool.acquire() as connection:
        unread = await read_page(connection, caller, unread=True, before=None, limit=SHOWN + 1)
    return page(
        "home/home.html",
        parts=parts,
        around=await look_around(listing.pool, (one for part in parts.values() for one in part)),
        most=SHOWN,
        unread=unread,
        next_of=lambda booking: what_next(booking, caller.role, booking.state in ANSWERS[caller.role], now),
        **await waiting_of(listing, caller),
    )


async def waiting_of(listing: Lister, caller: Caller) -> dict[str, Any]:
    """What else waits for the reader's role, as far as there is any of it."""
    found: dict[str, Any] = dict.fromkeys(
        ("visit_proposals", "partnership_proposals", "interventions", "companies", "associations", "runs"), ()
    )
    match caller.role:
        case Role.TEACHER | Role.HEAD:
            found["visit_proposals"] = await first(listing, VisitProposal, "proposed")
        case Role.COMPANY:
            states = ("proposed", "accepted_by_association")
            found["partnership_proposals"] = await first(listing, PartnershipProposal, *states)
        case Role.ASSOCIATION:
            states = ("proposed", "accepted_by_company")
            found["partnership_proposals"] = await first(listing, PartnershipProposal, *states)
            found["interventions"] = await first(listing, Intervention, "requested")
        case Role.COORDINATOR:
            found["companies"] = await first(listing, Company, "claimed")
            found["associations"] = await first(listing, Association, "claimed")
            found["runs"] = (await first(listing, MatchRun))[:1]
    return found


async def first(listing: Lister, kind: type[Resource], *states: str) -> list[Any]:
    """The first things of a kind in any of these states; one more than is shown says that there are more."""
    async with listing.pool.acquire() as connection:
        found = await list_entries(connection, kind, listing.caller, Filters(states=states), None, SHOWN + 1)
    return [thing for _position, thing in found]


routes = (show_home, *notices.routes)
