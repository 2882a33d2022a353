"""The invented associations and the mediation they can give."""

from datetime import date, timedelta
from random import Random

from contracts.associations.capacities import NewCapacity
from contracts.associations.profiles import NewAssociation
from contracts.fields import Contact
from contracts.vocabulary import Level, Weekday
from deploy.demo.chance import LAST_DAY, slug, stream
from deploy.demo.companies import FIRST_NAMES, LAST_NAMES, SPREAD
from deploy.demo.identities import rna
from deploy.demo.model import Association
from deploy.demo.sources import AssociationIdea, association_ideas, commune_written
from deploy.demo.visits import COLLEGE, LYCEE, PRIMARY, PRO

YOUNG, OLDER = (*PRIMARY, *COLLEGE), tuple(dict.fromkeys((*COLLEGE, *LYCEE, *PRO)))
# Nearly every second association gives a second capacity, to the other age group.
SECOND_CAPACITY = 0.45
# Days beyond the last visit, so that no capacity ends before it.
MARGIN = 60


def make_associations(seed: int, today: date) -> tuple[Association, ...]:
    """The associations in the order of the sources."""
    chance = stream(seed, "associations")
    return tuple(make_association(number, idea, today, chance) for number, idea in enumerate(association_ideas(), 1))


def make_association(number: int, idea: AssociationIdea, today: date, chance: Random) -> Association:
    """One association."""
    seat = commune_written(idea.seat)
    person = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
    association = NewAssociation(
        name=idea.name,
        commune=seat.code,
        rna=rna(seat.department, number),
        address=f"Maison des associations, {seat.postal_codes[0]} {seat.name}",
        latitude=round(seat.latitude + chance.uniform(-SPREAD, SPREAD), 5),
        longitude=round(seat.longitude + chance.uniform(-SPREAD, SPREAD), 5),
        themes=idea.themes,
        departments=idea.departments,
        description="Ateliers de sciences à l'école et en entreprise. Association inventée pour la démonstration.",
        website=f"https://{slug(idea.name)}.example",
        contact=Contact(name=person, email=f"mediation@{slug(idea.name)}.example"),
        partners_wanted=chance.choice((2, 3, 3, 4)),
        fictional=True,
    )
    ages = [YOUNG, OLDER] if chance.random() < SECOND_CAPACITY else [chance.choice((YOUNG, OLDER))]
    return Association(association, tuple(make_capacity(idea, levels, today, chance) for levels in ages))


def make_capacity(idea: AssociationIdea, levels: tuple[Level, ...], today: date, chance: Random) -> NewCapacity:
    """What the association can give to one age group until after the last visit."""
    closed = chance.choice((*Weekday, None))
    return NewCapacity(
        title="Médiation du CM1 à la 3e" if levels is YOUNG else "Médiation du collège au BTS",
        themes=idea.themes,
        levels=levels,
        from_date=today,
        until_date=today + timedelta(days=LAST_DAY + MARGIN),
        weekdays=tuple(day for day in Weekday if day is not closed),
        interventions=chance.randint(4, 16),
        pupils_max=chance.choice((28, 30, 32)),
        departments=idea.departments,
    )
