"""The language of whoever reads: French first, English complete.

Texts are written in French where they stand, in templates and in Python; `_` gives them in the reader's language. The
English ones are in each area's `en.po`. Which language a request is read in is set once, before its page is made.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from litestar.connection import ASGIConnection

from contracts.errors import Wording
from services.gateway.problems import language_of

FRENCH, ENGLISH = "fr", "en"
LANGUAGES = (FRENCH, ENGLISH)
# A choice that outlives the session: kept for a year.
COOKIE = "language"
KEPT_S = 365 * 24 * 3600
ROOT = Path(__file__).parent

# French parts these from their words by a space at which no line may break.
_BEFORE, _AFTER = re.compile(r" (?=[:;!?»€]|%(?!\())"), re.compile(r"(?<=«) ")

_language: ContextVar[str] = ContextVar("language", default=FRENCH)


def language() -> str:
    """`fr` or `en`: what the page at hand is read in."""
    return _language.get()


@contextmanager
def reading(chosen: str) -> Iterator[None]:
    """Have everything inside the block in one language."""
    token = _language.set(chosen)
    try:
        yield
    finally:
        _language.reset(token)


def choose_language(request: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The reader's own choice, else what the browser asks for, else French; it holds for the request from now on."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen not in LANGUAGES:
        chosen = language_of(request.headers.get("accept-language", ""), otherwise=FRENCH)
    _language.set(chosen)
    return chosen


def gettext(text: str, **facts: object) -> str:
    """A French text in the reader's language; `%(name)s` in it stands for a fact."""
    words = translations(language()).gettext(text)
    return words % facts if facts else words


def ngettext(one: str, many: str, number: int, **facts: object) -> str:
    """A French text for one or for many, in the reader's language; `%(num)s` stands for the number."""
    return number_words(one, many, number) % {"num": number, **facts}


def number_words(one: str, many: str, number: int) -> str:
    """The words of `ngettext` before its facts are in them: templates put those in by themselves."""
    return translations(language()).ngettext(one, many, number)


_ = gettext


def mark(text: str) -> str:
    """A text that is translated later, where it is shown: catalogues find it here."""
    return text


def say(wording: Wording) -> str:
    """A sentence that is known in both languages, in the reader's."""
    return wording.en if language() == ENGLISH else tied(wording.fr)


class French(NullTranslations):
    """French texts as they stand, their spaces tied where French does so."""

    def gettext(self, message: str) -> str:
        """The text itself."""
        return _known(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """One or many: in French nothing is one, in English it is many."""
        return _known(msgid1 if n < 2 else msgid2)


def tied(text: str) -> str:
    """A French text with no-break spaces before and within its signs."""
    return _AFTER.sub("\N{NO-BREAK SPACE}", _BEFORE.sub("\N{NO-BREAK SPACE}", text))


# Our own texts: there are only so many.
_known = cache(tied)


@cache
def translations(chosen: str) -> NullTranslations:
    """What the texts are in a language; French ones are themselves."""
    if chosen == FRENCH:
        return French()
    words = Translations()
    for file in catalogues():
        with file.open("rb") as opened:
            catalogue = read_po(opened, locale=ENGLISH)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        words.merge(Translations(compiled))
    return words


def catalogues() -> list[Path]:
    """The English words of every area."""
    return sorted(ROOT.glob("*/en.po"))
