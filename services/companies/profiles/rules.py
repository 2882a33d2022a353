"""What a company and a site must be, how they change, what others see of them, and what an import may renew.

A company's own edits win over any import, field by field: beside each company and site stands what the last row
said of it, and a row renews only the fields that still hold exactly that. Where several sites of one company stand
in a file, the row of the site that made the company known speaks for the company, so that a file loaded again
changes nothing. What was registered by hand has no last row and is never touched.
"""

from collections.abc import Container, Iterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET
from msgspec.structs import asdict, replace

from contracts.companies.profiles import (
    Company,
    CompanyApproved,
    CompanyChange,
    CompanyRow,
    CompanySuspended,
    NewCompany,
    NewSite,
    Site,
)
from contracts.errors import FieldError, Invalid, NotFound, TransitionRefused, Wording
from contracts.faults import blank_faults, fault, identifier_faults, refuse
from contracts.fields import Contact
from contracts.identifiers import check_siren, check_siret, siren_of
from contracts.machines import COMPANY_PROFILE
from contracts.place import Place, place_of
from contracts.reference.codes import check_activity_code

MOVES: dict[str, type[CompanyApproved] | type[CompanySuspended]] = {
    "approve": CompanyApproved,
    "suspend": CompanySuspended,
}

# What opens something to others, and a suspended company may not; closing and cancelling stay possible.
OPENING_ACTIONS = frozenset({"add", "open", "reopen", "publish", "approve", "resume"})


def new_company(new: NewCompany, company_id: UUID, state: str, now: datetime) -> Company:
    """The company that the input describes, its codes normalised; raises Invalid with every wrong field."""
    refuse((*identifier_faults("siren", check_siren, new.siren), *profile_faults(new)))
    return with_normal_activity(
        Company(
            id=company_id,
            fictional=new.fictional,
            siren=check_siren(new.siren),
            name=new.name.strip(),
            state=state,
            activity_code=new.activity_code,
            activity_nomenclature=new.activity_nomenclature,
            description=new.description,
            website=new.website,
            contact=new.contact,
            partners_wanted=new.partners_wanted,
            created_at=now,
            changed_at=now,
        )
    )


def changed_company(company: Company, change: CompanyChange, actors: frozenset[str], now: datetime) -> Company:
    """The company with its change, the very same where nothing differs; raises Invalid, NotYours, TransitionRefused."""
    COMPANY_PROFILE.step(company.state, "change", actors)
    given = {name: value for name, value in asdict(change).items() if value is not UNSET}
    edited = replace(company, **given)
    refuse(profile_faults(edited))
    edited = with_normal_activity(replace(edited, name=edited.name.strip()))
    return company if edited == company else replace(edited, version=company.version + 1, changed_at=now)


def moved_company(company: Company, action: str, reason: str, actors: frozenset[str], now: datetime) -> Company:
    """The company approved or suspended; raises Invalid, NotYours, TransitionRefused."""
    state = COMPANY_PROFILE.move(company.state, action, actors)
    return replace(company, version=company.version + 1, state=state, reason=reason, changed_at=now)


def shown_to(company: Company, actors: frozenset[str]) -> Company:
    """The company as these actors may see it; raises NotFound for a suspended one.

    Its contact, and why it was moved, are for itself and the Region.
    """
    if actors:
        return company
    if company.state == "suspended":
        raise NotFound(thing="company", id=str(company.id))
    return replace(company, contact=None, reason="")


def check_may_open(company: Company, action: str) -> None:
    """Raise TransitionRefused where the action opens something of a suspended company."""
    if company.state == "suspended" and action in OPENING_ACTIONS:
        rule = Wording("the company is suspended", "l'entreprise est suspendue")
        raise TransitionRefused(action=action, state=company.state, rule=rule, allowed_actions=())


def own_site(company: Company, site: Site | None) -> Site:
    """The site that an input names, where it is the company's; raises Invalid."""
    if site is None or site.company_id != company.id:
        raise Invalid.field(
            "site_id",
            "The company has no such site: give the id of one of its own, or add the site first.",
            "L'entreprise n'a pas ce site : donnez l'identifiant d'un des siens, ou ajoutez d'abord le site.",
        )
    return site


def profile_faults(profile: NewCompany | Company) -> Iterator[FieldError]:
    """What is wrong with the fields that people write."""
    yield from blank_faults("name", profile.name)
    if profile.activity_code:
        yield from identifier_faults(
            "activity_code",
            lambda code: check_activity_code(code, profile.activity_nomenclature),
            profile.activity_code,
        )
    elif profile.activity_nomenclature:
        yield fault(
            "activity_code",
            "A nomenclature without a code says nothing: give the code, or leave both out.",
            "Une nomenclature sans code ne dit rien : donnez le code, ou n'indiquez aucun des deux.",
        )


def with_normal_activity(company: Company) -> Company:
    """The company with its (checked) activity code as the register writes it."""
    if not company.activity_code:
        return company
    activity = check_activity_code(company.activity_code, company.activity_nomenclature)
    return replace(company, activity_code=activity.code, activity_nomenclature=activity.nomenclature.value)


def new_site(new: NewSite, company: Company, site_id: UUID) -> Site:
    """The site that the input describes; raises Invalid naming the field."""
    refuse((*blank_faults("name", new.name), *_siret_faults(new.siret, company.siren)))
    return Site(
        id=site_id,
        fictional=company.fictional,
        company_id=company.id,
        name=new.name.strip(),
        place=place_of(new.commune, new.latitude, new.longitude, new.address),
        siret=check_siret(new.siret) if new.siret else "",
    )


def _siret_faults(siret: str, siren: str) -> Iterator[FieldError]:
    if not siret:
        return
    yield from (wrong := tuple(identifier_faults("siret", check_siret, siret)))
    if not wrong and siren_of(check_siret(siret)) != siren:
        yield fault(
            "siret",
            f"This SIRET belongs to another company: it must begin with the SIREN {siren}.",
            f"Ce SIRET est celui d'une autre entreprise : il doit commencer par le SIREN {siren}.",
        )


# ------------------------------------------------------------ rows of an import


class CompanySaid(msgspec.Struct, frozen=True, kw_only=True):
    """What a row says of a company."""

    name: str
    activity_code: str
    activity_nomenclature: str
    description: str
    website: str
    contact: Contact | None


class SiteSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What a row says of a site."""

    name: str
    place: Place


Said = CompanySaid | SiteSaid
ResourceT = TypeVar("ResourceT", Company, Site)


class ReadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A checked row: the company and the site as they would be if nobody knew them."""

    company: Company
    company_said: CompanySaid
    site: Site
    site_said: SiteSaid


def read_row(row: CompanyRow, seen: Container[str], company_id: UUID, site_id: UUID, now: datetime) -> ReadRow:
    """A row, checked and normalised; raises Invalid with its wrong fields. `seen` are the SIRETs of earlier rows."""
    new = NewCompany(
        siren=siren_of("".join(row.siret.split())),
        name=row.name,
        activity_code=row.activity_code,
        activity_nomenclature=row.activity_nomenclature,
        description=row.description,
        website=row.website,
        contact=row.contact,
        fictional=row.fictional,
    )
    refuse((*identifier_faults("siret", check_siret, row.siret), *profile_faults(new)))
    siret = check_siret(row.siret)
    if siret in seen:
        refuse([fault("siret", f"{siret} stands in an earlier row too: keep one.", f"{siret} figure déjà plus haut.")])
    company = new_company(new, company_id, "shadow", now)
    place = place_of(row.commune, row.latitude, row.longitude, row.address)
    site = Site(
        id=site_id,
        fictional=row.fictional,
        company_id=company_id,
        name=row.site_name.strip() or place.commune_name,
        place=place,
        siret=siret,
    )
    return ReadRow(
        company=company,
        company_said=CompanySaid(**{name: getattr(company, name) for name in CompanySaid.__struct_fields__}),
        site=site,
        site_said=SiteSaid(name=site.name, place=site.place),
    )


def renew(known: ResourceT, before: Said | None, said: Said) -> ResourceT:
    """What is known with what a row says now, the very same where nothing differs; `before` is the last row's word."""
    if before is None:
        return known
    untouched = [name for name in said.__struct_fields__ if getattr(known, name) == getattr(before, name)]
    renewed = replace(known, **{name: getattr(said, name) for name in untouched})
    return known if renewed == known else replace(renewed, version=known.version + 1)


def reason_of(error: Invalid) -> str:
    """Why a row was refused, in one line that names the fields."""
    return "; ".join(f"{wrong.field}: {wrong.message.en}" for wrong in error.fields)
