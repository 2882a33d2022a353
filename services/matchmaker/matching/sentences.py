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
    GateCode,
    ScorePart,
)
from services.matchmaker.matching import words
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


OBSTACLES: Final[dict[GateCode, Wording]] = {
    GateCode.LEVEL: Wording("the level", "le niveau"),
    GateCode.THEME: Wording("the theme", "le thème"),
    GateCode.FORMAT: Wording("the format", "le format"),
    GateCode.DATE_WINDOW: Wording("the period asked for", "la période demandée"),
    GateCode.WEEKDAY: Wording("the weekday", "le jour de la semaine"),
    GateCode.SCHOOL_DAY: Wording("the school calendar", "le calendrier scolaire"),
    GateCode.LEAD_TIME: Wording("the time to prepare", "le délai de préparation"),
    GateCode.ONE_A_DAY: Wording("another visit on that day", "une autre visite ce jour-là"),
    GateCode.GROUP_MAX: Wording("too many pupils", "un effectif trop grand"),
    GateCode.GROUP_MIN: Wording("too few pupils", "un effectif trop petit"),
    GateCode.ADULTS: Wording("too few adults", "trop peu d'accompagnateurs"),
    GateCode.ACCESS: Wording("accessibility", "l'accessibilité"),
    GateCode.MINIMUM_AGE: Wording("the minimum age", "l'âge minimal"),
    GateCode.TRAVEL: Wording("the longest journey", "le trajet maximal"),
    GateCode.CAPACITY: Wording("no free place", "l'absence de place"),
    GateCode.RESERVED: Wording("places kept for under-reached classes", "les places gardées pour les publics éloignés"),
    GateCode.SCHOOL_HOURS: Wording("the hours of the school day", "les horaires de la journée de classe"),
    GateCode.NOT_DECLINED: Wording("an earlier refusal", "un refus antérieur"),
    GateCode.MEDIATION: Wording("no mediator available", "l'absence de médiation"),
}
_TAKEN: Final = Wording("a place given to another class", "une place donnée à une autre classe")


def obstacle(gate: GateCode | None, openings: int) -> Wording:
    """Say how many slots one gate alone keeps from a class; None: slots that suit it but went to others."""
    what, slots = _TAKEN if gate is None else OBSTACLES[gate], words.count(openings, "slot", "créneau").en
    return Wording(
        f"{slots}: the only obstacle is {what.en}.",
        words.typeset_french(f"{_french_slots(openings)} : le seul obstacle est {what.fr}."),
    )


def unserved(openings: int, obstacles: tuple[tuple[GateCode | None, int], ...]) -> Wording:
    """Say why a class gets nothing, the most frequent obstacle first."""
    if not openings:
        return Wording("No slot is open to classes yet.", "Aucun créneau n'est encore ouvert aux classes.")
    if not obstacles:
        return typeset(
            Wording(
                f"None of the {words.english_number(openings)} open slots suits this class:"
                " each misses several conditions.",
                f"Aucun des {words.french_number(openings)} créneaux ouverts ne convient à cette classe : à chacun"
                " manquent plusieurs conditions.",
            )
        )
    gate, number = obstacles[0]
    what = _TAKEN if gate is None else OBSTACLES[gate]
    return typeset(
        Wording(
            f"No visit for this class: most often the only obstacle is {what.en}"
            f" ({words.english_number(number)} of {words.english_number(openings)} slots).",
            f"Pas de visite pour cette classe : le plus souvent, le seul obstacle est {what.fr}"
            f" ({words.french_number(number)} des {words.french_number(openings)} créneaux).",
        )
    )


def relaxed(gate: GateCode, limit: int, openings: int) -> Wording:
    """Say how many slots a changed figure of the request would open."""
    slots, french_slots = words.count(openings, "slot", "créneau").en, _french_slots(openings)
    if gate is GateCode.TRAVEL:
        minutes = words.minutes(limit)
        return Wording(
            f"A longest journey of {minutes.en} would open {slots}.",
            f"Un trajet maximal de {minutes.fr} ouvrirait {french_slots}.",
        )
    adults = words.count(limit, "adult", "adulte")
    return Wording(f"{adults.en} would open {slots}.", f"{adults.fr} ouvriraient {french_slots}.")


def _french_slots(number: int) -> str:
    return f"{words.french_number(number)}{words.NBSP}{'créneau' if number < 2 else 'créneaux'}"
