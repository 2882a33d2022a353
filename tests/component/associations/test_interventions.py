"""An association is asked to mediate a booked visit, and answers; the visit tells what becomes of it."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.associations.capacities import (
    CapacityChange,
    ChangeCapacity,
    MoveCapacity,
    PublishCapacity,
)
from contracts.associations.interventions import (
    GetIntervention,
    Intervention,
    InterventionAccepted,
    InterventionDeclined,
    InterventionExpired,
    InterventionRequested,
    InterventionWithdrawn,
    MoveIntervention,
)
from contracts.associations.profiles import MoveAssociation, RegisterAssociation
from contracts.errors import Kind, RequestRefused
from contracts.matchmaker.mediations import MediationNamed
from contracts.vocabulary import Role
from tests.component.associations.given import (
    COMPANY_ID,
    COORDINATOR,
    STRANGER_ID,
    TEACHER,
    a_caller,
    a_capacity_from_today,
    a_mediation,
    an_association,
    morning,
    visit_day,
)

COMPANY = a_caller(Role.COMPANY, COMPANY_ID)
STRANGERS = (a_caller(Role.COMPANY, STRANGER_ID), a_caller(Role.ASSOCIATION, STRANGER_ID))


@pytest.fixture
async def capacity(associations):
    """Two interventions about aerospace."""
    association = await associations.ask(RegisterAssociation(association=an_association()), COORDINATOR)
    wanted = PublishCapacity(association_id=association.id, capacity=a_capacity_from_today(interventions=2))
    return await associations.ask(wanted, COORDINATOR)


@pytest.fixture
def itself(capacity):
    """Somebody who acts for the association."""
    return a_caller(Role.ASSOCIATION, capacity.association_id)


def named(capacity, number=30, weeks=5, **given):
    """The association is named for the booking of that number."""
    mediation = {"id": UUID(int=number), "association_id": capacity.association_id, "capacity_id": capacity.id} | given
    return MediationNamed(mediation=a_mediation(morning(visit_day(weeks)), **mediation))


async def asked(associations, event, kind=InterventionRequested):
    """The intervention that the event leads to."""
    await associations.tell(event)

    async def found():
        return [
            told for told in await associations.announced(kind) if told.intervention.booking_id == event.mediation.id
        ]

    return (await associations.until(found))[-1].intervention


def move(intervention, action, reason=""):
    return MoveIntervention(intervention_id=intervention.id, action=action, reason=reason)


async def live(associations):
    """What takes a capacity's interventions now."""
    return await associations.documents("intervention", Intervention, "state in ('requested', 'accepted', 'done')")


async def test_a_named_association_is_asked(associations, capacity):
    """It reads of the visit, and until when it has to answer."""
    intervention = await asked(associations, named(capacity))

    assert (intervention.state, intervention.capacity_id) == ("requested", capacity.id)
    assert intervention.answer_by < intervention.starts_at
    assert await associations.documents("intervention", Intervention) == [intervention]
    keys = await associations.connection.fetch("select key from timer where kind = 'intervention-answer-due'")
    assert [row["key"] for row in keys] == [str(intervention.id)]


async def test_it_is_asked_once(associations, capacity, itself):
    """However often it is named for the same booking, also after it said no."""
    intervention = await asked(associations, named(capacity))
    await associations.ask(move(intervention, "decline", "pas ce jour-là"), itself)

    await associations.tell(named(capacity), named(capacity))
    await asked(associations, named(capacity, 31, weeks=6))

    assert len(await associations.announced(InterventionRequested)) == 2


@pytest.mark.parametrize("why", ["unknown", "withdrawn", "suspended", "used up", "day taken"])
async def test_a_capacity_without_room_declines_at_once(associations, capacity, why):
    """With a reason that the matchmaker understands."""
    event = named(capacity, 31)
    if why == "unknown":
        event = named(capacity, 31, capacity_id=UUID(int=404))
    if why == "withdrawn":
        await associations.ask(MoveCapacity(capacity_id=capacity.id, action="withdraw", reason="fini"), COORDINATOR)
    if why == "suspended":
        suspend = MoveAssociation(association_id=capacity.association_id, action="suspend", reason="plainte")
        await associations.ask(suspend, COORDINATOR)
    if why == "day taken":
        await asked(associations, named(capacity))
    if why == "used up":
        await asked(associations, named(capacity, weeks=6))
        await asked(associations, named(capacity, 29, weeks=7))

    declined = await asked(associations, event, InterventionDeclined)

    assert (declined.state, declined.reason, declined.ended_by) == ("declined", "no_capacity", "system")
    assert declined.id not in {one.id for one in await live(associations)}


async def test_visits_named_at_once_never_take_more_than_there_is(associations, capacity):
    """Twenty on the same day, and twenty on twenty days: two interventions."""
    same_day = [named(capacity, 100 + number) for number in range(20)]
    other_days = [named(capacity, 200 + number, weeks=1 + number % 7) for number in range(20)]

    await associations.tell(*same_day, *other_days)

    async def all_asked():
        return await associations.connection.fetchval("select count(*) = 40 from intervention")

    await associations.until(all_asked)
    standing = await live(associations)
    assert len(standing) == 2
    assert len({one.starts_at.date() for one in standing}) == 2


@pytest.mark.parametrize("by", ["association", "coordinator"])
async def test_it_accepts(associations, capacity, itself, by):
    """By itself, or the Region for it; the deadline is forgotten."""
    intervention = await asked(associations, named(capacity))

    accepted = await associations.ask(move(intervention, "accept"), itself if by == "association" else COORDINATOR)

    assert (accepted.state, accepted.allowed_actions) == ("accepted", ("withdraw",))
    assert [told.intervention.id for told in await associations.announced(InterventionAccepted)] == [intervention.id]
    assert not await associations.connection.fetchval("select count(*) from timer where kind like 'intervention%'")


async def test_who_withdraws_frees_the_intervention(associations, capacity, itself):
    """Another visit of that day finds room."""
    intervention = await asked(associations, named(capacity))
    await associations.ask(move(intervention, "accept"), itself)

    withdrawn = await associations.ask(move(intervention, "withdraw", "animatrice malade"), itself)
    next_one = await asked(associations, named(capacity, 31))

    assert (withdrawn.state, withdrawn.reason) == ("withdrawn", "animatrice malade")
    assert len(await associations.announced(InterventionWithdrawn)) == 1
    assert next_one.state == "requested"


@pytest.mark.parametrize("action", ["decline", "applaud"])
async def test_a_wrong_answer_names_the_field(associations, capacity, itself, action):
    """A no without a reason, a word that nobody knows."""
    intervention = await asked(associations, named(capacity))

    problem = await associations.refusal(move(intervention, action), itself)

    assert [fault.field for fault in problem.fields] == ["reason" if action == "decline" else "action"]


async def test_a_change_may_rest_on_a_version(associations, capacity, itself):
    """Who read an older one is told so."""
    intervention = await asked(associations, named(capacity))
    await associations.ask(move(intervention, "accept"), itself)

    with pytest.raises(RequestRefused) as refused:
        await associations.bus.ask(move(intervention, "withdraw", "erreur"), itself, if_version=1)

    assert refused.value.problem.slug == "outdated"


async def test_company_and_school_see_it_and_do_not_move_it(associations, capacity):
    """They wait for its answer."""
    intervention = await asked(associations, named(capacity))

    for caller in (COMPANY, TEACHER):
        shown = await associations.ask(GetIntervention(intervention_id=intervention.id), caller)
        refused = await associations.refusal(move(intervention, "accept"), caller)
        assert (shown.id, shown.allowed_actions, refused.slug) == (intervention.id, (), "not-yours")


async def test_it_does_not_exist_for_anyone_else(associations, capacity):
    """Nor what is not there at all."""
    intervention = await asked(associations, named(capacity))

    for caller in STRANGERS:
        seen = await associations.refusal(GetIntervention(intervention_id=intervention.id), caller)
        moved = await associations.refusal(move(intervention, "accept"), caller)
        assert seen.kind is moved.kind is Kind.NOT_FOUND
    unknown = await associations.refusal(GetIntervention(intervention_id=UUID(int=404)), COORDINATOR)
    assert unknown.kind is Kind.NOT_FOUND


async def test_without_an_answer_it_expires(associations, capacity, itself):
    """When its timer is due; an answer that comes after it is refused with the date."""
    intervention = await asked(associations, named(capacity))
    overdue = intervention.created_at - timedelta(minutes=1)
    await associations.connection.execute(
        "update intervention set document = document || jsonb_build_object('answer_by', $1::text)", overdue.isoformat()
    )
    late = await associations.refusal(move(intervention, "accept"), itself)

    await associations.connection.execute("update timer set due_at = now() where kind = 'intervention-answer-due'")

    [event] = await associations.until(lambda: associations.announced(InterventionExpired))
    assert (late.slug, event.intervention.reason) == ("too-late", "no_answer")
    assert await live(associations) == []


async def test_a_timer_that_comes_too_early_does_nothing(associations, capacity):
    """As after an answer, or where the deadline moved."""
    intervention = await asked(associations, named(capacity))

    await associations.connection.execute("update timer set due_at = now() where kind = 'intervention-answer-due'")

    await associations.until(
        lambda: associations.connection.fetchval("select count(*) = 0 from timer where due_at <= now()")
    )
    assert await live(associations) == [intervention]


async def test_withdrawing_a_capacity_leaves_what_it_promised(associations, capacity, itself):
    """Nor can it be made smaller than that."""
    intervention = await asked(associations, named(capacity))
    await asked(associations, named(capacity, 31, weeks=6))
    await associations.ask(move(intervention, "accept"), itself)
    fewer = ChangeCapacity(capacity_id=capacity.id, change=CapacityChange(interventions=1))

    refused = await associations.refusal(fewer, itself)
    await associations.ask(MoveCapacity(capacity_id=capacity.id, action="withdraw", reason="fini"), itself)

    shown = await associations.ask(GetIntervention(intervention_id=intervention.id), itself)
    assert [fault.field for fault in refused.fields] == ["interventions"]
    assert shown.state == "accepted"


async def test_a_malformed_mediation_does_not_stop_the_next(associations, capacity):
    """It is set aside with its error."""
    subject = "evt.matchmaker.mediation.named.v1"
    await associations.neighbours["matchmaker"].jetstream().publish(subject, b'{"mediation": {"id": "nonsense"}}')

    await asked(associations, named(capacity))

    [letter] = await associations.connection.fetch("select subject from dead_letter")
    assert letter["subject"] == subject
