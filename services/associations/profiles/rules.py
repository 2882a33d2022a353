"""What an association must be, how it moves, and what others see of it.

Whether two descriptions mean the same association is in `identity_rules.py`.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict, replace

from contracts.associations.profiles import (
    Association,
    AssociationApproved,
    AssociationChange,
    AssociationSuspended,
    NewAssociation,
)
from contracts.associations.territory import department_faults
from contracts.errors import FieldError, Invalid, NotFound
from contracts.faults import blank_faults, identifier_faults, refuse, repetition_faults
from contracts.identifiers import check_rna, check_siren
from contracts.machines import ASSOCIATION_PROFILE
from contracts.place import place_of

MOVES: dict[str, type[AssociationApproved] | type[AssociationSuspended]] = {
    "approve": AssociationApproved,
    "suspend": AssociationSuspended,
}


def new_association(new: NewAssociation, association_id: UUID, state: str, now: datetime) -> Association:
    """The association that the input describes, its numbers normalised; raises Invalid with every wrong field."""
    refuse((*_number_faults(new), *_place_faults(new), *_profile_faults(new)))
    return Association(
        id=association_id,
        fictional=new.fictional,
        name=" ".join(new.name.split()),
        state=state,
        place=place_of(new.commune, new.latitude, new.longitude, new.address),
        rna=check_rna(new.rna) if new.rna else "",
        siren=check_siren(new.siren) if new.siren else "",
        themes=new.themes,
        departments=new.departments,
        description=new.description,
        website=new.website,
        contact=new.contact,
        partners_wanted=new.partners_wanted,
        created_at=now,
        changed_at=now,
    )


def check_registrable(new: NewAssociation) -> None:
    """Raise Invalid where nothing official says which association it is."""
    if not (new.rna or new.siren):
        raise Invalid.field(
            "rna",
            "Give the RNA number (W and 9 characters), or the SIREN of an association that has none.",
            "Indiquez le numéro RNA (W et 9 caractères), ou le SIREN d'une association qui n'en a pas.",
        )


def changed_association(
    association: Association, change: AssociationChange, actors: frozenset[str], now: datetime
) -> Association:
    """The association with its change, itself where nothing differs; raises TransitionRefused, NotYours, Invalid."""
    ASSOCIATION_PROFILE.step(association.state, "change", actors)
    given = {field: value for field, value in asdict(change).items() if value is not UNSET}
    edited = replace(association, **given)
    refuse(_profile_faults(edited))
    edited = replace(edited, name=" ".join(edited.name.split()))
    return association if edited == association else replace(edited, version=association.version + 1, changed_at=now)


def moved_association(
    association: Association, action: str, reason: str, actors: frozenset[str], now: datetime
) -> Association:
    """The association approved or suspended; raises Invalid for any other action, NotYours, TransitionRefused."""
    state = ASSOCIATION_PROFILE.move(association.state, action, actors)
    return replace(association, version=association.version + 1, state=state, reason=reason.strip(), changed_at=now)


def shown_to(association: Association, actors: frozenset[str]) -> Association:
    """The association as these actors may see it, with what they may do.

    Its contact, and why it was moved, are for itself and the Region; raises NotFound for a suspended one.
    """
    if actors:
        return replace(association, allowed_actions=ASSOCIATION_PROFILE.allowed(association.state, actors))
    if association.state == "suspended":
        raise NotFound(thing="association", id=str(association.id))
    return replace(association, contact=None, reason="")


def _number_faults(new: NewAssociation) -> Iterator[FieldError]:
    if new.rna:
        yield from identifier_faults("rna", check_rna, new.rna)
    if new.siren:
        yield from identifier_faults("siren", check_siren, new.siren)


def _place_faults(new: NewAssociation) -> Iterator[FieldError]:
    try:
        place_of(new.commune, new.latitude, new.longitude, new.address)
    except Invalid as refused:
        yield from refused.fields


def _profile_faults(profile: NewAssociation | Association) -> Iterator[FieldError]:
    """What is wrong with the fields that people write."""
    yield from blank_faults("name", profile.name)
    yield from repetition_faults("themes", profile.themes)
    yield from department_faults(profile.departments)
    if profile.contact is not None:
        yield from blank_faults("contact.name", profile.contact.name)
