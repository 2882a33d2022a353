"""Wishes, openings and mediators as columns, so that a condition is evaluated on many pairs at once.

Rows are sorted by id: whatever order the facts come in, the same row means the same thing, and so the
same facts always give the same matches. No condition and no score lives here.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec
import numpy as np

from contracts.reference import calendar
from contracts.reference.school_hours import hours_of
from contracts.vocabulary import LEVEL_AGES
from services.matchmaker.matching import mediation, travel
from services.matchmaker.matching.arrays import Bools, Bytes, Floats, Ints, bools, floats, ints
from services.matchmaker.matching.inputs import Mediation, Opening, Wish
from services.matchmaker.matching.masks import ACCESS, FORMATS, LEVELS, THEMES, WEEKDAYS, any_of, exactly

# PRODUCT, bookings: a class books seven days ahead at least, whatever shorter time the offer allows.
SHORTEST_LEAD_DAYS: Final = 7
# What `pupils_per_adult` means where an offer asks for no particular number of adults.
_ANY_PUPILS_PER_ADULT: Final = 1_000_000


class WishTable(msgspec.Struct, frozen=True, eq=False):
    """Columns of C wishes sorted by id, each (C,) but `mediators`: (C, ceil(A / 8)) bits of who suits the class.

    `day_begins` and `day_ends` are the minutes between which the class is at school.
    """

    wishes: tuple[Wish, ...]
    level: Ints
    age: Ints
    pupils: Ints
    adults: Ints
    from_day: Ints
    until_day: Ints
    weekdays: Ints
    themes: Ints
    asks_themes: Bools
    formats: Ints
    access_needs: Ints
    max_travel_minutes: Ints
    wants_mediation: Bools
    wants_role_model: Bools
    under_reached: Bools
    day_begins: Ints
    day_ends: Ints
    latitude: Floats
    longitude: Floats
    mountain: Bools
    mediators: Bytes


class OpeningTable(msgspec.Struct, frozen=True, eq=False):
    """Columns of S openings sorted by slot id, each (S,) but `mediators`: (S, ceil(A / 8)) bits of who can come.

    `places_free` and `reserved` count groups, or pupils where the slot is `pooled`: what `gates.places_needed` takes.
    """

    openings: tuple[Opening, ...]
    day: Ints
    weekday: Ints
    school_day: Bools
    first_day_to_propose: Ints
    starts_minute: Ints
    ends_minute: Ints
    places_free: Ints
    reserved: Ints
    pooled: Bools
    splitting: Bools
    pupils_min: Ints
    pupils_per_group: Ints
    pupils_per_adult: Ints
    levels: Ints
    themes: Ints
    formats: Ints
    access: Ints
    minimum_age: Ints
    needs_mediation: Bools
    role_model: Bools
    confirmed_day: Ints
    latitude: Floats
    longitude: Floats
    mountain: Bools
    mediators: Bytes


class Tables(msgspec.Struct, frozen=True, eq=False):
    """Everything that a condition looks at: the columns, and the pairs and days that are excluded one by one.

    `declined` holds codes `wish row * S + opening row`, `taken` codes `wish row * DAY_CODES + day`; both sorted.
    """

    wishes: WishTable
    openings: OpeningTable
    mediations: tuple[Mediation, ...]
    declined: Ints
    taken: Ints
    today: date

    def is_mediated(self, c: Ints, s: Ints) -> Bools:
        """Say whether a mediator takes part in the pairs of wish rows `c` and opening rows `s`."""
        return self.openings.needs_mediation[s] | self.wishes.wants_mediation[c]


# More than any day's ordinal: makes one number of a row and a day.
DAY_CODES: Final = 4_000_000


def build_tables(
    wishes: Iterable[Wish], openings: Iterable[Opening], mediations: Iterable[Mediation], today: date
) -> Tables:
    """Return the columns of the facts, in the order of their ids; `standing.settle` takes off what is promised."""
    wish_rows = tuple(sorted(wishes, key=lambda wish: wish.id))
    opening_rows = tuple(sorted(openings, key=lambda opening: opening.slot_id))
    mediation_rows = tuple(sorted(mediations, key=lambda capacity: capacity.id))
    return Tables(
        wishes=_wish_table(wish_rows, mediation_rows),
        openings=_opening_table(opening_rows, mediation_rows, today),
        mediations=mediation_rows,
        declined=_declined_codes(wish_rows, opening_rows),
        taken=np.sort(
            ints(row * DAY_CODES + day.toordinal() for row, wish in enumerate(wish_rows) for day in wish.taken_dates)
        ),
        today=today,
    )


def _wish_table(wishes: tuple[Wish, ...], mediations: tuple[Mediation, ...]) -> WishTable:
    return WishTable(
        wishes=wishes,
        level=ints(LEVELS.index(wish.level) for wish in wishes),
        age=ints(LEVEL_AGES[wish.level] for wish in wishes),
        pupils=ints(wish.pupils for wish in wishes),
        adults=ints(wish.adults for wish in wishes),
        from_day=ints(wish.from_date.toordinal() for wish in wishes),
        until_day=ints(wish.until_date.toordinal() for wish in wishes),
        weekdays=ints(any_of(wish.weekdays, WEEKDAYS) for wish in wishes),
        themes=ints(any_of(wish.themes, THEMES) for wish in wishes),
        asks_themes=bools(bool(wish.themes) for wish in wishes),
        formats=ints(any_of(wish.formats, FORMATS) for wish in wishes),
        access_needs=ints(exactly(wish.access_needs, ACCESS) for wish in wishes),
        max_travel_minutes=ints(wish.max_travel_minutes for wish in wishes),
        wants_mediation=bools(wish.wants_mediation for wish in wishes),
        wants_role_model=bools(wish.wants_role_model for wish in wishes),
        under_reached=bools(bool(wish.under_reached) for wish in wishes),
        day_begins=ints(hours_of(wish.level).begins for wish in wishes),
        day_ends=ints(hours_of(wish.level).ends for wish in wishes),
        latitude=floats(wish.latitude for wish in wishes),
        longitude=floats(wish.longitude for wish in wishes),
        mountain=bools(travel.is_mountain(wish.department) for wish in wishes),
        mediators=mediation.bits_for_classes(wishes, mediations),
    )


def _opening_table(openings: tuple[Opening, ...], mediations: tuple[Mediation, ...], today: date) -> OpeningTable:
    school_days = {day: is_school_day(day) for day in {opening.day for opening in openings}}
    return OpeningTable(
        openings=openings,
        day=ints(opening.day.toordinal() for opening in openings),
        # A Saturday or Sunday has a bit that no wish carries.
        weekday=ints(1 << opening.day.weekday() for opening in openings),
        school_day=bools(school_days[opening.day] for opening in openings),
        first_day_to_propose=ints(today.toordinal() + lead_days(opening) for opening in openings),
        starts_minute=ints(opening.starts_minute for opening in openings),
        ends_minute=ints(opening.ends_minute for opening in openings),
        places_free=ints(places_free(opening) for opening in openings),
        reserved=ints(opening.reserved for opening in openings),
        pooled=bools(opening.pooled for opening in openings),
        splitting=bools(opening.splitting for opening in openings),
        pupils_min=ints(opening.pupils_min for opening in openings),
        pupils_per_group=ints(opening.pupils_per_group for opening in openings),
        pupils_per_adult=ints(opening.pupils_per_adult or _ANY_PUPILS_PER_ADULT for opening in openings),
        levels=ints(any_of(opening.levels, LEVELS) for opening in openings),
        themes=ints(any_of(opening.themes, THEMES) for opening in openings),
        formats=ints(any_of(opening.formats, FORMATS) for opening in openings),
        access=ints(exactly(opening.access, ACCESS) for opening in openings),
        minimum_age=ints(opening.minimum_age or 0 for opening in openings),
        needs_mediation=bools(opening.needs_mediation for opening in openings),
        role_model=bools(opening.role_model for opening in openings),
        confirmed_day=ints(opening.confirmed_on.toordinal() for opening in openings),
        latitude=floats(opening.latitude for opening in openings),
        longitude=floats(opening.longitude for opening in openings),
        mountain=bools(travel.is_mountain(opening.department) for opening in openings),
        mediators=mediation.bits_for_slots(openings, mediations),
    )


def places_free(opening: Opening) -> int:
    """Return what is left of the slot: groups, or pupils where places are pooled."""
    return opening.pupils_free if opening.pooled else opening.groups_free


def lead_days(opening: Opening) -> int:
    """Return how many days before the visit a class must have been proposed it."""
    return max(opening.lead_time_days, SHORTEST_LEAD_DAYS)


def is_school_day(day: date) -> bool:
    """Say whether classes are known to meet that day: a day after the end of the published calendar is none yet."""
    return calendar.COVERS.first <= day <= calendar.COVERS.last and calendar.is_school_day(day)


def _declined_codes(wishes: tuple[Wish, ...], openings: tuple[Opening, ...]) -> Ints:
    row_of_slot = {opening.slot_id: row for row, opening in enumerate(openings)}
    rows_of_offer: dict[object, list[int]] = {}
    for row, opening in enumerate(openings):
        rows_of_offer.setdefault(opening.offer_id, []).append(row)
    codes: set[int] = set()
    for row, wish in enumerate(wishes):
        slots = (row_of_slot[slot] for slot in wish.declined_slots if slot in row_of_slot)
        offers = (slot for offer in wish.declined_offers for slot in rows_of_offer.get(offer, ()))
        codes.update(row * len(openings) + slot for slot in (*slots, *offers))
    return np.sort(ints(codes))
