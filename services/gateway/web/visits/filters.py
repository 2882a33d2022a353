"""What the address of a search says: read into filters, in people's words where it is wrong, and written again.

The names are those of the API's search: whoever knows one address knows both. What is left blank narrows nothing.
"""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from contracts.errors import FieldError, Invalid, Wording
from contracts.fields import Pupils
from contracts.gateway.visits import VisitOrder
from contracts.matchmaker.schools import School
from contracts.message import Input
from contracts.reference.industrial_jobs import INDUSTRIAL_JOBS
from contracts.reference.places import DEPARTMENTS
from contracts.vocabulary import AccessNeed, Level, Theme
from services.gateway.directory.search import Wanted
from services.gateway.web.forms import Form
from services.gateway.web.labels import job

Query = dict[str, list[str]]

_NAMES = {"themes": "theme", "from_date": "from", "until_date": "until"}
NEEDS_SCHOOL = Wording("Say which school the class leaves from.", "Indiquez de quel établissement part la classe.")
ENDS_BEFORE = Wording(
    "Choose a day that is not before the first one.", "Choisissez un jour qui ne précède pas le premier."
)


class VisitSearch(Input, frozen=True, kw_only=True, rename=_NAMES):
    """What somebody looks for; `school` is a UAI, a school's name, or both."""

    level: Level | UnsetType = UNSET
    themes: tuple[Theme, ...] = ()
    rome: Annotated[str, Meta(pattern=r"^([A-N][0-9]{4})?$")] = ""
    from_date: date | UnsetType = UNSET
    until_date: date | UnsetType = UNSET
    school: Annotated[str, Meta(max_length=200)] = ""
    max_travel_minutes: Annotated[int, Meta(ge=5, le=600)] | UnsetType = UNSET
    department: Annotated[str, Meta(max_length=3)] = ""
    needs: tuple[AccessNeed, ...] = ()
    needs_mediation: bool | UnsetType = UNSET
    role_model: bool | UnsetType = UNSET
    free: bool | UnsetType = UNSET
    pupils: Pupils | UnsetType = UNSET
    include_full: bool = False
    order: VisitOrder = VisitOrder.DATE


# As the address writes them, in the order of the form.
NAMES: tuple[str, ...] = VisitSearch.__struct_encode_fields__


def read_search(form: Form) -> VisitSearch:
    """The filters of an address; raises Invalid naming every wrong one."""
    search = form.read(VisitSearch)
    if search.from_date and search.until_date and search.until_date < search.from_date:
        raise Invalid(fields=(FieldError(field="until", message=ENDS_BEFORE),))
    return search


def wanted_of(search: VisitSearch, school: School | None) -> Wanted:
    """The filters as the directory takes them; raises Invalid where the way is asked for and no school is known."""
    if school is None:
        asked = (("max_travel_minutes", bool(search.max_travel_minutes)), ("order", search.order is VisitOrder.TRAVEL))
        if wrong := tuple(FieldError(field=name, message=NEEDS_SCHOOL) for name, wished in asked if wished):
            raise Invalid(fields=wrong)
    return Wanted(
        level=search.level or None,
        themes=search.themes,
        rome=search.rome or None,
        from_date=search.from_date or None,
        until_date=search.until_date or None,
        school=school.uai if school else None,
        max_travel_minutes=search.max_travel_minutes or None,
        needs=search.needs,
        # A box that is not ticked narrows nothing.
        needs_mediation=search.needs_mediation or None,
        department=search.department or None,
        free=search.free or None,
        role_model=search.role_model or None,
        pupils=search.pupils or None,
        include_full=search.include_full,
        order=search.order,
    )


def query_of(form: Form, school: School | None) -> Query:
    """The address again without what narrows nothing, a school that was typed by its UAI; wrong filters stay."""
    query = {name: texts for name in NAMES if (texts := form.texts(name))}
    if query.get("order") == [VisitOrder.DATE]:
        del query["order"]
    if school and "school" in query:
        query["school"] = [school.uai]
    return query


def job_options(chosen: str) -> list[tuple[str, str]]:
    """Jobs to choose among, by their titles; the chosen one is there whatever it is."""
    codes = {*INDUSTRIAL_JOBS, *((chosen,) if chosen else ())}
    return sorted(((code, job(code)) for code in codes), key=lambda each: each[1].casefold())


DEPARTMENT_OPTIONS = [(each.code, f"{each.name} ({each.code})") for each in DEPARTMENTS.values()]
