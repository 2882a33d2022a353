"""What a reader is told about input that does not fit: msgspec's messages as a field, a sentence and a remedy.

msgspec reports the first thing that is wrong, in English and for programmers. Here its path becomes the field's name
and its message a sentence in both languages; the words and bounds that a field accepts are taken from its type.
"""

import re
from collections.abc import Callable
from typing import Any

from msgspec import inspect

from contracts.errors import FieldError, Wording

_PATH = re.compile(r" - at `(?:key in )?\$?\.?(.*)`$")
_NAMES = {
    "int": ("a whole number", "un nombre entier"),
    "float": ("a number", "un nombre"),
    "str": ("a text", "un texte"),
    "bool": ("true or false", "true ou false"),
    "array": ("a list", "une liste"),
    "object": ("an object", "un objet"),
    "null": ("null", "null"),
    "uuid": ("an id (UUID)", "un identifiant (UUID)"),
    "date": ("a day", "un jour"),
    "datetime": ("a time", "un instant"),
}


def _name(kinds: str) -> tuple[str, str]:
    names = [_NAMES.get(kind.strip(), (kind.strip(), kind.strip())) for kind in kinds.split("|")]
    return " or ".join(en for en, _ in names), " ou ".join(fr for _, fr in names)


def _wrong_type(found: re.Match[str]) -> Wording:
    (en, fr), (got_en, got_fr) = _name(found[1]), _name(found[2])
    return Wording(f"Give {en}; this is {got_en}.", f"Donnez {fr} ; ceci est {got_fr}.")


def _bound(found: re.Match[str]) -> Wording:
    en, fr = {
        ">=": ("at least", "au moins"),
        "<=": ("at most", "au plus"),
        ">": ("more than", "plus de"),
        "<": ("less than", "moins de"),
    }[found[2]]
    return Wording(f"Give {en} {found[3]}.", f"Donnez {fr} {found[3]}.")


def _length(found: re.Match[str]) -> Wording:
    things = {
        ("array", True): ("entry", "élément"),
        ("array", False): ("entries", "éléments"),
        ("str", True): ("character", "caractère"),
        ("str", False): ("characters", "caractères"),
    }
    thing_en, thing_fr = things[found[1], found[3] == "1"]
    en, fr = ("at least", "au moins") if ">" in found[2] else ("at most", "au plus")
    return Wording(f"Give {en} {found[3]} {thing_en}.", f"Donnez {fr} {found[3]} {thing_fr}.")


def _same(en: str, fr: str) -> Callable[[re.Match[str]], Wording]:
    return lambda _found: Wording(en, fr)


# Message of msgspec 0.22 (its tests list them), and the words that stand for it.
_MESSAGES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Wording]], ...] = (
    (
        re.compile(r"^Object contains unknown field `(.*)`"),
        lambda found: Wording(
            f"There is no field «{found[1]}» here: check its spelling or leave it out.",
            f"Il n'y a pas de champ « {found[1]} » ici : vérifiez son orthographe ou retirez-le.",
        ),
    ),
    (
        re.compile(r"^Object missing required field `(.*)`"),
        _same("This field is required: add it.", "Ce champ est obligatoire : ajoutez-le."),
    ),
    (re.compile(r"^Expected `(str|array)` of length (>=|<=) (\d+)"), _length),
    (re.compile(r"^Expected `(int|float|decimal)` (>=|<=|>|<) ([-\d.e+]+)"), _bound),
    (
        re.compile(r"^Expected `str` matching regex '.*@"),
        _same("Write a mail address, as in marie@exemple.fr.", "Écrivez une adresse, comme marie@exemple.fr."),
    ),
    (
        re.compile(r"^Expected `str` matching regex '.*https"),
        _same("Write a web address, as in https://exemple.fr.", "Écrivez une adresse web, comme https://exemple.fr."),
    ),
    (
        re.compile(r"^Expected `str` matching regex"),
        _same("This does not have the form that the field asks for.", "La forme attendue n'est pas respectée."),
    ),
    (
        re.compile(r"^Expected `datetime` with a timezone"),
        _same(
            "Write the time with its zone, as in 2027-03-15T09:30:00+01:00.",
            "Écrivez l'instant avec son fuseau, comme 2027-03-15T09:30:00+01:00.",
        ),
    ),
    (
        re.compile(r"^Invalid RFC3339 encoded datetime"),
        _same(
            "Write the time as in 2027-03-15T09:30:00+01:00.",
            "Écrivez l'instant comme 2027-03-15T09:30:00+01:00.",
        ),
    ),
    (
        re.compile(r"^Invalid (?:RFC3339|ISO8601) encoded date"),
        _same("Write the day as in 2027-03-15.", "Écrivez le jour comme 2027-03-15."),
    ),
    (
        re.compile(r"^Invalid UUID"),
        _same(
            "Give an id as the API returned it, a UUID.", "Donnez un identifiant tel que l'API l'a renvoyé, un UUID."
        ),
    ),
    (
        re.compile(r"^Invalid enum value (.*)$"),
        lambda found: Wording(
            f"{found[1]} is not a word that is known here.", f"{found[1]} n'est pas un mot connu ici."
        ),
    ),
    (re.compile(r"^Expected `([^`]+)`, got `([^`]+)`"), _wrong_type),
)


def words_for(message: str) -> Wording:
    """The sentences for one message of msgspec, without its path; the message itself where it is not known."""
    for pattern, words in _MESSAGES:
        if found := pattern.search(message):
            return words(found)
    return Wording(f"{message}.", f"{message}.")


def field_error(kind: Any, error: str) -> FieldError:
    """What is wrong with a value of this type, from msgspec's whole message (with its path)."""
    at = _PATH.search(error)
    path = at[1] if at else ""
    message = error[: at.start()] if at else error
    missing = re.match(r"^Object (?:missing required|contains unknown) field `(.*)`", message)
    words = words_for(message)
    if choices := _choices(kind, path):
        words = Wording(
            f"{words.en} Choose among {', '.join(choices)}.", f"{words.fr} Choisissez parmi {', '.join(choices)}."
        )
    if missing:
        path = f"{path}.{missing[1]}" if path else missing[1]
    return FieldError(field=path.replace("[...]", "") or "body", message=words)


def _choices(kind: Any, path: str) -> list[str]:
    """The words that the field at a path accepts, where it accepts only some."""
    place: Any = inspect.type_info(kind)
    for step in path.replace("[...]", ".[]").split("."):
        place = _step(place, re.sub(r"\[\d+\]", "", step), elements=step.endswith("]"))
    place = _bare(place)
    place = _bare(getattr(place, "item_type", place))
    return [str(member.value) for member in place.cls] if isinstance(place, inspect.EnumType) else []


def _step(place: Any, name: str, *, elements: bool) -> Any:
    place = _bare(place)
    if name not in ("", "[]") and isinstance(place, inspect.StructType):
        place = next((field.type for field in place.fields if field.encode_name == name), None)
    place = _bare(place)
    return getattr(place, "item_type", place) if elements else place


def _bare(place: Any) -> Any:
    """A type without its bounds, and an optional one without its null."""
    while isinstance(place, inspect.Metadata):
        place = place.type
    if isinstance(place, inspect.UnionType):
        kinds = [kind for kind in place.types if not isinstance(kind, inspect.NoneType)]
        return _bare(kinds[0]) if len(kinds) == 1 else place
    return place


def json_reason(error: Exception) -> Wording:
    """Why a body is no JSON at all, in both languages; the position is msgspec's."""
    text = str(error)
    if isinstance(error, UnicodeDecodeError):
        return Wording("it is not encoded in UTF-8", "il n'est pas encodé en UTF-8")
    at = re.search(r"\(byte (\d+)\)", text)
    where_en, where_fr = (f" at byte {at[1]}", f" à l'octet {at[1]}") if at else ("", "")
    if "truncated" in text:
        return Wording("it ends too early", "il s'arrête trop tôt")
    return Wording(f"it cannot be read{where_en}", f"il est illisible{where_fr}")
