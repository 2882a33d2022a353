"""The school that a class leaves from: the reader's own, or one that is found by what was typed."""

import re
from dataclasses import replace

from contracts.errors import Invalid
from contracts.matchmaker.schools import School
from contracts.vocabulary import OrganisationKind
from services.gateway.api.listing import Lister
from services.gateway.directory.travel_store import find_school

# A list that is longer is no choice any more.
MOST_SCHOOLS = 12
_UAI = re.compile(r"\b\d{7}[A-Z]\b", re.IGNORECASE)


class SeveralSchools(Exception):
    """What was typed fits more than one school; the reader has to say which."""

    def __init__(self, schools: tuple[School, ...]) -> None:
        super().__init__()
        self.schools = schools


async def own_school(listing: Lister) -> School | None:
    """The school that the reader acts for; None for visitors and everybody else."""
    caller = listing.caller
    if caller.organisation is not OrganisationKind.SCHOOL or not caller.organisation_id:
        return None
    async with listing.pool.acquire() as connection:
        return await find_school(connection, caller.organisation_id)


async def named_school(listing: Lister, typed: str) -> School:
    """The school that a UAI or a part of a name and commune means; raises Invalid naming `school`, SeveralSchools."""
    if named := _UAI.search(typed):
        async with listing.pool.acquire() as connection:
            school = await find_school(connection, named[0].upper())
        found: tuple[School, ...] = (school,) if school else ()
    else:
        found = await schools_like(listing, typed)
    if not found:
        raise Invalid.field(
            "school",
            "No school of that name or code is known here: check its spelling, or type its commune.",
            "Aucun établissement de ce nom ou code n’est connu ici : vérifiez l’orthographe, ou tapez sa commune.",
        )
    if len(found) > 1:
        raise SeveralSchools(found)
    return found[0]


async def schools_like(listing: Lister, typed: str) -> tuple[School, ...]:
    """Some schools whose name and commune have what was typed in them, from A to Z."""
    page = await replace(listing, cursor=None, limit=MOST_SCHOOLS)(School, search=typed)
    return page.items
