"""Class requests: what a school wishes for one class."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from contracts.companies.bookings import ClassNeeds
from contracts.fields import Pupils, Reason, Text
from contracts.message import Command, Event, Input, Instant, Query, Resource
from contracts.place import Place
from contracts.vocabulary import Level, Theme, VisitFormat, Weekday

# More would leave nothing of the school day.
LONGEST_TRAVEL_MINUTES = 240
TravelMinutes = Annotated[int, Meta(ge=5, le=LONGEST_TRAVEL_MINUTES, description="One way, by coach.")]
Themes = Annotated[tuple[Theme, ...], Meta(max_length=14, description="Empty: any theme.")]
Adults = Annotated[int, Meta(ge=1, le=50)]


class NewClassRequest(Input, frozen=True, kw_only=True):
    """A wish: who comes, when it may be, what it may be about, how far the class may travel."""

    level: Level
    pupils: Pupils
    adults: Adults
    from_date: date
    until_date: date
    class_name: Annotated[str, Meta(max_length=60, description="The class, such as 3e B; never a pupil.")] = ""
    themes: Themes = ()
    formats: Annotated[tuple[VisitFormat, ...], Meta(min_length=1, max_length=3)] = (VisitFormat.ON_SITE,)
    weekdays: Annotated[tuple[Weekday, ...], Meta(min_length=1, max_length=5)] = tuple(Weekday)
    max_travel_minutes: TravelMinutes = 60
    needs: ClassNeeds = ClassNeeds()
    role_model_wished: bool = False
    mediation_wished: bool = False
    visits_wanted: Annotated[int, Meta(ge=1, le=5)] = 1
    remarks: Text = ""


class ClassRequestChange(Input, frozen=True, kw_only=True):
    """The fields of a class request to change; what is left out stays."""

    pupils: Pupils | UnsetType = UNSET
    adults: Adults | UnsetType = UNSET
    from_date: date | UnsetType = UNSET
    until_date: date | UnsetType = UNSET
    themes: Themes | UnsetType = UNSET
    weekdays: Annotated[tuple[Weekday, ...], Meta(min_length=1, max_length=5)] | UnsetType = UNSET
    max_travel_minutes: TravelMinutes | UnsetType = UNSET
    needs: ClassNeeds | UnsetType = UNSET
    visits_wanted: Annotated[int, Meta(ge=1, le=5)] | UnsetType = UNSET


class ClassRequest(Resource, frozen=True, kw_only=True):
    """What a school wishes for one class; state as in `machines.CLASS_REQUEST`.

    `under_reached` says that its school is rural or in priority education; whom matching favours is for the policy to
    say (`PolicySettings.under_reached_by`).
    One with `replaces_booking_id` was opened by the matchmaker: a visit that the class had booked directly fell through
    without the school's doing, and another is looked for. The school may withdraw it.
    """

    school_uai: str
    school_name: str
    place: Place
    under_reached: bool
    level: Level
    pupils: int
    adults: int
    from_date: date
    until_date: date
    class_name: str = ""
    themes: tuple[Theme, ...] = ()
    formats: tuple[VisitFormat, ...]
    weekdays: tuple[Weekday, ...]
    max_travel_minutes: int
    needs: ClassNeeds = ClassNeeds()
    role_model_wished: bool = False
    mediation_wished: bool = False
    visits_wanted: int = 1
    remarks: str = ""
    state: str
    reason: str = ""
    created_at: Instant
    replaces_booking_id: UUID | None = None


class SubmitClassRequest(Command[ClassRequest], frozen=True, kw_only=True):
    """Ask for visits for one class of a school."""

    school_uai: str
    class_request: NewClassRequest


class ChangeClassRequest(Command[ClassRequest], frozen=True, kw_only=True):
    """Change some fields of a class request."""

    class_request_id: UUID
    change: ClassRequestChange


class MoveClassRequest(Command[ClassRequest], frozen=True, kw_only=True):
    """Withdraw a class request (`machines.CLASS_REQUEST`)."""

    class_request_id: UUID
    action: str
    reason: Reason = ""


class GetClassRequest(Query[ClassRequest], frozen=True, kw_only=True):
    """One class request."""

    class_request_id: UUID


class ClassRequestSubmitted(Event, frozen=True, kw_only=True):
    """A school wishes a visit for a class."""

    class_request: ClassRequest


class ClassRequestChanged(Event, frozen=True, kw_only=True):
    """Some fields of a class request changed."""

    class_request: ClassRequest


class ClassRequestClosed(Event, frozen=True, kw_only=True):
    """A class request was withdrawn, or its dates passed."""

    class_request: ClassRequest
