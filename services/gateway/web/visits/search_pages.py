"""Finding a visit: filters, a list with its map, and schools to leave from while their name is typed."""

from typing import NamedTuple

import msgspec
from litestar import get
from litestar.datastructures import State
from litestar.response import Template

from contracts.gateway.visits import VisitOrder
from contracts.vocabulary import AccessNeed, Level, Theme
from services.gateway.api.listing import Listing
from services.gateway.auth.guard import PUBLIC
from services.gateway.web import formats
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.language import _
from services.gateway.web.page import Page
from services.gateway.web.templating import with_query
from services.gateway.web.visits.departure import schools_like
from services.gateway.web.visits.filters import DEPARTMENT_OPTIONS, Query, job_options
from services.gateway.web.visits.finding import ShownVisit, find, read

# Nobody types less and means one school.
FEWEST_LETTERS = 3
# The filters that stand in a part of the form that is closed until one of them is set.
OTHERS = ("rome", "department", "needs", "needs_mediation", "role_model", "free", "include_full")
# Those that can be wrong in a way that a person brings about, and have a place beside them to say so.
TOLD_BESIDE = (
    "level",
    "theme",
    "rome",
    "from",
    "until",
    "school",
    "max_travel_minutes",
    "department",
    "needs",
    "pupils",
    "order",
)


@get("/visits", scope=PUBLIC)
async def search(page: Page, listing: Listing, state: State) -> Template:
    """The visits that fit, soonest or nearest first, each on the map too."""
    form = Form(page.request.query_params.dict())
    asked = await read(form, listing)
    visits: list[ShownVisit] = []
    cursor = None
    if asked.wanted:
        visits, cursor = await find(asked.wanted, listing, state, cursor=listing.cursor, limit=listing.limit)
    answer = page(
        "visits/search.html",
        form=form,
        fragment="visits/part.html",
        asked=asked,
        visits=visits,
        cursor=cursor,
        places=places_of(visits),
        paged=paged(asked.query, listing.cursor),
        carried=class_in(form),
        offered=offered_in(form),
        told_beside=TOLD_BESIDE,
    )
    # What a script asked for stands in the address as a person would write it.
    answer.headers["HX-Push-Url"] = with_query("/visits", asked.query)
    return answer


@get("/visits/schools", scope=PUBLIC)
async def find_school(page: Page, listing: Listing) -> Template:
    """Schools for what was typed, each leading to its visits; for a script as choices of the field."""
    form = Form(page.request.query_params.dict())
    typed = form.text("school")
    schools = await schools_like(listing, typed) if len(typed) >= FEWEST_LETTERS else ()
    return page("visits/schools.html", form=form, fragment="visits/school_options.html", schools=schools)


class Offered(NamedTuple):
    """What the filters offer to choose among, and how many are chosen in the parts that open."""

    levels: list[tuple[str, str]]
    themes: list[tuple[str, str]]
    needs: list[tuple[str, str]]
    jobs: list[tuple[str, str]]
    departments: list[tuple[str, str]]
    orders: list[tuple[str, str]]
    themes_chosen: int
    others_chosen: int


def offered_in(form: Form) -> Offered:
    """What every page with filters offers, in the reader's language."""
    return Offered(
        levels=options(Level),
        themes=options(Theme),
        needs=options(AccessNeed),
        jobs=job_options(form.text("rome")),
        departments=DEPARTMENT_OPTIONS,
        orders=[(VisitOrder.DATE, _("Par date")), (VisitOrder.TRAVEL, _("Par temps de trajet"))],
        themes_chosen=len(form.texts("theme")),
        others_chosen=sum(len(form.texts(name)) for name in OTHERS),
    )


def class_in(form: Form) -> Query:
    """What the filters say of the class, for a visit's sheet."""
    return {name: texts for name in ("level", "pupils", "school") if (texts := form.texts(name))}


def paged(query: Query, cursor: str | None) -> Query:
    """The address of the page at hand."""
    return query | ({"cursor": [cursor]} if cursor else {})


def places_of(visits: list[ShownVisit]) -> str:
    """The visits as GeoJSON; those of one site lie on one spot, which the map makes one marker."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": (visit.offer.place.longitude, visit.offer.place.latitude)},
            "properties": {
                "id": visit.id,
                "kind": "visit",
                "title": visit.offer.title,
                "href": f"/visits/{visit.id}",
                "lines": [
                    f"{visit.offer.company_name}, {visit.offer.place.commune_name}",
                    f"{formats.short_day(visit.slot.starts_at)}, {formats.clock(visit.slot.starts_at)}",
                ],
            },
        }
        for visit in visits
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features}).decode()


routes = (search, find_school)
