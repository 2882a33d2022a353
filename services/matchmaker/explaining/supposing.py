"""The region as it has to be for a pair to be asked about: both are in it, and neither holds the other. Pure.

A match leaves out what cannot change: full slots, classes that have all their visits, visits that are booked.
"""

from itertools import chain

import msgspec

from contracts.companies.bookings import Booking
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.matchmaker.class_requests import ClassRequest
from services.matchmaker.runs.region import Region
from services.matchmaker.runs.store import Held


def suppose(region: Region, request: ClassRequest, slot: Slot, offer: VisitOffer, booking: Booking | None) -> Region:
    """The region with this slot, and with this class request as one that still wants a visit.

    `booking` is the one by which the class holds places of the slot: they are given back.
    """
    held = tuple(one for one in region.held if (one.class_request_id, one.slot_id) != (request.id, slot.id))
    return msgspec.structs.replace(
        region,
        requests=region.requests | {request.id: _wanting(request, _visits(region, held, request))},
        slots=region.slots | {slot.id: slot if booking is None else _given_back(slot, booking)},
        offers=region.offers | {offer.id: offer},
        held=held,
    )


def _visits(region: Region, held: tuple[Held, ...], request: ClassRequest) -> int:
    """How many visits the class has for good."""
    accepted = (proposal.class_request_id for proposal, _ in region.waiting if proposal.state == "accepted")
    return sum(one == request.id for one in chain(accepted, (visit.class_request_id for visit in held)))


def _wanting(request: ClassRequest, visits: int) -> ClassRequest:
    """The class request, were one visit more asked for where the class has all of them."""
    return msgspec.structs.replace(request, visits_wanted=max(request.visits_wanted, visits + 1))


def _given_back(slot: Slot, booking: Booking) -> Slot:
    return msgspec.structs.replace(
        slot,
        groups_taken=max(0, slot.groups_taken - booking.groups),
        pupils_taken=max(0, slot.pupils_taken - booking.pupils),
    )
