"""Publishing, changing, withdrawing and showing capacities, and their end."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.associations.capacities import (
    Capacity,
    CapacityChange,
    CapacityChanged,
    CapacityPublished,
    CapacityWithdrawn,
    ChangeCapacity,
    GetCapacity,
    MoveCapacity,
    PublishCapacity,
)
from contracts.associations.profiles import Association, ImportAssociations, MoveAssociation, RegisterAssociation
from contracts.errors import Kind
from contracts.vocabulary import Role
from tests.component.associations.given import (
    COORDINATOR,
    STRANGER_ID,
    TEACHER,
    a_caller,
    a_capacity_from_today,
    an_association,
    today,
)


@pytest.fixture
async def association(associations):
    """A registered association."""
    return await associations.ask(RegisterAssociation(association=an_association(fictional=True)), COORDINATOR)


@pytest.fixture
def itself(association):
    """Somebody who acts for it."""
    return a_caller(Role.ASSOCIATION, association.id)


def publish(association, **given):
    return PublishCapacity(association_id=association.id, capacity=a_capacity_from_today(**given))


def change(capacity, **given):
    return ChangeCapacity(capacity_id=capacity.id, change=CapacityChange(**given))


def withdraw(capacity, action="withdraw"):
    return MoveCapacity(capacity_id=capacity.id, action=action, reason="plus de bénévoles")


async def timers(associations):
    rows = await associations.connection.fetch("select key, due_at from timer")
    return [(row["key"], row["due_at"]) for row in rows]


@pytest.mark.parametrize("by", ["association", "coordinator"])
async def test_a_capacity_is_published(associations, association, itself, by):
    """By the association itself or the Region; its end is set down at once."""
    caller = itself if by == "association" else COORDINATOR

    capacity = await associations.ask(publish(association), caller)

    assert (capacity.state, capacity.fictional, capacity.departments) == ("published", True, ("31", "81"))
    assert capacity.allowed_actions == ("change", "withdraw")
    [event] = await associations.announced(CapacityPublished)
    assert (event.capacity.id, event.capacity.allowed_actions) == (capacity.id, ())
    assert [key for key, _ in await timers(associations)] == [str(capacity.id)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"until_date": today() - timedelta(days=2)}, "until_date"),
        ({"departments": ("31",), "radius_km": 20.0}, "radius_km"),
        ({"departments": ("75",)}, "departments"),
        ({"title": " "}, "title"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_stored(associations, association, itself, wrong, field):
    """In words that a person understands."""
    problem = await associations.refusal(publish(association, **wrong), itself)

    assert [fault.field for fault in problem.fields] == [field]


@pytest.mark.parametrize("wrong", [{"interventions": 0}, {"themes": ()}, {"radius_km": -1.0}])
async def test_a_value_out_of_bounds_is_refused(associations, association, itself, wrong):
    """Already by the shape of the message."""
    problem = await associations.refusal(publish(association, **wrong), itself)

    assert problem.kind is Kind.INVALID


async def test_nobody_publishes_for_another(associations, association):
    """Nor for an association that is not there."""
    stranger = a_caller(Role.ASSOCIATION, STRANGER_ID)
    unknown = PublishCapacity(association_id=UUID(int=404), capacity=a_capacity_from_today())

    assert (await associations.refusal(publish(association), stranger)).slug == "not-yours"
    assert (await associations.refusal(unknown, COORDINATOR)).kind is Kind.NOT_FOUND


async def test_a_suspended_association_gives_nothing(associations, association, itself):
    """What it gave is hidden with it."""
    capacity = await associations.ask(publish(association), itself)
    await associations.ask(MoveAssociation(association_id=association.id, action="suspend"), COORDINATOR)

    refused = await associations.refusal(publish(association), itself)
    strange = await associations.refusal(publish(association), TEACHER)
    hidden = await associations.refusal(GetCapacity(capacity_id=capacity.id), TEACHER)

    assert (refused.slug, refused.facts["state"]) == ("transition-refused", "suspended")
    assert strange.kind is hidden.kind is Kind.NOT_FOUND


async def test_for_a_shadow_only_the_region_publishes(associations):
    """Nobody has claimed it yet."""
    rows = (an_association(),)
    await associations.ask(ImportAssociations(rows=rows), COORDINATOR)
    [shadow] = await associations.documents("association", Association)

    refused = await associations.refusal(publish(shadow), a_caller(Role.ASSOCIATION, shadow.id))
    published = await associations.ask(publish(shadow), COORDINATOR)

    assert refused.facts["state"] == "shadow"
    assert published.state == "published"


async def test_a_capacity_is_changed(associations, association, itself):
    """A new last day moves its end; the same again is no change."""
    capacity = await associations.ask(publish(association), itself)
    [(_, first_end)] = await timers(associations)
    request = change(capacity, until_date=capacity.until_date + timedelta(days=7))

    changed = await associations.ask(request, itself)
    same = await associations.ask(request, itself)

    assert changed.version == same.version == 2
    assert len(await associations.announced(CapacityChanged)) == 1
    [(_, second_end)] = await timers(associations)
    assert second_end - first_end >= timedelta(days=6, hours=23)


async def test_a_capacity_is_withdrawn(associations, association, itself):
    """Then it is over: hidden from others, closed to changes."""
    capacity = await associations.ask(publish(association), itself)

    withdrawn = await associations.ask(withdraw(capacity), itself)

    assert (withdrawn.state, withdrawn.reason, withdrawn.allowed_actions) == ("withdrawn", "plus de bénévoles", ())
    [event] = await associations.announced(CapacityWithdrawn)
    assert event.capacity.version == 2
    assert await timers(associations) == []
    assert (await associations.refusal(change(capacity, interventions=2), itself)).slug == "transition-refused"
    assert (await associations.refusal(GetCapacity(capacity_id=capacity.id), TEACHER)).kind is Kind.NOT_FOUND
    assert (await associations.ask(GetCapacity(capacity_id=capacity.id), itself)).state == "withdrawn"


async def test_what_is_given_is_public_and_its_associations_to_change(associations, association, itself):
    """A stranger sees it and may do nothing."""
    capacity = await associations.ask(publish(association), itself)
    stranger = a_caller(Role.ASSOCIATION, STRANGER_ID)

    assert (await associations.ask(GetCapacity(capacity_id=capacity.id), TEACHER)).allowed_actions == ()
    assert (await associations.refusal(change(capacity, interventions=1), stranger)).slug == "not-yours"
    assert (await associations.refusal(withdraw(capacity), stranger)).slug == "not-yours"
    assert (await associations.refusal(withdraw(capacity, "expire"), itself)).slug == "not-yours"
    assert (await associations.refusal(withdraw(capacity, "delete"), itself)).fields[0].field == "action"
    unknown = GetCapacity(capacity_id=UUID(int=404))
    assert (await associations.refusal(unknown, itself)).kind is Kind.NOT_FOUND


async def test_a_capacity_ends_with_its_period(associations, association, itself):
    """By itself, once the midnight after its last day has passed."""
    capacity = await associations.ask(publish(association), itself)
    await associations.connection.execute(
        "update capacity set document = jsonb_set(document, '{until_date}', to_jsonb($1::text))",
        str(today() - timedelta(days=2)),
    )

    await associations.connection.execute("update timer set due_at = now()")

    [event] = await associations.until(lambda: associations.announced(CapacityWithdrawn))
    assert (event.capacity.id, event.capacity.state, event.capacity.version) == (capacity.id, "expired", 2)
    [stored] = await associations.documents("capacity", Capacity)
    assert stored.state == "expired"


async def test_an_alarm_too_early_closes_nothing(associations, association, itself):
    """Its rule looks at the day again."""
    await associations.ask(publish(association), itself)

    await associations.connection.execute("update timer set due_at = now()")

    async def taken():
        return not await timers(associations)

    await associations.until(taken)
    [stored] = await associations.documents("capacity", Capacity)
    assert (stored.state, stored.version) == ("published", 1)
