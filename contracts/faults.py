"""Faults of an input, gathered one by one so that somebody corrects them all at once.

What a fault is stands in each capability's rules; the error that carries them is `errors.Invalid`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from contracts.errors import FieldError, Invalid, Wording
from contracts.identifiers import IdentifierRefused


def fault(field: str, en: str, fr: str) -> FieldError:
    """What is wrong with one field, with the remedy, in both languages."""
    return FieldError(field=field, message=Wording(en, fr))


def refuse(faults: Iterable[FieldError]) -> None:
    """Raise Invalid with all the faults, where there is any."""
    if fields := tuple(faults):
        raise Invalid(fields=fields)


def blank_faults(field: str, value: str) -> Iterator[FieldError]:
    """A fault where a text that people read holds nothing but spaces."""
    if not value.strip():
        yield fault(field, "This is empty: write a few words.", "Ce champ est vide : écrivez quelques mots.")


def identifier_faults(field: str, check: Callable[[str], object], value: str) -> Iterator[FieldError]:
    """A fault where `check`, one of those in `identifiers`, refuses the value."""
    try:
        check(value)
    except IdentifierRefused as refused:
        yield fault(field, refused.en, refused.fr)


def repetition_faults(field: str, values: Iterable[str]) -> Iterator[FieldError]:
    """A fault where a list names something more than once."""
    if twice := [value for value, times in Counter(values).items() if times > 1]:
        words = ", ".join(twice)
        yield fault(field, f"Named more than once: {words}. Name each once.", f"Cité plusieurs fois : {words}.")
