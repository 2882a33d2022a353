"""Refusals as people read them: without the words of the machines that refuse."""

import re

from contracts.errors import Kind, Problem, Wording
from services.gateway.web.language import _, say
from services.gateway.web.states import ACTIONS, STATES


def plainly(problem: Problem, of: str) -> Problem:
    """The problem of a thing (`booking`, `slot`) in plain words, in the reader's language."""
    return problem_with(problem, detail) if (detail := _detail(problem, of)) else problem


def problem_with(problem: Problem, detail: str) -> Problem:
    """The same problem, told otherwise."""
    return Problem(
        kind=problem.kind,
        slug=problem.slug,
        title=problem.title,
        detail=Wording(detail, detail),
        fields=problem.fields,
        facts=problem.facts,
    )


def _detail(problem: Problem, of: str) -> str:
    if problem.kind is Kind.PRECONDITION_FAILED and of != "booking":
        return _(
            "Quelqu’un a modifié ceci depuis que vous avez ouvert la page. Voici ce qu’il en est : relisez, puis "
            "décidez."
        )
    if problem.kind is Kind.PRECONDITION_FAILED:
        return _(
            "Quelqu’un a fait avancer cette réservation depuis que vous avez ouvert la page. Voici où elle en est : "
            "relisez, puis décidez."
        )
    match problem.slug:
        case "transition-refused":
            return _refused(problem, of)
        case "too-late":
            return _("Le délai pour le faire est passé.")
        case "slot-full":
            return _("Les dernières places viennent d’être prises par d’autres classes.")
        case "idempotency-key-reused":
            return _(
                "Cette demande est déjà partie une fois avec d’autres réponses : voyez vos réservations avant de "
                "l’envoyer de nouveau."
            )
    return ""


def _refused(problem: Problem, of: str) -> str:
    """`« confirm » n'est pas possible dans l'état « cancelled » : …` with the words that buttons and badges have."""
    told = say(problem.detail)
    for fact, words in (("action", ACTIONS), ("state", STATES[of])):
        word = problem.facts.get(fact)
        if word in words:
            shown = f"«\N{NO-BREAK SPACE}{_(words[word])}\N{NO-BREAK SPACE}»"
            told = re.sub(rf"«\s?{re.escape(word)}\s?»", shown, told)
    return told
