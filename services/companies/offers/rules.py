"""What a visit offer must be, and how it moves."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict, replace

from contracts.companies.profiles import Company, Site
from contracts.companies.visit_offers import (
    MoveVisitOffer,
    NewVisitOffer,
    VisitOffer,
    VisitOfferAdded,
    VisitOfferChange,
    VisitOfferChanged,
    VisitOfferClosed,
    VisitOfferPublished,
    VisitOfferStale,
)
from contracts.errors import FieldError
from contracts.faults import blank_faults, fault, identifier_faults, refuse, repetition_faults
from contracts.local_time import local, local_day
from contracts.machines import VISIT_OFFER
from contracts.reference.codes import check_known_rome
from contracts.vocabulary import LEVEL_AGES

PRIVATE_STATES = frozenset({"draft", "in_review", "rejected"})
# The reason of a pause that the company's suspension made; approving the company ends just these.
COMPANY_SUSPENDED = "company_suspended"
# How long an offer is believed without anybody's word that it still holds (PRODUCT, machines); only what classes see,
# or would see after a pause, is asked about.
BELIEVED_MONTHS = 6
QUESTIONED_STATES = frozenset({"published", "paused"})
# Moves by which somebody stands for the offer as it is; a pause that ends says nothing about it.
_CONFIRMING_MOVES = frozenset({"publish", "approve"})

Announced = VisitOfferAdded | VisitOfferPublished | VisitOfferClosed
_ANNOUNCED: dict[str, type[Announced]] = {
    "draft": VisitOfferAdded,
    "in_review": VisitOfferAdded,
    "published": VisitOfferPublished,
    "paused": VisitOfferClosed,
    "rejected": VisitOfferClosed,
    "archived": VisitOfferClosed,
}


def new_offer(new: NewVisitOffer, company: Company, site: Site, offer_id: UUID, now: datetime) -> VisitOffer:
    """The offer that the input describes at a site of the company; raises Invalid with every wrong field."""
    fields = {name: value for name, value in asdict(new).items() if name in VisitOffer.__struct_fields__}
    offer = VisitOffer(
        **{
            **fields,
            "id": offer_id,
            "fictional": company.fictional,
            "company_id": company.id,
            "company_name": company.name,
            "site_name": site.name,
            "place": site.place,
            "state": published_state(company) if new.publish else "draft",
            "created_at": now,
            "changed_at": now,
            "confirmed_at": now,
        }
    )
    refuse(_faults(offer))
    return _normal(offer)


def changed_offer(offer: VisitOffer, change: VisitOfferChange, actors: frozenset[str], now: datetime) -> VisitOffer:
    """The offer with its change, the very same where nothing differs; raises Invalid, NotYours, TransitionRefused."""
    VISIT_OFFER.step(offer.state, "change", actors)
    edited = replace(offer, **{name: value for name, value in asdict(change).items() if value is not UNSET})
    refuse(_faults(edited))
    edited = _normal(edited)
    return offer if edited == offer else _with_word(replace(edited, version=offer.version + 1, changed_at=now), now)


def confirmed_offer(offer: VisitOffer, actors: frozenset[str], now: datetime) -> VisitOffer:
    """The offer with its company's word that it still holds as it stands; raises NotYours, TransitionRefused."""
    VISIT_OFFER.step(offer.state, "still-valid", actors)
    return _with_word(replace(offer, version=offer.version + 1), now)


def moved_offer(
    offer: VisitOffer, move: MoveVisitOffer, company: Company, actors: frozenset[str], now: datetime
) -> VisitOffer:
    """The offer after a move; raises NotYours, TransitionRefused, Invalid."""
    state = VISIT_OFFER.move(offer.state, move.action, actors)
    refuse(_move_faults(move, local_day(now)))
    if move.action == "publish":
        state = published_state(company)
    moved = replace(
        offer,
        version=offer.version + 1,
        state=state,
        reason=move.reason,
        paused_until=move.until,
        changed_at=now,
    )
    return _with_word(moved, now) if move.action in _CONFIRMING_MOVES else moved


def published_state(company: Company) -> str:
    """Where publishing leads: to the public for an approved company, to review for another."""
    return "published" if company.state == "approved" else "in_review"


def pause_is_over(offer: VisitOffer, now: datetime) -> bool:
    """Whether a paused offer's day has come."""
    return offer.state == "paused" and offer.paused_until is not None and offer.paused_until <= local_day(now)


def stale_at(offer: VisitOffer) -> datetime:
    """Until when the last word on an offer is believed: 6 months later at the same hour of Occitanie, in UTC.

    Where a month is too short for the day, its last one. Offers from before confirmations were noted count from their
    last change.
    """
    said_at = local(offer.confirmed_at or offer.changed_at)
    years, month = divmod(said_at.month - 1 + BELIEVED_MONTHS, 12)
    year, month = said_at.year + years, month + 1
    day = min(said_at.day, monthrange(year, month)[1])
    return said_at.replace(year=year, month=month, day=day).astimezone(UTC)


def questioned_offer(offer: VisitOffer, now: datetime) -> VisitOffer:
    """The offer as stale where nobody has stood for it long enough, else the very same: also where it is already."""
    if offer.stale or offer.state not in QUESTIONED_STATES or now < stale_at(offer):
        return offer
    return replace(offer, version=offer.version + 1, stale=True)


def announced(offer: VisitOffer) -> Announced:
    """The event that tells of the state that an offer has come to."""
    return _ANNOUNCED[offer.state](visit_offer=offer)


def changed_event(offer: VisitOffer) -> VisitOfferChanged:
    """The event that tells of changed fields."""
    return VisitOfferChanged(visit_offer=offer)


def stale_event(offer: VisitOffer) -> VisitOfferStale:
    """The event that asks its company whether an offer still holds."""
    return VisitOfferStale(visit_offer=offer)


def _with_word(offer: VisitOffer, now: datetime) -> VisitOffer:
    """An offer that somebody has just stood for."""
    return replace(offer, confirmed_at=now, stale=False)


def _normal(offer: VisitOffer) -> VisitOffer:
    codes = tuple(check_known_rome(code) for code in offer.rome_codes)
    return replace(offer, title=offer.title.strip(), rome_codes=codes)


def _faults(offer: VisitOffer) -> Iterator[FieldError]:
    yield from blank_faults("title", offer.title)
    for field in ("themes", "levels", "formats", "languages"):
        yield from repetition_faults(field, getattr(offer, field))
    yield from repetition_faults("accessibility.needs", offer.accessibility.needs)
    yield from repetition_faults("rome_codes", (code.strip().upper() for code in offer.rome_codes))
    for number, code in enumerate(offer.rome_codes):
        yield from identifier_faults(f"rome_codes[{number}]", check_known_rome, code)
    for language in offer.languages:
        if not (len(language) == 2 and language.isascii() and language.isalpha() and language.islower()):
            yield fault(
                "languages",
                f"'{language[:10]}' is no language code: write two small letters, such as fr or en.",
                f"« {language[:10]} » n'est pas un code de langue : écrivez deux minuscules, comme fr ou en.",
            )
    if offer.pupils_min > offer.pupils_max:
        yield fault(
            "pupils_min",
            f"The smallest group, {offer.pupils_min}, is larger than the largest, {offer.pupils_max}.",
            f"Le plus petit groupe, {offer.pupils_min}, dépasse le plus grand, {offer.pupils_max}.",
        )
    if offer.pooled and offer.splitting:
        yield fault(
            "splitting",
            "An offer that pools its places has no groups to split: leave it out.",
            "Une offre qui met ses places en commun n'a pas de groupes à partager : retirez-le.",
        )
    eldest = max(LEVEL_AGES[level] for level in offer.levels)
    if eldest < offer.safety.minimum_age:
        yield fault(
            "safety.minimum_age",
            f"No class of these levels reaches {offer.safety.minimum_age} years (the eldest are {eldest}): "
            "lower the age or add levels.",
            f"Aucune classe de ces niveaux n'atteint {offer.safety.minimum_age} ans (les plus âgées ont {eldest} ans) "
            ": abaissez l'âge ou ajoutez des niveaux.",
        )


def _move_faults(move: MoveVisitOffer, today: date) -> Iterator[FieldError]:
    if move.action == "reject" and not move.reason.strip():
        yield fault(
            "reason",
            "Say why, so that the company can correct the offer.",
            "Dites pourquoi, pour que l'entreprise puisse corriger l'offre.",
        )
    if move.until is None:
        return
    if move.action != "pause":
        yield fault("until", "Only a pause has a last day: leave it out.", "Seule une pause a un terme : retirez-le.")
    elif move.until <= today:
        yield fault(
            "until",
            f"{move.until} is not in the future: choose the day on which the offer opens again.",
            f"Le {move.until} n'est pas à venir : choisissez le jour où l'offre rouvre.",
        )
