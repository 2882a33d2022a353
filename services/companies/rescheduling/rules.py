"""Whether a visit can move to another slot of its company, and what both bookings become."""

from datetime import datetime

from msgspec.structs import replace

from contracts.companies.bookings import Booking
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import TransitionRefused, Wording
from contracts.local_time import local_day
from contracts.machines import BOOKING, SCHOOL
from services.companies.bookings.rules import check_in_time, in_state, side_of


def check_reschedulable(booking: Booking, target: Slot, actors: frozenset[str], now: datetime) -> None:
    """Raise NotYours, TransitionRefused or TooLate where a visit cannot move to that slot."""
    BOOKING.step(booking.state, "reschedule", actors)
    check_in_time(booking, "reschedule", actors, now)
    if SCHOOL not in actors and booking.state == "requested":
        rule = Wording(
            "the head of school has not approved it yet", "la direction de l'école ne l'a pas encore validée"
        )
        raise refused_move(booking, rule, actors)
    if target.company_id != booking.company_id:
        rule = Wording(
            "the other slot is another company's: cancel and book it", "l'autre créneau est d'une autre entreprise"
        )
        raise refused_move(booking, rule, actors)
    if target.id == booking.slot_id:
        raise refused_move(booking, Wording("it is on this slot already", "elle est déjà sur ce créneau"), actors)


def refused_move(booking: Booking, rule: Wording, actors: frozenset[str]) -> TransitionRefused:
    """The refusal to reschedule, with the rule."""
    allowed = BOOKING.allowed(booking.state, actors)
    return TransitionRefused(action="reschedule", state=booking.state, rule=rule, allowed_actions=allowed)


def successor_state(booking: Booking, offer: VisitOffer, actors: frozenset[str]) -> str:
    """What the moved visit begins as: the company's move is offered to the school, the school's keeps its approvals."""
    if SCHOOL not in actors:
        return "offered"
    if booking.state == "confirmed" and not offer.instant_confirmation:
        return "approved"
    return booking.state


def successor_of(booking: Booking, new: Booking) -> Booking:
    """The new booking as the one that the visit moved to; the proposal stays with the booking that it made."""
    return replace(new, rescheduled_from=booking.id, proposal_id=None)


def rescheduled(booking: Booking, successor: Booking, reason: str, actors: frozenset[str]) -> Booking:
    """The booking that ended because its visit moved."""
    last = local_day(successor.created_at)
    moved = in_state(booking, "rescheduled", last, successor.created_at, reason, side_of(actors))
    return replace(moved, rescheduled_to=successor.id)
