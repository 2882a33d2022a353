"""When two descriptions mean the same association, and what an imported row makes of a known one.

What a single description must be is in `rules.py`.
"""

import unicodedata
from collections.abc import Container, Iterable
from uuid import UUID

from msgspec.structs import replace

from contracts.associations.profiles import Association
from contracts.errors import Invalid


def name_key(name: str) -> str:
    """A name as it is compared: without accents, case or double spaces."""
    decomposed = unicodedata.normalize("NFKD", " ".join(name.split()).casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def find_same(new: Association, candidates: Iterable[Association]) -> Association | None:
    """The one among the candidates that `new` is: by RNA, else by SIREN, else by name and commune.

    A candidate shares a number, or name and commune, with `new`; different numbers of one kind part two namesakes.
    """
    known = tuple(candidates)
    by_rna = (one for one in known if new.rna and one.rna == new.rna)
    by_siren = (one for one in known if new.siren and one.siren == new.siren)
    by_name = (one for one in known if not any(_contradictions(new, one)))
    return next(by_rna, None) or next(by_siren, None) or next(by_name, None)


def check_single(association: Association, seen: Container[UUID]) -> None:
    """Raise Invalid where an earlier row of the same import was this association: which one would be right?"""
    if association.id in seen:
        raise Invalid.field(
            "rna" if association.rna else "siren" if association.siren else "name",
            f"{association.name} stands in an earlier row of this import too: leave one of the two out.",
            f"{association.name} figure déjà plus haut dans cet import : retirez l'une des deux lignes.",
        )


def renewed_association(known: Association, row: Association, candidates: Iterable[Association]) -> Association:
    """A known association as an imported row describes it now; a number that the row lacks stays.

    Raises Invalid where a number of the row is at odds with what is registered.
    """
    rna_differs, siren_differs = _contradictions(row, known)
    if rna_differs:
        raise _at_odds("rna", row.rna, known)
    if siren_differs:
        raise _at_odds("siren", row.siren, known)
    for other in candidates:
        if row.siren and other.siren == row.siren and other.id != known.id:
            raise _at_odds("siren", row.siren, other)
    return replace(
        row,
        id=known.id,
        version=known.version + 1,
        state=known.state,
        reason=known.reason,
        rna=row.rna or known.rna,
        siren=row.siren or known.siren,
        created_at=known.created_at,
    )


def _contradictions(one: Association, other: Association) -> tuple[bool, bool]:
    """Whether the RNA numbers differ, and whether the SIRENs do, where both have one."""
    return (
        bool(one.rna and other.rna) and one.rna != other.rna,
        bool(one.siren and other.siren) and one.siren != other.siren,
    )


def _at_odds(field: str, number: str, known: Association) -> Invalid:
    return Invalid.field(
        field,
        f"{number} is at odds with what is registered for {known.name} ({known.id}): correct the row.",
        f"{number} contredit ce qui est enregistré pour {known.name} ({known.id}) : corrigez la ligne.",
    )
