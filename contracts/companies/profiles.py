"""Companies and their sites: what `companies` answers and announces about them."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from contracts.fields import Contact, Name, Reason, Text, Url
from contracts.message import Command, Event, ImportReport, Input, Instant, Query, Resource
from contracts.place import Latitude, Longitude, Place


class NewCompany(Input, frozen=True, kw_only=True):
    """A company to register. `activity_code` is NAF, with the nomenclature that it is taken from."""

    siren: str
    name: Name
    activity_code: str = ""
    activity_nomenclature: str = ""
    description: Text = ""
    website: Url = ""
    contact: Contact | None = None
    partners_wanted: Annotated[int, Meta(ge=0, le=20)] = 2
    fictional: bool = False


class CompanyChange(Input, frozen=True, kw_only=True):
    """The fields of a company to change; what is left out stays."""

    name: Name | UnsetType = UNSET
    activity_code: str | UnsetType = UNSET
    activity_nomenclature: str | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    website: Url | UnsetType = UNSET
    contact: Contact | None | UnsetType = UNSET
    partners_wanted: Annotated[int, Meta(ge=0, le=20)] | UnsetType = UNSET


class Company(Resource, frozen=True, kw_only=True):
    """A company; state as in `machines.COMPANY_PROFILE`, and `reason` why it was moved there."""

    siren: str
    name: str
    state: str
    reason: str = ""
    activity_code: str = ""
    activity_nomenclature: str = ""
    description: str = ""
    website: str = ""
    contact: Contact | None = None
    partners_wanted: int = 2
    created_at: Instant
    changed_at: Instant


class CompanyRow(Input, frozen=True, kw_only=True):
    """One row of a company import: the company and one of its sites."""

    siret: str
    name: Name
    commune: str
    activity_code: str = ""
    activity_nomenclature: str = ""
    site_name: str = ""
    address: str = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    description: Text = ""
    website: Url = ""
    contact: Contact | None = None
    fictional: bool = False


class RegisterCompany(Command[Company], frozen=True, kw_only=True):
    """Register a company; by a coordinator. It is approved at once."""

    company: NewCompany


class ImportCompanies(Command[ImportReport], frozen=True, kw_only=True):
    """Load up to 200 rows; new companies are `shadow`. Loading a row again changes nothing."""

    rows: Annotated[tuple[CompanyRow, ...], Meta(max_length=200)]


class ChangeCompany(Command[Company], frozen=True, kw_only=True):
    """Change some fields of a company."""

    company_id: UUID
    change: CompanyChange


class MoveCompany(Command[Company], frozen=True, kw_only=True):
    """Approve or suspend a company (`machines.COMPANY_PROFILE`)."""

    company_id: UUID
    action: str
    reason: Reason = ""


class GetCompany(Query[Company], frozen=True, kw_only=True):
    """One company."""

    company_id: UUID


class CompanyRegistered(Event, frozen=True, kw_only=True):
    """A company is known now."""

    company: Company


class CompanyChanged(Event, frozen=True, kw_only=True):
    """Some fields of a company changed."""

    company: Company


class CompanyApproved(Event, frozen=True, kw_only=True):
    """A coordinator approved the company: its offers publish at once from now on."""

    company: Company


class CompanySuspended(Event, frozen=True, kw_only=True):
    """A coordinator suspended the company: its offers are no longer proposed."""

    company: Company


# ------------------------------------------------------------ sites


class NewSite(Input, frozen=True, kw_only=True):
    """A place of a company. Without a point the commune's town hall stands for it."""

    name: Name
    commune: str
    siret: str = ""
    address: Annotated[str, Meta(max_length=300)] = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class Site(Resource, frozen=True, kw_only=True):
    """One place of a company."""

    company_id: UUID
    name: str
    place: Place
    siret: str = ""


class AddSite(Command[Site], frozen=True, kw_only=True):
    """Add a site to a company."""

    company_id: UUID
    site: NewSite


class GetSite(Query[Site], frozen=True, kw_only=True):
    """One site."""

    site_id: UUID


class SiteAdded(Event, frozen=True, kw_only=True):
    """A company has a site more."""

    site: Site


class SiteChanged(Event, frozen=True, kw_only=True):
    """A site's name, number or place changed."""

    site: Site
