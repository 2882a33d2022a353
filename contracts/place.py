"""Where something is: a commune and a point, carried whole so that no reader needs a look-up.

What is known of each commune is in `contracts/reference/places.py`, how far two points are apart in
`contracts/reference/travel.py`.
"""

from typing import Annotated

import msgspec

from contracts.errors import Invalid
from contracts.identifiers import CommuneCode, IdentifierRefused, check_commune
from contracts.reference import places
from contracts.reference.places import Commune
from contracts.reference.travel import straight_km

Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90, description="Degrees north, WGS 84.")]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180, description="Degrees east, WGS 84.")]

# Metropolitan France with Corsica, a little generous; what lies outside is nearly always two figures exchanged.
FRANCE_LATITUDES = (41.0, 51.5)
FRANCE_LONGITUDES = (-5.5, 10.0)

# No commune of the region reaches farther from its town hall; a point beyond belongs to another commune.
FARTHEST_FROM_TOWN_HALL_KM = 30.0


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A point in a commune of Occitanie; degrees in WGS 84."""

    commune: CommuneCode
    commune_name: str
    department: str
    latitude: Latitude
    longitude: Longitude
    address: str = ""


def place_of(
    commune: str,
    latitude: float | None,
    longitude: float | None,
    address: str = "",
    field: str = "commune",
) -> Place:
    """The place that an INSEE commune code and a point name; without a point, the commune's town hall.

    `field` is the path of the commune in the input; latitude and longitude are its neighbours there. Raises Invalid,
    naming the field, for an unknown commune, half a point, or a point that cannot lie in the commune.
    """
    parent = field.rpartition(".")[0]
    known = _known_commune(commune, field)
    point = _point_in(known, latitude, longitude, f"{parent}." if parent else "")
    return Place(
        commune=known.code,
        commune_name=known.name,
        department=known.department,
        latitude=point[0],
        longitude=point[1],
        address=address.strip(),
    )


def _known_commune(code: str, field: str) -> Commune:
    try:
        return places.commune(check_commune(code))
    except (IdentifierRefused, places.UnknownCommune) as refused:
        raise Invalid.field(field, refused.en, refused.fr) from refused


def _point_in(commune: Commune, latitude: float | None, longitude: float | None, parent: str) -> tuple[float, float]:
    if latitude is None and longitude is None:
        return commune.latitude, commune.longitude
    if latitude is None or longitude is None:
        raise Invalid.field(
            f"{parent}latitude" if latitude is None else f"{parent}longitude",
            "A point needs both latitude and longitude: give both, or neither for the town hall.",
            "Un point demande une latitude et une longitude : donnez les deux, ou aucune pour la mairie.",
        )
    _check_inside(FRANCE_LATITUDES, latitude, f"{parent}latitude")
    _check_inside(FRANCE_LONGITUDES, longitude, f"{parent}longitude")
    distance_km = straight_km(commune.latitude, commune.longitude, latitude, longitude)
    if distance_km > FARTHEST_FROM_TOWN_HALL_KM:
        raise Invalid.field(
            f"{parent}latitude",
            f"This point is {distance_km:.0f} km from the town hall of {commune.name}: correct the point or the "
            "commune, or leave the point out.",
            f"Ce point est à {distance_km:.0f} km de la mairie de {commune.name} : corrigez le point ou la commune, "
            "ou n'indiquez pas de point.",
        )
    return latitude, longitude


def _check_inside(bounds: tuple[float, float], value: float, field: str) -> None:
    lowest, highest = bounds
    if not lowest <= value <= highest:
        raise Invalid.field(
            field,
            f"{value} lies outside France ({lowest} to {highest}): are latitude and longitude exchanged?",
            f"{value} est hors de France ({lowest} à {highest}) : latitude et longitude sont-elles inversées ?",
        )
