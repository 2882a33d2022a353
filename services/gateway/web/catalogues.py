"""`python -m services.gateway.web.catalogues`: the French texts of every area, and their English words.

Each area has its own `en.po`. New texts are added with nothing for English, and are then missing; texts that are
written nowhere any more are dropped. Says what is missing, and fails while anything is.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from services.gateway.web.language import ENGLISH, ROOT

# Texts that stand in no area's folder: shared words, menu, formats.
SHARED = "shell"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}
JINJA = "jinja2.ext:babel_extract"
JINJA_OPTIONS = {"trimmed": "false", "newstyle_gettext": "true", "silent": "false"}


def main() -> int:
    """Renew every catalogue; the exit code says whether a text is without English words."""
    missing = []
    for area, texts in texts_by_area().items():
        file = ROOT / area / "en.po"
        catalogue = renewed(read(file), texts)
        if texts or file.exists():
            with file.open("wb") as opened:
                write_po(opened, catalogue, width=120, omit_header=True, sort_output=True, no_location=True)
        missing += [f"{area}/en.po: {text}" for text in missing_in(catalogue)]
    for line in missing:
        print(line, file=sys.stderr)  # noqa: T201  a tool speaks to a person
    return 1 if missing else 0


def texts_by_area() -> dict[str, set[str | tuple[str, ...]]]:
    """All French texts, by the area whose catalogue has their English words; for one and many they are a pair."""
    found: dict[str, set[str | tuple[str, ...]]] = {}
    for file in sorted((*ROOT.rglob("*.py"), *ROOT.rglob("*.html"))):
        parts = file.relative_to(ROOT).parts
        area = parts[0] if len(parts) > 1 else SHARED
        if area != "static":
            found.setdefault(area, set()).update(texts_of(file))
    return found


def texts_of(file: Path) -> Iterator[str | tuple[str, ...]]:
    """The French texts that one module or template has."""
    if file.suffix == ".html":
        extracted = extract_from_file(JINJA, file, KEYWORDS, options=JINJA_OPTIONS)
    else:
        extracted = extract_from_file("python", file, KEYWORDS)
    for _line, text, _comments, _context in extracted:
        yield tuple(text[:2]) if isinstance(text, tuple) else text


def read(file: Path) -> Catalog:
    """An area's catalogue; an empty one where there is none yet."""
    if not file.exists():
        return Catalog(locale=ENGLISH)
    with file.open("rb") as opened:
        return read_po(opened, locale=ENGLISH)


def renewed(old: Catalog, texts: set[str | tuple[str, ...]]) -> Catalog:
    """The catalogue of just these texts, with the words that there were."""
    new = Catalog(locale=ENGLISH)
    for text in texts:
        known = old.get(text[0] if isinstance(text, tuple) else text)
        words = known.string if known and isinstance(known.id, tuple) == isinstance(text, tuple) else None
        new.add(text, words or (("", "") if isinstance(text, tuple) else ""))
    return new


def missing_in(catalogue: Catalog) -> list[str]:
    """The texts that have no English words, or words that want other facts than the French."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and (not message.string or not all(_both(message.string)) or any(message.check()))
    ]


def _both(words: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


if __name__ == "__main__":
    sys.exit(main())
