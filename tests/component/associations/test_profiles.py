"""Registering, changing, approving, suspending and showing associations."""

import asyncio
from uuid import UUID

import pytest

from contracts.associations.capacities import CapacityChanged, PublishCapacity
from contracts.associations.profiles import (
    Association,
    AssociationApproved,
    AssociationChange,
    AssociationChanged,
    AssociationRegistered,
    AssociationSuspended,
    ChangeAssociation,
    GetAssociation,
    MoveAssociation,
    RegisterAssociation,
)
from contracts.errors import Kind, RequestRefused
from contracts.vocabulary import Role
from tests.component.associations.given import (
    CONTACT,
    COORDINATOR,
    STRANGER_ID,
    TEACHER,
    a_caller,
    a_capacity_from_today,
    an_association,
)


async def registered(associations, **given):
    return await associations.ask(RegisterAssociation(association=an_association(**given)), COORDINATOR)


def move(association, action, reason=""):
    return MoveAssociation(association_id=association.id, action=action, reason=reason)


async def test_a_coordinator_registers_an_association(associations):
    """It is approved at once, announced whole, and found again."""
    association = await registered(associations, fictional=True)

    assert (association.state, association.version, association.fictional) == ("approved", 1, True)
    assert association.allowed_actions == ("change", "suspend")
    [event] = await associations.announced(AssociationRegistered)
    assert event.association.contact == CONTACT
    assert event.association.allowed_actions == ()
    assert await associations.ask(GetAssociation(association_id=association.id), COORDINATOR) == association


@pytest.mark.parametrize("caller", [TEACHER, a_caller(Role.ASSOCIATION, STRANGER_ID)])
async def test_nobody_else_registers_one(associations, caller):
    """Actors are approved by the Region."""
    problem = await associations.refusal(RegisterAssociation(association=an_association()), caller)

    assert problem.kind is Kind.FORBIDDEN


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rna": ""}, "rna"),
        ({"rna": "W12"}, "rna"),
        ({"siren": "123456789"}, "siren"),
        ({"commune": "75056"}, "commune"),
        ({"departments": ("75",)}, "departments"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_stored(associations, wrong, field):
    """In words that a person understands."""
    problem = await associations.refusal(RegisterAssociation(association=an_association(**wrong)), COORDINATOR)

    assert problem.kind is Kind.INVALID
    assert [fault.field for fault in problem.fields] == [field]


@pytest.mark.parametrize("again", [{"rna": "w313 012345"}, {"rna": "", "siren": "552081317"}, {"rna": "W313099999"}])
async def test_one_that_is_known_is_refused_with_its_id(associations, again):
    """Whichever of its numbers is given."""
    known = await registered(associations, siren="552081317")
    twin = an_association(**({"siren": "552081317"} | again))

    problem = await associations.refusal(RegisterAssociation(association=twin), COORDINATOR)

    assert (problem.slug, problem.facts["id"]) == ("already-exists", str(known.id))


async def test_two_registrations_at_once_make_one_association(associations):
    """The second learns of the first."""
    request = RegisterAssociation(association=an_association())

    answers = await asyncio.gather(*(associations.ask(request, COORDINATOR) for _ in range(5)), return_exceptions=True)

    [kept] = [answer for answer in answers if isinstance(answer, Association)]
    refusals = [answer for answer in answers if isinstance(answer, RequestRefused)]
    assert {refusal.problem.facts["id"] for refusal in refusals} == {str(kept.id)}
    assert len(await associations.documents("association", Association)) == 1


async def test_a_profile_is_public_but_for_its_contact(associations):
    """Itself and the Region see all of it."""
    association = await registered(associations)
    question = GetAssociation(association_id=association.id)

    shown = await associations.ask(question, TEACHER)
    own = await associations.ask(question, a_caller(Role.ASSOCIATION, association.id))

    assert (shown.contact, shown.allowed_actions) == (None, ())
    assert (own.contact, own.allowed_actions) == (CONTACT, ("change",))


async def test_an_unknown_id_is_not_found(associations):
    """The error repeats it."""
    problem = await associations.refusal(GetAssociation(association_id=UUID(int=404)), COORDINATOR)

    assert (problem.kind, problem.facts["id"]) == (Kind.NOT_FOUND, str(UUID(int=404)))


async def test_an_association_changes_itself(associations):
    """Its new name reaches what it gives; the same again is no change."""
    association = await registered(associations)
    itself = a_caller(Role.ASSOCIATION, association.id)
    await associations.ask(PublishCapacity(association_id=association.id, capacity=a_capacity_from_today()), itself)
    request = ChangeAssociation(association_id=association.id, change=AssociationChange(name="Sciences en fête"))

    changed = await associations.ask(request, itself)
    same = await associations.ask(request, itself)

    assert (changed.name, changed.version) == ("Sciences en fête", 2)
    assert same == changed
    assert len(await associations.announced(AssociationChanged)) == 1
    [event] = await associations.announced(CapacityChanged)
    assert (event.capacity.association_name, event.capacity.version) == ("Sciences en fête", 2)


async def test_nobody_changes_or_moves_anothers_profile(associations):
    """Whatever organisation they act for."""
    association = await registered(associations)
    stranger = a_caller(Role.ASSOCIATION, STRANGER_ID)
    change = ChangeAssociation(association_id=association.id, change=AssociationChange(description="à moi"))

    assert (await associations.refusal(change, stranger)).slug == "not-yours"
    assert (await associations.refusal(move(association, "suspend"), stranger)).slug == "not-yours"


async def test_a_suspended_association_vanishes_until_it_is_approved_again(associations):
    """Others get the same answer as for an unknown id."""
    association = await registered(associations)
    itself = a_caller(Role.ASSOCIATION, association.id)

    suspended = await associations.ask(move(association, "suspend", "sans nouvelles"), COORDINATOR)

    assert (suspended.state, suspended.reason, suspended.allowed_actions) == (
        "suspended",
        "sans nouvelles",
        ("approve",),
    )
    hidden = await associations.refusal(GetAssociation(association_id=association.id), TEACHER)
    assert hidden.kind is Kind.NOT_FOUND
    assert (await associations.ask(GetAssociation(association_id=association.id), itself)).state == "suspended"
    assert (await associations.ask(move(association, "approve"), COORDINATOR)).version == 3
    assert len(await associations.announced(AssociationSuspended)) == 1
    assert len(await associations.announced(AssociationApproved)) == 1


async def test_a_move_that_the_state_does_not_let_is_refused(associations):
    """With the actions that are left."""
    association = await registered(associations)

    refused = await associations.refusal(move(association, "approve"), COORDINATOR)
    unknown = await associations.refusal(move(association, "delete"), COORDINATOR)

    assert (refused.slug, refused.facts["allowed_actions"]) == ("transition-refused", ["change", "suspend"])
    assert unknown.fields[0].field == "action"


async def test_the_same_idempotency_key_registers_once(associations):
    """The answer is the first one's."""
    request = RegisterAssociation(association=an_association())

    first = await associations.ask(request, COORDINATOR, key="once")
    second = await associations.ask(request, COORDINATOR, key="once")

    assert first == second
    assert len(await associations.announced(AssociationRegistered)) == 1
