"""Sets of words as bits and in order: one place per level, theme, weekday, format and access need.

The places hold within one run only; nothing stores a mask or sends it anywhere.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

from contracts.vocabulary import AccessNeed, Level, Theme, VisitFormat, Weekday

LEVELS: Final = tuple(Level)
THEMES: Final = tuple(Theme)
WEEKDAYS: Final = tuple(Weekday)
FORMATS: Final = tuple(VisitFormat)
ACCESS: Final = tuple(AccessNeed)

ON_SITE: Final = 1 << FORMATS.index(VisitFormat.ON_SITE)


def any_of(words: Iterable[StrEnum], order: tuple[StrEnum, ...]) -> int:
    """Return the mask of the words, or of all of `order` where there is none: nothing named means any."""
    return exactly(words, order) or (1 << len(order)) - 1


def exactly(words: Iterable[StrEnum], order: tuple[StrEnum, ...]) -> int:
    """Return the mask of the words alone."""
    return _mask(frozenset(words), order)


@lru_cache(maxsize=1 << 15)
def _mask(words: frozenset[StrEnum], order: tuple[StrEnum, ...]) -> int:
    # The same few sets come again and again: a region asks a hundred thousand times.
    return sum(1 << order.index(word) for word in words)


def codes(words: Iterable[StrEnum], order: Sequence[StrEnum]) -> tuple[str, ...]:
    """Return the words' codes in their own order: weekdays from Monday, levels from the youngest."""
    found = set(words)
    return tuple(word.value for word in order if word in found)
