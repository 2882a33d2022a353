"""When two descriptions mean the same association, and what an imported row makes of a known one."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from contracts.errors import Invalid
from services.associations.profiles.identity_rules import check_single, find_same, name_key, renewed_association
from services.associations.profiles.rules import new_association
from tests.component.associations.given import NOW, an_association

RNA, OTHER_RNA, SIREN, OTHER_SIREN = "W313012345", "W313099999", "552081317", "732829320"


def known(number, **given):
    return new_association(an_association(**given), UUID(int=number), "shadow", NOW)


def test_names_are_compared_without_accents_case_or_spaces():
    """As people type them."""
    assert name_key(" Les  Petits Débrouillards") == name_key("LES PETITS DEBROUILLARDS")


def test_the_rna_decides_first():
    """Then the SIREN, then name and commune."""
    by_rna, by_siren, by_name = known(1, rna=RNA), known(2, rna="", siren=SIREN), known(3, rna="")
    new = known(9, rna=RNA, siren=SIREN)

    assert find_same(new, [by_name, by_siren, by_rna]) is by_rna
    assert find_same(new, [by_name, by_siren]) is by_siren
    assert find_same(new, [by_name]) is by_name
    assert find_same(new, []) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [({"rna": RNA}, {"rna": OTHER_RNA}), ({"rna": "", "siren": SIREN}, {"rna": "", "siren": OTHER_SIREN})],
)
def test_namesakes_with_different_numbers_are_two(one, other):
    """A town may have two associations of one name."""
    assert find_same(known(1, **one), [known(2, **other)]) is None


def test_a_row_renews_what_it_came_to():
    """The id, the day of creation, the state and a number that the row lacks stay."""
    before = replace(known(1, rna=RNA, siren=SIREN), version=4, reason="vérifié")
    row = replace(known(9, rna="", siren=SIREN, name="Nouveau nom"), created_at=NOW + timedelta(days=1))

    renewed = renewed_association(before, row, [before])

    assert (renewed.id, renewed.version, renewed.created_at) == (before.id, 5, NOW)
    assert (renewed.rna, renewed.siren, renewed.name) == (RNA, SIREN, "Nouveau nom")
    assert (renewed.state, renewed.reason) == ("shadow", "vérifié")


@pytest.mark.parametrize(
    ("row", "field"),
    [({"rna": OTHER_RNA, "siren": SIREN}, "rna"), ({"rna": RNA, "siren": OTHER_SIREN}, "siren")],
)
def test_a_number_at_odds_is_refused(row, field):
    """Nobody guesses which of the two is right."""
    before = known(1, rna=RNA, siren=SIREN)

    with pytest.raises(Invalid) as refused:
        renewed_association(before, known(9, **row), [before])

    assert refused.value.fields[0].field == field


def test_a_siren_of_another_association_is_refused():
    """The RNA says one association, the SIREN another."""
    by_rna, by_siren = known(1, rna=RNA), known(2, rna="", siren=SIREN)

    with pytest.raises(Invalid) as refused:
        renewed_association(by_rna, known(9, rna=RNA, siren=SIREN), [by_rna, by_siren])

    assert refused.value.fields[0].field == "siren"
    assert str(by_siren.id) in refused.value.fields[0].message.en


def test_a_row_gives_a_number_that_was_missing():
    """A candidate with another SIREN is not in the way."""
    before, namesake = known(1, rna=""), known(2, rna="", siren=OTHER_SIREN)

    assert renewed_association(before, known(9, rna=RNA, siren=SIREN), [before, namesake]).siren == SIREN


@pytest.mark.parametrize(
    ("numbers", "field"),
    [({"rna": RNA}, "rna"), ({"rna": "", "siren": SIREN}, "siren"), ({"rna": ""}, "name")],
)
def test_an_association_twice_in_one_import_is_refused(numbers, field):
    """The field is the one by which it was recognised."""
    association = known(1, **numbers)

    check_single(association, seen=set())

    with pytest.raises(Invalid) as refused:
        check_single(association, seen={association.id})
    assert refused.value.fields[0].field == field
