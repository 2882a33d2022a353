"""The demo region as data: the contracts' own inputs, nested as they belong together.

Ids are given by the services when the region is loaded, so inputs that name a site carry `UNPLACED` until then.
"""

from datetime import date
from uuid import UUID

import msgspec

from contracts.associations.capacities import NewCapacity
from contracts.associations.profiles import NewAssociation
from contracts.companies.job_needs import NewJobNeed
from contracts.companies.profiles import NewCompany, NewSite
from contracts.companies.slots import NewSlot
from contracts.companies.visit_offers import NewVisitOffer
from contracts.matchmaker.class_requests import NewClassRequest
from contracts.matchmaker.schools import NewSchool, SchoolSettings

UNPLACED = UUID(int=0)


class Offer(msgspec.Struct, frozen=True):
    """A visit offer and its slots."""

    visit_offer: NewVisitOffer
    slots: tuple[NewSlot, ...]


class Site(msgspec.Struct, frozen=True):
    """A site, what it looks for and what it opens."""

    site: NewSite
    job_needs: tuple[NewJobNeed, ...]
    offers: tuple[Offer, ...]


class Company(msgspec.Struct, frozen=True):
    """A company and its sites."""

    company: NewCompany
    sites: tuple[Site, ...]


class Association(msgspec.Struct, frozen=True):
    """An association and what it can give."""

    association: NewAssociation
    capacities: tuple[NewCapacity, ...]


class School(msgspec.Struct, frozen=True):
    """A school, what it decides for itself, and its classes' wishes."""

    school: NewSchool
    settings: SchoolSettings
    class_requests: tuple[NewClassRequest, ...]


class Story(msgspec.Struct, frozen=True):
    """What the main job plays once the region is at rest.

    The company has no offer yet. The school's classes wish what only this offer can give them; its slots stand in the
    order of their dates, more than there are such classes.
    """

    siren: str
    uai: str
    offer: Offer


class Region(msgspec.Struct, frozen=True):
    """An invented region in real communes, as it looks on one day."""

    seed: int
    today: date
    companies: tuple[Company, ...]
    associations: tuple[Association, ...]
    schools: tuple[School, ...]
    story: Story
