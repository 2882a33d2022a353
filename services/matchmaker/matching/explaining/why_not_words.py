"""Whole sentences about a pair that is not proposed, French and English: what stops it, or what outweighs it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from contracts.errors import Wording
from contracts.matchmaker.explanations import Cost, GateCode, ScorePart
from services.matchmaker.matching.explaining import sentences, unserved_words, words
from services.matchmaker.matching.inputs import Opening, Wish


class Reason(StrEnum):
    """Why a pair that passes every gate is left out."""

    PLACES_TAKEN = "places_taken"
    SAME_DAY = "same_day"
    HAS_OTHERS = "has_others"
    OUTWEIGHED = "outweighed"


_REASONS: Final[dict[Reason, Wording]] = {
    Reason.PLACES_TAKEN: Wording(
        "its places go to classes for which the whole is worth more",
        "ses places vont à des classes pour lesquelles l'ensemble vaut davantage",
    ),
    Reason.SAME_DAY: Wording(
        "the class is proposed another visit on that day", "une autre visite est proposée à la classe ce jour-là"
    ),
    Reason.HAS_OTHERS: Wording(
        "the class is proposed other visits, and all visits together are worth more this way",
        "d'autres visites sont proposées à la classe, et l'ensemble des visites vaut davantage ainsi",
    ),
    Reason.OUTWEIGHED: Wording(
        "all visits together are worth more this way", "l'ensemble des visites vaut davantage ainsi"
    ),
}
# How a proposal or a booking that stands is told; a booking's other states all mean that it is booked.
_STANDS: Final[dict[str, Wording]] = {
    "proposed": Wording(
        "This visit is proposed to the class and waits for its answer.",
        "Cette visite est proposée à la classe et attend sa réponse.",
    ),
    "accepted": Wording("The school has accepted this visit.", "L'établissement a accepté cette visite."),
}
_BOOKED: Final = Wording("This visit is booked for the class.", "Cette visite est réservée pour la classe.")
_NEXT: Final = Wording(
    "Nothing stands in the way: the next match would propose this visit.",
    "Rien ne s'y oppose : le prochain appariement proposerait cette visite.",
)


def standing(state: str) -> Wording:
    """Say how the pair stands."""
    return _STANDS.get(state, _BOOKED)


def proposed(why: Wording, state: str) -> Wording:
    """Say that the pair stands, or would be proposed next where it has no state, and why."""
    said = standing(state) if state else _NEXT
    return sentences.typeset(Wording(f"{said.en} {why.en}", f"{said.fr} {why.fr}"))


def if_not_standing(state: str, rest: Wording) -> Wording:
    """Say that the pair stands, though matching would not choose it; `rest` is what would be said if it did not."""
    said = standing(state)
    return sentences.typeset(
        Wording(
            f"{said.en} Were it asked about today: {rest.en[0].lower()}{rest.en[1:]}",
            f"{said.fr} Si la question se posait aujourd'hui : {rest.fr[0].lower()}{rest.fr[1:]}",
        )
    )


def stopped(wish: Wish, opening: Opening, failed: Iterable[GateCode]) -> Wording:
    """Say which conditions the pair does not meet."""
    which = words.listed((unserved_words.OBSTACLES[code] for code in failed), empty=Wording("", ""))
    pair = _pair(wish, opening)
    return sentences.typeset(
        Wording(
            f"{pair.en} is not possible. What stands in the way: {which.en}.",
            f"{pair.fr} n'est pas possible. Ce qui s'y oppose : {which.fr}.",
        )
    )


def outweighed(
    wish: Wish, opening: Opening, points: int, parts: Iterable[ScorePart], reason: Reason, cost: Cost | None
) -> Wording:
    """Say what the pair would score, why it is left out, and what it would cost all visits together."""
    pair, score, listed = _pair(wish, opening), words.points(points), sentences.listed_parts(parts)
    why, price = _REASONS[reason], cost.words if cost else Wording("", "")
    return sentences.typeset(
        Wording(
            f"{pair.en} would be possible (score: {score.en}; {listed.en}), but it is not proposed because {why.en}."
            f" {price.en}".rstrip(),
            f"{pair.fr} serait possible (score : {score.fr} ; {listed.fr}), mais elle n'est pas proposée car {why.fr}."
            f" {price.fr}".rstrip(),
        )
    )


def declined(other: Opening) -> Wording:
    """Say what the refusal of another visit would change."""
    when = words.day(other.day)
    return Wording(
        f"If the school declined the visit of {when.en}, this one would be looked at for the class.",
        f"Si l'établissement déclinait la visite du {when.fr}, celle-ci serait étudiée pour la classe.",
    )


def _pair(wish: Wish, opening: Opening) -> Wording:
    level, when, pupils = words.level(wish.level), words.day(opening.day), words.count(wish.pupils, "pupil", "élève")
    return Wording(
        f"For this class ({level.en}, {pupils.en}), the visit of {when.en}",
        f"Pour cette classe ({level.fr}, {pupils.fr}), la visite du {when.fr}",
    )
