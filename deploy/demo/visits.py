"""What the invented companies open to classes: varied offers, and slots on school days."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import cycle
from random import Random

from contracts.companies.slots import NewSlot
from contracts.companies.visit_offers import Accessibility, NewVisitOffer, OtherFee, SafetyRules
from contracts.vocabulary import LEVELS_OF_SCHOOL, AccessNeed, Level, SchoolKind, Theme
from deploy.demo.chance import instant, school_days, stream
from deploy.demo.model import UNPLACED, Offer
from deploy.demo.sources import CompanyIdea, Industry, VisitIdea, commune_written, industries

PRIMARY = LEVELS_OF_SCHOOL[SchoolKind.ECOLE]
COLLEGE = LEVELS_OF_SCHOOL[SchoolKind.COLLEGE]
LYCEE = (
    Level.SECONDE_GT,
    Level.PREMIERE_G,
    Level.TERMINALE_G,
    Level.PREMIERE_T,
    Level.TERMINALE_T,
    Level.SECONDE_PRO,
    Level.PREMIERE_PRO,
    Level.TERMINALE_PRO,
)
PRO = LEVELS_OF_SCHOOL[SchoolKind.LYCEE_PRO]
LEVELS = {
    "primary": PRIMARY,
    "primary_college": (*PRIMARY, Level.SIXIEME, Level.CINQUIEME),
    "college": COLLEGE,
    "college_lycee": (Level.CINQUIEME, Level.QUATRIEME, Level.TROISIEME, Level.TROISIEME_PREPA_METIERS, *LYCEE),
    "lycee": (*LYCEE, Level.BTS1, Level.BTS2),
    "pro": PRO,
}
# Three sites of ten have a second offer.
SECOND_OFFER = 0.3
SLOTS_PER_OFFER = (1, 2, 2, 3, 3)
STARTS = ((9, 0), (9, 30), (10, 0), (13, 30), (14, 0))


def make_offers(seed: int, today: date, ideas: tuple[CompanyIdea, ...]) -> dict[tuple[str, str], tuple[Offer, ...]]:
    """The offers of every site, by company name and site as written in the sources."""
    chance = stream(seed, "visits")
    days = school_days(today)
    turns = {theme: cycle(industry.visit) for theme, industry in industries().items()}
    made: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for idea in ideas:
        industry = industries()[idea.theme]
        for written in idea.sites:
            for _ in range(2 if chance.random() < SECOND_OFFER else 1):
                visit = next(turns[idea.theme])
                offer = make_offer(visit, industry, idea.theme, written, chance)
                made[idea.name, written].append(Offer(offer, make_slots(offer, days, chance)))
    return {key: tuple(offers) for key, offers in made.items()}


def make_offer(visit: VisitIdea, industry: Industry, theme: Theme, written: str, chance: Random) -> NewVisitOffer:
    """One offer; how it receives classes differs from one to the next."""
    place = commune_written(written).name
    paid = chance.random() < 0.3
    guided_tour = chance.random() < 0.25
    return NewVisitOffer(
        site_id=UNPLACED,
        title=visit.title,
        description=f"{visit.description} Visite inventée pour la démonstration.",
        meeting_point=f"À l'accueil, côté parking ({place})",
        themes=(theme, *visit.also),
        rome_codes=visit.rome,
        levels=LEVELS[visit.levels],
        duration_minutes=visit.minutes,
        languages=("fr", "oc") if chance.random() < 0.1 else ("fr",),
        pupils_min=chance.choice((1, 1, 8, 10)),
        pupils_max=chance.choice((24, 28, 30, 32)),
        pupils_per_adult=chance.choice((8, 10, 12, 15)),
        lead_time_days=chance.choice((7, 10, 14, 14)),
        instant_confirmation=chance.random() < 0.25,
        needs_mediation=chance.random() < 0.15,
        role_model_present=chance.random() < 0.4,
        price_cents=chance.choice((3000, 4500, 6000)) if paid else 0,
        fees=(OtherFee(label="Petit matériel emporté", price_cents=2500),) if guided_tour and paid else (),
        transport_paid_by_company=chance.random() < 0.15,
        coach_parking=chance.random() < 0.8,
        nearest_stop=f"{place}, arrêt Zone d'activité" if chance.random() < 0.5 else "",
        accessibility=make_access(chance),
        safety=SafetyRules(
            minimum_age=visit.minimum_age,
            equipment=industry.equipment,
            equipment_supplied=chance.random() < 0.8,
            identity_list_days_before=chance.choice((0, 0, 7)),
            photos_allowed=chance.random() < 0.6,
            site_class=industry.site_class,
        ),
        aims="Découvrir des métiers, relier une leçon de sciences à un geste réel.",
        preparation="Une fiche à lire en classe une semaine avant la visite.",
        follow_up="Une question ouverte à laquelle l'équipe répond par écrit.",
        publish=True,
    )


def make_access(chance: Random) -> Accessibility:
    """Two sites of three receive wheelchairs, some of them by another way."""
    needs = tuple(need for need in AccessNeed if chance.random() < 0.65)
    another_way = AccessNeed.MOTOR in needs and chance.random() < 0.4
    return Accessibility(
        needs=needs,
        alternative_route="La mezzanine se voit depuis une salle de plain-pied, par caméra." if another_way else "",
    )


def make_slots(offer: NewVisitOffer, days: list[date], chance: Random) -> tuple[NewSlot, ...]:
    """Slots on different days, in order."""
    chosen = sorted(chance.sample(days, chance.choice(SLOTS_PER_OFFER)))
    return tuple(make_slot(offer, day, chance.choice(STARTS), chance.choice((1, 1, 1, 2))) for day in chosen)


def make_slot(offer: NewVisitOffer, day: date, start: tuple[int, int], groups: int) -> NewSlot:
    """A slot that begins at this hour and minute and lasts as long as the visit."""
    starts_at = instant(day, *start)
    return NewSlot(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=offer.duration_minutes),
        groups=groups,
        pupils_per_group=offer.pupils_max,
    )
