"""When a school's wish for a class can be taken, and how it moves."""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import UNSET

from contracts.caller import Caller
from contracts.errors import FieldError, Invalid, Wording
from contracts.machines import COORDINATOR, SCHOOL
from contracts.matchmaker.class_requests import ClassRequest, ClassRequestChange, NewClassRequest
from contracts.matchmaker.schools import School
from contracts.reference.calendar import COVERS, is_school_day
from contracts.vocabulary import LEVELS_OF_SCHOOL, OrganisationKind, PriorityEducation, Weekday

# A longer window says nothing: a class lives for one school year.
LONGEST_WINDOW = timedelta(days=366)


def actors_of(caller: Caller, school_uai: str) -> set[str]:
    """As whom the caller acts towards a class request of this school."""
    actors = set()
    if caller.acts_for(OrganisationKind.SCHOOL, school_uai):
        actors.add(SCHOOL)
    if caller.is_coordinator:
        actors.add(COORDINATOR)
    return actors


def is_under_reached(school: School) -> bool:
    """Whether too few visits reach the school: priority education, or a rural commune."""
    return school.rural or school.priority is not PriorityEducation.NONE


def write_request(new: NewClassRequest, school: School, request_id: UUID, now: datetime) -> ClassRequest:
    """The class request that a school submits. Raises Invalid with every field that is wrong."""
    request = ClassRequest(
        id=request_id,
        school_uai=school.uai,
        school_name=school.name,
        place=school.place,
        under_reached=is_under_reached(school),
        state="open",
        created_at=now,
        fictional=school.fictional,
        **{name: getattr(new, name) for name in new.__struct_fields__},
    )
    require_valid(request, school, now.date())
    return request


def apply_change(request: ClassRequest, change: ClassRequestChange, school: School, today: date) -> ClassRequest:
    """The class request with its change. Raises Invalid with every field that is wrong."""
    given = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not UNSET}
    changed = msgspec.structs.replace(request, version=request.version + 1, **given)
    require_valid(changed, school, today)
    return changed


def require_valid(request: ClassRequest, school: School, today: date) -> None:
    """Raise Invalid with every field that is wrong."""
    if errors := tuple(_errors(request, school, today)):
        raise Invalid(fields=errors)


def _errors(request: ClassRequest, school: School, today: date) -> list[FieldError]:
    errors = []

    def wrong(field: str, en: str, fr: str) -> None:
        errors.append(FieldError(field=field, message=Wording(en, fr)))

    levels = LEVELS_OF_SCHOOL[school.kind]
    if request.level not in levels:
        words = ", ".join(levels)
        wrong(
            "level",
            f"A {school.kind} has no {request.level}; choose one of {words}.",
            f"Un établissement de type {school.kind} n'a pas de {request.level} ; choisissez parmi {words}.",
        )
    needs = request.needs
    if max(needs.motor, needs.visual, needs.hearing, needs.mental) > request.pupils:
        wrong(
            "needs",
            f"More pupils with a need than the {request.pupils} of the class; check both numbers.",
            f"Plus d'élèves à besoin que les {request.pupils} de la classe ; vérifiez ces nombres.",
        )
    if len(set(request.themes)) < len(request.themes):
        wrong("themes", "A theme stands twice; name each once.", "Un thème figure deux fois.")
    if window_error := _window_error(request, today):
        errors.append(window_error)
    return errors


def _window_error(request: ClassRequest, today: date) -> FieldError | None:
    first, last = request.from_date, request.until_date
    if last < today:
        field, words = (
            "until_date",
            Wording(
                f"{last} is in the past; choose a day from {today} on.",
                f"Le {last} est passé ; choisissez un jour à partir du {today}.",
            ),
        )
    elif last < first:
        field, words = (
            "until_date",
            Wording(
                f"{last} comes before from_date {first}; swap or correct them.",
                f"Le {last} précède from_date ({first}) ; corrigez l'une des deux dates.",
            ),
        )
    elif last - first > LONGEST_WINDOW:
        field, words = (
            "until_date",
            Wording(
                "The window is longer than a year; choose a shorter one.",
                "La période dépasse un an ; choisissez-en une plus courte.",
            ),
        )
    elif last > COVERS.last:
        field, words = (
            "until_date",
            Wording(
                f"The school calendar is known until {COVERS.last}; choose an earlier day.",
                f"Le calendrier scolaire est connu jusqu'au {COVERS.last} ; choisissez avant.",
            ),
        )
    elif not _has_school_day(max(first, today), last, request.weekdays):
        field, words = (
            "weekdays",
            Wording(
                f"No school day on these weekdays between {first} and {last}; widen one of the two.",
                f"Aucun jour de classe ces jours-là entre le {first} et le {last} ; élargissez.",
            ),
        )
    else:
        return None
    return FieldError(field=field, message=words)


def _has_school_day(first: date, last: date, weekdays: tuple[Weekday, ...]) -> bool:
    wanted = {list(Weekday).index(weekday) for weekday in weekdays}
    days = ((last - first).days + 1) if last >= first else 0
    return any(
        (day := first + timedelta(days=offset)).weekday() in wanted and is_school_day(day) for offset in range(days)
    )
