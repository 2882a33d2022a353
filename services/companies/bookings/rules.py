"""What becomes of a booking: how it begins, who moves it where, what a move means for its deadlines.

Which class it is stands in `wish_rules.py`, whether it can come in `check_rules.py`, until when in `deadline_rules.py`.
"""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from contracts.companies.bookings import (
    Booking,
    BookingApproved,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingEvent,
    BookingExpired,
    BookingOffered,
    BookingPresumedDone,
    BookingRefused,
    BookingRequested,
    BookingWaitlisted,
    DeclineReason,
    MediationState,
    WaitingFor,
)
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import FieldError, HeadOnly, PasserelleError, TooLate
from contracts.faults import fault, refuse
from contracts.local_time import local, local_day
from contracts.machines import BOOKING, COMPANY, COORDINATOR, HEAD, SCHOOL, SYSTEM
from services.companies.bookings.check_rules import last_day
from services.companies.bookings.deadline_rules import WAITING_FOR, answer_by, is_late
from services.companies.bookings.wish_rules import Wish

# The event that tells that a booking has come to a state.
EVENT_OF_STATE: dict[str, type[BookingEvent]] = {
    "requested": BookingRequested,
    "approved": BookingApproved,
    "refused": BookingRefused,
    "confirmed": BookingConfirmed,
    "declined": BookingDeclined,
    "cancelled": BookingCancelled,
    "expired": BookingExpired,
    "waitlisted": BookingWaitlisted,
    "offered": BookingOffered,
    "presumed_done": BookingPresumedDone,
}
HEADS_ANSWERS = frozenset({"approve", "refuse"})
# Answers to a question that has a deadline of its own.
ANSWERS = frozenset({"approve", "refuse", "confirm", "decline", "accept"})


# ------------------------------------------------------------ how it begins


def first_state(offer: VisitOffer, *, head_approves: bool) -> str:
    """What a booking begins as: waiting for the head of school, for the company, or for nobody."""
    if head_approves:
        return "requested"
    return "confirmed" if offer.instant_confirmation else "approved"


def new_booking(
    wish: Wish, slot: Slot, offer: VisitOffer, groups: int, state: str, booking_id: UUID, now: datetime
) -> Booking:
    """The booking of a wish, in a state."""
    fields = {name: getattr(wish, name) for name in Wish.__struct_fields__ if name != "mediation_promised"}
    wants_mediation = offer.needs_mediation or wish.mediation_promised
    booking = Booking(
        **fields,
        id=booking_id,
        version=0,
        fictional=slot.fictional,
        slot_id=slot.id,
        visit_offer_id=slot.visit_offer_id,
        company_id=slot.company_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        groups=groups,
        mediation=MediationState.WANTED if wants_mediation else MediationState.NONE,
        state="",
        created_at=now,
        changed_at=now,
    )
    return in_state(booking, state, last_day(slot, offer), now)


def begun_as(booking: Booking) -> type[BookingEvent]:
    """The one event of a booking that holds a place from now on: confirmed at once, or waiting for somebody."""
    return BookingConfirmed if booking.state == "confirmed" else BookingRequested


def impossible(booking: Booking, refusal: PasserelleError) -> Booking:
    """The booking of an accepted proposal that a rule refuses; its reason is the rule's slug, then words."""
    problem = refusal.problem
    words = " ".join(f"{wrong.field}: {wrong.message.en}" for wrong in problem.fields) or problem.detail.en
    return replace(booking, reason=f"{problem.slug}: {words}", ended_by="system")


# ------------------------------------------------------------ how it moves


def in_state(booking: Booking, state: str, last: date, now: datetime, reason: str = "", ended_by: str = "") -> Booking:
    """The booking's next version, in a state: with who has to act, until when, and whether the visit is ready.

    A class that only waited for a place is never late to leave.
    """
    late = state == "cancelled" and booking.state != "waitlisted" and is_late(booking.starts_at, now)
    moved = replace(
        booking,
        version=booking.version + 1,
        state=state,
        reason=reason,
        ended_by=ended_by,
        waiting_for=WAITING_FOR.get(state, WaitingFor.NOBODY),
        answer_by=answer_by(state, booking.starts_at, last, now),
        late=late,
        changed_at=now,
    )
    return replace(moved, ready=is_ready(moved))


def is_ready(booking: Booking) -> bool:
    """Whether all parties have said yes: company, school and, where one is wanted, association."""
    return booking.state == "confirmed" and booking.mediation in {MediationState.NONE, MediationState.ACCEPTED}


class Moving(msgspec.Struct, frozen=True, kw_only=True):
    """What a person does to a booking: the action, its reason, as whom, when.

    `head_approves` says whether what this person books still needs the head of school.
    """

    action: str
    reason: str
    actors: frozenset[str]
    head_approves: bool
    moment: datetime


def moved_booking(booking: Booking, moving: Moving, slot: Slot, offer: VisitOffer) -> Booking:
    """The booking after an action of a person; raises Invalid, NotYours, TransitionRefused, TooLate."""
    action, reason, actors, now = moving.action, moving.reason, moving.actors, moving.moment
    if action in HEADS_ANSWERS and SCHOOL in actors and not actors & {HEAD, COORDINATOR}:
        raise HeadOnly(allowed_actions=BOOKING.allowed(booking.state, actors))
    state = BOOKING.move(booking.state, action, actors)
    check_in_time(booking, action, actors, now)
    refuse(_reason_faults(booking, state, reason, actors))
    if action == "approve" and offer.instant_confirmation:
        state = "confirmed"
    if action == "accept":
        state = accepted_state(booking, offer, head_approves=moving.head_approves)
    ended_by = "" if state in {"approved", "confirmed", "requested"} else side_of(actors)
    return in_state(booking, state, last_day(slot, offer), now, reason, ended_by)


def event_of_move(action: str, moved: Booking) -> type[BookingEvent]:
    """What tells of an action: a class that takes an offered place begins like any other that has one."""
    return begun_as(moved) if action == "accept" else EVENT_OF_STATE[moved.state]


def accepted_state(booking: Booking, offer: VisitOffer, *, head_approves: bool) -> str:
    """Where taking an offered place leads: a company that moved the visit has said yes already."""
    if booking.rescheduled_from is not None:
        return "confirmed"
    return first_state(offer, head_approves=head_approves)


def check_in_time(booking: Booking, action: str, actors: frozenset[str], now: datetime) -> None:
    """Raise TooLate once the visit has begun, or the answer's deadline is over."""
    deadline = booking.starts_at
    if action in ANSWERS and booking.answer_by is not None:
        deadline = min(deadline, booking.answer_by)
    if deadline <= now:
        raise TooLate(
            action=action,
            deadline=local(deadline).isoformat(timespec="minutes"),
            state=booking.state,
            allowed_actions=BOOKING.allowed(booking.state, actors),
        )


def side_of(actors: frozenset[str]) -> str:
    """Which side somebody acts for, as a booking keeps it; a head of school is its school."""
    return next((side for side in (COMPANY, SCHOOL, COORDINATOR) if side in actors), "system")


def _reason_faults(booking: Booking, state: str, reason: str, actors: frozenset[str]) -> Iterator[FieldError]:
    # A word of the list, so that it can be counted; more may follow a colon.
    if state == "declined" and reason.partition(":")[0].strip() not in set(DeclineReason):
        words = ", ".join(DeclineReason)
        yield fault(
            "reason",
            f"Say why with one of {words}; more may follow a colon, as in 'other: the line is being rebuilt'.",
            f"Dites pourquoi par l'un de ces mots : {words} ; vous pouvez ajouter des précisions après deux-points.",
        )
    if state == "refused" and not reason.strip():
        yield fault("reason", "Say why: the teacher will be told.", "Dites pourquoi : l'enseignant sera prévenu.")
    breaks_its_word = state == "cancelled" and booking.state == "confirmed" and SCHOOL not in actors
    if breaks_its_word and not reason.strip():
        yield fault("reason", "Say why: the school will be told.", "Dites pourquoi : l'école sera prévenue.")


# ------------------------------------------------------------ what the system does


def overdue(booking: Booking, now: datetime) -> Booking | None:
    """The booking after its time was up: expired, or presumed done; None where nothing is overdue (any more)."""
    today = local_day(now)
    if booking.state == "confirmed":
        return in_state(booking, "presumed_done", today, now)
    if "expire" not in BOOKING.allowed(booking.state, {SYSTEM}):
        return None
    return in_state(booking, "expired", today, now, booking.state, SYSTEM)


def with_hours(booking: Booking, slot: Slot, now: datetime) -> Booking:
    """The booking of a slot whose hours changed; who has to answer keeps the time that it had."""
    return replace(booking, version=booking.version + 1, starts_at=slot.starts_at, ends_at=slot.ends_at, changed_at=now)
