"""What makes a row of the official directory a school, and what a school decides for itself."""

import pytest

from contracts.errors import Invalid
from contracts.fields import Contact
from contracts.matchmaker.schools import SchoolSettings
from contracts.vocabulary import PriorityEducation, Role
from services.matchmaker.schools.rules import (
    changed_settings,
    describe_school,
    may_change_settings,
    next_version,
    shown_to,
)
from tests.unit.matchmaker.given import UAI, a_caller, a_new_school, a_school, an_id, changed

CONTACT = Contact(name="Le secrétariat", email="secretariat@example.org")
HEAD = Contact(name="La principale", email="principale@example.org")


def test_a_good_row_becomes_a_school():
    """Its place is the commune's, and a small town counts as rural."""
    row = a_new_school(uai=" 0320001c", commune="32001", name=" Collège ")

    school = describe_school(row, an_id(1))

    assert school.uai == "0320001C"
    assert school.name == "Collège"
    assert school.place.department == "32"
    assert school.rural


@pytest.mark.parametrize(("wrong", "field"), [({"uai": "0320001A"}, "uai"), ({"commune": "75056"}, "commune")])
def test_a_bad_row_names_its_field(wrong, field):
    """A wrong check letter or a commune outside the region is refused by name."""
    row = a_new_school(**wrong)

    with pytest.raises(Invalid) as refused:
        describe_school(row, an_id(1))

    assert [error.field for error in refused.value.fields] == [field]


def test_told_the_same_again_nothing_changes():
    """An import that runs again has no effect."""
    known = describe_school(a_new_school(), an_id(1))

    told = describe_school(a_new_school(), an_id(2))

    assert next_version(known, told) is None


def test_told_otherwise_the_school_has_a_new_version():
    """It keeps its own id."""
    known = changed(describe_school(a_new_school(), an_id(1)), version=3)

    renewed = next_version(known, describe_school(a_new_school(priority=PriorityEducation.REP), an_id(2)))

    assert renewed is not None
    assert (renewed.id, renewed.version, renewed.priority) == (known.id, 4, PriorityEducation.REP)


def test_the_directory_knows_nothing_of_a_schools_own_settings():
    """Loaded again, the same or otherwise, it leaves them as they are."""
    own = {"head_approves": True, "contact": CONTACT, "head_contact": HEAD}
    known = changed(describe_school(a_new_school(), an_id(1)), **own)

    same = next_version(known, describe_school(a_new_school(), an_id(2)))
    renamed = next_version(known, describe_school(a_new_school(name="Collège neuf"), an_id(2)))

    assert same is None
    assert renamed == changed(known, name="Collège neuf", version=2)


@pytest.mark.parametrize(
    ("caller", "may"),
    [
        (a_caller(Role.HEAD, UAI), True),
        (a_caller(Role.COORDINATOR), True),
        (a_caller(Role.TEACHER, UAI), False),
        (a_caller(Role.HEAD, "0320001C"), False),
        (a_caller(Role.COMPANY, an_id(5)), False),
    ],
)
def test_who_decides_for_a_school(caller, may):
    """Its head, or the Region; a teacher does not."""
    assert may_change_settings(caller, UAI) is may


def test_a_school_decides_for_itself():
    """What is left out stays; a contact can be taken away again."""
    set_up = changed_settings(
        a_school(), SchoolSettings(head_approves=True, contact=changed(CONTACT, name=" Le secrétariat "))
    )
    taken_away = changed_settings(set_up, SchoolSettings(contact=None, head_contact=HEAD))

    assert (set_up.head_approves, set_up.contact, set_up.head_contact, set_up.version) == (True, CONTACT, None, 2)
    assert (taken_away.head_approves, taken_away.contact, taken_away.head_contact) == (True, None, HEAD)


def test_decided_the_same_again_nothing_changes():
    """The very same school comes back."""
    school = a_school(contact=CONTACT)

    assert changed_settings(school, SchoolSettings(contact=CONTACT, head_approves=False)) is school


def test_a_contact_without_a_name_is_refused():
    """Both at once."""
    nameless = changed(CONTACT, name="  ")

    with pytest.raises(Invalid) as refused:
        changed_settings(a_school(), SchoolSettings(contact=nameless, head_contact=nameless))

    assert [error.field for error in refused.value.fields] == ["contact.name", "head_contact.name"]


@pytest.mark.parametrize(
    ("caller", "sees", "actions"),
    [
        (a_caller(Role.HEAD, UAI), True, ("change",)),
        (a_caller(Role.TEACHER, UAI), True, ()),
        (a_caller(Role.COORDINATOR), True, ("change",)),
        (a_caller(Role.TEACHER, "0320001C"), False, ()),
        (a_caller(Role.COMPANY, an_id(5)), False, ()),
    ],
)
def test_whom_to_write_to_is_not_public(caller, sees, actions):
    """It is for the school itself and the Region."""
    shown = shown_to(a_school(contact=CONTACT, head_contact=HEAD), caller)

    assert (shown.contact is not None, shown.head_contact is not None) == (sees, sees)
    assert shown.allowed_actions == actions
