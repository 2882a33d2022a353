"""The table of all pages: a new page is one line here, and is then looked at by axe, the tour and the benchmark.

A path names in braces what it needs. `{organisation}` is the reader's own; anything else is found in the API's answer
to the question that the line names: in its first item or, where it answers one thing, in that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from contracts.vocabulary import Role

NAME = re.compile(r"\{(\w+)\}")


class Reader(Protocol):
    """Whoever looks at a page: their organisation ("" for none), and the API as they may use it."""

    @property
    def organisation_id(self) -> str: ...

    @property
    def api(self) -> httpx.AsyncClient: ...


@dataclass(frozen=True)
class Shown:
    """One page: where it is, who looks at it (None: anybody), and which question of the API finds what it needs.

    `field` is where an answered item holds the id, by dots. `pictures` are the looks that the tour keeps besides
    1280 px in light; `status` is that of a page which says why there is nothing.
    """

    path: str
    role: Role | None = None
    question: str = ""
    field: str = "id"
    status: int = 200
    pictures: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """For a file, a test and a line: who and where."""
        where = re.sub(r"[^a-z0-9]+", "-", self.path.lower()).strip("-") or "home"
        refused = "" if self.status == 200 else f"-{self.status}"
        return f"{self.role or 'visitor'}-{where}{refused}"


# One line a page, by area.
PAGES: tuple[Shown, ...] = (
    # Anybody
    Shown("/", pictures=("dark", "narrow")),
    Shown("/nowhere", status=404),
    Shown("/nowhere", Role.TEACHER, status=404),
    # The Region
    Shown("/match-runs", Role.COORDINATOR),
    Shown("/match-runs/{match_run}", Role.COORDINATOR, "/v1/match-runs", pictures=("dark", "narrow")),
    Shown("/match-runs", Role.TEACHER, status=403),
    Shown("/organisations", Role.COORDINATOR, pictures=("narrow",)),
    Shown("/companies/{organisation}", Role.COMPANY),
    Shown("/associations/{organisation}", Role.ASSOCIATION),
)


class NothingToShow(Exception):
    """The API has nothing of what a page needs; the message names page and question."""


async def path_of(shown: Shown, readers: Mapping[Role, Reader]) -> str:
    """The page's path in this region; raises NothingToShow."""
    if not NAME.search(shown.path):
        return shown.path
    reader = readers[shown.role or Role.COORDINATOR]
    given = {"organisation": reader.organisation_id}
    if set(NAME.findall(shown.path)) - given.keys():
        found = await _found(shown, reader)
        given |= dict.fromkeys(NAME.findall(shown.path.replace("{organisation}", "")), found)
    return NAME.sub(lambda name: given[name.group(1)], shown.path)


async def _found(shown: Shown, reader: Reader) -> str:
    question = shown.question.replace("{organisation}", reader.organisation_id)
    response = await reader.api.get(question)
    response.raise_for_status()
    answer: Any = response.json()
    items = answer.get("items", [answer])
    if not items:
        raise NothingToShow(f"{shown.path} needs something of GET {question}, which lists nothing")
    found = items[0]
    for step in shown.field.split("."):
        found = found[step]
    return str(found)
