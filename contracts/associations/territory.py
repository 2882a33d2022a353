"""Where an association gives mediation, as departments: the shape, and the faults that its capacities share with it."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from msgspec import Meta

from contracts.errors import FieldError
from contracts.faults import fault, repetition_faults
from contracts.reference.places import DEPARTMENTS

Departments = Annotated[tuple[str, ...], Meta(max_length=13, description="Codes such as 31.")]


def department_faults(codes: Iterable[str]) -> Iterator[FieldError]:
    """A fault where a code is no department of Occitanie, or stands twice."""
    if strangers := [code[:10] for code in codes if code not in DEPARTMENTS]:
        named, known = ", ".join(strangers), ", ".join(DEPARTMENTS)
        yield fault(
            "departments",
            f"Not a department of Occitanie: {named}. Choose among {known}.",
            f"Pas un département d'Occitanie : {named}. Choisissez parmi {known}.",
        )
    yield from repetition_faults("departments", codes)
