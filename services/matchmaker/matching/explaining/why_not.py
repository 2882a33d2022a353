"""Why a slot is not proposed to a class, or that it is: the question that a school asks of one pair.

Where a gate fails, the answer is the gate and what would let the class pass. Where all are passed, it is the choice of
all visits together: what class and slot have instead, and what all would lose were this pair forced.
"""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

import msgspec
import numpy as np

from contracts.machines import LIVE_BOOKING_STATES, OPEN_VISIT_PROPOSAL_STATES
from contracts.matchmaker.explanations import (
    Alternative,
    AlternativeSide,
    Change,
    ChangeCode,
    Explanation,
    Gate,
    PartCode,
    ScorePart,
    WhyNot,
)
from contracts.reference.travel import straight_km
from services.matchmaker.matching import mediation
from services.matchmaker.matching.checks import check_pair
from services.matchmaker.matching.explaining import sentences, why_not_words
from services.matchmaker.matching.explaining.explain import equity_part, explain_visit
from services.matchmaker.matching.explaining.nearest import (
    Subject,
    alternatives,
    chosen_of_class,
    lacks_place,
    proposed_instead,
    shares_day,
)
from services.matchmaker.matching.explaining.relaxing import relaxations
from services.matchmaker.matching.explaining.stakes import exact_cost_of
from services.matchmaker.matching.inputs import Opening, Wish
from services.matchmaker.matching.pairs import Pairs, met
from services.matchmaker.matching.score import mediator_value, part, visit_parts
from services.matchmaker.matching.visits import VisitPlan

# In these the pair is agreed, or waits for an answer: there is nothing to ask why not.
STANDING_STATES: Final = OPEN_VISIT_PROPOSAL_STATES | {"booked"} | LIVE_BOOKING_STATES


def why_not(plan: VisitPlan, wish_id: UUID, slot_id: UUID, *, stands: str = "") -> WhyNot:
    """Return why the plan does not propose the slot to the class, or that it does.

    `stands` is the state of the pair's proposal or booking. Raises KeyError for a class or slot that the plan does
    not know.
    """
    c, s = plan.wish_rows[wish_id], plan.slot_rows[slot_id]
    match = next((found for found in plan.matches if (found.wish_id, found.slot_id) == (wish_id, slot_id)), None)
    if match is not None:
        return already_proposed(wish_id, slot_id, explain_visit(plan, match), stands)
    tables = plan.tables
    wish, opening = tables.wishes.wishes[c], tables.openings.openings[s]
    gates = check_pair(wish, opening, tables.mediations, tables.today)
    fits = all(gate.passed for gate in gates)
    why = _outweighed(plan, c, s, gates) if fits else _stopped(plan, c, s, gates)
    words = why_not_words.if_not_standing(stands, why.words) if stands in STANDING_STATES else why.words
    return msgspec.structs.replace(why, stands=stands, words=words)


def already_proposed(wish_id: UUID, slot_id: UUID, why: Explanation, stands: str) -> WhyNot:
    """Return the answer of a pair that is proposed, or would be next: how it stands, and its explanation's figures."""
    return WhyNot(
        class_request_id=wish_id,
        slot_id=slot_id,
        gates=why.gates,
        points=why.points,
        parts=why.parts,
        equity=why.equity,
        alternatives=why.alternatives,
        changes=why.changes,
        stands=stands,
        words=why_not_words.proposed(why.words, stands if stands in STANDING_STATES else ""),
    )


def _stopped(plan: VisitPlan, c: int, s: int, gates: tuple[Gate, ...]) -> WhyNot:
    """Return the answer of a pair that some gates stop."""
    wish, opening = plan.tables.wishes.wishes[c], plan.tables.openings.openings[s]
    # There are no points to compare by: alternatives have those that they would have by themselves.
    subject = Subject(c, s, 0, 0)
    return WhyNot(
        class_request_id=wish.id,
        slot_id=opening.slot_id,
        gates=gates,
        alternatives=_instead(plan, subject),
        changes=tuple(relaxed.change for relaxed in relaxations(wish, opening, gates)),
        words=why_not_words.stopped(wish, opening, (gate.code for gate in gates if not gate.passed)),
    )


def _outweighed(plan: VisitPlan, c: int, s: int, gates: tuple[Gate, ...]) -> WhyNot:
    """Return the answer of a pair that passes every gate, and that all visits together leave out."""
    wish, opening = plan.tables.wishes.wishes[c], plan.tables.openings.openings[s]
    parts = tuple(_parts(plan, c, s))
    points = sum(found.points for found in parts)
    bonus = sum(found.points for found in parts if found.code is PartCode.FIRST_VISIT)
    cost = exact_cost_of(plan, c, s)
    instead = _instead(plan, Subject(c, s, points, bonus))
    return WhyNot(
        class_request_id=wish.id,
        slot_id=opening.slot_id,
        gates=gates,
        points=points,
        parts=parts,
        equity=equity_part(plan, wish, parts),
        alternatives=instead,
        cost=cost,
        changes=tuple(_changes(plan, c, s)),
        words=why_not_words.outweighed(wish, opening, points, parts, _reason(plan, c, s), cost),
    )


def _instead(plan: VisitPlan, subject: Subject) -> tuple[Alternative, ...]:
    """Return for each side what it is proposed, or else the best that it is not proposed either."""
    instead = {found.side: found for found in alternatives(plan, subject)}
    instead |= {found.side: found for found in proposed_instead(plan, subject.c, subject.s)}
    return tuple(instead[side] for side in (AlternativeSide.CLASS, AlternativeSide.SLOT) if side in instead)


def _parts(plan: VisitPlan, c: int, s: int) -> Iterator[ScorePart]:
    """Yield the parts that the pair would have with the nearest mediator, and as the first visit where it is one."""
    tables, weights = plan.tables, plan.weights
    wish, opening = tables.wishes.wishes[c], tables.openings.openings[s]
    yield from visit_parts(tables, _pair(plan, c, s), 0, weights)
    others = wish.visits_held + (chosen_of_class(plan, c).size if wish.visits_wanted - wish.visits_held > 1 else 0)
    if not others:
        yield part(PartCode.FIRST_VISIT, 1.0, weights)
    if wish.wants_mediation or opening.needs_mediation:
        yield part(PartCode.MEDIATOR_DISTANCE, mediator_value(_nearest_mediator_km(plan, wish, opening)), weights)


def _pair(plan: VisitPlan, c: int, s: int) -> Pairs:
    """Return the pair as candidates are; it may not be one, since only the best of each class are."""
    pairs = plan.candidates.pairs
    known = np.flatnonzero((pairs.c == c) & (pairs.s == s))
    if known.size:
        return pairs.take(known)
    return met(plan.tables, np.array([c]), np.array([s]), np.zeros(1, np.bool_))


def _nearest_mediator_km(plan: VisitPlan, wish: Wish, opening: Opening) -> float:
    return min(
        straight_km(capacity.latitude, capacity.longitude, opening.latitude, opening.longitude)
        for capacity in plan.tables.mediations
        if mediation.suits_slot(capacity, opening) and mediation.suits_class(capacity, wish.level, wish.pupils)
    )


def _reason(plan: VisitPlan, c: int, s: int) -> why_not_words.Reason:
    if lacks_place(plan, c, s):
        return why_not_words.Reason.PLACES_TAKEN
    if shares_day(plan, c, s):
        return why_not_words.Reason.SAME_DAY
    return why_not_words.Reason.HAS_OTHERS if chosen_of_class(plan, c).size else why_not_words.Reason.OUTWEIGHED


def _changes(plan: VisitPlan, c: int, s: int) -> Iterator[Change]:
    """Yield what would let the choice fall on the pair: a place, or the class's own visits given up."""
    tables = plan.tables
    if lacks_place(plan, c, s):
        yield Change(code=ChangeCode.PLACE_FREED, words=sentences.place_freed(tables.openings.openings[s]))
    for row in chosen_of_class(plan, c):
        other = tables.openings.openings[int(plan.candidates.pairs.s[row])]
        yield Change(code=ChangeCode.DECLINED, words=why_not_words.declined(other))
