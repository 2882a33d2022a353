"""On which days a recurrence opens a slot: its weekdays, every so many weeks, without the days when schools are closed.

Weeks run from Monday, and are counted from that of the first day that it names. Hours are those that the clocks of
Occitanie show, before and after they change.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from contracts.companies.slots import NewSlot, Recurrence, SkippedDay
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import FieldError, Wording
from contracts.faults import fault, refuse, repetition_faults
from contracts.local_time import PARIS
from contracts.reference.calendar import COVERS, OutsideCalendar, why_not_school_day
from contracts.vocabulary import Weekday
from services.companies.slots.rules import (
    check_offer_stands,
    day_faults,
    end_of,
    group_faults,
    group_size,
    hour_faults,
    within,
)

# As many as are opened one by one in a batch: an answer holds them all.
MOST_SLOTS = 200


class Openings(msgspec.Struct, frozen=True):
    """What a recurrence opens, soonest first, and the days that it skips."""

    slots: tuple[NewSlot, ...]
    skipped: tuple[SkippedDay, ...]


def openings_of(recurrence: Recurrence, offer: VisitOffer, now: datetime) -> Openings:
    """What the recurrence opens on the offer; raises TransitionRefused, Invalid naming `recurrence.from_date` …"""
    check_offer_stands(offer, "open")
    refuse(within("recurrence", _form_faults(recurrence)))
    days = _days_of(recurrence)
    closed = {day: reason for day in days if (reason := why_not_school_day(day)) is not None}
    open_days = [day for day in days if day not in closed]
    slots = tuple(_opening(recurrence, day) for day in open_days)
    refuse(
        within(
            "recurrence",
            (*_number_faults(recurrence, days, open_days), *_slot_faults(slots, offer, now)),
        )
    )
    skipped = (SkippedDay(day=day, reason=Wording(reason.en, reason.fr)) for day, reason in closed.items())
    return Openings(slots, tuple(skipped))


def _days_of(recurrence: Recurrence) -> list[date]:
    numbers = {list(Weekday).index(weekday) for weekday in recurrence.weekdays}
    span = (recurrence.until_date - recurrence.from_date).days + 1
    days = [recurrence.from_date + timedelta(days=passed) for passed in range(span)]
    named = [day for day in days if day.weekday() in numbers]
    if not named:
        return []
    monday = named[0] - timedelta(days=named[0].weekday())
    return [day for day in named if (day - monday).days // 7 % recurrence.every_weeks == 0]


def _opening(recurrence: Recurrence, day: date) -> NewSlot:
    ends_at = recurrence.ends_at
    return NewSlot(
        starts_at=_instant(day, recurrence.starts_at),
        ends_at=None if ends_at is None else _instant(day, ends_at),
        groups=recurrence.groups,
        pupils_per_group=recurrence.pupils_per_group,
    )


def _instant(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, PARIS).astimezone(UTC)


def _form_faults(recurrence: Recurrence) -> Iterator[FieldError]:
    for field, day in (("from_date", recurrence.from_date), ("until_date", recurrence.until_date)):
        if not COVERS.first <= day <= COVERS.last:
            unknown = OutsideCalendar(day)
            yield fault(field, str(unknown), unknown.fr)
    if recurrence.until_date < recurrence.from_date:
        yield fault(
            "until_date",
            f"It ends before it begins: choose a last day from {recurrence.from_date} on.",
            f"La série finit avant de commencer : choisissez un dernier jour à partir du {recurrence.from_date}.",
        )
    yield from repetition_faults("weekdays", recurrence.weekdays)
    for field, hour in (("starts_at", recurrence.starts_at), ("ends_at", recurrence.ends_at)):
        if hour is not None and hour.tzinfo is not None:
            yield fault(
                field,
                "These are hours of Europe/Paris the whole year: write the hour without an offset, such as 09:00:00.",
                "Ce sont des heures de Paris toute l'année : écrivez l'heure sans décalage, comme 09:00:00.",
            )


def _number_faults(recurrence: Recurrence, days: Sequence[date], open_days: Sequence[date]) -> Iterator[FieldError]:
    if not days:
        yield fault(
            "until_date",
            f"None of these weekdays lies between {recurrence.from_date} and {recurrence.until_date}: "
            "choose a later last day.",
            f"Aucun de ces jours de la semaine entre le {recurrence.from_date} et le {recurrence.until_date} : "
            "choisissez un dernier jour plus tardif.",
        )
    elif not open_days:
        yield fault(
            "until_date",
            f"Schools are closed on each of its days ({len(days)}): choose a later last day.",
            f"Les écoles sont fermées chacun de ces jours ({len(days)}) : choisissez un dernier jour plus tardif.",
        )
    elif len(open_days) > MOST_SLOTS:
        last = open_days[MOST_SLOTS - 1]
        yield fault(
            "until_date",
            f"It opens {len(open_days)} slots, and at most {MOST_SLOTS} are opened at once: end it on {last}, "
            "and open the rest by another.",
            f"Elle ouvre {len(open_days)} créneaux, {MOST_SLOTS} au plus s'ouvrent à la fois : finissez-la le {last}, "
            "puis ouvrez la suite par une autre.",
        )


def _slot_faults(slots: Sequence[NewSlot], offer: VisitOffer, now: datetime) -> Iterator[FieldError]:
    """What is wrong with the first slot: its day is the earliest, its hours and size are those of all."""
    for first in slots[:1]:
        yield from day_faults("from_date", first.starts_at, offer, now)
        yield from hour_faults(first.starts_at, end_of(first, offer))
        yield from group_faults(group_size(first, offer), offer)
