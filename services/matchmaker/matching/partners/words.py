"""What holds one side of a partnership back, in data and in words: seldom answers, many proposals of late.

A side is told only what limits it, so that nobody reads conditions that never mattered.
"""

from collections.abc import Iterator
from typing import Final

from contracts.errors import Wording
from contracts.matchmaker.explanations import AlternativeSide, Answers, Gate, GateCode
from services.matchmaker.matching.explaining import gate_words, words
from services.matchmaker.matching.explaining.sentences import typeset
from services.matchmaker.matching.partners.rules import SECOND_CHANCE, PartnerHistory, Room

_SIDES: Final = {
    AlternativeSide.COMPANY: Wording("The company", "L'entreprise"),
    AlternativeSide.ASSOCIATION: Wording("The association", "L'association"),
}


def side_gates(side: AlternativeSide, room: Room) -> Iterator[Gate]:
    """Yield the gates that limit how much a side is proposed: its answers, its contacts; none where nothing does."""
    if room.slowed:
        limit = max(room.open_at_most, int(room.second_chance))
        yield _gate(side, GateCode.ANSWERS, room.open, limit, passed=room.places > 0)
    window = room.contacts
    if window.left < room.places:
        code = GateCode.CONTACTS_WEEK if window is room.week else GateCode.CONTACTS_MONTH
        yield _gate(side, code, window.used, window.limit, passed=window.left > 0)


def side_answers(side: AlternativeSide, history: PartnerHistory, room: Room) -> Iterator[Answers]:
    """Yield how a side answers, where it left a proposal unanswered lately."""
    if history.unanswered:
        yield Answers(
            side=side,
            answered=history.answered,
            unanswered=history.unanswered,
            open_at_most=room.open_at_most,
            wanted=room.wanted,
            words=typeset(_seldom(_SIDES[side], history, room)),
        )


def _gate(side: AlternativeSide, code: GateCode, value: int, limit: int, *, passed: bool) -> Gate:
    whom, said = _SIDES[side], gate_words.of_gate(code, value, limit, passed=passed)
    sentence = typeset(Wording(f"{whom.en}: {said.en}", f"{whom.fr} : {said.fr}"))
    return Gate(code=code, passed=passed, value=value, limit=limit, words=sentence, side=side)


def _seldom(whom: Wording, history: PartnerHistory, room: Room) -> Wording:
    sent, follows = history.answered + history.unanswered, _follows(room)
    english = f"{words.english_number(history.answered)} of {words.count(sent, 'proposal', 'proposition').en}"
    french = f"{words.count(history.answered, 'proposal', 'proposition').fr} sur {words.french_number(sent)}"
    return Wording(
        f"{whom.en} answered {english} in 180{words.NBSP}days, {follows.en}.",
        f"{whom.fr} a répondu à {french} en 180{words.NBSP}jours, {follows.fr}.",
    )


def _follows(room: Room) -> Wording:
    if not room.slowed:
        return Wording("which lowers the score", "ce qui abaisse le score")
    if not room.open_at_most:
        days = words.count(SECOND_CHANCE.days, "day", "jour")
        return Wording(
            f"so it is proposed less: one partner in {days.en} until it answers",
            f"donc moins de partenaires lui sont proposés : un seul en {days.fr} tant qu'elle ne répond pas",
        )
    at_most, wanted = words.count(room.open_at_most, "partner", "partenaire"), room.wanted
    return Wording(
        f"so it is proposed less: {at_most.en} at a time at most, {words.english_number(wanted)} if it answered",
        f"donc moins de partenaires lui sont proposés : {at_most.fr} à la fois au plus,"
        f" {words.french_number(wanted)} si elle répondait",
    )
