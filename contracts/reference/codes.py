"""What jobs (ROME) and activities (NAF) are called, and whether their codes exist.

The official lists are loaded by whoever runs Passerelle, with `passerelle import codes` (see `code_files.py`): they are
long, and their publishers renew them. Until then a code is judged by its shape, and the jobs of `industrial_jobs.py`
are known by name. The folder of the loaded lists is the one that PASSERELLE_REFERENCE_DIR names; a list imported while
a process runs is seen at its next question.
"""

import os
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from contracts.identifiers import IdentifierRefused, NafCode, check_naf, check_rome
from contracts.reference.industrial_jobs import INDUSTRIAL_JOBS

FOLDER_VARIABLE = "PASSERELLE_REFERENCE_DIR"


class NafNomenclature(StrEnum):
    """The nomenclature that an activity code is taken from; NAF 2025 takes over on 1 January 2027."""

    REV2 = "naf_rev2"
    NAF_2025 = "naf_2025"

    @property
    def label(self) -> str:
        """Its official name, the same in both languages."""
        return {"naf_rev2": "NAF rév. 2", "naf_2025": "NAF 2025"}[self]


# No code belongs to both: INSEE gave the subclasses of NAF 2025 letters that NAF rév. 2 does not use.
_NAF_REV2_LETTERS = frozenset("ABCDEFZ")

ListName = Literal["rome", "appellations", "naf_rev2", "naf_2025"]


class Nomenclature(msgspec.Struct, frozen=True, kw_only=True):
    """One official list: labels by code, and the code above each where it has one (the ROME code of an appellation)."""

    name: ListName
    version: str
    source: str
    labels: dict[str, str]
    parents: dict[str, str] = {}


class ActivityCode(msgspec.Struct, frozen=True):
    """A NAF code, which means nothing without its nomenclature."""

    code: NafCode
    nomenclature: NafNomenclature


class CodesUnreadable(ValueError):
    """A file of codes is not what it should be; the sentence names the file and the remedy."""


def check_known_rome(value: str) -> str:
    """A ROME code in upper case that exists, as far as a list is loaded; raises IdentifierRefused."""
    code = check_rome(value)
    rome = find_list("rome")
    if rome is not None and code not in rome.labels:
        raise IdentifierRefused(
            f"ROME {rome.version} has no job {code}: look the code up in the list of France Travail.",
            f"Le ROME {rome.version} n'a pas de métier {code} : cherchez le code dans la liste de France Travail.",
        )
    return code


def rome_label(code: str, language: Literal["fr", "en"] = "fr") -> str | None:
    """A job's title, None where no list knows it; in English where the project has one, else in French."""
    known = INDUSTRIAL_JOBS.get(code)
    if language == "en" and known is not None:
        return known.en
    rome = find_list("rome")
    return (rome.labels.get(code) if rome else None) or (known.fr if known else None)


def nomenclature_of(code: NafCode) -> NafNomenclature:
    """The nomenclature of a (checked) NAF code, which its last letter tells."""
    return NafNomenclature.REV2 if code[-1] in _NAF_REV2_LETTERS else NafNomenclature.NAF_2025


def check_activity_code(code: str, nomenclature: str) -> ActivityCode:
    """A NAF code with its nomenclature (`naf_rev2` or `naf_2025`), normalised; raises IdentifierRefused.

    The code must belong to that nomenclature, and to its list where one is loaded.
    """
    try:
        stated = NafNomenclature(nomenclature)
    except ValueError as error:
        raise IdentifierRefused(
            f"{nomenclature[:40]!r} is no nomenclature of activities: write naf_rev2 or naf_2025.",
            f"{nomenclature[:40]!r} n'est pas une nomenclature d'activités : écrivez naf_rev2 ou naf_2025.",
        ) from error
    normal = check_naf(code)
    actual = nomenclature_of(normal)
    if actual is not stated:
        raise IdentifierRefused(
            f"{normal} is a code of {actual.label}, not of {stated.label}: write {actual} as its nomenclature, "
            f"or the code that replaces it.",
            f"{normal} est un code de la {actual.label}, non de la {stated.label} : écrivez {actual} comme "
            "nomenclature, ou le code qui le remplace.",
        )
    known = find_list(stated.value)
    if known is not None and normal not in known.labels:
        raise IdentifierRefused(
            f"{stated.label} has no activity {normal}: look the code up on the company's entry in the Sirene register.",
            f"La {stated.label} n'a pas d'activité {normal} : cherchez le code sur la fiche Sirene de l'entreprise.",
        )
    return ActivityCode(normal, stated)


def activity_label(activity: ActivityCode) -> str | None:
    """What an activity is called in French, None where its list is not loaded."""
    known = find_list(activity.nomenclature.value)
    return known.labels.get(activity.code) if known else None


def find_list(name: ListName) -> Nomenclature | None:
    """The loaded list of that name, None where there is none; raises CodesUnreadable for a damaged one."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return None
    path = file_of(Path(folder), name)
    try:
        status = path.stat()
    except OSError:
        return None
    # The inode too: two imports within one tick of the file system's clock differ by nothing else.
    return _read(path, (status.st_mtime_ns, status.st_ino))


def file_of(folder: Path, name: ListName) -> Path:
    """Where a list is kept in the folder of loaded lists."""
    return folder / f"{name}.json"


@lru_cache(maxsize=8)
def _read(path: Path, _version: tuple[int, int]) -> Nomenclature:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Nomenclature)
    except (OSError, msgspec.DecodeError) as error:
        raise CodesUnreadable(f"{path} cannot be read: import the official file again.") from error
