"""Schools: the demand side. They come from the official directory's file.

Schools live with the matchmaker because only matching needs what it holds of them (where they
are, whom they teach, whether they are under-reached).
"""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from contracts.fields import Contact, Name
from contracts.message import Command, Event, ImportReport, Input, Query, Resource
from contracts.place import Latitude, Longitude, Place
from contracts.vocabulary import PriorityEducation, SchoolKind


class NewSchool(Input, frozen=True, kw_only=True):
    """One row of the official directory. Without a point the commune's town hall stands for it."""

    uai: str
    name: Name
    kind: SchoolKind
    commune: str
    address: Annotated[str, Meta(max_length=300)] = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    private: bool = False
    priority: PriorityEducation = PriorityEducation.NONE
    pupils: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    fictional: bool = False


class School(Resource, frozen=True, kw_only=True):
    """A school. `rural` and `priority` say why it may be under-reached.

    The contacts are for the school itself and the Region alone.
    """

    uai: str
    name: str
    kind: SchoolKind
    place: Place
    private: bool = False
    priority: PriorityEducation = PriorityEducation.NONE
    rural: bool = False
    pupils: int | None = None
    head_approves: bool = False
    contact: Contact | None = None
    head_contact: Contact | None = None


class SchoolSettings(Input, frozen=True, kw_only=True):
    """What a school decides for itself; what is left out stays.

    `head_approves` puts an approval by the head before every booking. Mails go to `contact`, those about approvals to
    `head_contact`.
    """

    head_approves: bool | UnsetType = UNSET
    contact: Contact | None | UnsetType = UNSET
    head_contact: Contact | None | UnsetType = UNSET


class ImportSchools(Command[ImportReport], frozen=True, kw_only=True):
    """Load up to 500 schools. Loading one again changes nothing."""

    schools: Annotated[tuple[NewSchool, ...], Meta(max_length=500)]


class ChangeSchoolSettings(Command[School], frozen=True, kw_only=True):
    """Change what a school decides for itself; for its head, or the Region."""

    uai: str
    settings: SchoolSettings


class GetSchool(Query[School], frozen=True, kw_only=True):
    """One school."""

    uai: str


class SchoolRegistered(Event, frozen=True, kw_only=True):
    """A school is known now."""

    school: School


class SchoolChanged(Event, frozen=True, kw_only=True):
    """Something that the directory, or the school itself, says of a school changed."""

    school: School
