"""The communes and departments that the project ships, and what they are checked against."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from contracts.identifiers import check_commune, check_siren
from contracts.reference.places import (
    DEPARTMENTS,
    Commune,
    UnknownCommune,
    commune,
    communes_of,
    department_outlines,
    find_commune,
    is_rural,
)
from contracts.reference.travel import straight_km

# A little more than the region, in degrees.
WEST, SOUTH, EAST, NORTH = -0.4, 42.3, 4.9, 45.1


def every_commune() -> list[Commune]:
    """All communes of the 13 departments."""
    return [one for department in DEPARTMENTS for one in communes_of(department)]


def test_a_commune_is_found_by_its_code():
    """With its name, department, EPCI, postal codes and town hall."""
    toulouse = commune("31555")

    assert toulouse == find_commune("31555")
    assert (toulouse.name, toulouse.department, toulouse.at_town_hall) == ("Toulouse", "31", True)
    assert (toulouse.epci, toulouse.epci_name) == ("243100518", "Toulouse Métropole")
    assert toulouse.population == 514_819
    assert "31400" in toulouse.postal_codes
    assert straight_km(toulouse.latitude, toulouse.longitude, 43.6044, 1.4433) < 0.5


@pytest.mark.parametrize(
    ("code", "name"),
    [("09003", "L'Aiguillon"), ("09063", "Le Bosc"), ("66104", "Los Masos"), ("11001", "Aigues-Vives")],
)
def test_a_name_has_its_article(code: str, name: str):
    """As people write it, not as registers sort it."""
    assert commune(code).name == name


def test_an_unknown_commune_is_refused_with_a_remedy():
    """Paris is not in Occitanie."""
    with pytest.raises(UnknownCommune, match="no commune of Occitanie: give the INSEE code") as unknown:
        commune("75056")

    assert unknown.value.code == "75056"
    assert "commune d'Occitanie" in unknown.value.fr
    assert find_commune("75056") is None


def test_a_postal_code_is_recognised():
    """The mistake that everybody makes is named, with the right code."""
    with pytest.raises(UnknownCommune, match=r"31000 is a postal code: .* 31555 \(Toulouse\)") as unknown:
        commune("31000")

    assert "31000 est un code postal" in unknown.value.fr


def test_the_whole_region_is_there():
    """4 446 communes and 6.1 million inhabitants; each code, EPCI, postal code and point can be right."""
    communes = every_commune()

    assert len(communes) == len({one.code for one in communes}) == 4_446
    assert sum(one.population for one in communes) == 6_124_653
    for one in communes:
        assert check_commune(one.code) == one.code
        assert check_siren(one.epci) == one.epci
        assert one.epci_name
        assert one.postal_codes
        assert all(code.isdigit() and len(code) == 5 for code in one.postal_codes)
        assert SOUTH < one.latitude < NORTH
        assert WEST < one.longitude < EAST


def test_few_communes_lack_their_town_hall():
    """At most one in twenty has a point inside the commune instead."""
    elsewhere = [one for one in every_commune() if not one.at_town_hall]

    assert 0 < len(elsewhere) < 4_446 / 20


@pytest.mark.parametrize("code", DEPARTMENTS)
def test_a_department_has_its_prefecture_and_academy(code: str):
    """The prefecture lies in the department; the academy is one of the region's two."""
    department = DEPARTMENTS[code]

    assert commune(department.prefecture).name == department.prefecture_name
    assert commune(department.prefecture).department == code
    assert department.academy in {"Toulouse", "Montpellier"}


def test_another_department_has_no_communes_here():
    """Gironde lies outside the region."""
    assert communes_of("33") == ()


def test_a_small_commune_is_rural():
    """Fewer than 2 000 inhabitants."""
    assert is_rural(commune("09001"))
    assert not is_rural(commune("31555"))


def test_the_map_holds_the_thirteen_departments():
    """A GeoJSON of closed rings in the region, light enough for a page."""
    raw = department_outlines()
    collection = json.loads(raw)

    named = {feature["properties"]["code"]: feature["properties"]["name"] for feature in collection["features"]}
    assert named == {code: department.name for code, department in DEPARTMENTS.items()}
    assert len(raw) < 150_000
    for feature in collection["features"]:
        geometry = feature["geometry"]
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        for ring in (ring for polygon in polygons for ring in polygon):
            assert ring[0] == ring[-1]
            assert all(WEST < longitude < EAST and SOUTH < latitude < NORTH for longitude, latitude in ring)


def test_the_communes_agree_with_the_official_table(real_data: Callable[[str], Path]):
    """Names, postal codes and populations of every commune; all but a few EPCI, which changed since."""
    with real_data("communes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert {row["code_insee"] for row in rows} == {one.code for one in every_commune()}
    for row in rows:
        known = commune(row["code_insee"])
        assert known.name == row["nom"]
        assert known.postal_codes == tuple(row["codes_postaux"].split("|"))
        assert known.population == int(row["population"])
    assert sum(commune(row["code_insee"]).epci != row["epci_siren"] for row in rows) <= 21


def test_rural_agrees_with_the_urban_units(real_data: Callable[[str], Path]):
    """The stand-in is right as often as it says: 92 %, with 319 suburbs and 47 rural communes misjudged."""
    with real_data("communes.csv").open(encoding="utf-8", newline="") as file:
        judged = [(is_rural(commune(row["code_insee"])), row["uu_type"] == "0") for row in csv.DictReader(file)]

    assert judged.count((True, False)) == 319
    assert judged.count((False, True)) == 47


def test_a_commune_point_lies_where_its_schools_are(real_data: Callable[[str], Path]):
    """Half of the points within 200 m of the commune's median school, 95 % within 2 km, all within 10 km."""
    schools: dict[str, list[tuple[float, float]]] = {}
    with real_data("ecoles.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            schools.setdefault(row["commune_insee"], []).append((float(row["lat"]), float(row["lon"])))

    distances = sorted(
        straight_km(
            commune(code).latitude,
            commune(code).longitude,
            median(latitude for latitude, _ in points),
            median(longitude for _, longitude in points),
        )
        for code, points in schools.items()
    )

    assert distances[len(distances) // 2] < 0.2
    assert distances[len(distances) * 95 // 100] < 2
    assert distances[-1] < 10
