"""The part of the region that the main job plays: a workshop without an offer, a rural school that waits for one."""

from datetime import date, timedelta
from random import Random

from contracts.companies.slots import NewSlot
from contracts.companies.visit_offers import Accessibility, NewVisitOffer, SafetyRules
from contracts.matchmaker.class_requests import NewClassRequest
from contracts.matchmaker.schools import NewSchool
from contracts.reference.places import commune
from contracts.vocabulary import AccessNeed, Level, SchoolKind, Theme
from deploy.demo.chance import instant, school_days
from deploy.demo.identities import uai
from deploy.demo.model import UNPLACED, Company, Offer, School, Story
from deploy.demo.schools import make_settings

# Companies of this name open nothing until the story begins.
COMPANY = "Bras et Compagnie"
COMMUNE = "12056"
LEVELS = (Level.CINQUIEME, Level.QUATRIEME)
# Farther than this nobody near the school shows robots: only the story's offer answers its wishes.
MAX_TRAVEL_MINUTES = 40
MINUTES = 120


def make_school(today: date, chance: Random) -> School:
    """The school, with two classes that wish to see robots and cannot travel far."""
    place = commune(COMMUNE)
    school = NewSchool(
        uai=uai(place.department, 999),
        name="Collège du Haut Ségala",
        kind=SchoolKind.COLLEGE,
        commune=place.code,
        address=f"{place.postal_codes[0]} {place.name}",
        latitude=place.latitude,
        longitude=place.longitude,
        pupils=214,
        fictional=True,
    )
    days = school_days(today)
    requests = tuple(
        NewClassRequest(
            level=level,
            pupils=chance.randint(20, 24),
            adults=3,
            from_date=days[0],
            until_date=days[-1],
            class_name=f"{level.value} A",
            themes=(Theme.ROBOTICS,),
            max_travel_minutes=MAX_TRAVEL_MINUTES,
            remarks="Demande inventée pour la démonstration.",
        )
        for level in LEVELS
    )
    # What the class accepts waits for the company alone: the story is about those two.
    return School(school, make_settings(school, head_approves=False), requests)


def make_story(company: Company, school: School, today: date) -> Story:
    """The offer that the company will publish, with a slot more than the school has classes."""
    days = school_days(today)
    offer = NewVisitOffer(
        site_id=UNPLACED,
        title="Travailler avec un bras robot",
        description="Guider, programmer, régler, en petits groupes. Visite inventée pour la démonstration.",
        meeting_point="À l'accueil de l'atelier",
        themes=(Theme.ROBOTICS, Theme.MECHANICS_METAL),
        rome_codes=("H1208", "I1302"),
        levels=LEVELS,
        duration_minutes=MINUTES,
        pupils_max=30,
        pupils_per_adult=12,
        lead_time_days=7,
        role_model_present=True,
        coach_parking=True,
        accessibility=Accessibility(needs=tuple(AccessNeed)),
        safety=SafetyRules(minimum_age=10, equipment=("chaussures fermées",), site_class="atelier de robotique"),
        aims="Comprendre ce qu'un robot sait faire seul, et ce qu'on lui apprend.",
        publish=True,
    )
    quarter = len(days) // 4
    slots = tuple(make_slot(days[quarter * (turn + 1)]) for turn in range(len(LEVELS) + 1))
    return Story(siren=company.company.siren, uai=school.school.uai, offer=Offer(offer, slots))


def make_slot(day: date) -> NewSlot:
    """A morning for two classes."""
    starts_at = instant(day, 9, 30)
    return NewSlot(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=MINUTES), groups=2, pupils_per_group=30)
