"""Importing associations: the good rows are loaded, the bad ones named, and nothing happens twice."""

from msgspec.structs import replace

from contracts.associations.capacities import CapacityChanged, PublishCapacity
from contracts.associations.profiles import (
    Association,
    AssociationChange,
    AssociationChanged,
    AssociationRegistered,
    ChangeAssociation,
    ImportAssociations,
    MoveAssociation,
)
from contracts.errors import Kind
from contracts.message import ImportReport
from tests.component.associations.given import COORDINATOR, TEACHER, a_capacity_from_today, an_association

BY_RNA = an_association()
BY_SIREN = an_association(rna="", siren="552081317", name="Planète maths")
BY_NAME = an_association(rna="", name="Les petits débrouillards", commune="12202", departments=(), contact=None)


async def load(associations, *rows):
    return await associations.ask(ImportAssociations(rows=rows), COORDINATOR)


async def test_rows_become_shadow_associations(associations):
    """Unclaimed, on the map from day one; what is invented stays marked so."""
    report = await load(associations, BY_RNA, BY_SIREN, replace(BY_NAME, fictional=True))

    assert report == ImportReport(created=3)
    loaded = await associations.documents("association", Association)
    assert [association.state for association in loaded] == ["shadow"] * 3
    assert [association.fictional for association in loaded] == [False, False, True]
    assert len(await associations.announced(AssociationRegistered)) == 3


async def test_the_same_rows_again_change_nothing(associations):
    """However spaces, case and accents are written."""
    await load(associations, BY_RNA, BY_SIREN, BY_NAME)
    before = await associations.stored()

    report = await load(associations, BY_RNA, BY_SIREN, BY_NAME)

    assert report == ImportReport(unchanged=3)
    assert await associations.stored() == before


async def test_a_row_that_says_something_new_changes_its_association(associations):
    """Found by RNA, SIREN, or name and commune; its id stays, and what it gives follows."""
    await load(associations, BY_RNA, BY_SIREN, BY_NAME)
    known = await associations.documents("association", Association)
    capacity = PublishCapacity(association_id=known[0].id, capacity=a_capacity_from_today())
    await associations.ask(capacity, COORDINATOR)
    told = (
        replace(BY_RNA, name="Sciences en fête"),
        replace(BY_SIREN, partners_wanted=5),
        replace(BY_NAME, name="LES PETITS DEBROUILLARDS", rna="W123000001"),
    )

    report = await load(associations, *told)

    assert report == ImportReport(changed=3)
    renewed = await associations.documents("association", Association)
    assert [one.id for one in renewed] == [one.id for one in known]
    assert [one.version for one in renewed] == [2, 2, 2]
    assert renewed[2].rna == "W123000001"
    assert len(await associations.announced(AssociationChanged)) == 3
    [event] = await associations.announced(CapacityChanged)
    assert event.capacity.association_name == "Sciences en fête"


async def test_a_bad_row_is_named_and_the_rest_loaded(associations):
    """By its number and field, with the remedy."""
    bad_number, bad_place = replace(BY_RNA, rna="W1"), replace(BY_SIREN, commune="75056")

    report = await load(associations, bad_number, BY_NAME, bad_place)

    assert report.created == 1
    assert [row.row for row in report.refused] == [0, 2]
    assert report.refused[0].reason.startswith("rna: 'W1' is not a RNA number")
    assert report.refused[1].reason.startswith("commune: ")
    assert len(await associations.documents("association", Association)) == 1


async def test_one_association_in_two_rows_is_refused_the_second_time(associations):
    """Which of the two would be right?"""
    report = await load(associations, BY_RNA, replace(BY_RNA, name="Autre nom"))

    assert report.created == 1
    assert [(row.row, row.reason[:4]) for row in report.refused] == [(1, "rna:")]


async def test_contradicting_numbers_are_refused(associations):
    """The RNA of one association with the SIREN of another."""
    await load(associations, BY_RNA, BY_SIREN)
    before = await associations.stored()

    report = await load(associations, replace(BY_RNA, siren=BY_SIREN.siren))

    assert [row.reason[:6] for row in report.refused] == ["siren:"]
    assert await associations.stored() == before


async def test_what_people_wrote_since_stands(associations):
    """An approved association is its own author; a shadow keeps an edit until the source says something new."""
    await load(associations, BY_RNA, BY_SIREN)
    approved, shadow = await associations.documents("association", Association)
    await associations.ask(MoveAssociation(association_id=approved.id, action="approve"), COORDINATOR)
    for association in (approved, shadow):
        change = AssociationChange(description="écrit à la main")
        await associations.ask(ChangeAssociation(association_id=association.id, change=change), COORDINATOR)
    before = await associations.stored()

    report = await load(associations, replace(BY_RNA, description="du fichier"), BY_SIREN)

    assert report == ImportReport(unchanged=2)
    assert await associations.stored() == before


async def test_only_a_coordinator_imports(associations):
    """Nothing of the rows is kept."""
    problem = await associations.refusal(ImportAssociations(rows=(BY_RNA,)), TEACHER)

    assert problem.kind is Kind.FORBIDDEN
