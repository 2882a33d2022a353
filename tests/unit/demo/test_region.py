"""The demo region: the same wherever it is made, real where it says so, and invented everywhere else."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from contracts.identifiers import check_rna, check_siren, check_siret, check_uai, siren_of
from contracts.place import Place, place_of
from contracts.reference.calendar import is_school_day
from contracts.reference.codes import check_activity_code
from contracts.reference.industrial_jobs import INDUSTRIAL_JOBS
from contracts.reference.places import DEPARTMENTS, commune, communes_of, is_rural
from contracts.vocabulary import LEVELS_OF_SCHOOL, PriorityEducation, SchoolKind, Theme
from deploy.demo.model import Company, Offer, Region, Site
from deploy.demo.region import make_region
from deploy.demo.sources import association_ideas, commune_written, company_ideas, industries
from tests.roads import coach_minutes

TODAY = date(2026, 11, 22)
# Before Christmas, before the summer holidays, in the middle of them, and at the start of the school year.
DAYS = [TODAY, date(2027, 6, 20), date(2027, 7, 15), date(2027, 9, 1)]


@pytest.fixture(scope="module")
def region() -> Region:
    return make_region(TODAY)


def sites_of(region: Region) -> list[Site]:
    return [site for company in region.companies for site in company.sites]


def offers_of(region: Region) -> list[Offer]:
    return [offer for site in sites_of(region) for offer in site.offers]


def place(thing: Any) -> Place:
    """Where a site, association or school is; its commune and point fit together."""
    return place_of(thing.commune, thing.latitude, thing.longitude)


def test_it_is_the_same_every_time(region: Region):
    """Seed and day decide everything, so that loading it again changes nothing."""
    assert make_region(TODAY) == region


def test_another_seed_gives_another_region(region: Region):
    """The choices hang on the seed, not on the words alone."""
    assert make_region(TODAY, seed=1).schools != region.schools


def test_its_size(region: Region):
    """Large enough to look like a region, small enough to load in seconds."""
    assert len(region.companies) == 43
    assert len(sites_of(region)) == 56
    assert len(region.associations) == 25
    assert len(region.schools) == 120
    assert 60 <= len(offers_of(region)) <= 80
    assert 140 <= sum(len(offer.slots) for offer in offers_of(region)) <= 180
    assert 70 <= sum(len(site.job_needs) for site in sites_of(region)) <= 90
    assert 30 <= sum(len(each.capacities) for each in region.associations) <= 40
    assert 135 <= sum(len(each.class_requests) for each in region.schools) <= 165


@pytest.mark.parametrize("today", DAYS)
def test_every_input_is_what_the_contracts_accept(today: date):
    """Decoded again with all bounds, it is the very same region."""
    made = make_region(today)

    assert msgspec.json.decode(msgspec.json.encode(made), type=Region) == made


def test_everybody_is_fictional_and_says_so(region: Region):
    """No screen may show an invented organisation as a real one."""
    organisations = [
        *(company.company for company in region.companies),
        *(each.association for each in region.associations),
        *(each.school for each in region.schools),
    ]

    assert all(one.fictional for one in organisations)
    assert all("nventée pour la démonstration" in offer.visit_offer.description for offer in offers_of(region))
    assert all(one.contact.email.endswith(".example") for one in organisations[:68])


def test_identifiers_pass_their_check_digits_in_ranges_that_nobody_has(region: Region):
    """See deploy/demo/identities.py; none is given twice."""
    sirens = [check_siren(company.company.siren) for company in region.companies]
    sirets = [check_siret(site.site.siret) for site in sites_of(region)]
    rnas = [check_rna(each.association.rna) for each in region.associations]
    uais = [check_uai(each.school.uai) for each in region.schools]

    for given in (sirens, sirets, rnas, uais):
        assert len(set(given)) == len(given)
    assert all(number.startswith("0009") for number in sirens)
    assert {siren_of(number) for number in sirets} == set(sirens)
    assert all(number[3:5] == "99" for number in rnas)
    assert all(number[3] == "9" for number in uais)


def test_a_siret_belongs_to_its_company(region: Region):
    """Site numbers follow the company's own SIREN."""
    for company in region.companies:
        assert {siren_of(site.site.siret) for site in company.sites} == {company.company.siren}


@pytest.mark.parametrize("today", DAYS)
def test_visits_lie_on_school_days_three_to_fourteen_weeks_ahead(today: date):
    """Also before and inside holidays; the wishes' windows hold the same days."""
    made = make_region(today)
    slots = [slot for offer in (*offers_of(made), made.story.offer) for slot in offer.slots]
    requests = [request for school in made.schools for request in school.class_requests]

    assert all(is_school_day(slot.starts_at.date()) for slot in slots)
    assert all(21 <= (slot.starts_at.date() - today).days <= 98 for slot in slots)
    assert all(slot.starts_at.astimezone(UTC).hour in range(6, 14) for slot in slots)
    assert all(today < request.from_date <= request.until_date for request in requests)


def test_a_slot_lasts_as_long_as_its_visit(region: Region):
    """And takes as many pupils as the offer, later than its lead time."""
    for offer in (*offers_of(region), region.story.offer):
        for slot in offer.slots:
            assert isinstance(slot.ends_at, datetime)
            assert (slot.ends_at - slot.starts_at).seconds == 60 * offer.visit_offer.duration_minutes
            assert slot.pupils_per_group == offer.visit_offer.pupils_max
            assert (slot.starts_at.date() - TODAY).days >= offer.visit_offer.lead_time_days


def test_what_the_words_refer_to_exists():
    """Communes go with their names, themes have an industry, jobs and activities have a code."""
    assert set(industries()) == set(Theme)
    assert all(commune_written(site) for idea in company_ideas() for site in idea.sites)
    assert all(commune_written(idea.seat) for idea in association_ideas())
    assert all(set(idea.departments) <= set(DEPARTMENTS) for idea in association_ideas())
    assert all(check_activity_code(idea.activity, "naf_rev2") for idea in company_ideas())
    assert {rome for industry in industries().values() for rome, _ in industry.jobs} <= set(INDUSTRIAL_JOBS)
    assert {rome for industry in industries().values() for visit in industry.visit for rome in visit.rome} <= set(
        INDUSTRIAL_JOBS
    )


def test_a_commune_and_another_name_are_refused():
    """A slip in the data files is found where it is made."""
    with pytest.raises(ValueError, match="31555 is Toulouse, not Colomiers"):
        commune_written("31555 Colomiers")


def test_points_lie_in_their_communes(region: Region):
    """Every place has a point near its commune's town hall."""
    for thing in (
        *(site.site for site in sites_of(region)),
        *(each.association for each in region.associations),
        *(each.school for each in region.schools),
    ):
        assert thing.latitude is not None
        assert place(thing).commune == thing.commune


def test_the_map_is_full(region: Region):
    """Every department has companies, associations and schools; the large ones have more, and many are rural."""
    sites = Counter(place(site.site).department for site in sites_of(region))
    schools = Counter(place(each.school).department for each in region.schools)
    seats = {place(each.association).department for each in region.associations}
    largest = max(DEPARTMENTS, key=lambda code: sum(one.population for one in communes_of(code)))

    assert set(sites) == set(schools) == seats == set(DEPARTMENTS)
    assert sites.most_common(1)[0][0] == schools.most_common(1)[0][0] == largest
    assert sum(is_rural(commune(each.school.commune)) for each in region.schools) >= 30
    assert sum(each.school.priority is not PriorityEducation.NONE for each in region.schools) >= 8
    assert {each.school.kind for each in region.schools} >= {SchoolKind.ECOLE, SchoolKind.COLLEGE, SchoolKind.LYCEE}


def test_offers_are_varied(region: Region):
    """Every theme is shown; some cost, some need mediation, some confirm at once, some receive wheelchairs."""
    offers = [offer.visit_offer for offer in offers_of(region)]

    assert {theme for offer in offers for theme in offer.themes} == set(Theme)
    for quality in ("needs_mediation", "instant_confirmation", "price_cents", "role_model_present", "coach_parking"):
        assert 0 < sum(bool(getattr(offer, quality)) for offer in offers) < len(offers)
    assert any(offer.accessibility.alternative_route for offer in offers)


def test_no_company_shows_the_same_visit_twice(region: Region):
    """The titles go round among the companies of a theme."""
    for company in region.companies:
        titles = [offer.visit_offer.title for site in company.sites for offer in site.offers]
        assert len(set(titles)) == len(titles)


def test_wishes_are_what_the_schools_may_wish(region: Region):
    """Levels belong to the school, adults suffice for the strictest offer, needs fit into the class."""
    for school in region.schools:
        for request in school.class_requests:
            assert request.level in LEVELS_OF_SCHOOL[school.school.kind]
            assert request.pupils <= 8 * request.adults
            assert request.needs.motor + request.needs.mental <= request.pupils


def test_only_the_story_answers_its_school(region: Region):
    """Nobody else shows robots that near, so that the proposals of the main job are due to the new offer alone."""
    story = region.story
    hero: Company = next(each for each in region.companies if each.company.siren == story.siren)
    school = next(each for each in region.schools if each.school.uai == story.uai)
    here = place(school.school)

    assert not any(site.offers for site in hero.sites)
    assert len(story.offer.slots) > len(school.class_requests) >= 2
    for request in school.class_requests:
        assert coach_minutes(here, place(hero.sites[0].site)) <= request.max_travel_minutes
        assert request.level in story.offer.visit_offer.levels
        for site in sites_of(region):
            for offer in site.offers:
                wished = set(offer.visit_offer.themes) & set(request.themes)
                near = coach_minutes(here, place(site.site)) <= request.max_travel_minutes
                assert not (wished and near)
