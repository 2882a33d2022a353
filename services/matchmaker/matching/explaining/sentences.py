"""Whole sentences about visits, French and English: why proposed, why not another, what would change the answer.

A sentence is composed of facts only; which facts hold is found in `explain.py` and `unserved.py`.
"""

from collections.abc import Iterable
from typing import Final

from contracts.errors import Wording
from contracts.matchmaker.explanations import (
    AlternativeReason,
    AlternativeSide,
    EquityPart,
    ScorePart,
)
from services.matchmaker.matching.explaining import words
from services.matchmaker.matching.inputs import Opening, Wish
from services.matchmaker.matching.visits import VisitMatch

_WHY_NOT: Final[dict[AlternativeReason, Wording]] = {
    AlternativeReason.LOWER_SCORE: Wording("its score is not higher", "son score n'est pas supérieur"),
    AlternativeReason.PLACE_TAKEN: Wording(
        "its places go to classes for which the whole is worth more",
        "ses places vont à des classes pour lesquelles l'ensemble vaut davantage",
    ),
    AlternativeReason.SAME_DAY: Wording("the class has a visit on that day", "la classe a une visite ce jour-là"),
    AlternativeReason.BETTER_TOGETHER: Wording(
        "all visits together are worth more this way", "l'ensemble des visites vaut davantage ainsi"
    ),
}


def visit(wish: Wish, opening: Opening, match: VisitMatch, equity: EquityPart | None) -> Wording:
    """Say why this visit is proposed to this class."""
    level, when, score = words.level(wish.level), words.day(opening.day), words.points(match.points)
    pupils, journey = words.count(wish.pupils, "pupil", "élève"), _journey(wish, match)
    parts = listed_parts(match.parts)
    said = Wording(
        f"The visit of {when.en} is proposed to this class ({level.en}, {pupils.en}): it meets every condition"
        f"{journey.en}. Score: {score.en} ({parts.en}).",
        f"La visite du {when.fr} est proposée à cette classe ({level.fr}, {pupils.fr}) : toutes les conditions sont"
        f" remplies{journey.fr}. Score : {score.fr} ({parts.fr}).",
    )
    return typeset(said if equity is None else Wording(f"{said.en} {equity.words.en}", f"{said.fr} {equity.words.fr}"))


def typeset(wording: Wording) -> Wording:
    """Return the words with the spaces that French asks for."""
    return Wording(wording.en, words.typeset_french(wording.fr))


def _journey(wish: Wish, match: VisitMatch) -> Wording:
    if not match.travel_minutes:
        return Wording(", without a journey", ", sans déplacement")
    found, limit = words.minutes(match.travel_minutes), words.minutes(wish.max_travel_minutes)
    return Wording(
        f", {found.en} by coach one way (at most {limit.en})", f", {found.fr} de car à l'aller ({limit.fr} au plus)"
    )


def listed_parts(parts: Iterable[ScorePart]) -> Wording:
    """Enumerate the parts of a score, the largest first."""
    ordered = sorted(parts, key=lambda part: (-part.points, part.code.value))
    return words.listed(
        (
            Wording(
                f"{part.words.en} {words.english_number(part.points)}",
                f"{part.words.fr} {words.french_number(part.points)}",
            )
            for part in ordered
        ),
        empty=Wording("no part", "aucune part"),
    )


def alternative(side: AlternativeSide, opening: Opening, points: int, reason: AlternativeReason) -> Wording:
    """Say what the next best would have been for one side, and why it is not proposed instead."""
    if reason is AlternativeReason.PROPOSED:
        return _proposed_instead(side, opening, points)
    score, when, why = words.points(points), words.day(opening.day), _WHY_NOT[reason]
    if side is AlternativeSide.CLASS:
        return typeset(
            Wording(
                f"Next best visit for the class: {when.en} ({score.en}); not proposed because {why.en}.",
                f"Meilleure autre visite pour la classe : {when.fr} ({score.fr}) ; non proposée car {why.fr}.",
            )
        )
    return typeset(
        Wording(
            f"Next best class for the slot: {score.en}; not proposed because {why.en}.",
            f"Meilleure autre classe pour ce créneau : {score.fr} ; non proposée car {why.fr}.",
        )
    )


def _proposed_instead(side: AlternativeSide, opening: Opening, points: int) -> Wording:
    score, when = words.points(points), words.day(opening.day)
    if side is AlternativeSide.CLASS:
        return typeset(
            Wording(
                f"Proposed to the class: the visit of {when.en} ({score.en}).",
                f"Proposée à la classe : la visite du {when.fr} ({score.fr}).",
            )
        )
    return typeset(
        Wording(
            f"Proposed this slot: another class ({score.en}).",
            f"Ce créneau est proposé à une autre classe ({score.fr}).",
        )
    )


def declined_with(opening: Opening) -> Wording:
    """Say what follows a refusal where another visit suits the class."""
    when = words.day(opening.day)
    return Wording(
        f"If the school declines, the visit of {when.en} is looked at next for this class.",
        f"Si l'école décline, la visite du {when.fr} est étudiée ensuite pour cette classe.",
    )


def declined_without() -> Wording:
    """Say what follows a refusal where nothing else suits the class."""
    return Wording(
        "If the school declines, no other visit suits this class today.",
        "Si l'école décline, aucune autre visite ne convient aujourd'hui à cette classe.",
    )


def place_freed(opening: Opening) -> Wording:
    """Say that a better visit waits for a place."""
    when = words.day(opening.day)
    return Wording(
        f"If a place came free on {when.en}, that visit would be proposed.",
        f"Si une place se libérait le {when.fr}, cette visite serait proposée.",
    )


def journey_shorter(minutes: int) -> Wording:
    """Say from which longest journey on the visit would no longer be possible."""
    limit = words.minutes(minutes)
    return Wording(
        f"With a longest journey under {limit.en}, this visit would no longer be possible.",
        f"Avec un trajet maximal inférieur à {limit.fr}, cette visite ne serait plus possible.",
    )


def group_larger(pupils: int) -> Wording:
    """Say above which number of pupils the visit would no longer be possible."""
    limit = words.count(pupils, "pupil", "élève")
    return Wording(
        f"With more than {limit.en}, this visit would no longer be possible.",
        f"Au-delà de {limit.fr}, cette visite ne serait plus possible.",
    )
