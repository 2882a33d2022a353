"""Whether a class can come: the same rules for a booking, a place on the waiting list and the check before.

A refusal that the school can mend names the field (Invalid, 422); one that lies in the slot, the offer or the date
is a conflict (409) with its state, the rule and what is allowed instead. What concerns the site alone (adults, access,
age) is not asked of an offer that also comes to the class or meets it remotely; the matchmaker's gates say the same.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec.structs import asdict

from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import AlreadyBooked, FieldError, SlotFull, TooLate, TransitionRefused, Wording
from contracts.faults import fault, refuse
from contracts.local_time import local_day
from contracts.machines import SLOT
from contracts.vocabulary import LEVEL_AGES, AccessNeed, VisitFormat
from services.companies.bookings.wish_rules import Wish
from services.companies.slots.rules import groups_for, has_place

# No offer may be booked later than this, whatever it says.
SHORTEST_LEAD = timedelta(days=7)


def check_bookable(
    wish: Wish, slot: Slot, offer: VisitOffer, actors: frozenset[str], now: datetime, asked_at: datetime
) -> int:
    """How many groups the class takes; raises TransitionRefused, TooLate, SlotFull, Invalid with every wrong field.

    `asked_at` is when the school said yes, which decides on the lead time: earlier than `now` where the word of an
    accepted proposal was long on its way.
    """
    if slot.state != "full":
        SLOT.step(slot.state, "book", actors)
    check_open(slot, offer, "book", now, asked_at)
    groups = groups_for(slot, wish.pupils, splitting=offer.splitting)
    if not has_place(slot, max(groups, 1), wish.pupils if groups else 1):
        raise full(slot, actors)
    refuse(class_faults(wish, slot, offer))
    return groups


def check_can_wait(wish: Wish, slot: Slot, offer: VisitOffer, actors: frozenset[str], now: datetime) -> int:
    """How many groups the class waits for; raises TransitionRefused where it need not wait, TooLate, Invalid."""
    groups = groups_for(slot, wish.pupils, splitting=offer.splitting)
    if slot.state == "open" and groups and has_place(slot, groups, wish.pupils):
        rule = Wording("a place is free: book it", "une place est libre : réservez-la")
        allowed = SLOT.allowed(slot.state, actors)
        raise TransitionRefused(action="wait", state=slot.state, rule=rule, allowed_actions=allowed)
    if slot.state != "open":
        SLOT.step(slot.state, "wait", actors)
    check_open(slot, offer, "wait", now, now)
    refuse(class_faults(wish, slot, offer))
    return groups


def check_open(slot: Slot, offer: VisitOffer, action: str, now: datetime, asked_at: datetime) -> None:
    """Raise TransitionRefused where the offer is not published, TooLate where its lead time has begun."""
    if offer.state != "published":
        rule = Wording("the visit offer is not published", "l'offre de visite n'est pas publiée")
        raise TransitionRefused(action=action, state=offer.state, rule=rule, allowed_actions=())
    deadline = last_day(slot, offer)
    if slot.starts_at <= now or local_day(asked_at) > deadline:
        raise TooLate(action=action, deadline=deadline.isoformat(), state=slot.state, allowed_actions=())


def last_day(slot: Slot, offer: VisitOffer) -> date:
    """The last day on which the slot can be booked."""
    return local_day(slot.starts_at) - max(timedelta(days=offer.lead_time_days), SHORTEST_LEAD)


def full(slot: Slot, actors: frozenset[str]) -> SlotFull:
    """The refusal of a class for which no place is left; it may wait for one."""
    left = slot.pupils_left if slot.pooled else slot.groups_left
    return SlotFull(state=slot.state, left=left, allowed_actions=SLOT.allowed("full", actors))


def already_booked(slot: Slot, other_slot_id: UUID, other_id: UUID) -> AlreadyBooked:
    """The refusal of a class that has, or waits for, a place `other_id` on this slot, or has another visit that day."""
    same_slot = other_slot_id == slot.id
    rule = (
        Wording("one live booking per class and slot", "une seule réservation par classe et par créneau")
        if same_slot
        else Wording("one visit per class and day", "une seule visite par classe et par jour")
    )
    return AlreadyBooked(rule=rule, booking_id=str(other_id), state=slot.state, allowed_actions=())


def class_faults(wish: Wish, slot: Slot, offer: VisitOffer) -> Iterator[FieldError]:
    """What the school can mend: the class does not fit the visit, or the site."""
    yield from _size_faults(wish, slot, offer)
    yield from _site_faults(wish, offer)


def _size_faults(wish: Wish, slot: Slot, offer: VisitOffer) -> Iterator[FieldError]:
    if wish.level not in offer.levels:
        words = ", ".join(offer.levels)
        yield fault(
            "level",
            f"The visit is for {words}, not for {wish.level}.",
            f"La visite s'adresse aux niveaux {words}, non à {wish.level}.",
        )
    if not groups_for(slot, wish.pupils, splitting=offer.splitting):
        yield _too_large(wish, slot, offer)
    if wish.pupils < offer.pupils_min:
        yield fault(
            "pupils",
            f"The visit takes groups of {offer.pupils_min} pupils or more, not {wish.pupils}.",
            f"La visite reçoit des groupes d'au moins {offer.pupils_min} élèves, non de {wish.pupils}.",
        )
    if wish.girls is not None and wish.girls > wish.pupils:
        yield fault(
            "girls",
            f"There are more girls than the {wish.pupils} pupils: check both numbers.",
            f"Il y a plus de filles que d'élèves ({wish.pupils}) : vérifiez ces nombres.",
        )
    for need, count in asdict(wish.needs).items():
        if count > wish.pupils:
            yield fault(
                f"needs.{need}",
                f"These are more than the {wish.pupils} pupils of the class: check both numbers.",
                f"C'est plus que les {wish.pupils} élèves de la classe : vérifiez ces nombres.",
            )


def _too_large(wish: Wish, slot: Slot, offer: VisitOffer) -> FieldError:
    if slot.pooled:
        return fault(
            "pupils",
            f"This slot holds {slot.places} pupils in all, not {wish.pupils}.",
            f"Ce créneau reçoit {slot.places} élèves en tout, non {wish.pupils}.",
        )
    if offer.splitting and slot.groups > 1:
        return fault(
            "pupils",
            f"Two groups of this slot hold {2 * slot.pupils_per_group} pupils at most, not {wish.pupils}.",
            f"Deux groupes de ce créneau comptent {2 * slot.pupils_per_group} élèves au plus, non {wish.pupils}.",
        )
    return fault(
        "pupils",
        f"A group of this slot holds {slot.pupils_per_group} pupils at most, not {wish.pupils}.",
        f"Un groupe de ce créneau compte {slot.pupils_per_group} élèves au plus, non {wish.pupils}.",
    )


def _site_faults(wish: Wish, offer: VisitOffer) -> Iterator[FieldError]:
    if set(offer.formats) != {VisitFormat.ON_SITE}:
        return
    adults = -(-wish.pupils // offer.pupils_per_adult)
    if wish.adults < adults:
        yield fault(
            "adults",
            f"{wish.pupils} pupils need {adults} adults (one for {offer.pupils_per_adult}): {wish.adults} are too few.",
            f"{wish.pupils} élèves demandent {adults} adultes (un pour {offer.pupils_per_adult}) : {wish.adults}, "
            "c'est trop peu.",
        )
    for need in AccessNeed:
        if getattr(wish.needs, need) and not _receives(offer, need):
            yield fault(
                f"needs.{need}",
                "The site cannot receive this need: ask the company, or choose another visit.",
                "Le site ne peut pas accueillir ce besoin : voyez avec l'entreprise, ou choisissez une autre visite.",
            )
    if LEVEL_AGES[wish.level] < offer.safety.minimum_age:
        yield fault(
            "level",
            f"The site takes nobody under {offer.safety.minimum_age}: pupils of {wish.level} are "
            f"{LEVEL_AGES[wish.level]}.",
            f"Le site n'accueille personne avant {offer.safety.minimum_age} ans : en {wish.level}, on a "
            f"{LEVEL_AGES[wish.level]} ans.",
        )


def _receives(offer: VisitOffer, need: AccessNeed) -> bool:
    """Whether the site receives a need; a way round what a wheelchair cannot reach serves it too."""
    by_detour = need is AccessNeed.MOTOR and bool(offer.accessibility.alternative_route.strip())
    return need in offer.accessibility.needs or by_detour
