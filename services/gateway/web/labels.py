"""A word of contracts as people say it, in their language; its tables are words.py and states.py."""

from enum import StrEnum
from typing import Literal, cast

from contracts.reference.codes import ActivityCode, NafNomenclature, activity_label, rome_label
from contracts.vocabulary import LEVEL_LABELS, THEME_LABELS, Level, Theme
from services.gateway.web.language import FRENCH, _, language
from services.gateway.web.states import ACTIONS, LOOKS, STATES
from services.gateway.web.words import WORDS


def label(word: str, of: str = "") -> str:
    """A word of a closed list, an action, or a state of a kind of thing (`label("open", "slot")`).

    Raises KeyError for a word that no table has.
    """
    if isinstance(word, Level | Theme):
        french, english = LEVEL_LABELS[word] if isinstance(word, Level) else THEME_LABELS[word]
        return french if language() == FRENCH else english
    if isinstance(word, StrEnum):
        return _(WORDS[type(word)][word])
    return _(STATES[of][word] if of else ACTIONS[word])


def look(state: str, of: str = "") -> str:
    """How a state's badge looks: `good`, `warn` where somebody has to act, `bad`, or `quiet`."""
    return LOOKS.get(f"{of} {state}", LOOKS.get(state, "quiet"))


def options(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """Every word of a closed list with its label, for choices of forms."""
    return [(str(word), label(word)) for word in kind]


def job(code: str) -> str:
    """A ROME code with its job's title; the code alone only where no list knows it."""
    title = rome_label(code, cast("Literal['fr', 'en']", language()))
    return f"{title} ({code})" if title else _("métier %(code)s (intitulé inconnu ici)", code=code)


def activity(code: str, nomenclature: str) -> str:
    """A NAF code with what it is called and its nomenclature; the code alone where its list is not loaded."""
    named = ActivityCode(code, NafNomenclature(nomenclature))
    words = activity_label(named)
    return f"{words} ({code}, {named.nomenclature.label})" if words else f"{code} ({named.nomenclature.label})"
