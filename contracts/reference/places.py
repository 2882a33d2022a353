"""The communes and departments of Occitanie: where things are, without a database or a map server.

All 4 446 communes of the region are in `data/communes.json` and its departments' outlines in
`data/departments.geojson`, both made by `build_places.py` (sources and vintages: README.md). They are read at the first
question and kept. Places outside the region are not known here.
"""

from functools import cache
from pathlib import Path

import msgspec

_DATA = Path(__file__).with_name("data")

# INSEE calls a town urban from 2 000 inhabitants living close together on.
RURAL_BELOW = 2_000


class Department(msgspec.Struct, frozen=True):
    """A department, its academy and its prefecture's commune."""

    code: str
    name: str
    academy: str
    prefecture: str
    prefecture_name: str


DEPARTMENTS = {
    department.code: department
    for department in (
        Department("09", "Ariège", "Toulouse", "09122", "Foix"),
        Department("11", "Aude", "Montpellier", "11069", "Carcassonne"),
        Department("12", "Aveyron", "Toulouse", "12202", "Rodez"),
        Department("30", "Gard", "Montpellier", "30189", "Nîmes"),
        Department("31", "Haute-Garonne", "Toulouse", "31555", "Toulouse"),
        Department("32", "Gers", "Toulouse", "32013", "Auch"),
        Department("34", "Hérault", "Montpellier", "34172", "Montpellier"),
        Department("46", "Lot", "Toulouse", "46042", "Cahors"),
        Department("48", "Lozère", "Montpellier", "48095", "Mende"),
        Department("65", "Hautes-Pyrénées", "Toulouse", "65440", "Tarbes"),
        Department("66", "Pyrénées-Orientales", "Montpellier", "66136", "Perpignan"),
        Department("81", "Tarn", "Toulouse", "81004", "Albi"),
        Department("82", "Tarn-et-Garonne", "Toulouse", "82121", "Montauban"),
    )
}


class Commune(msgspec.Struct, frozen=True, gc=False):
    """A commune of Occitanie; its point is in degrees (WGS 84)."""

    code: str
    name: str
    department: str
    population: int
    epci: str
    epci_name: str
    postal_codes: tuple[str, ...]
    latitude: float
    longitude: float
    # False where the town hall's position is unknown or wrong: then a point well inside the commune.
    at_town_hall: bool


class CommuneRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A row of the data file: a commune without what its code and the table of EPCI tell."""

    code: str
    name: str
    population: int
    epci: str
    postal_codes: tuple[str, ...]
    latitude: float
    longitude: float
    at_town_hall: bool


class PlacesFile(msgspec.Struct, frozen=True, kw_only=True):
    """What `data/communes.json` holds; `epcis` maps SIREN to name."""

    sources: tuple[str, ...]
    epcis: dict[str, str]
    communes: tuple[CommuneRow, ...]


class UnknownCommune(LookupError):
    """No commune of Occitanie has the code; one sentence in English and in French says what to do."""

    def __init__(self, code: str) -> None:
        namesake = next((one for one in _communes().values() if code in one.postal_codes), None)
        if namesake is None:
            self.en = f"{code[:40]!r} is no commune of Occitanie: give the INSEE code, as in 31555 for Toulouse."
            self.fr = (
                f"{code[:40]!r} n'est pas une commune d'Occitanie : donnez le code INSEE, comme 31555 pour Toulouse."
            )
        else:
            hint = f"{namesake.code} ({namesake.name})"
            self.en = f"{code} is a postal code: give the commune's INSEE code, as in {hint}."
            self.fr = f"{code} est un code postal : donnez le code INSEE de la commune, comme {hint}."
        super().__init__(self.en)
        self.code = code


def commune(code: str) -> Commune:
    """The commune of an INSEE code; raises UnknownCommune."""
    found = find_commune(code)
    if found is None:
        raise UnknownCommune(code)
    return found


def find_commune(code: str) -> Commune | None:
    """The commune of an INSEE code, None where Occitanie has none."""
    return _communes().get(code)


def communes_of(department: str) -> tuple[Commune, ...]:
    """The communes of a department by code; none for a department outside Occitanie."""
    return tuple(one for one in _communes().values() if one.department == department)


def is_rural(commune: Commune) -> bool:
    """Whether the commune has fewer than 2 000 inhabitants, which stands in for «outside any urban unit».

    INSEE's urban units need the built-up areas, which are not shipped. Against the units of 2025 the stand-in is right
    for 92 % of the communes: it takes 319 small suburbs for rural, and 47 rural communes for urban.
    """
    return commune.population < RURAL_BELOW


@cache
def department_outlines() -> bytes:
    """The 13 departments as GeoJSON (RFC 7946) for maps, within about 1 km; properties `code` and `name`."""
    return (_DATA / "departments.geojson").read_bytes()


@cache
def _communes() -> dict[str, Commune]:
    file = msgspec.json.decode((_DATA / "communes.json").read_bytes(), type=PlacesFile)
    return {
        row.code: Commune(
            code=row.code,
            name=row.name,
            department=row.code[:2],
            population=row.population,
            epci=row.epci,
            epci_name=file.epcis[row.epci],
            postal_codes=row.postal_codes,
            latitude=row.latitude,
            longitude=row.longitude,
            at_town_hall=row.at_town_hall,
        )
        for row in file.communes
    }
