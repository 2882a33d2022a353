"""When a school's wish for a class can be taken, and how it moves."""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import UNSET

from contracts.caller import Caller
from contracts.companies.bookings import Booking
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import FieldError, Invalid, Wording
from contracts.local_time import local_day
from contracts.machines import COMPANY, COORDINATOR, SCHOOL
from contracts.matchmaker.class_requests import ClassRequest, ClassRequestChange, NewClassRequest
from contracts.matchmaker.schools import School
from contracts.reference.calendar import COVERS, is_school_day
from contracts.vocabulary import LEVELS_OF_SCHOOL, OrganisationKind, PriorityEducation, VisitFormat, Weekday

# A longer window says nothing: a class lives for one school year.
LONGEST_WINDOW = timedelta(days=366)
# How long after the day of a visit that fell through another one still makes sense.
REPLACEMENT_WINDOW = timedelta(days=60)
# The school year begins with it.
SEPTEMBER = 9


def actors_of(caller: Caller, school_uai: str) -> set[str]:
    """As whom the caller acts towards a class request of this school."""
    actors = set()
    if caller.acts_for(OrganisationKind.SCHOOL, school_uai):
        actors.add(SCHOOL)
    if caller.is_coordinator:
        actors.add(COORDINATOR)
    return actors


def is_under_reached(school: School) -> bool:
    """Whether the school is one that too few visits reach, as everybody is told; matching goes by the policy."""
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


def calls_for_another(booking: Booking, today: date) -> bool:
    """Whether a class that had booked a visit itself, without a wish, is owed another one.

    Its visit lay ahead, and fell through without the doing of its school.
    """
    if booking.class_request_id is not None or booking.rescheduled_to is not None:
        return False
    if local_day(booking.starts_at) <= today:
        return False
    return (
        booking.state == "declined"
        or (booking.state == "cancelled" and booking.ended_by in {COMPANY, COORDINATOR})
        or (booking.state == "expired" and booking.reason == "approved")
    )


def replacement_request(
    booking: Booking, offer: VisitOffer | None, school: School, request_id: UUID, now: datetime
) -> ClassRequest | None:
    """The wish that the matchmaker opens for a class whose visit fell through; None where no day is left for it."""
    visit_day = local_day(booking.starts_at)
    last = min(visit_day + REPLACEMENT_WINDOW, _end_of_school_year(visit_day), COVERS.last)
    new = NewClassRequest(
        level=booking.level,
        pupils=booking.pupils,
        adults=booking.adults,
        from_date=max(local_day(now), last - LONGEST_WINDOW),
        until_date=last,
        class_name=booking.class_name,
        themes=tuple(dict.fromkeys(offer.themes)) if offer else (),
        formats=offer.formats if offer else (VisitFormat.ON_SITE,),
        needs=booking.needs,
    )
    try:
        written = write_request(new, school, request_id, now)
    except Invalid:
        return None
    return msgspec.structs.replace(written, replaces_booking_id=booking.id)


def _end_of_school_year(day: date) -> date:
    return date(day.year + (day.month >= SEPTEMBER), SEPTEMBER, 1) - timedelta(days=1)


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
