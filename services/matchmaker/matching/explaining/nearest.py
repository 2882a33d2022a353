"""The nearest alternatives of a pair, one for each side, and why they are not proposed instead.

For the class it is the best other slot, for the slot the best other class. An alternative's points are the pair's
own, with the first visit's where the pair has them: what the two would be compared by, were there a mediator next door.
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from contracts.matchmaker.explanations import Alternative, AlternativeReason, AlternativeSide
from services.matchmaker.matching.arrays import Ints
from services.matchmaker.matching.explaining import sentences
from services.matchmaker.matching.explaining.stakes import cost_of
from services.matchmaker.matching.gates import places_needed
from services.matchmaker.matching.visits import VisitPlan


class Subject(msgspec.Struct, frozen=True):
    """The pair whose alternatives are looked for: its rows, its points, and how many of them a first visit gives."""

    c: int
    s: int
    points: int
    bonus: int


def rows_of_class(plan: VisitPlan, c: int) -> Ints:
    """Return the candidates of a class."""
    of_class = plan.candidates.pairs.c
    return np.arange(np.searchsorted(of_class, c), np.searchsorted(of_class, c, side="right"))


def rows_of_slot(plan: VisitPlan, s: int) -> Ints:
    """Return the candidates of a slot."""
    return np.flatnonzero(plan.candidates.pairs.s == s)


def chosen_of_class(plan: VisitPlan, c: int) -> Ints:
    """Return the candidates that are a class's matches."""
    rows = rows_of_class(plan, c)
    return rows[plan.chosen[rows]]


def chosen_of_slot(plan: VisitPlan, s: int) -> Ints:
    """Return the candidates that are a slot's matches."""
    rows = rows_of_slot(plan, s)
    return rows[plan.chosen[rows]]


def lacks_place(plan: VisitPlan, c: int, s: int) -> bool:
    """Say whether the slot's matches leave fewer places than the class needs, of those that it may take."""
    tables, pairs = plan.tables, plan.candidates.pairs
    rows = chosen_of_slot(plan, s)
    taken = places_needed(tables, pairs.c[rows], pairs.s[rows])
    left = int(tables.openings.places_free[s]) - int(taken.sum())
    if not tables.wishes.under_reached[c]:
        by_others = int(taken[~tables.wishes.under_reached[pairs.c[rows]]].sum())
        left = min(left, int(tables.openings.places_free[s] - tables.openings.reserved[s]) - by_others)
    return left < int(places_needed(tables, np.array([c]), np.array([s]))[0])


def shares_day(plan: VisitPlan, c: int, s: int, but: int = -1) -> bool:
    """Say whether the class has a match on the slot's day; the one on slot `but` does not count."""
    slots, day = plan.candidates.pairs.s[chosen_of_class(plan, c)], plan.tables.openings.day
    return bool(np.any((day[slots] == day[s]) & (slots != but)))


def alternatives(plan: VisitPlan, subject: Subject) -> Iterator[Alternative]:
    """Yield the best slot for the class and the best class for the slot that are not proposed, where there are any."""
    pairs = plan.candidates.pairs
    for row in _best_unchosen(plan, rows_of_class(plan, subject.c), subject):
        points = _points(plan, row, subject)
        reason = _why_not_slot(plan, subject, int(pairs.s[row]), points)
        yield _alternative(plan, AlternativeSide.CLASS, row, points, reason)
    for row in _best_unchosen(plan, rows_of_slot(plan, subject.s), subject):
        points = _points(plan, row, subject)
        reason = _why_not_class(plan, subject, int(pairs.c[row]), points)
        yield _alternative(plan, AlternativeSide.SLOT, row, points, reason)


def proposed_instead(plan: VisitPlan, c: int, s: int) -> Iterator[Alternative]:
    """Yield what class and slot are proposed instead of each other: the match with the fewest points of each."""
    wish, opening = plan.tables.wishes.wishes[c], plan.tables.openings.openings[s]
    of_class = (match for match in plan.matches if match.wish_id == wish.id)
    of_slot = (match for match in plan.matches if match.slot_id == opening.slot_id)
    for side, matches in ((AlternativeSide.CLASS, of_class), (AlternativeSide.SLOT, of_slot)):
        if (match := min(matches, key=lambda found: found.points, default=None)) is not None:
            there = plan.tables.openings.openings[plan.slot_rows[match.slot_id]]
            yield Alternative(
                side=side,
                id=match.slot_id if side is AlternativeSide.CLASS else match.wish_id,
                points=match.points,
                reason=AlternativeReason.PROPOSED,
                words=sentences.alternative(side, there, match.points, AlternativeReason.PROPOSED),
            )


def _points(plan: VisitPlan, row: int, subject: Subject) -> int:
    return int(plan.candidates.points[row]) + subject.bonus


def _best_unchosen(plan: VisitPlan, rows: Ints, subject: Subject) -> list[int]:
    """Return the row with the most points that is neither chosen nor the pair itself; the first of equals."""
    pairs = plan.candidates.pairs
    left = rows[~plan.chosen[rows] & ((pairs.c[rows] != subject.c) | (pairs.s[rows] != subject.s))]
    return [int(left[np.argmax(plan.candidates.points[left])])] if left.size else []


def _alternative(
    plan: VisitPlan, side: AlternativeSide, row: int, points: int, reason: AlternativeReason
) -> Alternative:
    c, s = int(plan.candidates.pairs.c[row]), int(plan.candidates.pairs.s[row])
    opening = plan.tables.openings.openings[s]
    return Alternative(
        side=side,
        id=opening.slot_id if side is AlternativeSide.CLASS else plan.tables.wishes.wishes[c].id,
        points=points,
        reason=reason,
        words=sentences.alternative(side, opening, points, reason),
        cost=cost_of(plan, c, s),
    )


def _why_not_slot(plan: VisitPlan, subject: Subject, s: int, points: int) -> AlternativeReason:
    if points <= subject.points:
        return AlternativeReason.LOWER_SCORE
    if shares_day(plan, subject.c, s, but=subject.s):
        return AlternativeReason.SAME_DAY
    return AlternativeReason.PLACE_TAKEN if lacks_place(plan, subject.c, s) else AlternativeReason.BETTER_TOGETHER


def _why_not_class(plan: VisitPlan, subject: Subject, c: int, points: int) -> AlternativeReason:
    if points <= subject.points:
        return AlternativeReason.LOWER_SCORE
    return AlternativeReason.SAME_DAY if shares_day(plan, c, subject.s) else AlternativeReason.BETTER_TOGETHER
