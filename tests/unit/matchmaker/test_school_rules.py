"""What makes a row of the official directory a school."""

import pytest

from contracts.errors import Invalid
from contracts.vocabulary import PriorityEducation
from services.matchmaker.schools.rules import describe_school, next_version
from tests.unit.matchmaker.given import a_new_school, an_id, changed


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
