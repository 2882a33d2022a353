"""Associations: what `associations` answers and announces about mediation actors."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from contracts.associations.territory import Departments
from contracts.fields import Contact, Name, Reason, Text, Url
from contracts.message import Command, Event, ImportReport, Input, Instant, Query, Resource
from contracts.place import Latitude, Longitude, Place
from contracts.vocabulary import Theme

Themes = Annotated[tuple[Theme, ...], Meta(max_length=14)]


class NewAssociation(Input, frozen=True, kw_only=True):
    """An association to register: by RNA number, or SIREN where it has no RNA."""

    name: Name
    commune: str
    rna: str = ""
    siren: str = ""
    address: Annotated[str, Meta(max_length=300)] = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    themes: Themes = ()
    departments: Departments = ()
    description: Text = ""
    website: Url = ""
    contact: Contact | None = None
    partners_wanted: Annotated[int, Meta(ge=0, le=20)] = 3
    fictional: bool = False


class AssociationChange(Input, frozen=True, kw_only=True):
    """The fields of an association to change; what is left out stays."""

    name: Name | UnsetType = UNSET
    themes: Themes | UnsetType = UNSET
    departments: Departments | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    website: Url | UnsetType = UNSET
    contact: Contact | None | UnsetType = UNSET
    partners_wanted: Annotated[int, Meta(ge=0, le=20)] | UnsetType = UNSET


class Association(Resource, frozen=True, kw_only=True):
    """A mediation actor; state as in `machines.ASSOCIATION_PROFILE`, and `reason` why it was moved there."""

    name: str
    state: str
    reason: str = ""
    place: Place
    rna: str = ""
    siren: str = ""
    themes: tuple[Theme, ...] = ()
    departments: tuple[str, ...] = ()
    description: str = ""
    website: str = ""
    contact: Contact | None = None
    partners_wanted: int = 3
    created_at: Instant
    changed_at: Instant


class RegisterAssociation(Command[Association], frozen=True, kw_only=True):
    """Register an association; by a coordinator. It is approved at once."""

    association: NewAssociation


class ImportAssociations(Command[ImportReport], frozen=True, kw_only=True):
    """Load up to 200 rows; new ones are `shadow`. Loading a row again changes nothing."""

    rows: Annotated[tuple[NewAssociation, ...], Meta(max_length=200)]


class ChangeAssociation(Command[Association], frozen=True, kw_only=True):
    """Change some fields of an association."""

    association_id: UUID
    change: AssociationChange


class MoveAssociation(Command[Association], frozen=True, kw_only=True):
    """Approve or suspend an association (`machines.ASSOCIATION_PROFILE`)."""

    association_id: UUID
    action: str
    reason: Reason = ""


class GetAssociation(Query[Association], frozen=True, kw_only=True):
    """One association."""

    association_id: UUID


class AssociationRegistered(Event, frozen=True, kw_only=True):
    """An association is known now."""

    association: Association


class AssociationChanged(Event, frozen=True, kw_only=True):
    """Some fields of an association changed."""

    association: Association


class AssociationApproved(Event, frozen=True, kw_only=True):
    """A coordinator approved the association."""

    association: Association


class AssociationSuspended(Event, frozen=True, kw_only=True):
    """A coordinator suspended the association: it is no longer proposed."""

    association: Association
