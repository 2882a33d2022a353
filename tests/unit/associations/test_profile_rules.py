"""What an association must be, how it moves, and who sees what of it."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from contracts.associations.profiles import AssociationChange
from contracts.errors import Invalid, NotFound, NotYours, TransitionRefused
from contracts.fields import Contact
from contracts.vocabulary import Theme
from services.associations.profiles.rules import (
    changed_association,
    check_registrable,
    moved_association,
    new_association,
    shown_to,
)
from tests.component.associations.given import CONTACT, NOW, an_association

ITSELF, REGION, NOBODY = frozenset({"association"}), frozenset({"coordinator"}), frozenset()


def registered(state="approved", **given):
    return new_association(an_association(**given), UUID(int=1), state, NOW)


def fields_of(error):
    return [fault.field for fault in error.value.fields]


def test_a_description_becomes_an_association():
    """Numbers are normalised, the place is the commune's town hall, and what is invented stays marked so."""
    association = registered(rna=" w3130 12345", siren="552 081 317", name="  Sciences   en balade ", fictional=True)

    assert (association.rna, association.siren) == ("W313012345", "552081317")
    assert association.name == "Sciences en balade"
    assert (association.place.commune_name, association.place.department) == ("Toulouse", "31")
    assert association.state == "approved"
    assert association.fictional
    assert association.created_at == association.changed_at == NOW


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"rna": "W31"}, ["rna"]),
        ({"siren": "552081318"}, ["siren"]),
        ({"commune": "75056"}, ["commune"]),
        ({"latitude": 43.6}, ["longitude"]),
        ({"departments": ("31", "75")}, ["departments"]),
        ({"themes": (Theme.ENERGY, Theme.ENERGY)}, ["themes"]),
        ({"name": "   "}, ["name"]),
        ({"contact": replace(CONTACT, name=" ")}, ["contact.name"]),
        ({"rna": "X", "commune": "nowhere", "departments": ("31", "31")}, ["rna", "commune", "departments"]),
    ],
)
def test_every_wrong_field_is_named(wrong, fields):
    """All at once, so that somebody corrects them in one go."""
    with pytest.raises(Invalid) as refused:
        registered(**wrong)

    assert fields_of(refused) == fields


def test_an_association_without_contact_or_numbers_can_be_described():
    """An import knows little of some; only registering asks for a number."""
    association = registered(rna="", contact=None)

    assert (association.rna, association.siren, association.contact) == ("", "", None)


@pytest.mark.parametrize("numbers", [{"rna": "W313012345"}, {"rna": "", "siren": "552081317"}])
def test_one_official_number_is_enough_to_register(numbers):
    """RNA, or SIREN where there is none."""
    check_registrable(an_association(**numbers))


def test_without_an_official_number_nothing_is_registered():
    """The error names the first of the two fields."""
    with pytest.raises(Invalid) as refused:
        check_registrable(an_association(rna=""))

    assert fields_of(refused) == ["rna"]


def test_a_change_makes_a_new_version():
    """What is left out stays; the time of the change is kept."""
    association = registered()

    changed = changed_association(association, AssociationChange(name=" Autre  nom "), ITSELF, NOW + timedelta(days=1))

    assert (changed.name, changed.version, changed.themes) == ("Autre nom", 2, association.themes)
    assert changed.changed_at == NOW + timedelta(days=1)


def test_a_change_to_the_same_is_no_change():
    """Nothing is announced of what did not happen."""
    association = registered()

    assert changed_association(association, AssociationChange(name=association.name), ITSELF, NOW) is association


def test_a_contact_can_be_taken_away():
    """In a change null is a value, a field left out is not."""
    assert changed_association(registered(), AssociationChange(contact=None), REGION, NOW).contact is None


def test_a_change_is_checked_like_a_registration():
    """A department outside the region is refused whichever way it comes."""
    with pytest.raises(Invalid) as refused:
        changed_association(registered(), AssociationChange(departments=("2A",)), ITSELF, NOW)

    assert fields_of(refused) == ["departments"]


def test_a_suspended_association_changes_nothing():
    """The Region has the word."""
    with pytest.raises(TransitionRefused):
        changed_association(registered("suspended"), AssociationChange(description="…"), ITSELF, NOW)


@pytest.mark.parametrize(
    ("state", "action", "becomes"),
    [("shadow", "approve", "approved"), ("approved", "suspend", "suspended"), ("suspended", "approve", "approved")],
)
def test_the_region_approves_and_suspends(state, action, becomes):
    """With its reason."""
    moved = moved_association(registered(state), action, " vérifié ", REGION, NOW)

    assert (moved.state, moved.reason, moved.version) == (becomes, "vérifié", 2)


def test_an_association_does_not_approve_itself():
    """The move is for somebody else to make."""
    with pytest.raises(NotYours):
        moved_association(registered("shadow"), "approve", "", ITSELF, NOW)


def test_an_unknown_action_is_refused_with_those_there_are():
    """`change` is a move of the machine, but not of this request."""
    with pytest.raises(Invalid) as refused:
        moved_association(registered(), "change", "", REGION, NOW)

    assert "approve, suspend" in refused.value.fields[0].message.en


def test_a_stranger_sees_neither_contact_nor_reason_nor_actions():
    """The rest of a profile is public."""
    shown = shown_to(replace(registered(), reason="vérifié"), NOBODY)

    assert (shown.contact, shown.reason, shown.allowed_actions) == (None, "", ())
    assert shown.name == "Sciences en balade"


@pytest.mark.parametrize(("actors", "actions"), [(ITSELF, ("change",)), (REGION, ("change", "suspend"))])
def test_itself_and_the_region_see_all(actors, actions):
    """Each with its own actions."""
    shown = shown_to(registered(), actors)

    assert isinstance(shown.contact, Contact)
    assert shown.allowed_actions == actions


def test_a_suspended_association_is_hidden():
    """From everyone but itself and the Region."""
    suspended = registered("suspended")

    assert shown_to(suspended, ITSELF).state == "suspended"
    with pytest.raises(NotFound):
        shown_to(suspended, NOBODY)
