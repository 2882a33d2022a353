"""An invented region written into the matchmaker's tables, as the resources that its facts are made of.

The dates of `regions.py` are moved on by whole years of 52 weeks, as far as the clock asks for: the services live in
the present. Places are told by their point and department; a commune of that department lends them its name.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec

from contracts.associations.capacities import Capacity
from contracts.associations.profiles import Association
from contracts.companies.bookings import ClassNeeds
from contracts.companies.profiles import Company, Site
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import Accessibility, SafetyRules, VisitOffer
from contracts.local_time import PARIS, local_day
from contracts.matchmaker.class_requests import ClassRequest
from contracts.matchmaker.schools import School
from contracts.place import Place
from contracts.reference.calendar import is_school_day
from contracts.reference.places import communes_of
from contracts.vocabulary import AccessNeed, PriorityEducation, SchoolKind, VisitFormat
from services.matchmaker.matching.inputs import Mediation, Opening, VisitFacts, Wish
from services.matchmaker.requests.store import insert_class_request
from services.matchmaker.schools.store import upsert_schools
from services.matchmaker.supply import store
from tests.benchmarks.bookable import numbered
from tests.benchmarks.regions import POOLED_GROUP, TODAY

NOW = datetime.now(UTC).replace(microsecond=0)
YEAR = timedelta(weeks=52)
# What an offer that asks for no particular number of adults says.
ANY_PUPILS_PER_ADULT = 50


def moved_on(facts: VisitFacts) -> VisitFacts:
    """The same region in the first year of it that is still to come."""
    today = local_day(NOW)
    years = max(0, -((TODAY - today) // YEAR))
    step = years * YEAR
    return VisitFacts(
        wishes=tuple(
            msgspec.structs.replace(wish, from_date=wish.from_date + step, until_date=wish.until_date + step)
            for wish in facts.wishes
        ),
        openings=tuple(
            msgspec.structs.replace(
                each, day=_school_day_from(each.day + step), confirmed_on=today - (TODAY - each.confirmed_on)
            )
            for each in facts.openings
        ),
        mediations=tuple(
            msgspec.structs.replace(each, from_date=each.from_date + step, until_date=each.until_date + step)
            for each in facts.mediations
        ),
        standing=(),
        today=today,
    )


def _school_day_from(day: date) -> date:
    # Holidays do not fall on the same weeks every year.
    while not is_school_day(day):
        day += timedelta(days=1)
    return day


async def fill(connection: Any, facts: VisitFacts) -> None:
    """Write the region, as the matchmaker itself would have over the months."""
    async with connection.transaction():
        await fill_supply(connection, facts.openings)
        for slot in map(slot_of, facts.openings):
            await store.keep_slot(connection, slot)
        for mediation in facts.mediations:
            await store.keep_association(connection, _association(mediation))
            await store.keep_capacity(connection, _capacity(mediation))
        schools = _schools(facts.wishes)
        await upsert_schools(connection, schools.values())
        for wish in facts.wishes:
            await insert_class_request(connection, _class_request(wish, schools[wish.school_uai]))


async def fill_supply(connection: Any, openings: Iterable[Opening]) -> None:
    """Write the companies, sites and offers of openings, without a slot."""
    for opening in offers_in(openings):
        await store.keep_company(connection, company_of(opening))
        await store.keep_site(connection, site_of(opening))
        await store.keep_visit_offer(connection, offer_of(opening))


def offers_in(openings: Iterable[Opening]) -> Iterator[Opening]:
    """One opening of each offer."""
    yield from {opening.offer_id: opening for opening in openings}.values()


def company_of(opening: Opening) -> Company:
    """The company that an opening belongs to."""
    return Company(
        id=opening.company_id,
        siren=f"{opening.company_id.int % 10**9:09}",
        name="Ateliers de mesure",
        state="approved",
        created_at=NOW,
        changed_at=NOW,
    )


def site_of(opening: Opening) -> Site:
    """The site of an opening's offer: each offer has one of its own."""
    place = _place(opening.latitude, opening.longitude, opening.department)
    return Site(id=_site_id(opening), company_id=opening.company_id, name="Usine", place=place)


def _site_id(opening: Opening) -> UUID:
    return UUID(int=opening.offer_id.int ^ 1)


def offer_of(opening: Opening) -> VisitOffer:
    """The published offer that an opening was opened on."""
    site = site_of(opening)
    return VisitOffer(
        id=opening.offer_id,
        company_id=opening.company_id,
        company_name=company_of(opening).name,
        site_id=site.id,
        site_name=site.name,
        place=site.place,
        title="Visite de l'atelier",
        description="De la pièce brute à la pièce montée : usinage, contrôle, assemblage.",
        meeting_point="Accueil, bâtiment A",
        themes=tuple(sorted(opening.themes)),
        levels=tuple(sorted(opening.levels)),
        formats=tuple(sorted(opening.formats)),
        duration_minutes=opening.ends_minute - opening.starts_minute,
        pupils_min=opening.pupils_min,
        pupils_max=opening.pupils_per_group,
        pupils_per_adult=opening.pupils_per_adult or ANY_PUPILS_PER_ADULT,
        lead_time_days=opening.lead_time_days,
        needs_mediation=opening.needs_mediation,
        role_model_present=opening.role_model,
        accessibility=Accessibility(needs=tuple(sorted(opening.access))),
        safety=SafetyRules(minimum_age=opening.minimum_age or 0),
        state="published",
        created_at=NOW,
        changed_at=NOW,
        pooled=opening.pooled,
        splitting=opening.splitting,
        confirmed_at=datetime.combine(opening.confirmed_on, time(12), UTC),
    )


def slot_of(opening: Opening) -> Slot:
    """An opening as the slot that nobody has booked yet."""
    midnight = datetime.combine(opening.day, time(), PARIS)
    return Slot(
        id=opening.slot_id,
        visit_offer_id=opening.offer_id,
        company_id=opening.company_id,
        starts_at=(midnight + timedelta(minutes=opening.starts_minute)).astimezone(UTC),
        ends_at=(midnight + timedelta(minutes=opening.ends_minute)).astimezone(UTC),
        groups=opening.pupils_free // POOLED_GROUP if opening.pooled else opening.groups_free,
        pupils_per_group=POOLED_GROUP if opening.pooled else opening.pupils_per_group,
        pooled=opening.pooled,
        state="open",
    )


def _association(mediation: Mediation) -> Association:
    return Association(
        id=mediation.association_id,
        name="Association de mesure",
        state="approved",
        place=_place(mediation.latitude, mediation.longitude, *mediation.departments),
        themes=tuple(sorted(mediation.themes)),
        created_at=NOW,
        changed_at=NOW,
    )


def _capacity(mediation: Mediation) -> Capacity:
    association = _association(mediation)
    return Capacity(
        id=mediation.id,
        association_id=association.id,
        association_name=association.name,
        place=association.place,
        title="Ateliers en classe et en visite",
        themes=association.themes,
        levels=tuple(sorted(mediation.levels)),
        from_date=mediation.from_date,
        until_date=mediation.until_date,
        weekdays=tuple(sorted(mediation.weekdays)),
        interventions=mediation.interventions_left,
        pupils_max=mediation.group_size_max,
        formats=tuple(sorted(mediation.formats)),
        departments=tuple(sorted(mediation.departments)),
        radius_km=mediation.radius_km,
        state="published",
        created_at=NOW,
    )


def _schools(wishes: Iterable[Wish]) -> dict[str, School]:
    one_of = {wish.school_uai: wish for wish in wishes}
    return {
        uai: School(
            id=numbered(21, number),
            uai=uai,
            name=f"Collège {number}",
            kind=SchoolKind.COLLEGE,
            place=_place(wish.latitude, wish.longitude, wish.department),
            priority=PriorityEducation.REP if wish.priority_education else PriorityEducation.NONE,
            rural=wish.rural,
        )
        for number, (uai, wish) in enumerate(one_of.items())
    }


def _class_request(wish: Wish, school: School) -> ClassRequest:
    return ClassRequest(
        id=wish.id,
        version=wish.version,
        school_uai=school.uai,
        school_name=school.name,
        place=school.place,
        under_reached=bool(wish.under_reached),
        level=wish.level,
        pupils=wish.pupils,
        adults=wish.adults,
        from_date=wish.from_date,
        until_date=wish.until_date,
        themes=tuple(sorted(wish.themes)),
        formats=tuple(sorted(wish.formats)) or (VisitFormat.ON_SITE,),
        weekdays=tuple(sorted(wish.weekdays)),
        max_travel_minutes=wish.max_travel_minutes,
        needs=ClassNeeds(motor=int(AccessNeed.MOTOR in wish.access_needs)),
        role_model_wished=wish.wants_role_model,
        mediation_wished=wish.wants_mediation,
        visits_wanted=wish.visits_wanted,
        state="open",
        created_at=NOW,
    )


def _place(latitude: float, longitude: float, department: str) -> Place:
    commune = communes_of(department)[0]
    return Place(
        commune=commune.code,
        commune_name=commune.name,
        department=department,
        latitude=latitude,
        longitude=longitude,
    )
