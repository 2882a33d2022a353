"""Official lists of jobs (ROME) and activities (NAF), kept in the data folder; a running Passerelle knows them at once.

The first argument says which list the file holds. Each list is taken whole or not at all.

  rome          France Travail, ROME 4.0: columns code (or code_rome) and libelle
  appellations  France Travail: columns ogr (or code_ogr), libelle and rome (or code_rome)
  naf_rev2      INSEE, subclasses of NAF rév. 2: columns code and libelle (or intitule)
  naf_2025      INSEE, subclasses of NAF 2025: the same columns
"""

from pathlib import Path
from typing import Literal, assert_never

from contracts.reference.code_files import load_appellations, load_naf, load_rome, save
from contracts.reference.codes import ListName, NafNomenclature, Nomenclature

LISTS: tuple[ListName, ...] = ("rome", "appellations", "naf_rev2", "naf_2025")
FOLDER = "reference"

Became = Literal["loaded", "unchanged"]


def import_list(name: ListName, file: Path, folder: Path) -> tuple[Nomenclature, Became]:
    """Read an official file and keep it in the folder; raises `contracts.reference.codes.CodesUnreadable`."""
    nomenclature = read_list(name, file)
    path = folder / f"{name}.json"
    before = path.read_bytes() if path.exists() else b""
    save(nomenclature, folder)
    return nomenclature, "unchanged" if path.read_bytes() == before else "loaded"


def read_list(name: ListName, file: Path) -> Nomenclature:
    """The list that a file holds."""
    match name:
        case "rome":
            return load_rome(file)
        case "appellations":
            return load_appellations(file)
        case "naf_rev2" | "naf_2025":
            return load_naf(file, NafNomenclature(name))
        case _:
            assert_never(name)
