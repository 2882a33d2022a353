"""Every hard constraint of a match of visits, asked of the facts and of nobody else.

This is a second telling of the rules in plain loops, written from PRODUCT and MATCHING and not from the matcher: it
imports the facts' shapes and the reference data, and no gate, table or solver. What chooses visits is held against it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from contracts.reference import calendar, travel
from contracts.vocabulary import LEVEL_AGES, LEVELS_OF_SCHOOL, SchoolKind, VisitFormat, Weekday
from services.matchmaker.matching.inputs import Mediation, Opening, Standing, StandingState, VisitFacts, Wish

_WEEKDAYS = tuple(Weekday)


class Visit(NamedTuple):
    """A class comes to a slot, with a mediator or without."""

    wish_id: UUID
    slot_id: UUID
    mediation_id: UUID | None = None


def visits_of(matches: Iterable[Any]) -> tuple[Visit, ...]:
    """The visits of matches, of explanations' or of a board's, by their ids."""
    return tuple(Visit(match.wish_id, match.slot_id, match.mediation_id) for match in matches)


def broken_constraints(facts: VisitFacts, visits: Iterable[Visit]) -> list[str]:
    """What the visits break, in words; accepted and booked ones of `facts.standing` hold what they hold."""
    chosen = tuple(visits)
    known = _Known(facts)
    broken = [f"{visit}: unknown" for visit in chosen if not known.has(visit)]
    chosen = tuple(visit for visit in chosen if known.has(visit))
    for visit in chosen:
        broken += [f"{visit}: {fault}" for fault in _pair_faults(known, visit)]
    return [*broken, *_class_faults(known, chosen), *_slot_faults(known, chosen), *_mediator_faults(known, chosen)]


class _Known:
    """The facts by id, and what is frozen."""

    def __init__(self, facts: VisitFacts) -> None:
        self.today = facts.today
        self.wishes = {wish.id: wish for wish in facts.wishes}
        self.openings = {opening.slot_id: opening for opening in facts.openings}
        self.mediations = {capacity.id: capacity for capacity in facts.mediations}
        self.frozen = tuple(stands for stands in facts.standing if stands.state is not StandingState.PROPOSED)

    def has(self, visit: Visit) -> bool:
        """Whether everything that the visit names exists."""
        mediated = visit.mediation_id is None or visit.mediation_id in self.mediations
        return visit.wish_id in self.wishes and visit.slot_id in self.openings and mediated


def _pair_faults(known: _Known, visit: Visit) -> Iterator[str]:
    """What is wrong with a class in a slot whoever else comes."""
    wish, opening = known.wishes[visit.wish_id], known.openings[visit.slot_id]
    if opening.levels and wish.level not in opening.levels:
        yield "level"
    if wish.themes and opening.themes and not wish.themes & opening.themes:
        yield "theme"
    if not wish.from_date <= opening.day <= wish.until_date:
        yield "date window"
    if wish.weekdays and _weekday(opening.day) not in wish.weekdays:
        yield "weekday"
    if not _is_school_day(opening.day):
        yield "no school day"
    if opening.day < known.today + timedelta(days=max(7, opening.lead_time_days)):
        yield "lead time"
    if opening.slot_id in wish.declined_slots or opening.offer_id in wish.declined_offers:
        yield "declined before"
    if wish.pupils < opening.pupils_min:
        yield "too few pupils"
    if not _places(wish, opening):
        yield "too many pupils"
    formats = (wish.formats or frozenset(VisitFormat)) & (opening.formats or frozenset(VisitFormat))
    if not formats:
        yield "format"
    if formats == {VisitFormat.ON_SITE}:
        yield from _site_faults(wish, opening)
    yield from _mediation_faults(known, wish, opening, visit.mediation_id)


def _site_faults(wish: Wish, opening: Opening) -> Iterator[str]:
    if opening.pupils_per_adult and wish.adults * opening.pupils_per_adult < wish.pupils:
        yield "adults"
    if not wish.access_needs <= opening.access:
        yield "access"
    if opening.minimum_age and LEVEL_AGES[wish.level] < opening.minimum_age:
        yield "minimum age"
    distance_km = travel.straight_km(wish.latitude, wish.longitude, opening.latitude, opening.longitude)
    mountain = bool({wish.department, opening.department} & travel.MOUNTAIN_DEPARTMENTS)
    # A millionth of a minute is no minute more, as the matcher has it.
    journey = math.ceil(travel.coach_minutes_over(distance_km, mountain=mountain) - 1e-6)
    if journey > wish.max_travel_minutes:
        yield "travel"
    # Écoles are open from 8:30 to 16:30, collèges and lycées from 8:00 to 18:00.
    begins, ends = (510, 990) if wish.level in LEVELS_OF_SCHOOL[SchoolKind.ECOLE] else (480, 1080)
    if opening.starts_minute - journey < begins or opening.ends_minute + journey > ends:
        yield "outside school hours"


def _mediation_faults(known: _Known, wish: Wish, opening: Opening, mediation_id: UUID | None) -> Iterator[str]:
    if (mediation_id is not None) != (wish.wants_mediation or opening.needs_mediation):
        yield "a mediator too many or too few"
    if mediation_id is None:
        return
    capacity = known.mediations[mediation_id]
    if capacity.levels and wish.level not in capacity.levels:
        yield "mediator's level"
    if wish.pupils > capacity.group_size_max:
        yield "mediator's group"
    if capacity.themes and opening.themes and not capacity.themes & opening.themes:
        yield "mediator's theme"
    if capacity.formats and opening.formats and not capacity.formats & opening.formats:
        yield "mediator's format"
    if not capacity.from_date <= opening.day <= capacity.until_date:
        yield "mediator's period"
    if _weekday(opening.day) is None or (capacity.weekdays and _weekday(opening.day) not in capacity.weekdays):
        yield "mediator's weekday"
    if not _covers(capacity, opening):
        yield "mediator's territory"


def _class_faults(known: _Known, chosen: tuple[Visit, ...]) -> Iterator[str]:
    """More visits than wanted, or two on one day."""
    frozen_days: dict[UUID, list[date]] = defaultdict(list)
    for stands in known.frozen:
        frozen_days[stands.wish_id].append(stands.day)
    days: dict[UUID, list[date]] = defaultdict(list)
    for visit in chosen:
        days[visit.wish_id].append(known.openings[visit.slot_id].day)
    for wish_id, new in days.items():
        wish = known.wishes[wish_id]
        if len(new) + len(frozen_days[wish_id]) + wish.visits_held > wish.visits_wanted:
            yield f"class {wish_id}: more visits than wanted"
        taken = [*frozen_days[wish_id], *wish.taken_dates]
        if len(set(new)) < len(new) or set(new) & set(taken):
            yield f"class {wish_id}: two visits on one day"


def _slot_faults(known: _Known, chosen: tuple[Visit, ...]) -> Iterator[str]:
    """More than a slot has left, or more than it leaves to classes that are reached well."""
    held: Counter[UUID] = Counter()
    for stands in known.frozen:
        if stands.state is StandingState.ACCEPTED and stands.slot_id in known.openings:
            held[stands.slot_id] += _held_places(known, stands)
    taken: Counter[UUID] = Counter()
    open_taken: Counter[UUID] = Counter()
    for visit in chosen:
        wish, opening = known.wishes[visit.wish_id], known.openings[visit.slot_id]
        taken[visit.slot_id] += _places(wish, opening)
        open_taken[visit.slot_id] += 0 if wish.under_reached else _places(wish, opening)
    for slot_id, places in taken.items():
        opening = known.openings[slot_id]
        free = opening.pupils_free if opening.pooled else opening.groups_free
        if places > max(0, free - held[slot_id]):
            yield f"slot {slot_id}: {places} places taken, {free - held[slot_id]} left"
        if opening.reserved and open_taken[slot_id] > max(0, free - opening.reserved):
            yield f"slot {slot_id}: reserved places taken"


def _mediator_faults(known: _Known, chosen: tuple[Visit, ...]) -> Iterator[str]:
    """More interventions than a mediator gives, or two on one day."""
    held: Counter[UUID] = Counter()
    frozen_days: dict[UUID, set[date]] = defaultdict(set)
    for stands in known.frozen:
        if stands.mediation_id is not None:
            frozen_days[stands.mediation_id].add(stands.day)
            held[stands.mediation_id] += stands.state is StandingState.ACCEPTED
    days: dict[UUID, list[date]] = defaultdict(list)
    for visit in chosen:
        if visit.mediation_id is not None:
            days[visit.mediation_id].append(known.openings[visit.slot_id].day)
    for mediation_id, new in days.items():
        capacity = known.mediations[mediation_id]
        if len(new) + held[mediation_id] > capacity.interventions_left:
            yield f"mediator {mediation_id}: more interventions than it gives"
        if len(set(new)) < len(new) or set(new) & (frozen_days[mediation_id] | capacity.taken_dates):
            yield f"mediator {mediation_id}: two interventions on one day"


def _places(wish: Wish, opening: Opening) -> int:
    """How many places a class takes: its pupils where they are pooled, a group, or two where it may split; 0: never."""
    if opening.pooled:
        return wish.pupils if wish.pupils <= opening.pupils_per_group else 0
    if wish.pupils <= opening.pupils_per_group:
        return 1
    return 2 if opening.splitting and wish.pupils <= 2 * opening.pupils_per_group else 0


def _held_places(known: _Known, stands: Standing) -> int:
    """How many places an accepted visit takes: at least the fewest possible where its class is not told of."""
    opening = known.openings[stands.slot_id]
    if stands.wish_id not in known.wishes:
        return opening.pupils_min if opening.pooled else 1
    return _places(known.wishes[stands.wish_id], opening) or 1


def _covers(capacity: Mediation, opening: Opening) -> bool:
    if opening.department in capacity.departments:
        return True
    if capacity.radius_km is None:
        return not capacity.departments
    distance_km = travel.straight_km(capacity.latitude, capacity.longitude, opening.latitude, opening.longitude)
    return distance_km <= capacity.radius_km


def _weekday(day: date) -> Weekday | None:
    return _WEEKDAYS[day.weekday()] if day.weekday() < len(_WEEKDAYS) else None


def _is_school_day(day: date) -> bool:
    return calendar.COVERS.first <= day <= calendar.COVERS.last and calendar.is_school_day(day)
