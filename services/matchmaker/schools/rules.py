"""What makes a row of the official directory a school of ours."""

from uuid import UUID

import msgspec

from contracts.errors import Invalid
from contracts.identifiers import IdentifierRefused, check_uai
from contracts.matchmaker.schools import NewSchool, School
from contracts.place import place_of
from contracts.reference.places import find_commune, is_rural


def describe_school(row: NewSchool, school_id: UUID) -> School:
    """The school that a row tells of. Raises Invalid naming the field."""
    try:
        uai = check_uai(row.uai)
    except IdentifierRefused as error:
        raise Invalid.field("uai", error.en, error.fr) from error
    place = place_of(row.commune, row.latitude, row.longitude, row.address)
    commune = find_commune(row.commune)
    return School(
        id=school_id,
        uai=uai,
        name=row.name.strip(),
        kind=row.kind,
        place=place,
        private=row.private,
        priority=row.priority,
        rural=commune is not None and is_rural(commune),
        pupils=row.pupils,
        fictional=row.fictional,
    )


def next_version(known: School, told: School) -> School | None:
    """The school as it stands after the directory told of it again; None where nothing changed."""
    renewed = msgspec.structs.replace(told, id=known.id, version=known.version)
    if renewed == known:
        return None
    return msgspec.structs.replace(renewed, version=known.version + 1)
