"""What a gate's sentence is made of, and how values and limits are written into it.

The sentences themselves are in `gate_words.py`, here and in `partners/`.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from contracts.errors import Wording
from contracts.matchmaker.explanations import GateValue
from services.matchmaker.matching.explaining import words

# Writes a gate's value or limit, whose type is the one that its check gives.
Writer = Callable[[Any], Wording]


class Phrase(msgspec.Struct, frozen=True):
    """A gate's sentence with `{value}` and `{limit}`, and how to write these two.

    Some have a sentence of their own for a failure, and for a limit of 0: nothing is asked for.
    """

    said: Wording
    value: Writer
    limit: Writer
    said_failed: Wording | None = None
    said_unasked: Wording | None = None


def each(writer: Writer, *, empty: Wording) -> Writer:
    """Return a writer of several things, with the words for none."""
    return lambda values: words.listed((writer(value) for value in values), empty=empty)


def window(days: tuple[str, str]) -> Wording:
    """Write a first and a last day."""
    first, last = (words.day(value) for value in days)
    return Wording(f"{first.en} to {last.en}", f"du {first.fr} au {last.fr}")


def number(value: int) -> Wording:
    """Write a number alone."""
    return Wording(words.english_number(value), words.french_number(value))


def silent(_: GateValue) -> Wording:
    """Write nothing, where the sentence says it all."""
    return Wording("", "")


def pupils(value: int) -> Wording:
    """Write a number of pupils."""
    return words.count(value, "pupil", "élève")


def adults(value: int) -> Wording:
    """Write a number of adults."""
    return words.count(value, "adult", "adulte")


def groups(value: int) -> Wording:
    """Write a number of groups."""
    return words.count(value, "group", "groupe")


def km(value: int) -> Wording:
    """Write a distance."""
    return Wording(f"{words.english_number(value)}{words.NBSP}km", f"{words.french_number(value)}{words.NBSP}km")


def years(value: int) -> Wording:
    """Write an age."""
    return words.count(value, "year", "an")


def proposals(value: int) -> Wording:
    """Write a number of proposals."""
    return words.count(value, "proposal", "proposition")


def hours(clock: tuple[str, str]) -> Wording:
    """Write a first and a last time of a day."""
    first, last = (words.clock(time) for time in clock)
    return Wording(f"{first.en} to {last.en}", f"{first.fr} à {last.fr}")


ANY_LEVEL: Final = Wording("any level", "tous les niveaux")
ANY_THEME: Final = Wording("any theme", "tous les thèmes")
ANY_FORMAT: Final = Wording("any format", "tous les formats")
ANY_DAY: Final = Wording("any day of the school week", "tous les jours de classe")
LEVELS: Final = each(words.level, empty=ANY_LEVEL)
THEMES: Final = each(words.theme, empty=ANY_THEME)
