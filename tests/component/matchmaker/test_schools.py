"""What a school decides for itself: by its head, and whatever the directory says of it."""

import pytest

from contracts.errors import Kind, RequestRefused
from contracts.fields import Contact
from contracts.matchmaker.schools import (
    ChangeSchoolSettings,
    GetSchool,
    ImportSchools,
    School,
    SchoolChanged,
    SchoolSettings,
)
from contracts.vocabulary import Role
from tests.component.matchmaker.given import STRANGER, TEACHER, UAI, a_new_school
from tests.unit.matchmaker.given import a_caller, changed

HEAD, COORDINATOR = a_caller(Role.HEAD, UAI), a_caller(Role.COORDINATOR)
OFFICE = Contact(name="Le secrétariat", email="secretariat@example.org")
PRINCIPAL = Contact(name="La principale", email="principale@example.org")


@pytest.fixture(autouse=True)
async def school(matchmaker):
    """A school of the directory."""
    await matchmaker.ask(ImportSchools(schools=(a_new_school(),)))


def settings(uai=UAI, **given):
    return ChangeSchoolSettings(uai=uai, settings=SchoolSettings(**given))


@pytest.mark.parametrize("caller", [HEAD, COORDINATOR])
async def test_a_school_decides_on_approvals_and_contacts(matchmaker, caller):
    """Its head, or the Region for it; everybody who follows is told."""
    shown = await matchmaker.ask(settings(head_approves=True, contact=OFFICE, head_contact=PRINCIPAL), caller)

    assert (shown.head_approves, shown.contact, shown.head_contact, shown.version) == (True, OFFICE, PRINCIPAL, 2)
    assert shown.allowed_actions == ("change",)
    [event] = await matchmaker.announced(SchoolChanged)
    assert event.school == changed(shown, allowed_actions=())


async def test_decided_the_same_again_nothing_is_told(matchmaker):
    """Its version stays."""
    await matchmaker.ask(settings(head_approves=True), HEAD)

    again = await matchmaker.ask(settings(head_approves=True), HEAD)

    assert again.version == 2
    assert len(await matchmaker.announced(SchoolChanged)) == 1


@pytest.mark.parametrize("caller", [TEACHER, STRANGER, a_caller(Role.HEAD, "0310002J"), a_caller(Role.COMPANY, UAI)])
async def test_nobody_else_decides_for_it(matchmaker, caller):
    """A teacher of the school neither."""
    problem = await matchmaker.refusal(settings(head_approves=True), caller)

    assert (problem.kind, problem.slug) == (Kind.FORBIDDEN, "not-yours")


async def test_an_unknown_school_is_not_found(matchmaker):
    """Whoever asks."""
    assert (await matchmaker.refusal(settings("0310002J"), COORDINATOR)).kind is Kind.NOT_FOUND


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        (changed(OFFICE, name=" "), "contact.name"),
        (changed(OFFICE, email="no address"), "settings.contact.email"),
        (changed(OFFICE, phone="0" * 41), "settings.contact.phone"),
    ],
)
async def test_a_wrong_contact_names_the_field(matchmaker, contact, field):
    """Nothing is stored."""
    problem = await matchmaker.refusal(settings(contact=contact), HEAD)

    assert [fault.field for fault in problem.fields] == [field]


async def test_a_change_may_rest_on_a_version(matchmaker):
    """Who read an older one is told so."""
    await matchmaker.ask(settings(head_approves=True), HEAD)

    with pytest.raises(RequestRefused) as refused:
        await matchmaker.bus.ask(settings(head_approves=False), HEAD, if_version=1)

    assert refused.value.problem.slug == "outdated"
    assert (await matchmaker.bus.ask(settings(head_approves=False), HEAD, if_version=2)).version == 3


async def test_the_directory_never_overwrites_what_a_school_decided(matchmaker):
    """Loaded again it changes nothing; loaded otherwise, only what it knows."""
    await matchmaker.ask(settings(head_approves=True, contact=OFFICE), HEAD)

    same = await matchmaker.ask(ImportSchools(schools=(a_new_school(),)))
    renamed = await matchmaker.ask(ImportSchools(schools=(a_new_school(name="Collège neuf"),)))

    [stored] = await matchmaker.documents("school", School)
    assert (same.unchanged, renamed.changed) == (1, 1)
    assert (stored.name, stored.head_approves, stored.contact, stored.version) == ("Collège neuf", True, OFFICE, 3)


@pytest.mark.parametrize(("caller", "sees"), [(HEAD, True), (TEACHER, True), (COORDINATOR, True), (STRANGER, False)])
async def test_whom_to_write_to_is_not_public(matchmaker, caller, sees):
    """The rest of the directory is."""
    await matchmaker.ask(settings(contact=OFFICE, head_contact=PRINCIPAL), HEAD)

    shown = await matchmaker.ask(GetSchool(uai=UAI), caller)

    assert shown.name == "Collège d'essai"
    assert (shown.contact is not None, shown.head_contact is not None) == (sees, sees)
