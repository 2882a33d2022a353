"""What the classes of the invented schools wish."""

from datetime import date
from random import Random

from contracts.companies.bookings import ClassNeeds
from contracts.matchmaker.class_requests import NewClassRequest
from contracts.matchmaker.schools import NewSchool
from contracts.reference.travel import straight_km
from contracts.vocabulary import LEVELS_OF_SCHOOL, Level, SchoolKind, Theme, Weekday
from deploy.demo.chance import school_days, stream
from deploy.demo.model import Company, School
from deploy.demo.schools import HEADS_WHO_APPROVE, make_settings

# Classes of these levels go on visits most often.
USUAL = {
    SchoolKind.ECOLE: LEVELS_OF_SCHOOL[SchoolKind.ECOLE],
    SchoolKind.COLLEGE: (
        Level.SIXIEME,
        Level.CINQUIEME,
        *(Level.QUATRIEME,) * 2,
        *(Level.TROISIEME,) * 3,
        Level.TROISIEME_PREPA_METIERS,
    ),
    SchoolKind.LYCEE: (*(Level.SECONDE_GT,) * 3, Level.PREMIERE_G, Level.PREMIERE_T, Level.TERMINALE_T),
    SchoolKind.LYCEE_PRO: (*(Level.SECONDE_PRO,) * 2, Level.PREMIERE_PRO, Level.TERMINALE_PRO, Level.CAP1),
}
# Three schools of ten ask for two classes.
SECOND_CLASS = 0.3
ANY_THEME = 0.3
# A wish is mostly for what the surroundings make; sometimes for what they do not, and then it may stay unmet.
LOCAL_THEME = 0.75
SURROUNDINGS_KM = 60.0
TRAVEL_MINUTES = (30, 45, 60, 60, 75, 90, 120)
LETTERS = "ABCD"


def make_wishes(seed: int, today: date, schools: tuple[NewSchool, ...], companies: tuple[Company, ...]) -> list[School]:
    """The schools with their classes' wishes."""
    chance = stream(seed, "wishes")
    days = school_days(today)
    return [
        School(
            school,
            make_settings(school, head_approves=number % HEADS_WHO_APPROVE == 0),
            tuple(
                make_wish(school, letter, local_themes(school, companies), days, chance)
                for letter in LETTERS[: 2 if chance.random() < SECOND_CLASS else 1]
            ),
        )
        for number, school in enumerate(schools, 1)
    ]


def local_themes(school: NewSchool, companies: tuple[Company, ...]) -> list[Theme]:
    """What is on offer around a school, in the order of the themes."""
    around = {
        theme
        for company in companies
        for site in company.sites
        if distance_km(school, site.site.latitude, site.site.longitude) <= SURROUNDINGS_KM
        for offer in site.offers
        for theme in offer.visit_offer.themes
    }
    return sorted(around)


def distance_km(school: NewSchool, latitude: float | None, longitude: float | None) -> float:
    """Straight km from a school to a point; every place of the region has one."""
    points = (school.latitude, school.longitude, latitude, longitude)
    known = [degrees for degrees in points if degrees is not None]
    return straight_km(*known)


def make_wish(school: NewSchool, letter: str, around: list[Theme], days: list[date], chance: Random) -> NewClassRequest:
    """One class's wish; its window holds at least five weeks of school days where the season has them."""
    level = chance.choice(USUAL[school.kind])
    closed = chance.choice((Weekday.WEDNESDAY, Weekday.WEDNESDAY, Weekday.MONDAY, None))
    pupils = chance.randint(9, 22) if school.kind is SchoolKind.ECOLE else chance.randint(14, 30)
    first = chance.randint(0, max(0, len(days) - 26))
    last = min(len(days) - 1, first + chance.randint(20, 40))
    return NewClassRequest(
        level=level,
        pupils=pupils,
        adults=max(2, -(-pupils // 8)),
        from_date=days[first],
        until_date=days[last],
        class_name=f"{level.value} {letter}",
        themes=make_themes(around, chance),
        weekdays=tuple(day for day in Weekday if day is not closed),
        max_travel_minutes=chance.choice(TRAVEL_MINUTES),
        needs=make_needs(chance),
        role_model_wished=chance.random() < 0.3,
        mediation_wished=chance.random() < 0.1,
        remarks="Demande inventée pour la démonstration.",
    )


def make_themes(around: list[Theme], chance: Random) -> tuple[Theme, ...]:
    """No theme (any will do), or one to three."""
    if chance.random() < ANY_THEME:
        return ()
    local = around and chance.random() < LOCAL_THEME
    pool = around if local else list(Theme)
    return tuple(chance.sample(pool, min(len(pool), chance.randint(1, 3))))


def make_needs(chance: Random) -> ClassNeeds:
    """One class of eight has a pupil whose access must be seen to."""
    if chance.random() >= 0.125:
        return ClassNeeds()
    return chance.choice(
        (ClassNeeds(motor=1), ClassNeeds(hearing=1), ClassNeeds(visual=1), ClassNeeds(mental=2), ClassNeeds(motor=1))
    )
