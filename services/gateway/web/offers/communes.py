"""Finding a commune by its name or postal code: the INSEE code is found for whoever writes."""

from contracts.reference.places import DEPARTMENTS, Commune, communes_of, find_commune
from services.gateway.directory.entries import plain

MOST_FOUND = 12


def find_communes(text: str) -> tuple[Commune, ...]:
    """The communes of Occitanie that a text may mean, the likeliest first; one alone where it is called just so.

    `Auch`, `auch (32)`, `32000` and the INSEE code all find it. None for an empty text.
    """
    name, _, department = text.partition("(")
    wanted, department = _words(name), department.strip(" )")
    if not wanted:
        return ()
    if code := find_commune(wanted.upper()):
        return (code,)
    near: list[Commune] = []
    just_so: list[Commune] = []
    for commune in (one for each in DEPARTMENTS for one in communes_of(each) if not department or each == department):
        called = _words(commune.name)
        if called == wanted or wanted in commune.postal_codes:
            just_so.append(commune)
        elif wanted in called:
            near.append(commune)
    if just_so:
        return tuple(just_so)
    near.sort(key=lambda commune: (not _words(commune.name).startswith(wanted), -commune.population))
    return tuple(near[:MOST_FOUND])


def _words(name: str) -> str:
    """`L'Isle-Jourdain` and `l’isle jourdain` are one; St is Saint."""
    words = plain(name).replace("-", " ").replace("'", " ").replace("’", " ").split()
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)
