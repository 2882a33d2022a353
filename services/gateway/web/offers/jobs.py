"""Finding a job by what people call it: nobody knows ROME codes by heart.

Titles are those of the official list where it is loaded, with the names (appellations) that it gives each job; else
those of the jobs of industry that the project knows.
"""

from collections.abc import Iterator
from functools import lru_cache

from contracts.reference.codes import find_list
from contracts.reference.industrial_jobs import INDUSTRIAL_JOBS
from services.gateway.directory.entries import plain

MOST_FOUND = 12

_plain = lru_cache(maxsize=20_000)(plain)


def find_jobs(text: str, most: int = MOST_FOUND) -> tuple[str, ...]:
    """The codes of the jobs that are called so, those whose title begins so first; none for no words."""
    words = _plain(text.strip()).split()
    if not words:
        return ()
    found: dict[str, bool] = {}
    for code, title in _titles():
        name = _plain(title)
        if all(word in name for word in words) or words == [code.lower()]:
            found[code] = found.get(code, False) or name.startswith(words[0])
    return tuple(sorted(found, key=lambda code: not found[code])[:most])


def _titles() -> Iterator[tuple[str, str]]:
    """Every title by which a job is known, with its code, in both languages where we have them."""
    for code, wording in INDUSTRIAL_JOBS.items():
        yield code, wording.fr
        yield code, wording.en
    if rome := find_list("rome"):
        yield from rome.labels.items()
    if names := find_list("appellations"):
        for name, title in names.labels.items():
            if name in names.parents:
                yield names.parents[name], title
