"""Explanations for pages to show: one that says everything that can be said, and one that says nothing."""

import re

from contracts.errors import Wording
from contracts.identifiers import uuid7
from contracts.matchmaker.explanations import (
    Alternative,
    AlternativeReason,
    AlternativeSide,
    Answers,
    Change,
    ChangeCode,
    Cost,
    EquityPart,
    Explanation,
    Gate,
    GateCode,
    PartCode,
    ScorePart,
    UnderReachedReason,
)
from tests.component.gateway.resources import a_company, a_school, a_slot, a_visit_proposal, an_offer


def said(text):
    return Wording(f"English {text}.", f"Français {text}.")


def a_part(code, points, weight=0.5):
    return ScorePart(
        code=code, weight=weight, value=points / (1000 * weight), points=points, words=said(f"part {code}")
    )


def a_gate(code, passed=True):
    return Gate(code=code, passed=passed, value=3, limit=5, words=said(f"gate {code}"))


def an_alternative(side, reason=AlternativeReason.LOWER_SCORE, cost=None):
    words = said(f"alternative {side} {reason}")
    price = Cost(at_least=cost, words=said(f"cost {cost}")) if cost is not None else None
    return Alternative(side=side, id=uuid7(), points=300, reason=reason, words=words, cost=price)


# Every part there is; those at the end take points away.
PARTS = tuple(
    a_part(code, -17 * number if number > 13 else 11 * number) for number, code in enumerate(PartCode, start=1)
)
WHOLE = Explanation(
    points=sum(part.points for part in PARTS),
    gates=tuple(a_gate(code) for code in GateCode),
    parts=PARTS,
    equity=EquityPart(
        points=40, reasons=tuple(UnderReachedReason), words=said("equity"), territory="32", floor_points=120.5
    ),
    alternatives=tuple(
        an_alternative(side, reason, cost=25.5) for side in AlternativeSide for reason in AlternativeReason
    ),
    changes=tuple(Change(code=code, words=said(f"change {code}")) for code in ChangeCode),
    words=said("whole"),
    answers=(
        Answers(
            side=AlternativeSide.COMPANY, answered=1, unanswered=3, open_at_most=1, wanted=3, words=said("answers")
        ),
    ),
)
BARE = Explanation(points=0, gates=(), parts=(), equity=None, alternatives=(), changes=(), words=said("bare"))


def the_points(html):
    """The numbers beside the bars, and the total that they lead to."""
    numbers = re.findall(r"<dd>(?:<strong>)?(−?[\d\s\u202f\u00a0]+)(?:</strong>)?</dd>", html)
    read = [int(re.sub(r"\s", "", number).replace("−", "-")) for number in numbers]
    return read[:-1], read[-1]


def a_stage():
    """What a class's proposal is about: its school, company, offer and slot, and the proposal."""
    school, company = a_school(), a_company()
    offer = an_offer(company)
    slot = a_slot(offer)
    return school, company, offer, slot, a_visit_proposal(slot, school)
