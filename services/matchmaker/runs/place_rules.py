"""Whether a slot has room for one proposal more: never are more places proposed than are left."""

from collections.abc import Iterable

from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer


def has_room(slot: Slot, offer: VisitOffer, proposed: Iterable[int], pupils: int) -> bool:
    """Whether a class of `pupils` still fits beside the classes, each given by its pupils, that are proposed the slot.

    What is booked is counted by the slot itself.
    """
    classes = (*proposed, pupils)
    if slot.pooled:
        return sum(classes) <= slot.pupils_left
    return sum(_groups(slot, offer, each) for each in classes) <= slot.groups_left


def _groups(slot: Slot, offer: VisitOffer, pupils: int) -> int:
    """How many groups a class takes: two where it is larger than one and the offer lets it be split."""
    return 2 if pupils > slot.pupils_per_group and offer.splitting and slot.groups > 1 else 1
