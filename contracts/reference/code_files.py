"""Reads the official files of jobs and activities, and keeps them for `codes.py`: what `passerelle import codes` does.

| list | publisher | columns |
|---|---|---|
| rome | France Travail, ROME 4.0, table of codes | code or code_rome; libelle or libelle_rome |
| appellations | France Travail, appellations | code_ogr or ogr; libelle_appellation_long or libelle; code_rome |
| naf_rev2, naf_2025 | INSEE, table of subclasses saved as CSV | code; libelle or intitule |

Files are UTF-8, with commas, semicolons or tabs; accents and capitals in the column names do not matter. A list is
taken whole or not at all: half a nomenclature would refuse right codes.
"""

import csv
import io
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from contracts.identifiers import check_naf, check_rome
from contracts.reference.codes import (
    CodesUnreadable,
    ListName,
    NafNomenclature,
    Nomenclature,
    file_of,
    nomenclature_of,
)

_CODE = ("code", "code_rome")
_LABEL = ("libelle", "libelle_rome", "intitule", "libelle_appellation_long")
_OGR = ("ogr", "code_ogr")
_ROME = ("rome", "code_rome")


def load_rome(path: Path) -> Nomenclature:
    """The jobs of ROME 4.0; raises CodesUnreadable, naming line and remedy."""
    labels = {row[0]: row[1] for row in _rows(path, (_CODE, _LABEL), (check_rome, _text))}
    return _list("rome", path, labels)


def load_appellations(path: Path) -> Nomenclature:
    """The appellations of ROME 4.0 by OGR number, each with its ROME code above it; raises CodesUnreadable."""
    rows = list(_rows(path, (_OGR, _LABEL, _ROME), (_number, _text, check_rome)))
    labels = {ogr: label for ogr, label, _ in rows}
    return _list("appellations", path, labels, parents={ogr: rome for ogr, _, rome in rows})


def load_naf(path: Path, nomenclature: NafNomenclature) -> Nomenclature:
    """The subclasses of one NAF; raises CodesUnreadable, also for the file of the other one."""

    def check(value: str) -> str:
        code = check_naf(value)
        if nomenclature_of(code) is not nomenclature:
            raise ValueError(f"{code} does not belong to {nomenclature.label}: choose the file of that nomenclature.")
        return code

    labels = {row[0]: row[1] for row in _rows(path, (_CODE, _LABEL), (check, _text))}
    return _list(nomenclature.value, path, labels)


def save(nomenclature: Nomenclature, folder: Path) -> Path:
    """Put a list into the folder that PASSERELLE_REFERENCE_DIR names, replacing an older one in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    path = file_of(folder, nomenclature.name)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.write_bytes(msgspec.json.encode(nomenclature))
    fresh.replace(path)
    return path


def _list(name: ListName, path: Path, labels: dict[str, str], parents: dict[str, str] | None = None) -> Nomenclature:
    if not labels:
        raise CodesUnreadable(f"{path} holds no row: choose the official file.")
    # France Travail writes the version into the file's name.
    version = re.search(r"v(\d+)", path.stem)
    return Nomenclature(
        name=name,
        version=version[1] if version else "",
        source=path.name,
        labels=labels,
        parents=parents or {},
    )


def _rows(
    path: Path, columns: tuple[tuple[str, ...], ...], checks: tuple[Callable[[str], str], ...]
) -> Iterator[tuple[str, ...]]:
    """The wanted cells of each row, checked; each column goes by one of several names."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CodesUnreadable(f"{path} cannot be opened ({error.strerror}): check its path.") from error
    except UnicodeDecodeError as error:
        raise CodesUnreadable(f"{path} is not UTF-8: save it as CSV in UTF-8.") from error
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    names = [_plain(name) for name in next(reader, [])]
    places = [_place(path, names, column) for column in columns]
    for row in reader:
        if any(row):
            try:
                yield tuple(check(row[place]) for place, check in zip(places, checks, strict=True))
            except IndexError as error:
                raise CodesUnreadable(f"{path}, line {reader.line_num}: the row is cut short: complete it.") from error
            except ValueError as error:
                raise CodesUnreadable(f"{path}, line {reader.line_num}: {error}") from error


def _place(path: Path, names: list[str], column: tuple[str, ...]) -> int:
    for name in column:
        if name in names:
            return names.index(name)
    raise CodesUnreadable(f"{path} has no column {' or '.join(column)}: choose the official file, with its header.")


def _plain(name: str) -> str:
    """A column's name without accents, capitals and spaces around it."""
    decomposed = unicodedata.normalize("NFD", name.strip().lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("the label is empty: fill it in.")
    return value.strip()


def _number(value: str) -> str:
    if re.fullmatch(r"[0-9]{1,10}", value) is None:
        raise ValueError(f"{value[:40]!r} is no OGR number: write its digits.")
    return value
