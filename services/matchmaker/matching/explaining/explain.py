"""Why a visit is proposed: every gate, every part of the score, equity, the nearest alternatives, what would change it.

Explanations are made one at a time, from the plan that made the match, and only for proposals that are new.
"""

from collections.abc import Iterable, Iterator

from contracts.matchmaker.explanations import (
    Alternative,
    AlternativeReason,
    AlternativeSide,
    Change,
    ChangeCode,
    EquityPart,
    Explanation,
    PartCode,
    ScorePart,
)
from services.matchmaker.matching.checks import check_pair, largest_class
from services.matchmaker.matching.explaining import sentences, stake_words
from services.matchmaker.matching.explaining.nearest import Subject, alternatives
from services.matchmaker.matching.explaining.stakes import floor_points
from services.matchmaker.matching.inputs import Wish
from services.matchmaker.matching.visits import VisitMatch, VisitPlan


def explain_visit(plan: VisitPlan, match: VisitMatch) -> Explanation:
    """Return the explanation of one of the plan's matches, the same for both sides; raises KeyError for another's."""
    tables = plan.tables
    c, s = plan.wish_rows[match.wish_id], plan.slot_rows[match.slot_id]
    wish, opening = tables.wishes.wishes[c], tables.openings.openings[s]
    bonus = sum(part.points for part in match.parts if part.code is PartCode.FIRST_VISIT)
    nearest = tuple(alternatives(plan, Subject(c, s, match.points, bonus)))
    equity = equity_part(plan, wish, match.parts)
    return Explanation(
        points=match.points,
        gates=check_pair(wish, opening, tables.mediations, tables.today),
        parts=match.parts,
        equity=equity,
        alternatives=nearest,
        changes=tuple(_changes(plan, match, nearest)),
        words=sentences.visit(wish, opening, match, equity),
    )


def equity_part(plan: VisitPlan, wish: Wish, parts: Iterable[ScorePart]) -> EquityPart | None:
    """Return what equity gives a class; None where it is reached well and no floor of its cell decided.

    A floor counts classes that are served, so it decides about a class's first visit alone.
    """
    of_code = {part.code: part.points for part in parts}
    points = of_code.get(PartCode.UNDER_REACHED, 0)
    decided = floor_points(plan, wish) if PartCode.FIRST_VISIT in of_code else 0.0
    if not points and not decided:
        return None
    return EquityPart(
        points=points,
        reasons=wish.under_reached,
        territory=wish.department,
        floor_points=decided,
        words=stake_words.equity(points, wish.under_reached, wish.department, decided),
    )


def _changes(plan: VisitPlan, match: VisitMatch, nearest: tuple[Alternative, ...]) -> Iterator[Change]:
    next_best = next((found for found in nearest if found.side is AlternativeSide.CLASS), None)
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
    yield Change(code=ChangeCode.LIMIT_TIGHTENED, words=sentences.group_larger(largest_class(opening)))
