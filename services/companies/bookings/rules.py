"""When a class may come, and how a booking moves.

A refusal that the school can mend names the field (Invalid, 422); one that lies in the slot, the offer or the date
is a conflict (409). What concerns the site alone (adults, access, age) is not asked of an offer that also comes to
the class or meets it remotely; the matchmaker's gates say the same.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from msgspec.structs import asdict, replace

from contracts.caller import Caller
from contracts.companies.bookings import (
    Booking,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    ClassNeeds,
    DeclineReason,
    NewBooking,
)
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import (
    AlreadyBooked,
    FieldError,
    Invalid,
    NotYours,
    PasserelleError,
    SlotFull,
    TooLate,
    TransitionRefused,
    Wording,
)
from contracts.faults import fault, identifier_faults, refuse
from contracts.identifiers import check_uai
from contracts.local_time import local, local_day
from contracts.machines import BOOKING, SLOT
from contracts.matchmaker.proposals import VisitProposal
from contracts.vocabulary import LEVEL_AGES, AccessNeed, Level, OrganisationKind, VisitFormat

# No offer may be booked later than this, whatever it says.
SHORTEST_LEAD = timedelta(days=7)

MOVES: dict[str, type[BookingConfirmed] | type[BookingDeclined] | type[BookingCancelled]] = {
    "confirmed": BookingConfirmed,
    "declined": BookingDeclined,
    "cancelled": BookingCancelled,
}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A class that wants a group of a slot, whether it asked itself or accepted a proposal."""

    school_uai: str
    level: Level
    pupils: int
    adults: int
    class_name: str
    girls: int | None = None
    needs: ClassNeeds = ClassNeeds()
    class_request_id: UUID | None = None
    proposal_id: UUID | None = None
    association_id: UUID | None = None

    @property
    def class_key(self) -> str:
        """Which class it is: its request, else its level and name, always within its school."""
        if self.class_request_id is not None:
            return f"{self.school_uai} request {self.class_request_id}"
        return f"{self.school_uai} {self.level} {' '.join(self.class_name.casefold().split())}"


# ------------------------------------------------------------ who wants to come


def wish_of(new: NewBooking, caller: Caller) -> Wish:
    """The wish of a school, or of a coordinator for one; raises NotYours, Invalid."""
    fields = {name: value for name, value in asdict(new).items() if name in Wish.__struct_fields__}
    return Wish(**{**fields, "school_uai": _school_of(new, caller)})


def wish_of_proposal(proposal: VisitProposal) -> Wish:
    """The wish of a school that accepted a proposal."""
    return Wish(
        school_uai=proposal.school_uai,
        level=proposal.level,
        pupils=proposal.pupils,
        adults=proposal.adults,
        class_name=proposal.class_name,
        needs=proposal.needs,
        class_request_id=proposal.class_request_id,
        proposal_id=proposal.id,
        association_id=proposal.association_id,
    )


def _school_of(new: NewBooking, caller: Caller) -> str:
    if caller.organisation is OrganisationKind.SCHOOL:
        if new.school_uai not in {"", caller.organisation_id}:
            raise NotYours()
        return caller.organisation_id
    if not caller.is_coordinator:
        raise NotYours()
    if not new.school_uai:
        raise Invalid.field(
            "school_uai",
            "Say which school comes: give its UAI.",
            "Dites quelle école vient : donnez son UAI.",
        )
    refuse(identifier_faults("school_uai", check_uai, new.school_uai))
    return check_uai(new.school_uai)


# ------------------------------------------------------------ whether it can


def check_bookable(
    wish: Wish, slot: Slot, offer: VisitOffer, actors: frozenset[str], now: datetime, asked_at: datetime
) -> None:
    """Raise what stands against it: SlotFull, TransitionRefused, TooLate, Invalid with every wrong field.

    `asked_at` is when the school said yes, which decides on the lead time: earlier than `now` where the word of an
    accepted proposal was long on its way.
    """
    if slot.state == "full":
        raise SlotFull()
    SLOT.step(slot.state, "book", actors)
    if offer.state != "published":
        rule = Wording("the visit offer is not published", "l'offre de visite n'est pas publiée")
        raise TransitionRefused(action="book", state=offer.state, rule=rule, allowed_actions=())
    deadline = last_day(slot, offer)
    if slot.starts_at <= now or local_day(asked_at) > deadline:
        raise TooLate(action="book", deadline=deadline.isoformat())
    refuse((*_class_faults(wish, slot, offer), *_site_faults(wish, offer)))


def last_day(slot: Slot, offer: VisitOffer) -> date:
    """The last day on which the slot can be booked."""
    return local_day(slot.starts_at) - max(timedelta(days=offer.lead_time_days), SHORTEST_LEAD)


def already_booked(slot: Slot, other_slot_id: UUID, other_id: UUID) -> AlreadyBooked:
    """The refusal of a class that has a live booking `other_id` of this slot, or of another one that day."""
    same_slot = other_slot_id == slot.id
    rule = (
        Wording("one live booking per class and slot", "une seule réservation par classe et par créneau")
        if same_slot
        else Wording("one visit per class and day", "une seule visite par classe et par jour")
    )
    return AlreadyBooked(rule=rule, booking_id=str(other_id))


def _class_faults(wish: Wish, slot: Slot, offer: VisitOffer) -> Iterator[FieldError]:
    if wish.level not in offer.levels:
        words = ", ".join(offer.levels)
        yield fault(
            "level",
            f"The visit is for {words}, not for {wish.level}.",
            f"La visite s'adresse aux niveaux {words}, non à {wish.level}.",
        )
    if wish.pupils > slot.pupils_per_group:
        yield fault(
            "pupils",
            f"A group of this slot holds {slot.pupils_per_group} pupils at most, not {wish.pupils}.",
            f"Un groupe de ce créneau compte {slot.pupils_per_group} élèves au plus, non {wish.pupils}.",
        )
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


# ------------------------------------------------------------ what becomes of it


def new_booking(wish: Wish, slot: Slot, state: str, booking_id: UUID, now: datetime) -> Booking:
    """The booking of a wish, in a state."""
    return Booking(
        **asdict(wish),
        id=booking_id,
        fictional=slot.fictional,
        slot_id=slot.id,
        visit_offer_id=slot.visit_offer_id,
        company_id=slot.company_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        state=state,
        created_at=now,
        changed_at=now,
    )


def first_state(offer: VisitOffer) -> str:
    """What a booking begins as: waiting for the company, or confirmed where the offer confirms at once."""
    return "confirmed" if offer.instant_confirmation else "requested"


def begun(booking: Booking, slot: Slot) -> BookingRequested | BookingConfirmed:
    """The one event of a new booking: confirmed at once, or requested."""
    kind = BookingConfirmed if booking.state == "confirmed" else BookingRequested
    return kind(booking=booking, slot=slot)


def impossible(booking: Booking, refusal: PasserelleError) -> Booking:
    """The booking of an accepted proposal that a rule refuses; its reason is the rule's slug, then words."""
    problem = refusal.problem
    words = " ".join(f"{wrong.field}: {wrong.message.en}" for wrong in problem.fields) or problem.detail.en
    return replace(booking, state="impossible", reason=f"{problem.slug}: {words}", ended_by="system")


def moved_booking(booking: Booking, action: str, reason: str, actors: frozenset[str], now: datetime) -> Booking:
    """The booking confirmed, declined or cancelled; raises Invalid, NotYours, TransitionRefused, TooLate."""
    state = BOOKING.move(booking.state, action, actors)
    if booking.starts_at <= now:
        raise TooLate(action=action, deadline=local(booking.starts_at).isoformat(timespec="minutes"))
    if state == "declined":
        refuse(_decline_faults(reason))
    return ended(booking, state, reason, actors, now) if state != "confirmed" else _changed(booking, state, reason, now)


def ended(booking: Booking, state: str, reason: str, actors: frozenset[str], now: datetime) -> Booking:
    """The booking ended by whoever acts, with the reason."""
    return replace(_changed(booking, state, reason, now), ended_by=min(actors))


def _changed(booking: Booking, state: str, reason: str, now: datetime) -> Booking:
    return replace(booking, version=booking.version + 1, state=state, reason=reason, changed_at=now)


def _decline_faults(reason: str) -> Iterator[FieldError]:
    # A word of the list, so that it can be counted; more may follow a colon.
    if reason.partition(":")[0].strip() not in set(DeclineReason):
        words = ", ".join(DeclineReason)
        yield fault(
            "reason",
            f"Say why with one of {words}; more may follow a colon, as in 'other: the line is being rebuilt'.",
            f"Dites pourquoi par l'un de ces mots : {words} ; vous pouvez ajouter des précisions après deux-points.",
        )
