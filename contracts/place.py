"""Where something is: a commune and a point, carried whole so that no reader needs a look-up."""

from typing import Annotated

import msgspec

from contracts.identifiers import CommuneCode

Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90, description="Degrees north, WGS 84.")]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180, description="Degrees east, WGS 84.")]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A point in a commune of Occitanie; degrees in WGS 84."""

    commune: CommuneCode
    commune_name: str
    department: str
    latitude: Latitude
    longitude: Longitude
    address: str = ""
