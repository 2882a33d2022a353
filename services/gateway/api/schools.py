"""Schools, as the official directory knows them."""

from typing import Annotated

from litestar import get
from litestar.params import FromPath, QueryParameter

from contracts.caller import Scope
from contracts.matchmaker.schools import GetSchool, School
from contracts.message import Page
from contracts.vocabulary import SchoolKind
from services.gateway.api.asking import Ask
from services.gateway.api.listing import Department, Listing, Search, tags_of

TAGS = ["Schools"]
Kind = Annotated[SchoolKind | None, QueryParameter()]


@get("/v1/schools", scope=Scope.READ, tags=TAGS)
async def list_schools(
    listing: Listing, q: Search = None, department: Department = None, kind: Kind = None
) -> Page[School]:
    """Schools from A to Z; `q` is part of a name, a commune or a UAI."""
    return await listing(School, search=q, department=department, tags=tags_of(kind=kind))


@get("/v1/schools/{uai:str}", scope=Scope.READ, tags=TAGS)
async def get_school(uai: FromPath[str], ask: Ask) -> School:
    """One school."""
    return await ask(GetSchool(uai=uai.upper()))


routes = (list_schools, get_school)
