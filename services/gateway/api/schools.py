"""Schools, as the official directory knows them."""

from typing import Annotated

from litestar import get, patch
from litestar.params import FromPath, JSONBody, QueryParameter

from contracts.caller import Scope
from contracts.matchmaker.schools import ChangeSchoolSettings, GetSchool, School, SchoolSettings
from contracts.message import Page
from contracts.vocabulary import SchoolKind
from services.gateway.api.asking import Ask, Change
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
    """One school; its contacts only for itself and the Region."""
    return await ask(GetSchool(uai=uai.upper()))


@patch("/v1/schools/{uai:str}", scope=Scope.PROFILE, tags=TAGS)
async def change_school_settings(uai: FromPath[str], data: JSONBody[SchoolSettings], change: Change) -> School:
    """Change what a school decides for itself; by its head."""
    return await change(ChangeSchoolSettings(uai=uai.upper(), settings=data))


routes = (list_schools, get_school, change_school_settings)
