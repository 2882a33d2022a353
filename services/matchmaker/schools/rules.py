"""What makes a row of the official directory a school of ours, and what a school decides for itself."""

from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict, replace

from contracts.caller import Caller
from contracts.errors import Invalid
from contracts.faults import blank_faults, refuse
from contracts.fields import Contact
from contracts.identifiers import IdentifierRefused, check_uai
from contracts.matchmaker.schools import NewSchool, School, SchoolSettings
from contracts.place import place_of
from contracts.reference.places import find_commune, is_rural
from contracts.vocabulary import OrganisationKind, Role

CHANGE_SETTINGS = "change"


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
    """The school as it stands after the directory told of it again; None where nothing changed.

    What the school decided for itself stays: the directory knows nothing of it.
    """
    settings = {name: getattr(known, name) for name in SchoolSettings.__struct_fields__}
    renewed = replace(told, id=known.id, version=known.version, **settings)
    return None if renewed == known else replace(renewed, version=known.version + 1)


def may_change_settings(caller: Caller, uai: str) -> bool:
    """Whether the caller decides for the school: its head, or the Region. A teacher does not."""
    is_head = caller.role is Role.HEAD and caller.acts_for(OrganisationKind.SCHOOL, uai)
    return is_head or caller.is_coordinator


def changed_settings(school: School, settings: SchoolSettings) -> School:
    """The school with what it decided, itself where nothing differs; raises Invalid with every wrong field."""
    given = {name: value for name, value in asdict(settings).items() if value is not UNSET}
    contacts = {name: value for name, value in given.items() if isinstance(value, Contact)}
    refuse(fault for name, contact in contacts.items() for fault in blank_faults(f"{name}.name", contact.name))
    trimmed = {name: replace(contact, name=contact.name.strip()) for name, contact in contacts.items()}
    changed = replace(school, **{**given, **trimmed})
    return school if changed == school else replace(changed, version=school.version + 1)


def shown_to(school: School, caller: Caller) -> School:
    """The school with what the caller may do; whom to write to there is for the school itself and the Region."""
    actions = (CHANGE_SETTINGS,) if may_change_settings(caller, school.uai) else ()
    if caller.is_coordinator or caller.acts_for(OrganisationKind.SCHOOL, school.uai):
        return replace(school, allowed_actions=actions)
    return replace(school, contact=None, head_contact=None, allowed_actions=actions)
