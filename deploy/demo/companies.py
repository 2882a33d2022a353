"""The invented companies: their sites, what they look for, and (by visits.py) what they open."""

from datetime import date, timedelta
from itertools import count
from random import Random

from contracts.companies.job_needs import NewJobNeed
from contracts.companies.profiles import NewCompany, NewSite
from contracts.fields import Contact
from contracts.vocabulary import JobNeedKind
from deploy.demo.chance import slug, stream
from deploy.demo.identities import siren, siret
from deploy.demo.model import UNPLACED, Company, Offer, Site
from deploy.demo.sources import CompanyIdea, Industry, commune_written, industries

# Degrees, about 1 km: workshops lie beside the town hall, and two of one town not on top of each other.
SPREAD = 0.012
FIRST_NAMES = ("Camille", "Dominique", "Lou", "Sacha", "Maxime", "Andrea", "Charlie", "Noa", "Alix", "Morgan")
LAST_NAMES = ("Delvigne", "Puechbrun", "Castelvert", "Maraval-Roux", "Sorbier", "Lacombette", "Estradel", "Ribaute-Noé")

# What is looked for, and how often among ten needs.
KINDS = (
    *(JobNeedKind.CDI,) * 3,
    *(JobNeedKind.ALTERNANCE,) * 3,
    JobNeedKind.OBSERVATION,
    JobNeedKind.PFMP,
    JobNeedKind.STAGE_BTS_LICENCE,
    JobNeedKind.CDD,
)
MINORS = frozenset({JobNeedKind.OBSERVATION, JobNeedKind.STAGE_2DE, JobNeedKind.PFMP})


def make_companies(
    seed: int, today: date, ideas: tuple[CompanyIdea, ...], offers: dict[tuple[str, str], tuple[Offer, ...]]
) -> tuple[Company, ...]:
    """The companies; `offers` are found by company name and site."""
    chance = stream(seed, "companies")
    return tuple(
        make_company(number, idea, today, chance, offers) for number, idea in zip(count(1), ideas, strict=False)
    )


def make_company(
    number: int,
    idea: CompanyIdea,
    today: date,
    chance: Random,
    offers: dict[tuple[str, str], tuple[Offer, ...]],
) -> Company:
    """One company."""
    own = siren(number)
    person = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
    company = NewCompany(
        siren=own,
        name=idea.name,
        activity_code=idea.activity,
        activity_nomenclature="naf_rev2",
        description=f"{idea.description} Entreprise inventée pour la démonstration.",
        website=f"https://{slug(idea.name)}.example",
        contact=Contact(name=person, email=f"visites@{slug(idea.name)}.example"),
        partners_wanted=chance.choice((1, 2, 2, 3)),
        fictional=True,
    )
    sites = tuple(
        Site(
            site=make_site(own, place, written, chance),
            job_needs=make_needs(industries()[idea.theme], today, chance, 2 if place == 1 else 1),
            offers=offers.get((idea.name, written), ()),
        )
        for place, written in enumerate(idea.sites, start=1)
    )
    return Company(company, sites)


def make_site(own: str, place: int, written: str, chance: Random) -> NewSite:
    """A site near its commune's town hall; the first one is the head office."""
    commune = commune_written(written)
    return NewSite(
        name=f"Siège de {commune.name}" if place == 1 else f"Site de {commune.name}",
        commune=commune.code,
        siret=siret(own, place),
        address=f"{chance.randint(1, 60)} chemin de l'Atelier, {commune.postal_codes[0]} {commune.name}",
        latitude=round(commune.latitude + chance.uniform(-SPREAD, SPREAD), 5),
        longitude=round(commune.longitude + chance.uniform(-SPREAD, SPREAD), 5),
    )


def make_needs(industry: Industry, today: date, chance: Random, most: int) -> tuple[NewJobNeed, ...]:
    """Up to `most` needs, each for another job."""
    jobs = chance.sample(industry.jobs, chance.choice((most, most, most - 1)) or 1)
    return tuple(make_need(rome, title, today, chance) for rome, title in jobs)


def make_need(rome: str, title: str, today: date, chance: Random) -> NewJobNeed:
    """One need; the shorter kinds say until when."""
    kind = chance.choice(KINDS)
    start = today + timedelta(days=chance.randint(10, 60))
    lasts = {JobNeedKind.CDI: None, JobNeedKind.CDD: 180, JobNeedKind.ALTERNANCE: 365}.get(kind, 28)
    return NewJobNeed(
        site_id=UNPLACED,
        rome=rome,
        title=title,
        kind=kind,
        openings=chance.choice((1, 1, 1, 2, 3)),
        from_date=start,
        until_date=None if lasts is None else start + timedelta(days=lasts),
        skills=() if kind in MINORS else ("Travail en équipe", "Lecture de plans")[: chance.randint(1, 2)],
        description="Besoin inventé pour la démonstration.",
        publish=True,
    )
