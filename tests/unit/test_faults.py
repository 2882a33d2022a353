"""Faults gathered field by field."""

import pytest

from contracts.errors import Invalid
from contracts.faults import blank_faults, fault, identifier_faults, refuse, repetition_faults
from contracts.identifiers import check_siren


def test_all_faults_are_told_at_once():
    """Nobody has to send the same form five times."""
    wrong = (fault("name", "too short", "trop court"), fault("siren", "no key", "sans clé"))

    with pytest.raises(Invalid) as refused:
        refuse(iter(wrong))

    assert refused.value.fields == wrong


def test_no_fault_is_no_refusal():
    """An input without faults passes."""
    refuse(())


@pytest.mark.parametrize(("text", "faults"), [("Ailes", 0), ("", 1), (" \t\n", 1)])
def test_a_text_of_spaces_is_blank(text, faults):
    """Spaces are not words."""
    assert [wrong.field for wrong in blank_faults("name", text)] == ["name"] * faults


@pytest.mark.parametrize(("value", "faults"), [("732 829 320", 0), ("732829321", 1)])
def test_an_identifier_is_judged_by_its_own_check(value, faults):
    """The check's sentence becomes the fault's message."""
    found = list(identifier_faults("siren", check_siren, value))

    assert [wrong.field for wrong in found] == ["siren"] * faults
    assert all("732829321" in wrong.message.en and "732829321" in wrong.message.fr for wrong in found)


def test_what_stands_twice_is_named_once():
    """The fault says which values are repeated."""
    [wrong] = repetition_faults("levels", ["3E", "4E", "3E", "3E"])

    assert (wrong.field, "3E" in wrong.message.en, "4E" in wrong.message.en) == ("levels", True, False)
    assert list(repetition_faults("levels", ["3E", "4E"])) == []
