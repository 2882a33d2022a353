"""Reads the words and places that the region is made of, from `data/*.toml`."""

from functools import cache
from pathlib import Path

import msgspec

from contracts.reference.places import Commune, commune
from contracts.vocabulary import Theme

_DATA = Path(__file__).with_name("data")


class VisitIdea(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a visit may be about; `levels` names a group of levels in visits.py."""

    title: str
    description: str
    levels: str
    also: tuple[Theme, ...]
    rome: tuple[str, ...]
    minimum_age: int
    minutes: int


class Industry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What companies of one theme show and look for; a job is a ROME code and a title."""

    theme: Theme
    site_class: str
    equipment: tuple[str, ...]
    jobs: tuple[tuple[str, str], ...]
    visit: tuple[VisitIdea, ...]


class CompanyIdea(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A company; its sites are written as INSEE code and name."""

    name: str
    theme: Theme
    activity: str
    description: str
    sites: tuple[str, ...]


class AssociationIdea(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An association; its seat is written as INSEE code and name."""

    name: str
    seat: str
    themes: tuple[Theme, ...]
    departments: tuple[str, ...]


class SchoolNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What schools of each kind may be called, after the word for their kind."""

    primary: tuple[str, ...]
    college: tuple[str, ...]
    lycee: tuple[str, ...]
    lycee_pro: tuple[str, ...]


class _Industries(msgspec.Struct, frozen=True):
    industry: tuple[Industry, ...]


class _Companies(msgspec.Struct, frozen=True):
    company: tuple[CompanyIdea, ...]


class _Associations(msgspec.Struct, frozen=True):
    association: tuple[AssociationIdea, ...]


@cache
def industries() -> dict[Theme, Industry]:
    """The industries by theme."""
    read = msgspec.toml.decode((_DATA / "industries.toml").read_bytes(), type=_Industries)
    return {industry.theme: industry for industry in read.industry}


@cache
def company_ideas() -> tuple[CompanyIdea, ...]:
    """The companies in the order of the file."""
    return msgspec.toml.decode((_DATA / "companies.toml").read_bytes(), type=_Companies).company


@cache
def association_ideas() -> tuple[AssociationIdea, ...]:
    """The associations in the order of the file."""
    return msgspec.toml.decode((_DATA / "associations.toml").read_bytes(), type=_Associations).association


@cache
def school_names() -> SchoolNames:
    """What schools may be called."""
    return msgspec.toml.decode((_DATA / "schools.toml").read_bytes(), type=SchoolNames)


def commune_written(text: str) -> Commune:
    """The commune written as code and name; ValueError where the two do not go together."""
    code, _, name = text.partition(" ")
    found = commune(code)
    if found.name != name:
        raise ValueError(f"{code} is {found.name}, not {name}")
    return found
