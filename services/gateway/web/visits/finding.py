"""One search for a page: its filters, the school it leaves from, what it found, or what is wrong with it."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from litestar.datastructures import State

from contracts.companies.slots import Slot
from contracts.errors import Invalid
from contracts.gateway.visits import OfferSummary
from contracts.matchmaker.schools import School
from contracts.message import decoder_of
from services.gateway.api.listing import Lister
from services.gateway.directory.search import FoundVisit, Wanted, search_visits
from services.gateway.web.forms import Form
from services.gateway.web.visits.departure import SeveralSchools, named_school, own_school
from services.gateway.web.visits.filters import Query, VisitSearch, query_of, read_search, wanted_of


class ShownVisit(msgspec.Struct, frozen=True, kw_only=True):
    """One visit of a list, its offer read."""

    slot: Slot
    offer: OfferSummary
    travel_minutes: int | None
    distance_km: float | None
    fictional: bool

    @property
    def id(self) -> UUID:
        """The slot's, by which the visit's page is found."""
        return self.slot.id


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What an address asks for; `wanted` is None where it cannot be asked, and the form then says why.

    `school` is where the class leaves from, `own` whether that is the reader's own without their saying so, `several`
    the schools that what was typed may mean.
    """

    wanted: Wanted | None
    query: Query
    school: School | None = None
    own: bool = False
    several: tuple[School, ...] = ()


async def read(form: Form, listing: Lister) -> Search:
    """What an address asks for; what is wrong with it is said by its form."""
    search, school = VisitSearch(), None
    several: tuple[School, ...] = ()
    wanted = None
    try:
        search = read_search(form)
        typed = search.school.strip()
        school = await (named_school(listing, typed) if typed else own_school(listing))
        wanted = wanted_of(search, school)
    except SeveralSchools as choice:
        several = choice.schools
    except Invalid as refused:
        form.refuse(refused)
    own = school is not None and not search.school.strip()
    return Search(wanted=wanted, query=query_of(form, school), school=school, own=own, several=several)


async def find(
    wanted: Wanted, listing: Lister, state: State, *, cursor: str | None, limit: int
) -> tuple[list[ShownVisit], str | None]:
    """Some visits, and where the next ones begin."""
    async with listing.pool.acquire() as connection:
        now = datetime.now(UTC)
        try:
            page = await search_visits(connection, state.atlas, wanted, now, cursor, limit)
        except Invalid as refused:
            if cursor is None or [each.field for each in refused.fields] != ["cursor"]:
                raise
            # An old link, or the order was changed under it: the list begins anew.
            page = await search_visits(connection, state.atlas, wanted, now, None, limit)
    return [shown(visit) for visit in page.items], page.next_cursor


def shown(visit: FoundVisit) -> ShownVisit:
    """A visit as pages show it."""
    return ShownVisit(
        slot=visit.slot,
        offer=decoder_of(OfferSummary).decode(visit.visit_offer),
        travel_minutes=visit.travel_minutes,
        distance_km=visit.distance_km,
        fictional=visit.fictional,
    )
