"""The table of all pages: a new page is one line here, and is then looked at by axe, the tour and the benchmark.

A path names in braces what it needs: `{organisation}` is the reader's own, anything else is the first of what the API
answers the reader to a question, which stands beside that name, or in the line where any one will not do.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from contracts.vocabulary import Role

NAME = re.compile(r"\{(\w+)\}")

# What lists a thing, and behind a blank where an item holds its id, if not in `id`.
QUESTIONS = {
    "association_id": "/v1/associations",
    "booking_id": "/v1/bookings",
    "capacity_id": "/v1/associations/{organisation}/capacities",
    "class_request_id": "/v1/class-requests",
    "company_id": "/v1/companies",
    "intervention_id": "/v1/interventions",
    "job_need_id": "/v1/companies/{organisation}/job-needs",
    "match_run_id": "/v1/match-runs",
    "month": "/v1/visits slot.starts_at",
    "partnership_id": "/v1/partnerships",
    "partnership_proposal_id": "/v1/partnership-proposals",
    "site_id": "/v1/companies/{organisation}/sites",
    "slot_id": "/v1/visits slot.id",
    "visit_offer_id": "/v1/companies/{organisation}/visit-offers",
    "visit_proposal_id": "/v1/visit-proposals",
}
# A company's own, of which somebody booked a place.
OWN_SLOT = {"slot_id": "/v1/bookings slot_id"}


class Reader(Protocol):
    """Whoever looks at a page: their organisation ("" for none), and the API as they may use it."""

    @property
    def organisation_id(self) -> str: ...

    @property
    def api(self) -> httpx.AsyncClient: ...


@dataclass(frozen=True)
class Shown:
    """One page: where it is, who looks at it (None: anybody, who is told of what a teacher finds).

    `questions` and `values` say of a name what is in no table, or better asked otherwise. `pictures` are the looks that
    the tour keeps besides 1280 px in light; `status` is that of a page which says why there is nothing.
    """

    path: str
    role: Role | None = None
    pictures: tuple[str, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    @property
    def name(self) -> str:
        """For a file, a test and a line: who and where."""
        where = re.sub(r"[^a-z0-9]+", "-", self.path.lower()).strip("-") or "home"
        refused = "" if self.status == 200 else f"-{self.status}"
        return f"{self.role or 'visitor'}-{where}{refused}"


# One line a page, by area.
PAGES: tuple[Shown, ...] = (
    # Around everything
    Shown("/", pictures=("dark", "narrow")),
    *(Shown("/", role) for role in Role),
    Shown("/nowhere", status=404),
    Shown("/nowhere", Role.TEACHER, status=404),
    Shown("/match-runs", Role.TEACHER, status=403),
    Shown("/notices", Role.TEACHER),
    # Sign-in and accounts
    Shown("/sign-in", pictures=("narrow",)),
    Shown("/account", Role.TEACHER),
    Shown("/accounts", Role.HEAD),
    # Find a visit
    Shown("/visits", pictures=("narrow",)),
    Shown("/visits", Role.TEACHER, pictures=("dark", "narrow")),
    Shown("/visits/schools"),
    Shown("/visits/calendar", Role.TEACHER),
    Shown("/visits/calendar?month={month}", Role.TEACHER, pictures=("narrow",)),
    Shown("/visits/{slot_id}"),
    Shown("/visits/{slot_id}", Role.TEACHER, pictures=("dark", "narrow")),
    Shown("/visits/{slot_id}/why-not", Role.TEACHER),
    # Book, follow, change
    Shown("/visits/{slot_id}/book", Role.TEACHER, pictures=("narrow",)),
    Shown("/visits/{slot_id}/wait", Role.TEACHER),
    Shown("/bookings", Role.TEACHER),
    Shown("/bookings", Role.COMPANY),
    Shown("/bookings", Role.COORDINATOR),
    Shown("/bookings/{booking_id}", Role.TEACHER, pictures=("dark", "narrow")),
    Shown("/bookings/{booking_id}", Role.COMPANY),
    Shown("/bookings/{booking_id}/reschedule", Role.TEACHER),
    Shown("/approvals", Role.HEAD),
    Shown("/calendar", Role.TEACHER),
    # What a class wishes for
    Shown("/class-requests", Role.TEACHER),
    Shown("/class-requests/new", Role.TEACHER),
    Shown("/class-requests/{class_request_id}", Role.TEACHER),
    Shown("/class-requests/{class_request_id}/edit", Role.TEACHER),
    Shown("/class-requests/{class_request_id}/why-not", Role.TEACHER),
    Shown("/class-requests/{class_request_id}/why-not/{slot_id}", Role.TEACHER),
    # Proposals with their reasons
    Shown("/visit-proposals", Role.TEACHER),
    Shown("/visit-proposals", Role.COMPANY),
    Shown("/visit-proposals/{visit_proposal_id}", Role.TEACHER, pictures=("dark", "narrow")),
    Shown("/partnership-proposals", Role.COMPANY),
    Shown("/partnership-proposals", Role.ASSOCIATION),
    Shown("/partnership-proposals", Role.COORDINATOR),
    Shown("/partnership-proposals/{partnership_proposal_id}", Role.COMPANY),
    # What a company opens
    Shown("/company", Role.COMPANY),
    Shown("/company/edit", Role.COMPANY),
    Shown("/sites", Role.COMPANY),
    Shown("/sites/new", Role.COMPANY),
    Shown("/visit-offers", Role.COMPANY, pictures=("narrow",)),
    Shown("/visit-offers/new", Role.COMPANY),
    Shown("/visit-offers/{visit_offer_id}", Role.COMPANY),
    Shown("/visit-offers/{visit_offer_id}/edit", Role.COMPANY),
    Shown("/visit-offers/{visit_offer_id}/{action}", Role.COMPANY, values={"action": "pause"}),
    Shown("/slots", Role.COMPANY),
    Shown("/slots?month={month}", Role.COMPANY, pictures=("narrow",), questions={"month": "/v1/bookings starts_at"}),
    Shown("/slots?view=list", Role.COMPANY),
    Shown("/slots/new", Role.COMPANY),
    Shown("/slots/new?visit_offer={visit_offer_id}&by=week", Role.COMPANY),
    Shown("/slots/{slot_id}", Role.COMPANY, questions=OWN_SLOT),
    Shown("/slots/{slot_id}/edit", Role.COMPANY, questions=OWN_SLOT),
    Shown("/slots/{slot_id}/cancel", Role.COMPANY, questions=OWN_SLOT),
    Shown("/job-needs", Role.COMPANY),
    Shown("/job-needs", Role.TEACHER),
    Shown("/job-needs/new", Role.COMPANY),
    Shown("/job-needs/{job_need_id}", Role.COMPANY),
    Shown("/job-needs/{job_need_id}/edit", Role.COMPANY),
    # What an association gives
    Shown("/association", Role.ASSOCIATION),
    Shown("/association/edit", Role.ASSOCIATION),
    Shown("/capacities", Role.ASSOCIATION),
    Shown("/capacities/new", Role.ASSOCIATION),
    Shown("/capacities/{capacity_id}", Role.ASSOCIATION),
    Shown("/capacities/{capacity_id}/edit", Role.ASSOCIATION),
    Shown("/interventions", Role.ASSOCIATION),
    Shown("/interventions/{intervention_id}", Role.ASSOCIATION),
    Shown("/partnerships", Role.ASSOCIATION),
    Shown("/partnerships", Role.COMPANY),
    Shown("/partnerships/{partnership_id}", Role.ASSOCIATION),
    # What the Region sees
    Shown("/map", Role.COORDINATOR, pictures=("dark", "narrow")),
    Shown("/territories", Role.COORDINATOR, pictures=("dark", "narrow")),
    Shown("/match-runs", Role.COORDINATOR),
    Shown("/match-runs/{match_run_id}", Role.COORDINATOR),
    Shown("/organisations", Role.COORDINATOR),
    Shown("/companies/{company_id}", Role.COORDINATOR),
    Shown("/companies/{company_id}", Role.TEACHER),
    Shown("/associations/{association_id}", Role.COORDINATOR),
    # The API, for people
    Shown("/schema"),
    Shown("/schema/{slug}", values={"slug": "bookings"}),
    Shown("/schema/types/{name}", values={"name": "Booking"}),
)


class NothingToShow(Exception):
    """The API has nothing of what a page needs; the message names page and question."""


async def paths_in(readers: Mapping[Role, Reader], say: Callable[[str], None]) -> list[tuple[Shown, str]]:
    """All pages that there is something for in this region, with their paths; `say` hears of the others."""
    found = []
    for shown in PAGES:
        try:
            found.append((shown, await path_of(shown, readers)))
        except NothingToShow as error:
            say(f"left out: {error}")
    return found


async def path_of(shown: Shown, readers: Mapping[Role, Reader]) -> str:
    """The page's path in this region; raises NothingToShow."""
    names = set(NAME.findall(shown.path))
    given = {name: await _found(name, shown, readers) for name in names}
    return NAME.sub(lambda name: given[name.group(1)], shown.path)


async def _found(name: str, shown: Shown, readers: Mapping[Role, Reader]) -> str:
    reader = readers[shown.role or Role.TEACHER]
    if name == "organisation":
        return reader.organisation_id
    if name in shown.values:
        return shown.values[name]
    question, _, field = (shown.questions.get(name) or QUESTIONS[name]).partition(" ")
    response = await reader.api.get(question.replace("{organisation}", reader.organisation_id))
    response.raise_for_status()
    items = response.json()["items"]
    if not items:
        raise NothingToShow(f"{shown.path} for {shown.role}: GET {question} lists nothing")
    found: Any = items[0]
    for step in (field or "id").split("."):
        found = found[step]
    # A month is the beginning of a moment: `2026-12`.
    return str(found)[:7] if name == "month" else str(found)
