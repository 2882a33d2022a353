"""Where a booking stands for its reader: what they have to do, what waits, what comes, what is over; pure."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from contracts.companies.bookings import Booking, MediationState
from contracts.machines import PENDING_BOOKING_STATES
from contracts.vocabulary import Role

# No visit is longer (contracts.fields.Minutes): what began before that is over.
LONGEST_VISIT = timedelta(hours=10)
# PRODUCT: nobody reported for so long, and the visit is presumed to have taken place.
REPORTED_WITHIN = timedelta(days=7)
# PRODUCT: a cancellation this close to the visit is late.
LATE = timedelta(days=14)

WAITING_STATES = PENDING_BOOKING_STATES | {"waitlisted"}
LIVE_STATES = WAITING_STATES | {"confirmed"}
ALL_STATES = (
    *("requested", "approved", "offered", "waitlisted", "confirmed", "completed", "presumed_done", "no_show"),
    *("cancelled", "rescheduled", "declined", "refused", "expired", "impossible"),
)
# Whose answer each role gives.
ANSWERS: dict[Role, frozenset[str]] = {
    Role.HEAD: frozenset({"requested", "offered"}),
    Role.TEACHER: frozenset({"offered"}),
    Role.COMPANY: frozenset({"approved"}),
    Role.ASSOCIATION: frozenset(),
    Role.COORDINATOR: frozenset(),
}
REPORTERS = frozenset({Role.HEAD, Role.TEACHER, Role.COMPANY})


class Group(StrEnum):
    """The parts of the list, in its order."""

    TODO = "todo"
    WAITING = "waiting"
    COMING = "coming"
    PAST = "past"


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What one part of the list is looked for by: these states, from or before a moment, the last one first."""

    states: tuple[str, ...]
    since: datetime | None = None
    before: datetime | None = None
    last_first: bool = False


def group_of(booking: Booking, role: Role, now: datetime) -> Group:
    """The part of the list that a booking is in for somebody in that role."""
    if booking.state in ANSWERS[role]:
        return Group.TODO
    if booking.state in WAITING_STATES:
        return Group.WAITING
    if booking.state != "confirmed":
        return Group.PAST
    if booking.ends_at > now:
        return Group.COMING
    return Group.TODO if role in REPORTERS else Group.PAST


def searches(group: Group, role: Role, now: datetime) -> tuple[Search, ...]:
    """How to find the bookings of a part; what is found beside them is told by `group_of`."""
    mine = ANSWERS[role]
    if group is Group.TODO:
        answers = (Search(states=tuple(sorted(mine))),) if mine else ()
        reports = (Search(states=("confirmed",), before=now),) if role in REPORTERS else ()
        return answers + reports
    if group is Group.WAITING:
        return (Search(states=tuple(sorted(WAITING_STATES - mine))),)
    if group is Group.COMING:
        return (Search(states=("confirmed",), since=now - LONGEST_VISIT),)
    past = tuple(state for state in ALL_STATES if state not in LIVE_STATES)
    if role in REPORTERS:
        return (Search(states=past, last_first=True),)
    return (
        Search(states=past, last_first=True),
        Search(states=("confirmed",), before=now, last_first=True),
    )


class Stand(StrEnum):
    """Where one party of a visit stands."""

    DONE = "done"
    NOW = "now"
    LATER = "later"
    NO = "no"


class Parties(msgspec.Struct, frozen=True, kw_only=True):
    """Where each party of a live visit stands; `association` is None where none is wanted."""

    school: Stand
    company: Stand
    association: Stand | None = None
    visit: Stand = Stand.LATER


_MEDIATION: dict[MediationState, Stand | None] = {
    MediationState.NONE: None,
    MediationState.WANTED: Stand.NOW,
    MediationState.ASKED: Stand.NOW,
    MediationState.ACCEPTED: Stand.DONE,
    MediationState.NOT_FOUND: Stand.NO,
}
_SIDES: dict[str, tuple[Stand, Stand]] = {
    "waitlisted": (Stand.LATER, Stand.LATER),
    "offered": (Stand.NOW, Stand.LATER),
    "requested": (Stand.NOW, Stand.LATER),
    "approved": (Stand.DONE, Stand.NOW),
}


def parties_of(booking: Booking, now: datetime) -> Parties | None:
    """Where the parties stand; None for a booking that came to nothing."""
    association = _MEDIATION[booking.mediation]
    if booking.state in _SIDES:
        school, company = _SIDES[booking.state]
        # A company that moved the visit has said yes already.
        if booking.state == "offered" and booking.rescheduled_from is not None:
            company = Stand.DONE
        return Parties(school=school, company=company, association=association)
    visits = {
        "confirmed": Stand.LATER if now < booking.ends_at else Stand.NOW,
        "completed": Stand.DONE,
        "presumed_done": Stand.NOW,
        "no_show": Stand.NO,
    }
    if booking.state not in visits:
        return None
    return Parties(school=Stand.DONE, company=Stand.DONE, association=association, visit=visits[booking.state])


def actions_now(booking: Booking, now: datetime) -> tuple[str, ...]:
    """Of what the reader may do (`allowed_actions`), what its day allows: reports after the visit, all else before."""
    reports = {"complete", "no-show"}
    over = now >= booking.ends_at
    begun = now >= booking.starts_at
    return tuple(action for action in booking.allowed_actions if (over if action in reports else not begun))


def is_late(booking: Booking, now: datetime) -> bool:
    """Whether to cancel a booking now counts as late; a class that only waits for a place never is."""
    return booking.state != "waitlisted" and booking.starts_at - now < LATE
