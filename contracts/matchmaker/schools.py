"""Schools: the demand side. They come from the official directory's file.

Schools live with the matchmaker because only matching needs what it holds of them (where they
are, whom they teach, whether they are under-reached).
"""

from typing import Annotated

from msgspec import Meta

from contracts.fields import Name
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
    """A school. `rural` and `priority` say why it may be under-reached."""

    uai: str
    name: str
    kind: SchoolKind
    place: Place
    private: bool = False
    priority: PriorityEducation = PriorityEducation.NONE
    rural: bool = False
    pupils: int | None = None


class ImportSchools(Command[ImportReport], frozen=True, kw_only=True):
    """Load up to 500 schools. Loading one again changes nothing."""

    schools: Annotated[tuple[NewSchool, ...], Meta(max_length=500)]


class GetSchool(Query[School], frozen=True, kw_only=True):
    """One school."""

    uai: str


class SchoolRegistered(Event, frozen=True, kw_only=True):
    """A school is known now."""

    school: School


class SchoolChanged(Event, frozen=True, kw_only=True):
    """Something that the directory says of a school changed."""

    school: School
