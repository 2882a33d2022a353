"""What can be asked about: an open class request, and a slot that classes can see and still come to."""

from datetime import datetime

from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import Conflict, Wording
from contracts.local_time import local_day
from contracts.matchmaker.class_requests import ClassRequest

# Nobody but its company knows of an offer in one of these.
UNSEEN_OFFER_STATES = frozenset({"draft", "in_review", "rejected"})
# A full slot is asked about too: the answer is that it is full.
ASKED_SLOT_STATES = frozenset({"open", "full"})


class RequestOver(Conflict):
    """Nothing is proposed to a class request that is closed, so there is no why not."""

    slug = "request-over"
    sentence = Wording(
        "The class request is over (state «{state}», last day {until_date}); ask about an open one.",
        "La demande est close (état « {state} », dernier jour {until_date}) ; interrogez une demande ouverte.",
    )


class SlotOver(Conflict):
    """Nobody is proposed a slot that is closed, cancelled or over, so there is no why not."""

    slug = "slot-over"
    sentence = Wording(
        "The slot takes no class any more (slot «{slot_state}», offer «{offer_state}»); ask about an open one.",
        "Le créneau n'accueille plus de classe (créneau « {slot_state} », offre « {offer_state} ») ; interrogez un"
        " créneau ouvert.",
    )


def is_seen(offer: VisitOffer) -> bool:
    """Whether schools know of the offer's slots."""
    return offer.state not in UNSEEN_OFFER_STATES


def require_open(request: ClassRequest, slot: Slot, offer: VisitOffer, now: datetime) -> None:
    """Raise RequestOver or SlotOver where nothing could be proposed, whatever the gates say."""
    if request.state != "open" or request.until_date < local_day(now):
        raise RequestOver(state=request.state, until_date=request.until_date.isoformat())
    if slot.state not in ASKED_SLOT_STATES or offer.state != "published" or slot.starts_at <= now:
        raise SlotOver(slot_state=slot.state, offer_state=offer.state)
