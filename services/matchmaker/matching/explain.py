"""Why a visit is proposed: every gate, every part of the score, equity, the nearest alternatives, what would change it.

Explanations are made one at a time, from the plan that made the match, and only for proposals that are new.
"""

from collections.abc import Iterator

import numpy as np

from contracts.matchmaker.explanations import (
    Alternative,
    AlternativeReason,
    AlternativeSide,
    Change,
    ChangeCode,
    EquityPart,
    Explanation,
    PartCode,
)
from services.matchmaker.matching import sentences
from services.matchmaker.matching.arrays import Ints
from services.matchmaker.matching.checks import check_pair
from services.matchmaker.matching.inputs import Wish
from services.matchmaker.matching.visits import VisitMatch, VisitPlan


def explain_visit(plan: VisitPlan, match: VisitMatch) -> Explanation:
    """Return the explanation of one of the plan's matches, the same for both sides; raises KeyError for another's."""
    tables = plan.tables
    wish = tables.wishes.wishes[plan.wish_rows[match.wish_id]]
    opening = tables.openings.openings[plan.slot_rows[match.slot_id]]
    alternatives = tuple(_alternatives(plan, match))
    equity = _equity(wish, match)
    return Explanation(
        points=match.points,
        gates=check_pair(wish, opening, tables.mediations, tables.today),
        parts=match.parts,
        equity=equity,
        alternatives=alternatives,
        changes=tuple(_changes(plan, match, alternatives)),
        words=sentences.visit(wish, opening, match, equity),
    )


def _equity(wish: Wish, match: VisitMatch) -> EquityPart | None:
    points = sum(part.points for part in match.parts if part.code is PartCode.UNDER_REACHED)
    if not points:
        return None
    return EquityPart(points=points, reasons=wish.under_reached, words=sentences.equity(points, wish.under_reached))


def _alternatives(plan: VisitPlan, match: VisitMatch) -> Iterator[Alternative]:
    """Yield the next best slot for the class and the next best class for the slot, where there are any.

    An alternative's points are the pair's own, with the first visit's where the match has them: what the two
    would be compared by, were there a mediator next door.
    """
    tables, pairs = plan.tables, plan.candidates.pairs
    c, s = plan.wish_rows[match.wish_id], plan.slot_rows[match.slot_id]
    bonus = sum(part.points for part in match.parts if part.code is PartCode.FIRST_VISIT)

    of_class = np.arange(np.searchsorted(pairs.c, c), np.searchsorted(pairs.c, c, side="right"))
    for row in _best_unchosen(plan, of_class):
        opening = tables.openings.openings[int(pairs.s[row])]
        points = int(plan.candidates.points[row]) + bonus
        reason = _why_not_slot(plan, row, points, match)
        yield Alternative(
            side=AlternativeSide.CLASS,
            id=opening.slot_id,
            points=points,
            reason=reason,
            words=sentences.alternative(AlternativeSide.CLASS, opening, points, reason),
        )

    for row in _best_unchosen(plan, np.flatnonzero(pairs.s == s)):
        other = tables.wishes.wishes[int(pairs.c[row])]
        points = int(plan.candidates.points[row]) + bonus
        reason = _why_not_class(plan, row, points, match)
        yield Alternative(
            side=AlternativeSide.SLOT,
            id=other.id,
            points=points,
            reason=reason,
            words=sentences.alternative(AlternativeSide.SLOT, tables.openings.openings[s], points, reason),
        )


def _best_unchosen(plan: VisitPlan, rows: Ints) -> list[int]:
    """Return the row with the most points that was not chosen, or nothing; the first of equals."""
    left = rows[~plan.chosen[rows]]
    return [int(left[np.argmax(plan.candidates.points[left])])] if left.size else []


def _why_not_slot(plan: VisitPlan, row: int, points: int, match: VisitMatch) -> AlternativeReason:
    if points <= match.points:
        return AlternativeReason.LOWER_SCORE
    pairs, openings = plan.candidates.pairs, plan.tables.openings
    c, s = int(pairs.c[row]), int(pairs.s[row])
    its_other_visits = plan.chosen & (pairs.c == c) & (pairs.s != plan.slot_rows[match.slot_id])
    if np.any(its_other_visits & (openings.day[pairs.s] == openings.day[s])):
        return AlternativeReason.SAME_DAY
    if np.count_nonzero(plan.chosen & (pairs.s == s)) >= openings.groups_free[s]:
        return AlternativeReason.PLACE_TAKEN
    return AlternativeReason.BETTER_TOGETHER


def _why_not_class(plan: VisitPlan, row: int, points: int, match: VisitMatch) -> AlternativeReason:
    if points <= match.points:
        return AlternativeReason.LOWER_SCORE
    pairs, openings = plan.candidates.pairs, plan.tables.openings
    day = openings.day[int(pairs.s[row])]
    if np.any(plan.chosen & (pairs.c == pairs.c[row]) & (openings.day[pairs.s] == day)):
        return AlternativeReason.SAME_DAY
    return AlternativeReason.BETTER_TOGETHER


def _changes(plan: VisitPlan, match: VisitMatch, alternatives: tuple[Alternative, ...]) -> Iterator[Change]:
    next_best = next((found for found in alternatives if found.side is AlternativeSide.CLASS), None)
    opening = plan.tables.openings.openings[plan.slot_rows[match.slot_id]]
    if next_best is None:
        yield Change(code=ChangeCode.DECLINED, words=sentences.declined_without())
    else:
        other = plan.tables.openings.openings[plan.slot_rows[next_best.id]]
        yield Change(code=ChangeCode.DECLINED, words=sentences.declined_with(other))
        if next_best.reason is AlternativeReason.PLACE_TAKEN:
            yield Change(code=ChangeCode.PLACE_FREED, words=sentences.place_freed(other))
    if match.travel_minutes:
        yield Change(code=ChangeCode.LIMIT_TIGHTENED, words=sentences.journey_shorter(match.travel_minutes))
    yield Change(code=ChangeCode.LIMIT_TIGHTENED, words=sentences.group_larger(opening.pupils_per_group))
