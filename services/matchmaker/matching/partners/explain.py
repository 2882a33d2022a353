"""Why a partnership is proposed: gates, score, the nearest alternative of both sides, what would change it.

Explanations are made one at a time, from the plan that made the match, and only for proposals that are new.
"""

from collections.abc import Iterator
from uuid import UUID

import numpy as np

from contracts.errors import Wording
from contracts.matchmaker.explanations import (
    Alternative,
    AlternativeReason,
    AlternativeSide,
    Answers,
    Change,
    ChangeCode,
    Explanation,
    Gate,
    GateCode,
    GateValue,
    PartCode,
)
from services.matchmaker.matching.arrays import Ints
from services.matchmaker.matching.explaining import gate_words, words
from services.matchmaker.matching.explaining.sentences import listed_parts, typeset
from services.matchmaker.matching.inputs import AssociationProfile, CompanyProfile
from services.matchmaker.matching.masks import LEVELS, THEMES, codes
from services.matchmaker.matching.partners.pairs import best_capacity, fits, nearest_site
from services.matchmaker.matching.partners.partnerships import PartnershipMatch, PartnershipPlan
from services.matchmaker.matching.partners.words import side_answers, side_gates

_BONUSES = (PartCode.FIRST_PARTNER_COMPANY, PartCode.FIRST_PARTNER_ASSOCIATION)


def explain_partnership(plan: PartnershipPlan, match: PartnershipMatch) -> Explanation:
    """Return the explanation of one of the plan's matches, the same for both sides; raises KeyError for another's."""
    c, a = plan.sides.company_row[match.company_id], plan.sides.association_row[match.association_id]
    company, association = plan.sides.companies[c], plan.sides.associations[a]
    answers = _answers(plan, company, association)
    return Explanation(
        points=match.points,
        gates=check_partnership(plan, company, association),
        parts=match.parts,
        equity=None,
        alternatives=tuple(_alternatives(plan, match, c, a)),
        changes=(
            Change(code=ChangeCode.DECLINED, words=_if_declined()),
            Change(code=ChangeCode.UNANSWERED, words=_if_unanswered()),
        ),
        words=_sentence(match, answers),
        answers=answers,
    )


def check_partnership(
    plan: PartnershipPlan, company: CompanyProfile, association: AssociationProfile
) -> tuple[Gate, ...]:
    """Return the gates of a pair by the capacity that fits best, then those that limit one of the two alone.

    An association without any capacity has only the one that says so, and those that come after.
    """
    rests = (company.company_id, association.association_id) in plan.sides.resting
    company_room, association_room = plan.sides.rooms[company.company_id], plan.sides.rooms[association.association_id]
    about_both = (
        _gate(GateCode.NO_RECENT_PAIR, int(rests), 0, passed=not rests),
        *side_gates(AlternativeSide.COMPANY, company_room),
        *side_gates(AlternativeSide.ASSOCIATION, association_room),
    )
    capacity = best_capacity(company, association, plan.weights, plan.today)
    if capacity is None:
        return (_gate(GateCode.INTERVENTIONS, 0, 1, passed=False), *about_both)
    theme, level, territory, period, interventions = fits(company, capacity, plan.today)
    kilometres = round(nearest_site(company, capacity)[1])
    return (
        _gate(GateCode.SHARED_THEME, codes(company.themes, THEMES), codes(capacity.themes, THEMES), passed=theme),
        _gate(GateCode.SHARED_LEVEL, codes(company.levels, LEVELS), codes(capacity.levels, LEVELS), passed=level),
        _gate(GateCode.TERRITORY, kilometres, tuple(sorted(capacity.departments)), passed=territory),
        _gate(GateCode.PERIOD, capacity.until_date.isoformat(), plan.today.isoformat(), passed=period),
        _gate(GateCode.INTERVENTIONS, capacity.interventions_left, 1, passed=interventions),
        *about_both,
    )


def _answers(plan: PartnershipPlan, company: CompanyProfile, association: AssociationProfile) -> tuple[Answers, ...]:
    rooms = plan.sides.rooms
    return (
        *side_answers(AlternativeSide.COMPANY, company.history, rooms[company.company_id]),
        *side_answers(AlternativeSide.ASSOCIATION, association.history, rooms[association.association_id]),
    )


def _gate(code: GateCode, value: GateValue, limit: GateValue, *, passed: bool) -> Gate:
    said = gate_words.of_gate(code, value, limit, passed=passed)
    return Gate(code=code, passed=passed, value=value, limit=limit, words=said)


def _alternatives(plan: PartnershipPlan, match: PartnershipMatch, c: int, a: int) -> Iterator[Alternative]:
    """Yield the next best association for the company and the next best company for the association.

    Points are compared before the bonus of a first partner, which no pair has by itself.
    """
    own = sum(part.points for part in match.parts if part.code not in _BONUSES)
    for row in _best_unchosen(plan, np.flatnonzero(plan.pairs.company == c)):
        association = plan.sides.associations[int(plan.pairs.association[row])].association_id
        yield _alternative(plan, AlternativeSide.COMPANY, association, int(plan.pairs.points[row]), own)
    for row in _best_unchosen(plan, np.flatnonzero(plan.pairs.association == a)):
        company = plan.sides.companies[int(plan.pairs.company[row])].company_id
        yield _alternative(plan, AlternativeSide.ASSOCIATION, company, int(plan.pairs.points[row]), own)


def _best_unchosen(plan: PartnershipPlan, rows: Ints) -> list[int]:
    """Return the row with the most points that was not chosen, or nothing; the first of equals."""
    left = rows[~plan.chosen[rows]]
    return [int(left[np.argmax(plan.pairs.points[left])])] if left.size else []


def _alternative(plan: PartnershipPlan, side: AlternativeSide, other: UUID, points: int, own: int) -> Alternative:
    reason = AlternativeReason.LOWER_SCORE if points <= own else AlternativeReason.BETTER_TOGETHER
    if points > own and not plan.sides.rooms[other].new:
        reason = AlternativeReason.PLACE_TAKEN
    score = words.points(points)
    why = {
        AlternativeReason.LOWER_SCORE: Wording("its score is not higher", "son score n'est pas supérieur"),
        AlternativeReason.PLACE_TAKEN: Wording(
            "it gets no other proposal at present", "elle ne reçoit pas d'autre proposition pour l'instant"
        ),
        AlternativeReason.BETTER_TOGETHER: Wording(
            "all partnerships together are worth more this way", "l'ensemble des partenariats vaut davantage ainsi"
        ),
    }[reason]
    whom = {
        AlternativeSide.COMPANY: Wording(
            "Next best association for the company", "Meilleure autre association pour l'entreprise"
        ),
        AlternativeSide.ASSOCIATION: Wording(
            "Next best company for the association", "Meilleure autre entreprise pour l'association"
        ),
    }[side]
    said = Wording(
        f"{whom.en}: {score.en} before bonuses; not proposed because {why.en}.",
        f"{whom.fr} : {score.fr} avant bonus ; non proposée car {why.fr}.",
    )
    return Alternative(side=side, id=other, points=points, reason=reason, words=typeset(said))


def _if_declined() -> Wording:
    return Wording(
        f"If one side declines, the pair is left in peace for 90{words.NBSP}days and both are proposed to others.",
        f"Si un côté décline, la paire n'est plus proposée pendant 90{words.NBSP}jours et chacun l'est à d'autres.",
    )


def _if_unanswered() -> Wording:
    return Wording(
        f"If a side leaves it unanswered for 21{words.NBSP}days, it is proposed fewer partners afterwards.",
        f"Si un côté ne répond pas dans les 21{words.NBSP}jours, moins de partenaires lui sont proposés ensuite.",
    )


def _sentence(match: PartnershipMatch, answers: tuple[Answers, ...]) -> Wording:
    themes = words.listed((words.theme(theme) for theme in match.themes), empty=Wording("open", "ouverts"))
    score, parts = words.points(match.points), listed_parts(match.parts)
    said = typeset(
        Wording(
            f"This company and this association are proposed to each other: themes in common: {themes.en};"
            f" distance: {words.english_number(match.distance_km, 1)}{words.NBSP}km. Score: {score.en} ({parts.en}).",
            f"Cette entreprise et cette association sont proposées l'une à l'autre : thèmes communs : {themes.fr} ;"
            f" distance : {words.french_number(match.distance_km, 1)}{words.NBSP}km. Score : {score.fr} ({parts.fr}).",
        )
    )
    told = [said, *(found.words for found in answers)]
    return Wording(" ".join(one.en for one in told), " ".join(one.fr for one in told))
