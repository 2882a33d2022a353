"""When somebody is reminded of what: of a visit ahead, of an answer that others wait for, of an offer grown stale.

A thing is looked at again at `next_due`, and `reminders` says of what it is then: a thing that moved or ended meanwhile
has nothing to remind of, whatever timer was set for it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from contracts.associations.interventions import Intervention
from contracts.companies.bookings import Booking
from contracts.companies.visit_offers import VisitOffer
from contracts.local_time import PARIS, local, local_day
from contracts.machines import OPEN_PARTNERSHIP_PROPOSAL_STATES
from contracts.matchmaker.proposals import PartnershipProposal
from contracts.reference.calendar import OutsideCalendar, add_working_days
from services.gateway.notices.choreography_rules import ASSOCIATION, COMPANY, HEAD, SCHOOL, Whom

# When people begin to work, and when they stop: a reminder at night is read in the morning among others.
MORNING, EVENING = time(8), time(19)
WEEK_BEFORE = timedelta(days=7)
# PRODUCT, partnership proposals: no reminder before day 3, one at day 9.
PARTNERSHIP_REMINDER = timedelta(days=9)
# One more time, and then no more: a nag that comes for ever is not read.
STALE_REMINDER = timedelta(days=14)
PREPARE, AHEAD = "visit_to_prepare", "visit_ahead"


class Reminder(NamedTuple):
    """One kind of notice to one addressee; `mark` is what it is given once for."""

    kind: str
    to: Whom
    mark: str


def next_due(thing: Any, now: datetime) -> datetime | None:
    """When to look at a thing again, None where there is nothing more to come."""
    match thing:
        case Booking(state="confirmed"):
            moments: tuple[datetime, ...] = visit_moments(thing.starts_at)
        case Booking(state="requested" | "approved") | Intervention(state="requested"):
            moments = (half_time(thing.changed_at, thing.answer_by),) if thing.answer_by else ()
        case PartnershipProposal() if thing.state in OPEN_PARTNERSHIP_PROPOSAL_STATES:
            moments = (by_day(thing.created_at + PARTNERSHIP_REMINDER),)
        case VisitOffer(stale=True):
            moments = (by_day(thing.changed_at + STALE_REMINDER),)
        case _:
            moments = ()
    return min((moment for moment in moments if moment > now), default=None)


def reminders(thing: Any, now: datetime) -> Iterator[Reminder]:
    """Who is reminded of what now. A booking's visit is reminded of by its last reminder due: never D-7 after D-1."""
    match thing:
        case Booking(state="confirmed") if now < thing.starts_at:
            week_before, eve = visit_moments(thing.starts_at)
            if now >= week_before:
                kind = AHEAD if now >= eve else PREPARE
                mediator = (ASSOCIATION,) if thing.ready and thing.association_id else ()
                for whom in (SCHOOL, COMPANY, *mediator):
                    yield Reminder(kind, whom, local_day(thing.starts_at).isoformat())
        case Booking(state="requested") if _is_half_over(thing, now):
            yield Reminder("remind_approval", HEAD, f"{thing.answer_by}")
        case Booking(state="approved") if _is_half_over(thing, now):
            yield Reminder("remind_confirmation", COMPANY, f"{thing.answer_by}")
        case Intervention(state="requested") if _is_half_over(thing, now):
            yield Reminder("remind_mediation", ASSOCIATION, f"{thing.answer_by}")
        case PartnershipProposal() if thing.created_at + PARTNERSHIP_REMINDER <= now < thing.expires_at:
            yield from (Reminder("remind_partnership", whom, "once") for whom in _silent_sides(thing.state))
        case VisitOffer(stale=True, state="published" | "paused") if now >= thing.changed_at + STALE_REMINDER:
            yield Reminder("remind_stale", COMPANY, thing.changed_at.isoformat())


@lru_cache(4096)
def visit_moments(starts_at: datetime) -> tuple[datetime, datetime]:
    """The mornings a week before a visit, and on the last working day before it: on a Sunday nobody reads."""
    day = local_day(starts_at)
    try:
        eve = add_working_days(day, -1)
    except OutsideCalendar:
        eve = day - timedelta(days=1)
    return _morning(day - WEEK_BEFORE), _morning(eve)


def half_time(since: datetime, answer_by: datetime) -> datetime:
    """Half-way to a deadline, by day."""
    return by_day(since + (answer_by - since) / 2)


def by_day(moment: datetime) -> datetime:
    """The moment itself, or the next morning where it is too early or too late in the day."""
    at = local(moment)
    if at.time() < MORNING:
        return _morning(at.date())
    return _morning(at.date() + timedelta(days=1)) if at.time() >= EVENING else moment


def _morning(day: Any) -> datetime:
    return datetime.combine(day, MORNING, PARIS).astimezone(UTC)


def _is_half_over(thing: Booking | Intervention, now: datetime) -> bool:
    """Whether half of the time to answer has passed, and some is left."""
    return thing.answer_by is not None and half_time(thing.changed_at, thing.answer_by) <= now < thing.answer_by


def _silent_sides(state: str) -> tuple[Whom, ...]:
    sides = {"proposed": (COMPANY, ASSOCIATION), "accepted_by_company": (ASSOCIATION,)}
    return (COMPANY,) if state == "accepted_by_association" else sides.get(state, ())
